"""Read what a client's `Accept` header asks for."""

from cutout.choices import Representation

STRUCTURED = ("application/json", "application/*", "text/html")


def wanted_by(accept: str) -> Representation | None:
    """Return `BINARY` where a client takes pictures and no JSON, such as `image/*`; None for all
    others. (A browser that opens an address takes pictures as well, but wants HTML.)"""
    ranges = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    if any(each in STRUCTURED for each in ranges):
        return None
    files = (each.startswith("image/") or each == "application/zip" for each in ranges)
    return Representation.BINARY if any(files) else None
