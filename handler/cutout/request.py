"""Define the values of a request, which the HTTP part makes and lower layers use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cutout.choices import Representation
from cutout.options import Options, Source
from cutout.timing import Deadline


@dataclass(frozen=True)
class PictureForm:
    """Hold a picture's file or its URL; if the client sent both, the file.

    `background` is the background's file or URL, `mask` the file of a mask. `texts` are
    all text fields that aren't empty, and `files` the names of all files.
    """

    image: Source | None = None
    url: str | None = None
    background: Self | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    mask: Source | None = None
    files: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return either `image` or `url`."""
        return "url" if self.image is None else "image"


@dataclass(frozen=True)
class PictureRequest:
    """Hold one picture's request.

    `representation` is None if the client named none; the answer is then that of the reference
    API's first version. `server_url` (with a slash at the end) is the root of links to this
    server's own files. `gzip` says whether the client prefers compressed answers.
    """

    form: PictureForm
    deadline: Deadline
    options: Options = field(default_factory=Options)
    representation: Representation | None = None
    server_url: str = "/"
    gzip: bool = False
