"""Remove backgrounds: receive, fetch, decode, segment, refine, compose, encode, answer.

As a library: ``from cutout import cut_out, Session`` (`docs/library.md`).
`docs/architecture.md` describes the packages.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutout.library.result import CutOut
    from cutout.library.session import Session, cut_out

__version__ = "1.1.0"
__all__ = ["CutOut", "Session", "__version__", "cut_out"]


def __getattr__(name: str) -> object:
    """Import the library when it is asked for: Lambda never does, and starts faster without it."""
    if name in {"Session", "cut_out"}:
        from cutout.library import session  # noqa: PLC0415

        return getattr(session, name)
    if name == "CutOut":
        from cutout.library.result import CutOut  # noqa: PLC0415

        return CutOut
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
