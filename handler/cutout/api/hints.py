"""Write the `Warning` header: which parts of a request are ignored, and lost transparency."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from cutout.api.body import FILES
from cutout.api.parameters import REFERENCE_FIELDS, OptionsQuery
from cutout.options import Options
from cutout.request import PictureForm

CLOSE = 0.85
QUOTABLE = re.compile(r"[A-Za-z0-9_.\[\]-]{1,40}")
FORM_FIELDS = FILES | {"url", "url-bg"}
KNOWN = {field.alias or name for name, field in OptionsQuery.model_fields.items()} | FORM_FIELDS
ELSEWHERE = {
    "add_shadow": "mode=fg-image-shadow",
    "bg_image_file": "image-bg",
    "bg_image_url": "url-bg",
    "channels": "mode",
    "file": "image",
    "image_file": "image",
    "image_url": "url",
    "image[]": "image",
    "imagefile": "image",
    "imageurl": "url",
    "img": "image",
    "photo": "image",
    "picture": "image",
    "shadow_type": "mode=fg-image-shadow",
    "size": "max-megapixels",
}
"""Parameters of remove.bg's API, usual names of a picture, and their equivalents here."""
ON_WHITE = "JPEG has no transparency: the object is laid on white. Set bg-color for another colour."
NO_FORM = "The body is not a form. Send multipart/form-data or application/x-www-form-urlencoded."
MOST = 5
MAX_NAMES = 100
"""Names of each place that are compared; a query and a URL-encoded form have room for 16,000."""


def warnings(query: Iterable[str], form: PictureForm, options: Options) -> dict[str, str]:
    """Return a `Warning` header for a request, or an empty dictionary without a warning.

    `query` names the parameters of the query.
    """
    found = ignored(query, form.texts, form.files)
    return header([*found, ON_WHITE] if options.lies_on_white else found)


def header(texts: Iterable[str]) -> dict[str, str]:
    """Return a `Warning` header (RFC 7234, code 299), or an empty dictionary without a text."""
    value = ", ".join(f'299 - "{text}"' for text in texts)
    return {"Warning": value} if value else {}


def ignored(query: Iterable[str], texts: Iterable[str], files: Iterable[str]) -> list[str]:
    """Return a warning for each ignored name that looks like a mistake.

    `query` has the names in the query, `texts` and `files` those of the form's parts. At most
    `MOST` warnings are returned, one for each name. A name that is where it belongs may be
    elsewhere as well. The first `MAX_NAMES` names of each place count.
    """
    asked, texts, files = (list(islice(each, MAX_NAMES)) for each in (query, texts, files))
    in_form = FILES.intersection(files) | (FORM_FIELDS - FILES).intersection(texts)
    in_place = in_form | REFERENCE_FIELDS.intersection(asked)
    places = ((asked, _in_query), (texts, _as_text), (files, _as_file))
    found: dict[str, str] = {}
    for names, explain in places:
        for name in names:
            text = _misspelt(name) if name not in KNOWN else explain(name)
            if text is not None and name not in in_place:
                found.setdefault(name, text)
    return list(found.values())[:MOST]


def _in_query(name: str) -> str | None:
    return f"{name} is ignored in the query; send it in the form." if name in FORM_FIELDS else None


def _as_text(name: str) -> str | None:
    if name in FILES:
        return f"{name} is ignored as text; send it as a file, in multipart/form-data."
    if name in REFERENCE_FIELDS:
        return f"{name} is ignored in the form; send it in the query."
    return None


def _as_file(name: str) -> str | None:
    if name in FILES:
        return None
    if name in REFERENCE_FIELDS:
        return _as_text(name)
    return f"{name} is ignored as a file; send it as text."


def _misspelt(name: str) -> str | None:
    """Return a warning if an unknown name resembles a parameter."""
    meant = _meant(name) if QUOTABLE.fullmatch(name) else None
    return meant and f"{name} is not a parameter of this API; did you mean {meant}?"


def _meant(name: str) -> str | None:
    """Return the parameter that an unknown name resembles, or None."""
    plain = name.lower().replace("_", "-")
    if plain in KNOWN:
        return plain
    close = get_close_matches(plain, KNOWN, 1, CLOSE)
    return ELSEWHERE.get(name.lower()) or (close[0] if close else None)
