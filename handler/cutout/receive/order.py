"""What the pipeline is asked for."""

from dataclasses import dataclass, field

from cutout.choices import Representation
from cutout.deadline import Deadline
from cutout.options import Options
from cutout.receive.form import PictureForm


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
