# Two images from the same layers: `lambda` for AWS Lambda (docs/deploy.md), and `server`, the last and
# so the default target, for any container engine (docs/docker.md). The layers that change least come
# first: a new version of the code uploads only the last layer. docs/performance.md lists their sizes.
ARG SERVER_BASE=public.ecr.aws/docker/library/python:3.13-slim


FROM public.ecr.aws/lambda/python:3.13 AS build

# Files are compiled explicitly below: hash-based bytecode is the same on every build, and is never
# checked or written again. The model's recipe imports onnxruntime, which would report to Microsoft.
ENV PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore PIP_REQUIRE_HASHES=1 PIP_NO_DEPS=1 PIP_ONLY_BINARY=:all: \
    PYTHONDONTWRITEBYTECODE=1 ORT_DISABLE_TELEMETRY=1

COPY layers/strip.py /build/

COPY layers/10-numerics /build/lists/10-numerics
RUN pip install --quiet --target /build/10-numerics -r /build/lists/10-numerics/requirements.txt \
 && python /build/strip.py /build/10-numerics /build/lists/10-numerics/unneeded.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/10-numerics \
 && chmod -R a+rX /build/10-numerics

COPY layers/20-onnxruntime /build/lists/20-onnxruntime
RUN pip install --quiet --target /build/20-onnxruntime \
        -r /build/lists/20-onnxruntime/requirements.txt \
 && python /build/strip.py /build/20-onnxruntime /build/lists/20-onnxruntime/unneeded.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/20-onnxruntime \
 && chmod -R a+rX /build/20-onnxruntime

# Lambda runs the function as a user of its own, so every file must be readable to all, whatever
# the checkout's modes.
# A network of your own may have no weights.bin (docs/own-network.md): COPY needs one file that is
# always there.
COPY layers/strip.py model/weights.bi[n] /build/weights/
RUN rm /build/weights/strip.py && chmod -R a+rX /build/weights

COPY model/*.onnx model/manifest.json /build/source/model/
COPY model/recipe/prepare.py /build/source/model/recipe/
COPY handler/cutout/segment/model_file.py handler/cutout/segment/session.py \
     /build/source/handler/cutout/segment/
RUN cd /build/source \
 && if [ -f /build/weights/weights.bin ]; then ln /build/weights/weights.bin model/; fi \
 && PYTHONPATH=handler:/build/10-numerics:/build/20-onnxruntime \
    python -m model.recipe.prepare model /build/model \
 && rm -f /build/model/weights.bin \
 && chmod -R a+rX /build/model

COPY layers/30-web /build/lists/30-web
RUN pip install --quiet --target /build/30-web -r /build/lists/30-web/requirements.txt \
 && python /build/strip.py /build/30-web /build/lists/30-web/unneeded.txt \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/30-web \
 && chmod -R a+rX /build/30-web

# The packages of the local server; setuptools only installs the command in a checkout.
COPY requirements/local.txt /build/lists/40-server/
RUN pip install --quiet --target /build/40-server -r /build/lists/40-server/local.txt \
 && cd /build/40-server && rm -rf bin setuptools* _distutils_hack distutils-precedence.pth \
 && python -m compileall -q --invalidation-mode unchecked-hash /build/40-server \
 && chmod -R a+rX /build/40-server

# The command is for people and the server: Lambda runs none of it.
COPY handler /build/code
COPY clients/js/cutout.js /build/code/cutout/client/
RUN python -m compileall -q --invalidation-mode unchecked-hash /build/code \
 && chmod -R a+rX /build/code \
 && mkdir -p /build/command/cutout \
 && mv /build/code/cutout/command /build/command/cutout


FROM public.ecr.aws/lambda/python:3.13 AS lambda

# The function's file system is read-only except for /tmp. pydantic searches for no plugins. numpy has
# one thread: a second one makes no picture faster, but busy-waits, for 4 to 10 % of a picture's
# processor time (handler/cutout/command/main.py).
ENV PYTHONDONTWRITEBYTECODE=1 PYDANTIC_DISABLE_PLUGINS=__all__ OPENBLAS_NUM_THREADS=1

COPY --from=build /build/10-numerics ${LAMBDA_TASK_ROOT}
COPY --from=build /build/20-onnxruntime ${LAMBDA_TASK_ROOT}
COPY --from=build /build/weights ${LAMBDA_TASK_ROOT}/cutout/model
COPY --from=build /build/model ${LAMBDA_TASK_ROOT}/cutout/model
COPY --from=build /build/30-web ${LAMBDA_TASK_ROOT}
COPY --from=build /build/code ${LAMBDA_TASK_ROOT}

# An image that cannot load its own handler, model included, is never tagged.
WORKDIR ${LAMBDA_TASK_ROOT}
RUN python -c "import cutout.aws, cutout.batch.aws"

LABEL org.opencontainers.image.title="Cutout" \
      org.opencontainers.image.description="Background removal on AWS Lambda" \
      org.opencontainers.image.version="1.2.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/OWNER/cutout" \
      org.opencontainers.image.documentation="https://github.com/OWNER/cutout/tree/main/docs"

CMD ["cutout.aws.lambda_handler"]


# The plain HTTP server. Its user has no privileges and no name; only /tmp and the storage's volume
# need to be writable.
FROM ${SERVER_BASE} AS server

RUN install --directory --owner 10001 --group 10001 --mode 0700 /var/cache/cutout
VOLUME /var/cache/cutout

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYDANTIC_DISABLE_PLUGINS=__all__ PYTHONPATH=/app \
    OPENBLAS_NUM_THREADS=1 CUTOUT_STORAGE_DIR=/var/cache/cutout HOST=0.0.0.0 PORT=8000

COPY --from=build /build/10-numerics /app
COPY --from=build /build/20-onnxruntime /app
COPY --from=build /build/weights /app/cutout/model
COPY --from=build /build/model /app/cutout/model
COPY --from=build /build/30-web /app
COPY --from=build /build/40-server /app
COPY --from=build /build/code /app
COPY --from=build /build/command /app

# An image that cannot load its own server, model included, is never tagged.
WORKDIR /app
USER 10001:10001
RUN python3 -c "import cutout.api.app, cutout.api.server, cutout.command.serve; \
from cutout.engine import Networks; from cutout.settings import get_settings; \
Networks(get_settings()).wait()"

LABEL org.opencontainers.image.title="Cutout server" \
      org.opencontainers.image.description="Background removal over HTTP" \
      org.opencontainers.image.version="1.2.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/OWNER/cutout" \
      org.opencontainers.image.documentation="https://github.com/OWNER/cutout/tree/main/docs"

EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python3", "-m", "cutout.command.health"]
CMD ["/bin/sh", "-c", "exec python3 -m cutout serve --host \"$HOST\" --port \"$PORT\""]
