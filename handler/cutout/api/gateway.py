"""Pass API Gateway's events to the app, and its answers back; answer events that are not HTTP."""

from binascii import Error as Base64Error
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from cutout.lambda_runtime import last_answer
from cutout.request_errors import DAMAGED

if TYPE_CHECKING:
    from mangum.types import ASGI, Receive, Scope, Send

LambdaHandler: TypeAlias = Callable[[dict[str, Any], Any], dict[str, Any]]


def refusal(text: str) -> dict[str, Any]:
    """Return a 400 that says what is wrong."""
    return {
        "statusCode": 400,
        "headers": {"content-type": "text/plain"},
        "body": text,
        "isBase64Encoded": False,
    }


MALFORMED = refusal("The body is not base64.")


def build_handler(app: "ASGI", overran: Event | None = None, base_path: str = "") -> LambdaHandler:
    """Return a handler of events in payload format 1.0 or 2.0.

    Mangum passes the invocation's context to the app as `aws.context` in the scope. Once `overran`
    is set, the instance ends after its answer.
    """
    from mangum import Mangum  # noqa: PLC0415  # see `cutout.aws`

    adapter = Mangum(BelowBase(app, base_path), lifespan="off")

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401
        if not is_http(event):
            return other_answer(event)
        if event.get("isBase64Encoded") and not (event.get("body") or "").isascii():
            return MALFORMED  # Mangum would raise a bare ValueError
        try:
            answer = adapter(without_ports(event), context)
        except Base64Error:
            return MALFORMED
        return last_answer(answer) if overran is not None and overran.is_set() else answer

    return handle


class BelowBase:
    """Wrap an app that is reached below a custom domain's base path or a stage's name.

    The path stays whole, with the base as `root_path`: routes, redirects and `servers` of the
    OpenAPI description respect it.
    """

    def __init__(self, app: "ASGI", base_path: str) -> None:
        self._app, self._base_path = app, base_path

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer with the base as `root_path`; redirect the bare base to itself with a slash.

        `DAMAGED` in the scope makes the app refuse the form in the route's own way.
        """
        from starlette.responses import RedirectResponse  # noqa: PLC0415  # see `cutout.aws`

        answer = self._app
        scope[DAMAGED] = is_damaged(scope["aws.event"])
        for base in filter(None, (self._base_path, stage_path(scope["aws.event"]))):
            if scope["path"] == base:
                answer = RedirectResponse(f"{base.rpartition('/')[2]}/")
            elif scope["path"].startswith(f"{base}/"):
                scope["root_path"] = base
                break
        await answer(scope, receive, send)


def without_ports(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event without the headers from which Mangum reads the server's port.

    Mangum uses `int()` and `split(":")`, which a client can make fail. The app never asks for the
    port.
    """
    cleaned = dict(event)
    for name in ("headers", "multiValueHeaders"):
        headers = event.get(name)
        if name in event:  # null, as some tools send it, is more than Mangum can read
            kept = (pair for pair in (headers or {}).items() if not _tells_port(pair[0]))
            cleaned[name] = dict(kept)
    return cleaned


def _tells_port(name: str) -> bool:
    return name.lower() in ("host", "x-forwarded-port")


NOT_HTTP = (
    "This event is not an HTTP request. Invoke the function through API Gateway, a function URL "
    "or a load balancer."
)
DEFAULT_STAGE = "$default"
OWN_DOMAIN = ".execute-api."


def is_http(event: object) -> bool:
    """Return whether an event is a request of API Gateway, a function URL or a load balancer."""
    if not isinstance(event, dict) or not isinstance(event.get("requestContext"), dict):
        return False
    if "httpMethod" in event and "path" in event:
        return True
    return event.get("version") == "2.0" and "http" in event["requestContext"]


def other_answer(event: object) -> dict[str, Any]:
    """Return the answer to an event that is not HTTP.

    A schedule's event, which keeps an instance warm, gets 204. Messages of a queue are reported as
    failed, so that the queue keeps them; anything else gets 400.
    """
    records = event.get("Records") if isinstance(event, dict) else None
    if isinstance(event, dict) and event.get("source") in ("aws.events", "aws.scheduler"):
        return {"statusCode": 204}
    answer = refusal(NOT_HTTP)
    if isinstance(records, list):
        ids = [
            each["messageId"] for each in records if isinstance(each, dict) and "messageId" in each
        ]
        answer["batchItemFailures"] = [{"itemIdentifier": each} for each in ids]
    return answer


REPLACEMENT = "\ufffd"
"""The character that replaces bytes which are not UTF-8."""


def is_damaged(event: dict[str, Any]) -> bool:
    """Return whether the event is a form with a file whose bytes the gateway has replaced.

    REST APIs pass a body as base64 only if its media type is one of their binary media types.
    """
    if event.get("isBase64Encoded") or REPLACEMENT not in (event.get("body") or ""):
        return False
    headers = (event.get("headers") or {}).items()
    kinds = [value.lower() for name, value in headers if name.lower() == "content-type"]
    return any(kind.startswith("multipart/") for kind in kinds)


def needs_text(event: dict[str, Any]) -> bool:
    """Return whether a body of bytes could reach the client as base64.

    REST APIs decode base64 only for the media types that they are configured for. Their events have
    no version, and no load balancer behind them.
    """
    return "version" not in event and "elb" not in event["requestContext"]


def stage_path(event: dict[str, Any]) -> str:
    """Return `/` and the stage if an HTTP API puts the stage in front of the path, or nothing.

    It does so at its own domain, with either payload format. REST APIs leave the stage out, and
    their events have no version.
    """
    context = event["requestContext"]
    stage = context.get("stage", DEFAULT_STAGE)
    if stage == DEFAULT_STAGE or "version" not in event:
        return ""
    return f"/{stage}" if OWN_DOMAIN in context.get("domainName", "") else ""
