"""Send requests to the Lambda handler in this process, as events of each kind."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from httpx2 import Response

from cutout.api.app import build_app
from cutout.api.gateway import build_handler
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.events.answers import Answer, event_loop
from tools.events.gateway import Request

Shape = Callable[[Request], dict[str, Any]]


class Context:
    """The invocation's context, with half a minute left."""

    aws_request_id = "request"
    function_name = "cutout"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def invoke(shape: Shape, request: Request, settings: Settings) -> Response:
    """Return a client's answer to a request that reaches the handler as an event of a shape."""
    app = build_app(Pipeline(settings.on_lambda(), middle_is_object))
    with event_loop():
        answer = Answer(build_handler(app)(shape(request), Context()))
    body = answer.raw.get("body") or ""
    content = b64decode(body) if answer.raw["isBase64Encoded"] else body.encode()
    return Response(answer.status, headers=answer.headers, content=content)
