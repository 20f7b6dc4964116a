"""Remove backgrounds: receive, fetch, decode, segment, refine, compose, encode, answer.

As a library: ``from cutout import cut_out``. `docs/architecture.md` describes the packages.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutout.library import cut_out

__version__ = "1.0.0"
__all__ = ["__version__", "cut_out"]


def __getattr__(name: str) -> object:
    """Import `cut_out` when it is asked for: Lambda never does, and starts faster without it."""
    if name == "cut_out":
        from cutout.library import cut_out  # noqa: PLC0415

        return cut_out
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
