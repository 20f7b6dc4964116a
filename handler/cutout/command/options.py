"""Convert the command's options to local processing options or to a query for an API."""

from dataclasses import dataclass, replace
from pathlib import Path

from cutout.choices import FileFormat, Mode, parse_margin
from cutout.colours import parse_colour
from cutout.command.errors import CommandError, UsageError, printable, system_message
from cutout.options import Background, Options, Source


@dataclass(frozen=True)
class CommandOptions:
    """Hold the options of the cut-outs.

    `background` (a colour or a file) and `crop` (a margin) are as written on the command line.
    """

    mode: Mode = Mode.FG_IMAGE
    format: FileFormat = FileFormat.PNG
    background: str | None = None
    crop: str | None = None

    def check(self) -> None:
        """Raise `UsageError` if the background or the margin is invalid."""
        try:
            self._without_background_file()
        except ValueError as error:
            raise UsageError(f"--crop {printable(self.crop)}: {error}") from error
        file = self.background_file
        if file is not None and (file.is_dir() or not file.exists()):
            raise UsageError(f"--background is neither a colour nor a file: {printable(file)}")

    @property
    def background_file(self) -> Path | None:
        """Return the background's file, or None if there isn't one.

        Colour names win over file names; write `./white` for a file.
        """
        if self.background is None or self._is_colour:
            return None
        return Path(self.background)

    def processing_options(self) -> Options:
        """Return the options for this machine, with the background's file read.

        Raise `CommandError` if it cannot be read.
        """
        file, options = self.background_file, self._without_background_file()
        if file is None:
            return options
        try:
            picture = Source(file.read_bytes(), file.name)
        except OSError as error:
            raise CommandError(f"{printable(file)}: {system_message(error)}") from error
        return replace(options, background=Background(picture=picture))

    def query(self) -> dict[str, str]:
        """Return the query parameters for an API, without defaults and the background's file."""
        query = {"mode": str(self.mode)}
        if self.format is not FileFormat.PNG:
            query["format"] = str(self.format)
        if self.background is not None and self._is_colour:
            query["bg-color"] = self.background
        if self.crop is not None:
            query |= {"crop": "true", "crop-margin": self.crop}
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
        margin = None if self.crop is None else parse_margin(self.crop)
        return Options(self.mode, Background(colour), margin, self.format)
