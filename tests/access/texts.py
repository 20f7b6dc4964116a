"""Texts that hold API keys, and texts that hold none."""

import json

KEY, OTHER = "the-key-of-client-a", "0123456789abcdef"

WITH_KEYS: dict[str, tuple[str, list[str]]] = {
    "one": (KEY, [KEY]),
    "blanks": (f"  {KEY} \t {OTHER} ", [KEY, OTHER]),
    "lines": (f"{KEY}\n\n{OTHER}\n", [KEY, OTHER]),
    "lines of Windows": (f"{KEY}\r\n{OTHER}\r\n", [KEY, OTHER]),
    "a byte order mark": (f"\ufeff{KEY}", [KEY]),
    "16 characters": ("k" * 16, ["k" * 16]),
    "digits alone, which JSON calls a number": ("1" * 40, ["1" * 40]),
    "a hash within": ("key#of#client#number#1", ["key#of#client#number#1"]),
    "slashes within": ("ab//cd//ef//gh//", ["ab//cd//ef//gh//"]),
    "punctuation": ("!#$%&()*+-./;<=>?@^_|~", ["!#$%&()*+-./;<=>?@^_|~"]),
}
"""Text, its keys."""

COMMENT = "acme-corporation-production revoked-in-february-2026"

WITH_COMMENTS: dict[str, str] = {
    "above": f"# {COMMENT}\n{KEY}",
    "below": f"{KEY}\n# {COMMENT}",
    "indented": f"  \t# {COMMENT}\n{KEY}",
    "without a blank": f"#{COMMENT}\n{KEY}",
    "after a key": f"{KEY} # {COMMENT}",
    "slashes": f"// {COMMENT}\n{KEY}",
    "slashes after a key": f"{KEY} //{COMMENT}",
    "carriage returns": f"# {COMMENT}\r{KEY}",
    "after a byte order mark": f"\ufeff# {COMMENT}\n{KEY}",
    "over a line end of Unicode": f"{KEY}\n# note\u2028{COMMENT}",
    "over a form feed": f"{KEY}\n# note\x0c{COMMENT}",
}
"""`KEY` is a key in each, and no word of `COMMENT` is."""

SHORT = "a-short-one-of-1"[:15]

REFUSED_WORDS = [
    SHORT,
    "{",
    "//",
    *(f"{KEY}{each}" for each in "{}[]\"'`:,\\"),
    f'"{KEY}"',
    f"[{KEY}]",
    f"{KEY}\\n{OTHER}",
    "sch\u00fcssel-des-kunden-a",
    f"\u201c{KEY}\u201d",
    f"{KEY}\u200b",
    f"{KEY}\x00",
    f"{KEY}\x7f",
]
"""Words that are no keys, beside others that are."""

CLIENTS = {"client": "acme-corporation-production", "note": "for acme-corporation-production only"}

WITHOUT_KEYS: dict[str, str] = {
    "blanks": " ",
    "a line end": "\n",
    "a short word": SHORT,
    "comments alone": f"# {COMMENT}\n// {COMMENT}",
    "a commented key": f"#{KEY}",
    "an object": json.dumps(CLIENTS),
    "an object over lines": json.dumps(CLIENTS, indent=2),
    "an object in blanks": f"\n  {json.dumps(CLIENTS)}  \n",
    "an object below a comment": f"# {COMMENT}\n{json.dumps(CLIENTS, indent=2)}",
    "an object that is cut off": json.dumps(CLIENTS, indent=2)[:-2],
    "an array": json.dumps([f"{KEY} {OTHER} ", COMMENT]),
    "an array over lines": json.dumps([f" {KEY} "], indent=2),
    "a string": json.dumps(f"{KEY} {OTHER} {KEY}"),
}
