"""What the answer says of the picture, beside the picture."""

from dataclasses import dataclass
from typing import Self

from handler.options import Options
from handler.pictures import Composition, FileFormat, FoundObject, Mode, Representation, Source


@dataclass(frozen=True)
class Showing:
    """`size` (width, height) and `objects` are None where nobody asked for them, as is
    `representation`; without any of them the answer is the seed contract's, byte for byte."""

    source: Source
    mode: Mode = Mode.FG_IMAGE
    representation: Representation | None = None
    format: FileFormat = FileFormat.PNG
    size: tuple[int, int] | None = None
    objects: tuple[FoundObject, ...] | None = None

    @classmethod
    def of(
        cls,
        source: Source,
        composition: Composition,
        options: Options,
        representation: Representation | None,
    ) -> Self:
        """What there is to be said of a picture that is done."""
        size = composition.size if options.objects else None
        return cls(source, options.mode, representation, options.format, size, composition.objects)
