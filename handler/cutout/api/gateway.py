"""Pass API Gateway's events to the app, and its answers back."""

from binascii import Error as Base64Error
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from cutout.lambda_runtime import last_answer

if TYPE_CHECKING:
    from mangum.types import ASGI


LambdaHandler: TypeAlias = Callable[[dict[str, Any], Any], dict[str, Any]]

MALFORMED = {
    "statusCode": 400,
    "headers": {"content-type": "text/plain"},
    "body": "The body is not base64.",
    "isBase64Encoded": False,
}


def build_handler(app: "ASGI", overran: Event | None = None) -> LambdaHandler:
    """Return a handler of events in payload format 1.0 or 2.0.

    Mangum passes the invocation's context to the app as `aws.context` in the scope. Once `overran`
    is set, the instance ends after its answer.
    """
    from mangum import Mangum  # noqa: PLC0415  # see `cutout.aws`

    adapter = Mangum(app, lifespan="off")

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401
        try:
            answer = adapter(without_ports(event), context)
        except Base64Error:
            return MALFORMED
        return last_answer(answer) if overran is not None and overran.is_set() else answer

    return handle


def without_ports(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event without the headers from which Mangum reads the server's port.

    Mangum uses `int()` and `split(":")`, which a client can make fail. The app never asks for the
    port.
    """
    cleaned = dict(event)
    for name in ("headers", "multiValueHeaders"):
        headers = event.get(name)
        if headers:
            cleaned[name] = {key: value for key, value in headers.items() if not _tells_port(key)}
    return cleaned


def _tells_port(name: str) -> bool:
    return name.lower() in ("host", "x-forwarded-port")
