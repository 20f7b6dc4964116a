"""Check the pages: links lead somewhere, `make` has the targets they name, and their code runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cutout import __version__
from tests.doc_pages import Block, Page, pages, statements
from tests.fetch.servers import answer, serving
from tests.local_server import ROOT, LocalServer
from tests.page.browser import program
from tests.samples import PHOTOS

PAGES = pages()
BLOCKS = [block for page in PAGES for block in page.blocks]
SHELL = [block for block in BLOCKS if block.language == "sh"]
JAVASCRIPT = [block for block in BLOCKS if block.language == "js"]
PYTHON = [block for block in BLOCKS if block.language == "python"]
LANGUAGES = {"sh", "python", "json", "js", "caddy", "nginx"}

ACCOUNT = "needs an AWS account"
IMAGE = "needs containers; `make image-test` tries it in continuous integration (tests/image)"
SETS_UP = "sets up an environment; continuous integration does it (.ci/run)"
ELSEWHERE = {
    "make run": "tests/page/test_places.py runs `cutout serve`; the rest " + SETS_UP,
    "make test": SETS_UP,
    "make fuzz": SETS_UP,
    "make corpora": "needs files from elsewhere",
    "make model": "takes an hour; tests/model tries its steps",
    "make edge-refiner": SETS_UP + "; tests/model/edge_refiner rebuilds it",
    "make wrap": SETS_UP + "; tests/model/test_wrap_command.py wraps networks",
    "make tinyvit": "takes half an hour; tests/model/tinyvit tries its steps",
    ".venv/bin/python -m model.recipe": "tests/model/test_own_manifest.py does it",
    "CUTOUT_MODEL_DIR=": "tests/segment/test_own_network.py serves such a folder",
    ".venv/bin/python -m benchmarks.load": "minutes; tests/test_faults.py runs `load`",
    "pip install": "tests/test_wheel.py installs the wheel",
    "pipx install": "make installs the same project; tests/command/test_installed.py runs it",
    "uv tool install": "as with pipx",
    "make server-image": IMAGE,
    "docker run": IMAGE,
    "docker compose": "needs Compose; tests/tools/test_compose.py reads the file",
    "KEYS_FILE=": "as without it; tests/image/test_server.py reads keys from a file",
    "caddy": "needs a public host name",
    "git pull": "needs the repository's remote",
    "podman system service": IMAGE,
    "export DOCKER_HOST": IMAGE,
    "sam build": IMAGE,
    "sam local": IMAGE,
    "python3 -m tools.local_template": IMAGE + "; tests/tools/test_local_template.py",
    "sam deploy": ACCOUNT,
    "sam delete": ACCOUNT,
    "cd benchmarks/aws": "leads to what " + ACCOUNT,
    "./measure.sh": ACCOUNT,
    "aws ": ACCOUNT,
    "cutout batch": ACCOUNT + "; tests/command/test_batch.py has an S3 of its own",
}
"""Statements that are not run here, by how they begin, and why. All others are."""

RUN = {"curl", "cutout", ".venv/bin/cutout", "python", "python3", "sh", "node", "export"}
"""What statements that are run may begin with, so that no page makes a test install something."""

API = "https://abc123.execute-api.eu-west-1.amazonaws.com"
LOCAL = "http://127.0.0.1:8000"
EXAMPLE = "https://example.com"
KEY = "the-key-of-the-pages"
ELIDED_KEY = "KEY=..."
NEXT = "\x1e"

DRIVER = """
import json, sys
from cutout import engine
from tests.command.stand_in import open_stand_in
engine.open_pipeline = open_stand_in
names = {}
exec(sys.argv[1], names)
print(json.dumps(names.get("answer")))
"""


@dataclass(frozen=True)
class Desk:
    """Hold a folder to run code in, with the files that pages name, and servers without network."""

    folder: Path
    public: str
    keyed: str
    photos: str

    def run(self, block: Block, code: str, *command: str) -> str:
        """Return a block's standard output.

        The URLs of pages become those of the servers; a block with a key gets the server that asks
        for one.
        """
        api = self.keyed if "KEY" in block.text else self.public
        for theirs, ours in (
            (API, api),
            (LOCAL, self.public),
            (EXAMPLE, self.photos),
            (ELIDED_KEY, f"KEY={KEY}"),
        ):
            code = code.replace(theirs, ours)
        before = self.files()
        done = subprocess.run(
            [*command, code],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT / "handler"),
                "HOME": str(self.folder),
                "API_URL": api,
                "KEY": KEY,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{block.name}: {done.stderr}{done.stdout}"
        for made in self.files() - before:
            with Image.open(made) as picture:
                picture.load()
        if not done.stdout.strip(f"{NEXT}\n") or done.stdout == "null\n":
            assert self.files() - before, f"{block.name} has made nothing"
        return done.stdout

    def files(self) -> set[Path]:
        return {each for each in self.folder.rglob("*") if each.suffix in {".png", ".webp"}}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    environment = {
        "CUTOUT_ALLOW_PRIVATE_NETWORK": "true",
        "CUTOUT_STORAGE_DIR": str(tmp_path_factory.mktemp("storage")),
    }
    photo = (PHOTOS / "astronaut-160.jpg").read_bytes()
    with (
        LocalServer(**environment) as public,
        LocalServer(**environment, CUTOUT_API_KEYS=KEY) as keyed,
        serving(answer(photo)) as photos,
    ):
        yield public.url, keyed.url, photos.url("", host="127.0.0.1")


@pytest.fixture
def desk(tmp_path: Path, servers: tuple[str, str, str]) -> Desk:
    photo = (PHOTOS / "astronaut-160.jpg").read_bytes()
    for name in ("photo.jpg", "beach.jpg", "vase.jpg", "photos/deep/a.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(photo)
    for name in ("tests", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    python = f'"{sys.executable}"'
    programs = {
        "cutout": f"{python} -m tests.command.stand_in",
        "python": python,
        "python3": python,
        "curl": f"{program('curl')} --fail",
    }
    for folder in (tmp_path / "bin", tmp_path / ".venv" / "bin"):
        folder.mkdir(parents=True)
        for name, command in programs.items():
            script = folder / name
            script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            script.chmod(0o755)
    return Desk(tmp_path, *servers)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    known = {each.path: each for each in PAGES}
    broken = []
    for link in page.links:
        target, _, anchor = link.partition("#")
        path = (page.path.parent / target).resolve() if target else page.path
        there = known.get(path / "README.md" if path.is_dir() else path)
        if not path.exists() or (anchor and (there is None or anchor not in there.anchors)):
            broken.append(link)
    assert not broken


def test_every_page_of_docs_is_in_the_index() -> None:
    index = Page(ROOT / "docs" / "README.md")
    docs = {each.path.name for each in PAGES if each.path.parent == index.path.parent}
    assert docs - {"README.md"} <= set(index.links)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_has_what_is_named(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for code in page.code:
        for words in re.findall(r"\bmake((?: [a-z][a-z-]*(?![\w=/.]))+)", code):
            assert set(words.split()) <= targets, f"make{words}"


def test_every_target_is_told_to_contributors() -> None:
    help_ = subprocess.run(
        ["/bin/sh", "-c", "make --no-print-directory help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    targets = {f"`make {line.split()[1]}" for line in help_.stdout.splitlines()}
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert {each for each in targets if each not in text} <= {"`make help"}


def test_the_changelog_knows_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## \[([^\]]+)\]", text, re.MULTILINE)
    assert next(each for each in versions if each != "Unreleased") == __version__


def test_every_block_says_what_it_is() -> None:
    assert [each.name for each in BLOCKS if each.language not in LANGUAGES] == []
    for block in BLOCKS:
        if block.language == "json":
            json.loads(block.text)


@pytest.mark.parametrize("block", JAVASCRIPT, ids=lambda block: block.name)
def test_javascript_is_a_module(block: Block, tmp_path: Path) -> None:
    (tmp_path / "block.mjs").write_text(block.text)
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    subprocess.run([node, "--check", str(tmp_path / "block.mjs")], check=True)


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.name)
def test_shell_runs(desk: Desk, block: Block) -> None:
    script = [each for each in statements(block.text) if not reason(each)]
    unknown = [each for each in script if each.split()[0] not in RUN]
    assert not unknown, "neither run by this test nor in its table ELSEWHERE"
    if not script:
        return
    printed = desk.run(block, f"\nprintf '{NEXT}'\n".join(script), "/bin/sh", "-ec")
    for statement, output in zip(script, printed.split(NEXT), strict=True):
        if "/v1/results" in statement and not re.search(r"[|>]", statement):
            require_fine(json.loads(output))


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_python_runs(desk: Desk, block: Block) -> None:
    printed = desk.run(block, block.text, sys.executable, "-c", DRIVER)
    answered = json.loads(printed.splitlines()[-1])
    if answered is not None:
        require_fine(answered)


def test_a_deployment_without_samconfig_names_a_bucket() -> None:
    """SAM uploads the template of the image repositories to it."""
    said = [each for block in SHELL for each in statements(block.text)]
    found = [each for each in said if "--resolve-image-repos" in each]
    assert found
    assert [each for each in found if "--resolve-s3" not in each] == []


def test_the_table_has_no_more_than_is_needed() -> None:
    said = [each for block in SHELL for each in statements(block.text)]
    idle = {start for start in ELSEWHERE if not any(each.startswith(start) for each in said)}
    assert not idle, "no page says so any more"


def reason(statement: str) -> str | None:
    """Why a statement isn't run here; None where it is."""
    return next((why for start, why in ELSEWHERE.items() if statement.startswith(start)), None)


def require_fine(answered: Any) -> None:
    (result,) = answered["results"]
    assert result["status"] == {"code": "ok", "message": "Success"}
