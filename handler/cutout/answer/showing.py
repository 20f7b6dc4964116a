"""What the answer says of the picture, beside the picture."""

from dataclasses import dataclass
from typing import Self

from cutout.choices import FileFormat, Mode, Representation
from cutout.options import Options
from cutout.pictures import FoundObject
from cutout.source import Source


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
        size: tuple[int, int],
        objects: tuple[FoundObject, ...] | None,
        options: Options,
        representation: Representation | None,
    ) -> Self:
        """Return what there is to be said of a picture of that `size` that is done."""
        told = size if options.objects else None
        return cls(source, options.mode, representation, options.format, told, objects)
