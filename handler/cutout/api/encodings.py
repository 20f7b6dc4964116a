"""Choose the content coding that a client prefers (RFC 9110, section 12.5.3)."""

import re
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import Headers

ELEMENT = re.compile(
    r"(?P<name>[!#$%&'*+.^_`|~0-9a-z-]+)"
    r"(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)
GZIP = ("gzip", "x-gzip")
EVERYTHING = "*"


@dataclass(frozen=True)
class Accepted:
    """Hold the weights, 0..1, of gzip and of no coding; 0 means that the client refuses it.

    A client that does not mention `identity` accepts it, but prefers what it does mention.
    """

    gzip: float = 0.0
    identity: float | None = None

    @classmethod
    def by(cls, header: str) -> Self:
        """Return what an `Accept-Encoding` says. Ignore invalid elements."""
        weights: dict[str, float] = {}
        for element in header.lower().split(","):
            match = ELEMENT.fullmatch(element.strip(" \t"))
            if match is not None:
                weight = float(match["weight"] or "1")
                weights[match["name"]] = min(weight, weights.get(match["name"], 1.0))
        others = weights.get(EVERYTHING)
        gzip = next((weights[each] for each in GZIP if each in weights), others)
        return cls(gzip or 0.0, weights.get("identity", others))

    @property
    def prefers_gzip(self) -> bool:
        """Return whether gzip is accepted, and preferred if no coding is accepted as well."""
        return self.gzip > 0 and self.gzip >= (self.identity or 0)

    @property
    def needs_gzip(self) -> bool:
        """Return whether gzip is accepted and no coding is not."""
        return self.gzip > 0 and self.identity == 0


def accepted(headers: Headers) -> Accepted:
    """Return what a request's headers say."""
    return Accepted.by(", ".join(headers.getlist("accept-encoding")))
