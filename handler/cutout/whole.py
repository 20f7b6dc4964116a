"""Pictures whose sides don't divide by what they are worked on in."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Kind = TypeVar("Kind", bound=np.generic)


def whole(data: npt.NDArray[Kind], side: int) -> npt.NDArray[Kind]:
    """With the last row and column repeated until `side` divides both."""
    short = [(0, -length % side) for length in data.shape[:2]]
    if not any(after for _, after in short):
        return data
    return np.pad(data, [*short, *[(0, 0)] * (data.ndim - 2)], "edge")
