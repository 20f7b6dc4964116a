"""Convert the command's options to local processing options or to a query for an API."""

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cutout.choices import FileFormat, Mode, parse_margin
from cutout.colours import parse_colour
from cutout.command.arguments import Arguments
from cutout.command.errors import CommandError, UsageError, printable, system_message
from cutout.command.inputs import is_address, is_there
from cutout.layout_options import LayoutOptions
from cutout.options import QUALITY, Background, Options, ShadowLook, Source

ON_WHITE = "JPEG has no transparency: cut-outs lie on white. Use --background for another colour."


@dataclass(frozen=True)
class CommandOptions:
    """Hold the options of the cut-outs.

    `background` (a colour or a file) and `crop` (a margin) are as written on the command line.
    """

    mode: Mode = Mode.FG_IMAGE
    format: FileFormat = FileFormat.PNG
    background: str | None = None
    crop: str | None = None
    quality: int = QUALITY
    layout: LayoutOptions = field(default_factory=LayoutOptions)
    shadow: ShadowLook = field(default_factory=ShadowLook)

    @classmethod
    def given(cls, given: Arguments, kind: FileFormat) -> "CommandOptions":
        """Return the options of a command line, for files of that kind. Raise `UsageError`."""
        options = cls(
            given.mode,
            kind,
            given.background,
            given.crop,
            given.quality or QUALITY,
            given.layout,
            given.shadow,
        )
        options.check()
        return options

    def check(self) -> None:
        """Raise `UsageError` if the background or the margin is invalid."""
        try:
            self._without_background_file()
        except ValueError as error:
            raise UsageError(f"--crop {printable(self.crop)}: {error}") from error
        if self.background is not None and is_address(self.background):
            raise UsageError(
                f"--background is an address; download the picture: {printable(self.background)}"
            )
        file = self.background_file
        if file is not None and (not is_there(file) or file.is_dir()):
            raise UsageError(f"--background is neither a colour nor a file: {printable(file)}")

    @property
    def background_file(self) -> Path | None:
        """Return the background's file, or None if there isn't one.

        Colour names win over file names; write `./white` for a file.
        """
        if self.background is None or self._is_colour:
            return None
        return Path(self.background)

    @property
    def lies_on_white(self) -> bool:
        """Return whether the cut-outs lie on white because they are JPEGs."""
        return self._without_background_file().lies_on_white and self.background_file is None

    @cached_property
    def processing_options(self) -> Options:
        """Return the options for this machine, with the background's file read, once.

        Raise `CommandError` if it cannot be read.
        """
        file, options = self.background_file, self._without_background_file()
        if file is None:
            return options
        try:
            picture = Source(file.read_bytes(), file.name)
        except OSError as error:
            raise CommandError(f"{printable(file)}: {system_message(error)}") from error
        return replace(options, background=replace(options.background, picture=picture))

    def query(self) -> dict[str, str]:
        """Return the query parameters for an API, without defaults and the background's file."""
        query = {"mode": str(self.mode)}
        if self.format is not FileFormat.PNG:
            query["format"] = str(self.format)
        if self.quality != QUALITY:
            query["quality"] = str(self.quality)
        if self.background is not None and self._is_colour:
            query["bg-color"] = self.background
        if self.crop is not None:
            query |= {"crop": "true", "crop-margin": self.crop}
        for name, value in asdict(self.layout).items():
            if value is not None:
                query[name.replace("_", "-")] = str(value)
        for name, value in asdict(self.shadow).items():
            if value != getattr(ShadowLook(), name):
                query[f"shadow-{name}"] = str(value)
        return query

    @property
    def _is_colour(self) -> bool:
        try:
            parse_colour(self.background or "")
        except ValueError:
            return False
        return True

    def _without_background_file(self) -> Options:
        colour = parse_colour(self.background) if self.background and self._is_colour else None
        options = Options(
            mode=self.mode,
            background=Background(colour),
            crop=None if self.crop is None else parse_margin(self.crop),
            format=self.format,
            shadow=self.shadow,
            quality=self.quality,
        )
        return self.layout.applied(options)
