"""The request's deadline."""

from collections.abc import Mapping
from time import time
from typing import Annotated, Any, Protocol

from fastapi import Depends
from starlette.requests import Request

from cutout.deadline import Deadline
from cutout.settings import Settings, get_settings


class LambdaContext(Protocol):
    """As much of the invocation's context as is asked here."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends the function."""


async def receive_deadline(
    request: Request, settings: Annotated[Settings, Depends(get_settings)]
) -> Deadline:
    """On Lambda, what both the function and API Gateway leave; elsewhere a setting."""
    context: LambdaContext | None = request.scope.get("aws.context")
    if context is None:
        return Deadline.after(settings.request_seconds)
    function = context.get_remaining_time_in_millis() / 1000
    gateway = settings.gateway_seconds - _age(request.scope["aws.event"], settings.gateway_seconds)
    return Deadline.after(min(function, gateway) - settings.margin_seconds)


def _age(event: Mapping[str, Any], believable: float) -> float:
    """Seconds since the gateway took the request: with a cold start that is more than the function
    has run for. An event that is older than any live one, or of the future, is a recorded one."""
    context = event.get("requestContext") or {}
    milliseconds = context.get("timeEpoch") or context.get("requestTimeEpoch") or 0
    age = time() - milliseconds / 1000
    return age if 0 <= age <= believable else 0.0
