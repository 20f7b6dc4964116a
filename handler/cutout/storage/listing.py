"""Parse the pages in which S3 lists a bucket.

Source: "ListObjectsV2" in the Amazon S3 API reference.
"""

from dataclasses import dataclass
from urllib.parse import unquote_plus
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from cutout.errors import StorageError

NAMESPACE = "{*}"
"""Any: not every S3-compatible server sends AWS's."""
PAGE_BYTES = 16 << 20  # 1,000 keys of 1,024 bytes, each escaped as %XX, take 4 MB


@dataclass(frozen=True)
class Listed:
    """Hold an object of a list; `size` is in bytes.

    `etag` is the MD5 of the object's bytes, unless it was uploaded in parts or encrypted by KMS.
    """

    key: str
    size: int
    etag: str


@dataclass(frozen=True)
class Page:
    """Hold one page of a list; `continuation` asks for the next one, None after the last."""

    objects: tuple[Listed, ...]
    continuation: str | None


class _Plain(TreeBuilder):
    """Build a tree of XML without a document type, since only those can declare entities."""

    def doctype(self, *_: object) -> None:
        """Raise `ValueError`."""
        raise ValueError("the list has a document type")


def parse_page(content: bytes) -> Page:
    """Return the page that was asked for with `encoding-type=url`, which not every server heeds.

    Raise `StorageError` if it is not a complete list.
    """
    try:
        parser = XMLParser(target=_Plain())  # noqa: S314  # entities are refused
        parser.feed(content)
        root: Element = parser.close()
        is_escaped = root.findtext(f"{NAMESPACE}EncodingType") == "url"
        entries = root.iterfind(f"{NAMESPACE}Contents")
        found = tuple(_listed(each, is_escaped=is_escaped) for each in entries)
        is_last = _text(root, "IsTruncated") != "true"
        return Page(found, None if is_last else _text(root, "NextContinuationToken"))
    except (ParseError, ValueError) as error:
        raise StorageError("The bucket's list can't be read") from error


def _listed(entry: Element, *, is_escaped: bool) -> Listed:
    """Return the object. Escaped keys are so as in a query: `a+b%C3%A4` is `a bä`."""
    key = _text(entry, "Key")
    if is_escaped:
        key = unquote_plus(key, errors="strict")
    etag = entry.findtext(f"{NAMESPACE}ETag", "").strip('"')
    return Listed(key, int(_text(entry, "Size")), etag)


def _text(element: Element, name: str) -> str:
    """Return the text of a child. Raise `ValueError` if there is none."""
    text = element.findtext(f"{NAMESPACE}{name}")
    if not text:
        raise ValueError(f"the list has no {name}")
    return text
