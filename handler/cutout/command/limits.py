"""Limit what is sent to an API at once, how long it may take to answer, and the answer's size."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Hold the limits that no option changes."""

    large_bytes: int = 4_400_000
    """Bytes of a form that barely fits a Lambda function's request: 6 MiB, base64 included."""
    answer_seconds: float = 600.0
    """Time limit for a whole request and its answer, however slowly they trickle. An answer of
    90 MB, for a PNG of noise with 4096 x 4096 pixels, takes that long at 1.2 Mbit/s."""
    slowest_upload: int = 10_000
    """Bytes per second. The time limit grows by the time that an upload takes at this pace."""
    result_bytes: int = 400_000_000
    """Byte limit of an answer with a cut-out. An RGBA PNG of noise with the command's own limit of
    8192 x 8192 pixels has 269 MB, which are 358 MB in base64."""
