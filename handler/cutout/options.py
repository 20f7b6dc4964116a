"""Values that say what to make of a picture, and the file that it comes in."""

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import md5

from cutout.choices import FileFormat, Margin, Mode
from cutout.colours import Colour


@dataclass(frozen=True)
class Source:
    """Hold a file as it was received."""

    content: bytes
    name: str

    @cached_property
    def md5(self) -> str:
        """The hex digest of the bytes received, as an identity and not for protection."""
        return md5(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Background:
    """Hold what the object is laid on: a picture's file, whose transparent parts show the colour;
    either alone; or neither, which leaves the background transparent."""

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
    """Describe what to make of a picture. The defaults are the reference API's: a transparent PNG
    of the picture's own size.

    `crop` is the margin around the object's box, or None to keep the whole picture; `objects` asks
    where the objects are. The mode `fg-mask` ignores `background` and `shadow`, and `fg-image`
    ignores `shadow`.
    """

    mode: Mode = Mode.FG_IMAGE
    background: Background = field(default_factory=Background)
    crop: Margin | None = None
    format: FileFormat = FileFormat.PNG
    shadow: ShadowLook = field(default_factory=ShadowLook)
    objects: bool = False
    quality_hint: bool = False
    """Whether the answer says how sure the networks are."""

    @property
    def laid_on(self) -> Background | None:
        """The background, if the mode uses one."""
        return self.background if self.background and self.mode is not Mode.FG_MASK else None
