"""Tell HTTP requests from the other events that may invoke the function, and answer those."""

from typing import Any

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
    if isinstance(event, dict) and event.get("source") in {"aws.events", "aws.scheduler"}:
        return {"statusCode": 204}
    answer: dict[str, Any] = {
        "statusCode": 400,
        "headers": {"content-type": "text/plain"},
        "body": NOT_HTTP,
        "isBase64Encoded": False,
    }
    if isinstance(records, list):
        ids = [each["messageId"] for each in records if "messageId" in each]
        answer["batchItemFailures"] = [{"itemIdentifier": each} for each in ids]
    return answer


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
