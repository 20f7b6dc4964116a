"""Read the representation that a client's `Accept` header asks for."""

from cutout.choices import Representation

STRUCTURED = ("application/json", "application/*", "text/html")


def wanted_by(accept: str) -> Representation | None:
    """Return `BINARY` for a header that names pictures or a ZIP but no JSON, else None.

    A browser that opens an address accepts pictures as well as HTML, so HTML counts as JSON does.
    """
    ranges = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    if any(each in STRUCTURED for each in ranges):
        return None
    files = (each.startswith("image/") or each == "application/zip" for each in ranges)
    return Representation.BINARY if any(files) else None
