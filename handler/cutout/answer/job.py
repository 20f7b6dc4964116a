"""What workers do for an answer: a file, and as much of it as the answer has to know."""

from dataclasses import dataclass, field

from cutout.answer.delivery import file_room
from cutout.answer.showing import Showing
from cutout.choices import Representation
from cutout.deadline import Deadline
from cutout.options import Options
from cutout.pictures import FoundObject
from cutout.source import Source
from cutout.stages import Stages
from cutout.work import PictureWork


@dataclass(frozen=True)
class Finished:
    """A file and what the answer may say of it; `room` is the largest file that fits the answer, in
    bytes, or None where any does."""

    file: bytes = field(repr=False)
    size: tuple[int, int]
    objects: tuple[FoundObject, ...] | None
    room: int | None


@dataclass(frozen=True)
class AnswerJob:
    """Cut out a picture for an answer of at most `max_answer_bytes`. (A job of
    `cutout.workers`.)"""

    source: Source
    options: Options
    representation: Representation | None
    max_answer_bytes: int | None

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> Finished:
        """Return the file and what the answer needs; raise `PictureError` where there is none."""
        composition = work.compose(self.source, self.options, deadline, stages)
        size, objects = composition.size, composition.objects
        showing = Showing.of(self.source, size, objects, self.options, self.representation)
        room = file_room(showing, self.max_answer_bytes)
        file = work.encode(composition, self.options, room, deadline, stages)
        return Finished(file, size, objects, room)
