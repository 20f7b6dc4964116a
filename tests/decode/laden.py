"""Pictures that carry a profile of `tests.decode.profiles`, and the same pictures without one."""

from collections.abc import Callable

from tests.decode.profiles import COSTLY, HOSTILE
from tests.samples import gradient, jpeg, png

Maker = Callable[..., bytes]
FORMS: dict[str, tuple[Maker, str]] = {
    "grey PNG": (png, "L"),
    "RGB PNG": (png, "RGB"),
    "grey JPEG": (jpeg, "L"),
    "RGB JPEG": (jpeg, "RGB"),
    "CMYK JPEG": (jpeg, "CMYK"),
}
PROFILES = {**HOSTILE, **COSTLY}
NAMED = [name for name in HOSTILE if "multi-process" in name or "table" in name]
"""Those that the slower doors are tried with; all doors share the decoder, which sees every one."""


def laden(form: str, name: str) -> bytes:
    save, mode = FORMS[form]
    return save(gradient().convert(mode), icc_profile=PROFILES[name](mode))


def bare(form: str) -> bytes:
    save, mode = FORMS[form]
    return save(gradient().convert(mode))
