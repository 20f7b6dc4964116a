"""What is to be made of each picture: as options for this machine, and as a query for an API."""

from dataclasses import dataclass, replace
from pathlib import Path

from cutout.choices import FileFormat, Mode, parse_margin
from cutout.colours import parse_colour
from cutout.command.problems import CommandError, UsageError, cause, shown
from cutout.options import Background, Options, Source


@dataclass(frozen=True)
class Wishes:
    """`background` is a colour or a file, `crop` a margin, all as they were written."""

    mode: Mode = Mode.FG_IMAGE
    format: FileFormat = FileFormat.PNG
    background: str | None = None
    crop: str | None = None

    def check(self) -> None:
        """Raises `UsageError` where a colour or a margin is none."""
        try:
            self._plain_options()
        except ValueError as error:
            raise UsageError(f"--crop {shown(self.crop)}: {error}") from error
        file = self.background_file
        if file is not None and (file.is_dir() or not file.exists()):
            raise UsageError(f"--background is neither a colour nor a file: {shown(file)}")

    @property
    def background_file(self) -> Path | None:
        """Where the background is a picture. (What can be a colour is one: a file of such a name is
        written `./white`.)"""
        if self.background is None or self._is_colour:
            return None
        return Path(self.background)

    def options(self) -> Options:
        """With the background's file read; raises `CommandError`."""
        file, options = self.background_file, self._plain_options()
        if file is None:
            return options
        try:
            picture = Source(file.read_bytes(), file.name)
        except OSError as error:
            raise CommandError(f"{shown(file)}: {cause(error)}") from error
        return replace(options, background=Background(picture=picture))

    def query(self) -> dict[str, str]:
        """But for the background's file. What is usual isn't mentioned."""
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

    def _plain_options(self) -> Options:
        colour = parse_colour(self.background) if self.background and self._is_colour else None
        margin = None if self.crop is None else parse_margin(self.crop)
        return Options(self.mode, Background(colour), margin, self.format)
