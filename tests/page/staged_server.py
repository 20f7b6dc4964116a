"""The local server without the network, under `/prod` and nowhere else:
`python -m tests.page.staged_server`."""

import sys

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cutout.api.app import build_app
from cutout.api.server import serve
from cutout.pipeline import Pipeline
from cutout.settings import get_settings
from cutout.storage.disk import DiskStorage
from tests.e2e.segmenter import nearly_everything

STAGE = "/prod"


class Staged:
    """Run an app below a stage's path, as a gateway does in ASGI terms."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._app
        if scope["type"] == "http" and not scope["path"].startswith(f"{STAGE}/"):
            answer = PlainTextResponse("There is nothing outside of the stage.", 404)
        await answer({**scope, "root_path": STAGE}, receive, send)


if __name__ == "__main__":
    settings = get_settings()
    app = build_app(Pipeline(settings, nearly_everything, DiskStorage(settings)))
    serve(Staged(app), "127.0.0.1", int(sys.argv[2]))
