# Two commands are enough: `make run` and `make test`. Both set up what they need first.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
CONTAINER ?= $(firstword $(shell command -v docker podman))
COMPOSE ?= $(if $(shell $(CONTAINER) compose version 2>&-),$(CONTAINER) compose,.venv-sam/bin/podman-compose)
PLATFORM ?= linux/amd64
TAG ?= cutout:latest
SERVER_TAG ?= cutout-server:latest
WORKERS ?= 3

BIN := .venv/bin
LAYERS := $(sort $(wildcard layers/*/requirements.txt))
RUN_SET := $(LAYERS) requirements/local.txt
DEV_SET := $(RUN_SET) requirements/dev.txt requirements/model.txt

# The stamps say when an environment was made; while the locked files are unchanged, set-up takes no time.
RUN_READY := .venv/.run-ready
DEV_READY := .venv/.dev-ready
FUZZ_READY := .venv/.fuzz-ready
FIT_READY := .venv/.fit-ready
AUDIT_READY := .venv-audit/.ready
SAM_READY := .venv-sam/.ready
LOCK_READY := .venv-lock/.ready
REMBG_READY := .venv-rembg/.ready
MEASURES_READY := .venv-measures/.ready
IMGLY_READY := .venv-imgly/.ready
CLIENTS := tests/api/removebg/clients
CLIENTS_READY := build/clients/.ready
OPENAPI_READY := .venv-openapi/.ready
OLDEST_READY := .venv-oldest/.ready
OLDEST_TESTS := $(addprefix tests/,backdrop compose decode encode library refine segment)
TYPES_READY := build/typescript/.ready

# The default format of podman and buildah has no health check.
DOCKER_FORMAT = $(if $(filter podman buildah,$(notdir $(CONTAINER))),--format docker)

# Validation is local: SAM needs a region but calls no service, and keeps its state in the environment.
SAM := SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=.venv-sam/state AWS_DEFAULT_REGION=us-east-1 \
	.venv-sam/bin/sam

# With an attestation, Docker makes an image index, which Lambda refuses as an unsupported media type.
export BUILDX_NO_DEFAULT_ATTESTATIONS := 1

# Empty while an environment can be used: not once its Python was upgraded or removed, or its folder moved.
STALE = $(shell $(@D)/bin/python tools/usable.py 2>&- || echo stale)

export PYTHON
# Tools that import onnxruntime themselves report nothing to its makers (cutout/segment/session.py).
export ORT_DISABLE_TELEMETRY ?= 1
.DEFAULT_GOAL := help
.PHONY: help run test test-oldest page-folder check format fuzz corpora audit sbom bench bench-peers
.PHONY: bench-mixed bench-folder bench-cost bench-cold evaluate model edge-refiner tinyvit wrap image
.PHONY: server-image image-test image-sizes arm-test events pin-base settings lock clean stale

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(RUN_READY) ## serve the API on this machine (HOST=127.0.0.1 PORT=8000)
	$(BIN)/python -m cutout serve --host $(HOST) --port $(PORT)

test: $(DEV_READY) $(SAM_READY) $(CLIENTS_READY) $(OPENAPI_READY) $(TYPES_READY) ## run all tests but the image's, in WORKERS=3 processes (ARGS="tests/events -k modes" for some)
	@tools/browser.sh --hint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-oldest: $(OLDEST_READY) ## run the library's tests with the oldest packages that pyproject.toml allows
	PYTHONPATH="$(CURDIR)/handler:$(CURDIR)" .venv-oldest/bin/python -m pytest $(OLDEST_TESTS) $(ARGS)

page-folder: $(DEV_READY) ## process 300 photos with the page, and compare the results with the command's
	CUTOUT_BROWSER=required $(BIN)/python -m pytest -m page_folder -o faulthandler_timeout=0 tests/page/test_folder.py $(ARGS)

check: $(DEV_READY) $(SAM_READY) $(AUDIT_READY) ## check style, types, template (sam with cfn-lint), sample events, known vulnerabilities
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy .
	$(SAM) validate --lint
	$(BIN)/python -m tools.events --check
	.venv-audit/bin/python -m tools.audit

format: $(DEV_READY) ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

fuzz: $(FUZZ_READY) ## fuzz the parsers (FUZZ_SECONDS=10 for each; ARGS="url picture" for some)
	$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),10) $(ARGS)

corpora: $(DEV_READY) ## run every file of CORPORA=folder through the decoder and the service
	@test -n "$(CORPORA)" || { echo "name files: make corpora CORPORA=folder" >&2; exit 2; }
	$(BIN)/python -m tests.corpora $(CORPORA)

audit: $(AUDIT_READY) ## check every pinned package against PyPI's advisories
	.venv-audit/bin/python -m tools.audit

sbom: $(AUDIT_READY) ## write build/sbom.json (CycloneDX), the contents of the image
	.venv-audit/bin/python -m tools.sbom

bench: $(DEV_READY) ## measure speed, memory and start-up
	$(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(DEV_READY) $(REMBG_READY) $(MEASURES_READY) $(IMGLY_READY) ## compare time and edges with rembg and @imgly (SETS=folder)
	$(BIN)/python -m benchmarks.peers $(if $(SETS),--sets $(SETS)) $(ARGS)

bench-mixed: $(DEV_READY) $(REMBG_READY) ## compare the time for mixed pictures with rembg (SETS="folders of sets")
	@test -n "$(SETS)" || { echo 'name folders of sets: make bench-mixed SETS="a b"' >&2; exit 2; }
	$(BIN)/python -m benchmarks.peers.mixed $(SETS) $(ARGS)

bench-folder: $(DEV_READY) ## compare the command with the bare networks on a folder of 200 pictures
	$(BIN)/python -m benchmarks.folder $(ARGS)

bench-cost: image $(DEV_READY) ## measure what a thousand pictures cost, by memory, for docs/cost.md
	CONTAINER=$(CONTAINER) $(BIN)/python -m benchmarks.cost $(TAG) $(ARGS)

evaluate: $(DEV_READY) $(REMBG_READY) $(MEASURES_READY) ## compare the cut-outs with rembg's (SETS=folder of sets with im/ and gt/; LOG=file CANDIDATE=text)
	@test -n "$(SETS)" || { echo "name sets of pictures: make evaluate SETS=folder" >&2; exit 2; }
	$(BIN)/python -m evaluation $(SETS) $(if $(PACKAGES),--packages $(PACKAGES)) \
		$(if $(LOG),--log "$$LOG") $(if $(CANDIDATE),--candidate "$$CANDIDATE") $(ARGS)

model: $(DEV_READY) ## make the quantized model again (CALIBRATION=photos EVALUATE=sets with im/ and gt/)
	@test -n "$(CALIBRATION)" || { echo "name photos: make model CALIBRATION=folder" >&2; exit 2; }
	$(BIN)/python -m model.recipe --calibration $(CALIBRATION) $(if $(EVALUATE),--evaluate $(EVALUATE)) \
		$(if $(PACKAGES),--packages $(PACKAGES)) $(if $(TINYVIT),--tinyvit $(TINYVIT))

edge-refiner: $(DEV_READY) $(if $(TRAIN),$(FIT_READY)) ## rebuild the edge refiner (TRAIN=folder of sets fits it again, in hours)
	$(BIN)/python -m model.recipe.edge_refiner $(if $(TRAIN),--train $(TRAIN)) $(ARGS)

tinyvit: $(FIT_READY) ## fit the TinyViT expert (TRAIN="folders of sets"), for make model TINYVIT=build/tinyvit.onnx
	@test -n "$(TRAIN)" || { echo "name folders of sets: make tinyvit TRAIN=folder" >&2; exit 2; }
	@mkdir -p build
	$(BIN)/python -m model.recipe.tinyvit --train $(TRAIN) --out build/tinyvit.onnx \
		$(if $(PACKAGES),--packages $(PACKAGES)) $(ARGS)

wrap: $(DEV_READY) ## make a model folder from a network of your own (NETWORK=file.onnx FOLDER=folder)
	@test -n "$(NETWORK)" -a -n "$(FOLDER)" || \
		{ echo "name both: make wrap NETWORK=file.onnx FOLDER=folder" >&2; exit 2; }
	$(BIN)/python -m model.recipe.wrap "$(NETWORK)" "$(FOLDER)" $(ARGS)

image: ## build the Lambda image (PLATFORM=linux/arm64 for Graviton, BUILD_ARGS="..." for the engine)
	@test -n "$(CONTAINER)" || { echo "install docker or podman to build the image" >&2; exit 2; }
	$(CONTAINER) build --platform $(PLATFORM) --target lambda --tag $(TAG) $(BUILD_ARGS) .

server-image: ## build the image of the plain HTTP server (SERVER_BASE=image for another base)
	@test -n "$(CONTAINER)" || { echo "install docker or podman to build the image" >&2; exit 2; }
	$(CONTAINER) build --platform $(PLATFORM) --target server --tag $(SERVER_TAG) \
		$(if $(SERVER_BASE),--build-arg SERVER_BASE=$(SERVER_BASE)) $(DOCKER_FORMAT) .

pin-base: $(DEV_READY) ## pin the base images to their newest digests in the Dockerfile
	$(BIN)/python -m tools.pin_base

image-test: image server-image $(DEV_READY) $(SAM_READY) ## test both images in containers, and SAM (ARGS="-k sam")
	IMAGE=$(TAG) SERVER_IMAGE=$(SERVER_TAG) CONTAINER=$(CONTAINER) COMPOSE="$(COMPOSE)" SAM=.venv-sam/bin/sam \
		$(BIN)/python -m pytest -m image tests/image $(ARGS)

arm-test: $(DEV_READY) ## compare emulated arm64 with this machine (root and network; ARGS="--photos folder")
	$(BIN)/python -m tests.arm $(ARGS)

image-sizes: image $(DEV_READY) ## measure the image's layers for docs/performance.md
	CONTAINER=$(CONTAINER) $(BIN)/python -m tools.image_sizes $(TAG)

bench-cold: image $(DEV_READY) ## compare N=10 cold starts with a naive image's (ARGS="--experts folder")
	CONTAINER=$(CONTAINER) $(BIN)/python -m benchmarks.cold $(TAG) --count $(or $(N),10) $(ARGS)

events: $(DEV_READY) ## write the sample events again
	$(BIN)/python -m tools.events

settings: $(DEV_READY) ## write docs/settings.md again
	$(BIN)/python -m tools.settings_page

lock: $(LOCK_READY) ## lock the packages again (UPGRADE=1 moves them to the newest versions)
	.venv-lock/bin/python -m tools.lock $(if $(UPGRADE),--upgrade)

clean: ## remove everything that make made
	rm -rf .venv .venv-sam .venv-lock .venv-audit .venv-measures .venv-rembg .venv-imgly .venv-openapi .venv-oldest
	rm -rf .aws-sam build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.SECONDEXPANSION:
$(RUN_READY): $(RUN_SET) pyproject.toml $$(STALE)
	@tools/venv.sh --project .venv $(RUN_SET)
	@touch $@

$(DEV_READY): $(DEV_SET) pyproject.toml $$(STALE)
	@tools/venv.sh --project .venv $(DEV_SET)
	@touch $(RUN_READY) $@

$(FUZZ_READY): $(DEV_READY) requirements/fuzz.txt
	@tools/venv.sh --project .venv $(DEV_SET) requirements/fuzz.txt
	@touch $(RUN_READY) $(DEV_READY) $@

$(FIT_READY): $(DEV_READY) requirements/fit.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements/fit.txt
	@touch $@

$(AUDIT_READY): requirements/audit.txt $$(STALE)
	@tools/venv.sh .venv-audit requirements/audit.txt
	@touch $@

$(SAM_READY): requirements/sam.txt $$(STALE)
	@tools/venv.sh .venv-sam requirements/sam.txt
	@touch $@

# Not hash-pinned like the others: the point is what pip installs for a user with older packages.
$(OLDEST_READY): pyproject.toml $(DEV_READY) $$(STALE)
	@$(PYTHON) -m venv --clear .venv-oldest
	@$(BIN)/python -m tools.oldest > .venv-oldest/oldest.txt
	@.venv-oldest/bin/python -m pip install -qq --disable-pip-version-check --only-binary :all: \
		--constraint .venv-oldest/oldest.txt --requirement .venv-oldest/oldest.txt \
		--requirement requirements/dev.in onnx
	@touch $@

$(LOCK_READY): requirements/lock.txt $$(STALE)
	@tools/venv.sh .venv-lock requirements/lock.txt
	@touch $@

$(REMBG_READY): requirements/rembg.txt $$(STALE)
	@tools/venv.sh .venv-rembg requirements/rembg.txt
	@touch $@

$(MEASURES_READY): requirements/measures.txt $$(STALE)
	@tools/venv.sh .venv-measures requirements/measures.txt
	@touch $@

$(OPENAPI_READY): requirements/openapi.txt $$(STALE)
	@tools/venv.sh .venv-openapi requirements/openapi.txt
	@touch $@

$(TYPES_READY): tests/clients/package.json tests/clients/package-lock.json
	@mkdir -p build/typescript && cp $^ build/typescript
	@if command -v npm >/dev/null; then \
		cd build/typescript && npm ci --ignore-scripts --no-audit --no-fund --silent; \
	else echo "npm was not found: the JavaScript client's types are not checked"; fi
	@touch $@

$(IMGLY_READY): benchmarks/peers/package.json benchmarks/peers/package-lock.json
	@mkdir -p .venv-imgly && cp $^ .venv-imgly
	@if command -v npm >/dev/null; then \
		cd .venv-imgly && npm ci --ignore-scripts --no-audit --no-fund --silent; \
	else echo "npm was not found: @imgly/background-removal-node is left out"; fi
	@touch $@

$(CLIENTS_READY): $(DEV_READY) $(CLIENTS)/requirements.txt $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	@rm -rf build/clients && mkdir -p build/clients
	@$(BIN)/python -m pip install -qq --require-hashes --no-deps --target build/clients \
		-r $(CLIENTS)/requirements.txt
	@cp $(CLIENTS)/package.json $(CLIENTS)/package-lock.json build/clients
	@if command -v npm >/dev/null; then \
		cd build/clients && npm ci --ignore-scripts --no-audit --no-fund --silent; \
	else echo "npm was not found: the node client of remove.bg is not tested"; fi
	@touch $@
