"""Parse a text of API keys, as in the secret or in `CUTOUT_API_KEYS`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MIN_LENGTH = 16
"""Minimum characters of a key. 16 random hexadecimal digits are 64 bits, which cannot be guessed
over a network; UUIDs, marketplace secrets and the template's generated keys are longer. The words
of a comment or of JSON are mostly shorter."""

COMMENTS = ("#", "//")
JSON = ("{", "[", '"')
VISIBLE_ASCII = frozenset(map(chr, range(0x21, 0x7F)))
"""Characters that every HTTP client can send in a header."""
ALLOWED = VISIBLE_ASCII - frozenset("{}[]\"'`:,\\")
"""Without JSON's and YAML's punctuation, quotes, and escapes such as a literal `\\n`."""

IN_COMMENT = "in comments"
IN_JSON = "in JSON"
TOO_SHORT = f"shorter than {MIN_LENGTH} characters"
NOT_ALLOWED = "with characters that a key cannot have"


@dataclass(frozen=True)
class ParsedKeys:
    """Hold the valid keys of a text, and how many of its words were refused for each reason."""

    keys: tuple[str, ...]
    refused: Mapping[str, int]

    @property
    def refusals(self) -> str:
        """Return the reasons and counts of refused words, without the words themselves."""
        return ", ".join(f"{count} {reason}" for reason, count in self.refused.items()) or "empty"


def parse_keys(text: str) -> ParsedKeys:
    """Return the keys of a text, separated by white space.

    A word that begins with `#` or `//` makes the rest of its line a comment. A text that begins as
    JSON is refused as a whole.
    """
    words, comments = _split(text)
    refused = Counter({IN_COMMENT: comments} if comments else {})
    if words and words[0].startswith(JSON):
        refused[IN_JSON] = len(words)
        return ParsedKeys((), refused)
    reasons = [_refusal(word) for word in words]
    refused.update(reason for reason in reasons if reason)
    keys = (word for word, reason in zip(words, reasons, strict=True) if not reason)
    return ParsedKeys(tuple(keys), refused)


def _split(text: str) -> tuple[list[str], int]:
    """Return the words outside of comments, and how many are in comments."""
    words, comments = [], 0
    # Only line ends that every editor shows end a comment, not all of Unicode's.
    for line in text.removeprefix("\ufeff").replace("\r", "\n").split("\n"):
        found = line.split()
        kept = _length_before_comment(found)
        words += found[:kept]
        comments += len(found) - kept
    return words, comments


def _length_before_comment(words: Iterable[str]) -> int:
    count = 0
    for word in words:
        if word.startswith(COMMENTS):
            break
        count += 1
    return count


def _refusal(word: str) -> str | None:
    if not ALLOWED.issuperset(word):
        return NOT_ALLOWED
    return TOO_SHORT if len(word) < MIN_LENGTH else None
