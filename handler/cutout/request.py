"""What the pipeline is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cutout.choices import Representation
from cutout.options import Options, Source
from cutout.timing import Deadline


@dataclass(frozen=True)
class PictureForm:
    """Exactly one of `image` and `url` is set; where the client sent both, `image` wins.
    `background` is the same for what the object is laid on, and `texts` are all the text fields
    that aren't empty."""

    image: Source | None = None
    url: str | None = None
    background: Self | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Which of the two."""
        return "url" if self.image is None else "image"


@dataclass(frozen=True)
class Order:
    """One picture's request. `representation` is None where the client asked for none, which is
    answered as the original's first version does; `server_url` (with a slash at the end) is the
    root that links to this server's own files stand under."""

    form: PictureForm
    deadline: Deadline
    options: Options = field(default_factory=Options)
    representation: Representation | None = None
    server_url: str = "/"
