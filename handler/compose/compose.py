"""One composer a mode."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from handler.compose.cutout import compose_cutout
from handler.compose.mask import compose_mask
from handler.compose.shadow import compose_shadow
from handler.pictures import Alpha, Composition, Mode, Picture

COMPOSERS: Mapping[Mode, Callable[[Picture, Alpha], Composition]] = MappingProxyType(
    {
        Mode.FG_IMAGE: compose_cutout,
        Mode.FG_IMAGE_SHADOW: compose_shadow,
        Mode.FG_MASK: compose_mask,
    }
)


def compose(picture: Picture, alpha: Alpha, mode: Mode) -> Composition:
    """The picture that `mode` names."""
    return COMPOSERS[mode](picture, alpha)
