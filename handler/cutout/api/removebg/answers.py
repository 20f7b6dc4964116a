"""Build the answers for clients of remove.bg: a file or JSON, and headers."""

import json
from base64 import b64encode
from collections.abc import Mapping
from time import time

from starlette.responses import JSONResponse, Response

from cutout.api.admission import PacedResponse
from cutout.api.removebg.errors import RemoveBgError
from cutout.api.removebg.service import CutOutFile

EXPOSED = (
    *("X-Width", "X-Height", "X-Max-Width", "X-Max-Height", "X-Type", "X-Credits-Charged"),
    *("X-Foreground-Top", "X-Foreground-Left", "X-Foreground-Width", "X-Foreground-Height"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"),
    "Server-Timing",
)
RATE_LIMIT, REMAINING, WINDOW_SECONDS = 500, 499, 60
"""Constant values: requests are not rate limited, but some clients fail without these headers."""
JSON_TYPE = "application/json; charset=utf-8"
TYPE = "other"
"""The only value of `X-Type`, because the kind of object is not recognized."""
CREDITS = 1_000_000
"""Nothing is charged, but some clients stop or warn when few credits are left."""
ACCOUNT = {
    "data": {
        "attributes": {
            "credits": {"total": CREDITS, "subscription": CREDITS, "payg": 0, "enterprise": 0},
            "api": {"free_calls": 0, "sizes": "all"},
        }
    }
}
"""The keys are exactly remove.bg's: one client fails if any is missing or added."""


def wants_json(accept: str) -> bool:
    """Return whether an `Accept` header asks for JSON: it names JSON, and not `*/*`.

    The lists of axios, Angular and n8n begin with JSON and have `*/*`, and remove.bg's own sample
    for axios writes the answer to a PNG.
    """
    ranges = {each.partition(";")[0].strip() for each in accept.lower().split(",")}
    return "application/json" in ranges and "*/*" not in ranges


def file_answer(
    result: CutOutFile, timing: Mapping[str, str], *, as_json: bool, names_type: bool
) -> Response:
    """Return the answer to a successful request: the file, or JSON that holds it in base64."""
    headers = common_headers() | _picture_headers(result) | dict(timing)
    if names_type:
        headers["X-Type"] = TYPE
    if as_json:
        return PacedResponse(_as_json(result), headers=headers, media_type=JSON_TYPE)
    return PacedResponse(result.content, headers=headers, media_type=result.format.media_type)


def error_answer(error: RemoveBgError) -> Response:
    """Return the answer to a failed request, which is always JSON."""
    headers = common_headers() | error.headers
    return JSONResponse(error.body, error.status, headers, JSON_TYPE)


def account_answer() -> Response:
    """Return the account, which never runs out of credits."""
    return JSONResponse(ACCOUNT, headers=common_headers(), media_type=JSON_TYPE)


def common_headers() -> dict[str, str]:
    """Return the headers of every answer. Pages may read all of them (CORS)."""
    return {
        "X-RateLimit-Limit": str(RATE_LIMIT),
        "X-RateLimit-Remaining": str(REMAINING),
        "X-RateLimit-Reset": str(int(time()) + WINDOW_SECONDS),
        "Access-Control-Expose-Headers": ", ".join(EXPOSED),
    }


def _picture_headers(result: CutOutFile) -> dict[str, str]:
    (width, height), (most, highest), box = result.size, result.max_size, result.foreground
    numbers = {
        "X-Width": width,
        "X-Height": height,
        "X-Max-Width": most,
        "X-Max-Height": highest,
        "X-Credits-Charged": 0,
        "X-Foreground-Top": box.top,
        "X-Foreground-Left": box.left,
        "X-Foreground-Width": box.width,
        "X-Foreground-Height": box.height,
    }
    return {name: str(number) for name, number in numbers.items()}


def _as_json(result: CutOutFile) -> bytes:
    box = result.foreground
    told = {
        "data": {
            "result_b64": b64encode(result.content).decode(),
            "foreground_top": box.top,
            "foreground_left": box.left,
            "foreground_width": box.width,
            "foreground_height": box.height,
        }
    }
    return json.dumps(told, separators=(",", ":")).encode()
