"""Define what to make of a picture, and the file that it comes in."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import md5

from cutout.choices import FileFormat, Margin, Mode
from cutout.colours import Colour
from cutout.layout import Bound, Canvas
from cutout.lengths import Margins, Region

QUALITY = 90


@dataclass(frozen=True)
class Source:
    """Hold a file as it was received."""

    content: bytes
    name: str

    @cached_property
    def md5(self) -> str:
        """Return the hex digest of the bytes received, as an identity and not for protection."""
        return md5(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Background:
    """Hold the background of the object.

    It is a picture's file, whose transparent parts show the colour; either alone; or neither, which
    leaves the background transparent.
    """

    colour: Colour | None = None
    picture: Source | None = None

    def __bool__(self) -> bool:
        return self.picture is not None or (self.colour is not None and self.colour.alpha > 0)


@dataclass(frozen=True)
class ShadowLook:
    """Describe the shadow of `fg-image-shadow`. The defaults are the reference API's."""

    opacity: float = 0.73
    """0..1, how dark the darkest place is."""
    softness: float = 0.5
    """0..1: 0 is a line, 1 twice as wide as 0.5."""
    angle: float = 0.0
    """-75..75 degrees from straight above, at which the light falls: positive from the left, so
    that the shadow falls to the right."""


@dataclass(frozen=True)
class Options:
    """Describe what to make of a picture.

    The defaults are the reference API's: a transparent PNG of the picture's own size.

    `crop` is the margin around the object's box, or None to keep the whole picture; `objects` asks
    where the objects are. The mode `fg-mask` ignores `background` and `shadow`, and `fg-image`
    ignores `shadow`.
    """

    mode: Mode = Mode.FG_IMAGE
    background: Background = field(default_factory=Background)
    crop: Margin | Margins | None = None
    format: FileFormat = FileFormat.PNG
    shadow: ShadowLook = field(default_factory=ShadowLook)
    objects: bool = False
    roi: Region | None = None
    """Nothing outside of it can be foreground; None is the whole picture."""
    canvas: Canvas | None = None
    bound: Bound = field(default_factory=Bound)
    """How large the answer may be. What is foreground never changes with it."""
    quality: int = QUALITY
    """1..100, of a JPEG, a WebP, and the JPEG in a ZIP."""
    webp: bool = True
    """Whether a WebP file is accepted as a picture and as a background."""

    @property
    def early_bound(self) -> Bound:
        """Return the bound to which the picture can be shrunk before it is composed.

        It is none if the picture is cropped or its object scaled, since only a part is shown then.
        """
        return self.bound if self.crop is None and self.canvas is None else Bound()

    @property
    def draws_mask(self) -> bool:
        """Return whether the mask is all that is drawn; a ZIP holds mask and colours."""
        return self.mode is Mode.FG_MASK and self.format is not FileFormat.ZIP

    @property
    def needs_objects(self) -> bool:
        """Return whether the answer depends on where the objects are."""
        return self.objects or self.crop is not None or self.canvas is not None

    @property
    def laid_on(self) -> Background | None:
        """Return the background, if the mode uses one."""
        return self.background if self.background and self.mode is not Mode.FG_MASK else None
