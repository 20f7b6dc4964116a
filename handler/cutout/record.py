"""One line of JSON for each request: who wants to know how the service is doing reads nothing else.

It holds no address, no URL, no file name, no key, and of the path the route's form alone, since a
link's token opens what it names. On Lambda the line is one of CloudWatch's embedded metric format
as well ("Specification: Embedded metric format" in the CloudWatch user guide), so that CloudWatch
draws the time by stage and the requests by outcome, and no agent has to send anything.
"""

import json
from collections.abc import Callable
from time import perf_counter, time
from typing import Any, TypeAlias
from uuid import uuid4

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Facts: TypeAlias = dict[str, str | int | float]

KEY = "cutout.facts"
NAMESPACE = "Cutout"
REQUESTS, MILLISECONDS = "requests", "milliseconds"


def facts_of(request: Request) -> Facts:
    """Where a request's facts are collected; `outcome` says why there is no picture, or `ok`."""
    facts: Facts = request.scope.setdefault(KEY, {})
    return facts


def reason(error: Exception) -> str:
    """An error as an outcome: the name of its class."""
    return type(error).__name__.removesuffix("Error")


class RequestLog:
    """Middleware that writes the line when the answer is on its way."""

    def __init__(self, app: ASGIApp, write: Callable[[str], None]) -> None:
        self._app, self._write = app, write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500
        facts: Facts = scope.setdefault(KEY, {})

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            spent = round((perf_counter() - start) * 1000, 1)
            self._write(json.dumps(line(scope, facts, status, spent)))


def line(scope: Scope, facts: Facts, status: int, milliseconds: float) -> dict[str, Any]:
    """What is written of a request."""
    context = scope.get("aws.context")
    found: dict[str, Any] = {
        "time": int(time() * 1000),
        "request_id": getattr(context, "aws_request_id", None) or uuid4().hex,
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", None),
        "status": status,
        "outcome": "ok" if status < 400 else f"HTTP {status}",
        MILLISECONDS: milliseconds,
        **facts,
    }
    if context is None:
        return found
    return found | metrics(found, context.function_name)


def metrics(found: dict[str, Any], function: str) -> dict[str, Any]:
    """What makes metrics of the line: the times by function, and a count by outcome as well."""
    times = [name for name, value in found.items() if isinstance(value, float)]
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["function"]],
            "Metrics": [{"Name": name, "Unit": "Milliseconds"} for name in times],
        },
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["function", "outcome"]],
            "Metrics": [{"Name": REQUESTS, "Unit": "Count"}],
        },
    ]
    metadata = {"Timestamp": found["time"], "CloudWatchMetrics": directives}
    return {"function": function, REQUESTS: 1, "_aws": metadata}


def to_stdout(text: str) -> None:
    """A line of its own, which Lambda hands to CloudWatch as it is."""
    print(text, flush=True)
