# The Lambda image, stacked by how rarely each part changes: a new version of the code uploads the
# last layer alone.
FROM public.ecr.aws/lambda/python:3.13 AS build

# Files are compiled by hand below: hash-based bytecode is the same on every build, and is never
# checked or written again.
ENV PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore PIP_REQUIRE_HASHES=1 PIP_NO_DEPS=1 PIP_ONLY_BINARY=:all: \
    PYTHONDONTWRITEBYTECODE=1

COPY layers/10-numerics/requirements.txt /build/10-numerics.txt
RUN pip install --quiet --target /build/10-numerics --requirement /build/10-numerics.txt \
 && rm -rf /build/10-numerics/bin \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/10-numerics \
 && chmod -R a+rX /build/10-numerics

COPY layers/20-onnxruntime/requirements.txt /build/20-onnxruntime.txt
RUN pip install --quiet --target /build/20-onnxruntime --requirement /build/20-onnxruntime.txt \
 && rm -rf /build/20-onnxruntime/bin \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/20-onnxruntime \
 && chmod -R a+rX /build/20-onnxruntime

COPY layers/30-web/requirements.txt /build/30-web.txt
RUN pip install --quiet --target /build/30-web --requirement /build/30-web.txt \
 && rm -rf /build/30-web/bin \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/30-web \
 && chmod -R a+rX /build/30-web

# Lambda runs the function as a user of its own, so every file must be readable to all, whatever
# the checkout's modes.
COPY model/*.onnx model/weights.bin model/manifest.json /build/model/
RUN chmod -R a+rX /build/model
COPY handler /build/code/handler
RUN python -m compileall -q --invalidation-mode unchecked-hash /build/code \
 && chmod -R a+rX /build/code


FROM public.ecr.aws/lambda/python:3.13

# The function's file system is read-only but for /tmp.
ENV PYTHONDONTWRITEBYTECODE=1

COPY --from=build /build/10-numerics ${LAMBDA_TASK_ROOT}
COPY --from=build /build/20-onnxruntime ${LAMBDA_TASK_ROOT}
COPY --from=build /build/30-web ${LAMBDA_TASK_ROOT}
COPY --from=build /build/model ${LAMBDA_TASK_ROOT}/model
COPY --from=build /build/code ${LAMBDA_TASK_ROOT}

# An image that cannot load its own handler, model included, is never tagged.
WORKDIR ${LAMBDA_TASK_ROOT}
RUN python -c "import handler.aws, handler.batch.aws"

CMD ["handler.aws.lambda_handler"]
