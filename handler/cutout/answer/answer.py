"""What the route hands on."""

from dataclasses import dataclass, field

from cutout.record import Facts

ELSEWHERE = b"The result is too large for this answer and waits at the address in Location.\n"


@dataclass(frozen=True)
class Answer:
    """The JSON of a `Results`, a file of the media type `kind`, or where to get either; `facts` are
    for the log."""

    body: bytes
    location: str | None = None
    kind: str = "application/json"
    facts: Facts = field(default_factory=dict)

    @property
    def status(self) -> int:
        """303 leads every client, whatever it posted, to a GET of the same JSON (RFC 9110)."""
        return 200 if self.location is None else 303

    @property
    def headers(self) -> dict[str, str]:
        """Those that go with the status."""
        return {} if self.location is None else {"Location": self.location}

    @property
    def media_type(self) -> str:
        """Of `body`."""
        return self.kind if self.location is None else "text/plain"


def elsewhere(location: str) -> Answer:
    """A redirect to the JSON."""
    return Answer(ELSEWHERE, location)
