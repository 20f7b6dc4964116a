"""Define the options for one picture, and the file that it comes in."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import md5

from cutout.choices import FileFormat, Margin, Mode
from cutout.colours import TRANSPARENT, Colour
from cutout.layout import Bound, Canvas, Margins, Region

QUALITY = 90
SHADOW_LIMITS = {"opacity": (0, 1), "softness": (0, 1), "angle": (-75, 75)}
"""Lowest and highest values of a `ShadowLook`."""


@dataclass(frozen=True)
class Source:
    """Hold a file as it was received.

    A `digest` stands for the content of a file that was not read.
    """

    content: bytes
    name: str
    digest: str | None = None

    @cached_property
    def md5(self) -> str:
        """Return the hex digest of the bytes received, as an identity and not for protection."""
        return self.digest or md5(self.content, usedforsecurity=False).hexdigest()


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
    """0..1, at the shadow's darkest point."""
    softness: float = 0.5
    """0..1: 0 is a line, 1 twice as wide as 0.5."""
    angle: float = 0.0
    """-75..75 degrees from straight above, at which the light falls: positive from the left, so
    that the shadow falls to the right."""


@dataclass(frozen=True)
class Options:
    """Hold the options for one picture.

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
    """The only part of the picture that can be foreground; None is the whole picture."""
    canvas: Canvas | None = None
    bound: Bound = field(default_factory=Bound)
    """Maximum size of the answer. The mask is found at full quality and then scaled."""
    quality: int = QUALITY
    """Quality, 1..100, of a JPEG, a WebP, or the JPEG in a ZIP."""
    webp: bool = True
    """Whether WebP files are accepted as pictures and backgrounds."""
    quality_hint: bool = False
    """Whether the answer says how sure the networks are."""
    mask: Source | None = None
    """The file of a mask that takes the place of the networks' alpha."""

    @property
    def early_bound(self) -> Bound:
        """Return the bound to shrink the picture to before it is composed.

        It is empty with a crop or a canvas, which may show a small part of the picture enlarged,
        and with a mask, which has the picture's full size.
        """
        is_whole = self.crop is None and self.canvas is None and self.mask is None
        return self.bound if is_whole else Bound()

    @property
    def draws_mask(self) -> bool:
        """Return whether the answer is the mask alone; a ZIP also holds the colours."""
        return self.mode is Mode.FG_MASK and self.format is not FileFormat.ZIP

    @property
    def lies_on_white(self) -> bool:
        """Return whether white shows because a JPEG has no transparency.

        A background picture's own transparency, which also does that, is not known yet.
        """
        if self.format is not FileFormat.JPG or self.draws_mask:
            return False
        background = self.background
        return background.picture is None and (background.colour or TRANSPARENT).alpha < 255

    @property
    def needs_objects(self) -> bool:
        """Return whether the objects' boxes are needed for the answer."""
        return self.objects or self.crop is not None or self.canvas is not None

    @property
    def laid_on(self) -> Background | None:
        """Return the background, if the mode uses one."""
        return self.background if self.background and self.mode is not Mode.FG_MASK else None
