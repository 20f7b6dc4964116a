"""Remove the backgrounds of pictures, as an AWS Lambda container, a local server or a library.

A picture passes through api, fetch, decode, segment, refine, compose, encode and api again, a
package for each step. As a library: ``from cutout import cut_out,
Session`` (`docs/library.md`).
"""

TYPE_CHECKING = False
"""Replaces that of `typing`: during its import, the command can't handle interrupts yet."""

if TYPE_CHECKING:
    from cutout.library.result import CutOut
    from cutout.library.session import Session, cut_out

__version__ = "1.2.0"
__all__ = ["CutOut", "Session", "__version__", "cut_out"]


def __dir__() -> list[str]:
    """List what can be imported too, for the completion of notebooks and shells."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """Import the library at its first use, so that a cold start on Lambda is not slowed by it."""
    if name in {"Session", "cut_out"}:
        from cutout.library import session  # noqa: PLC0415

        return getattr(session, name)
    if name == "CutOut":
        from cutout.library.result import CutOut  # noqa: PLC0415

        return CutOut
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
