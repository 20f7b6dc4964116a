"""One target under atheris, with libFuzzer's own options behind its name. A process each: libFuzzer
ends the one that it runs in."""

import logging
import sys

import atheris

INSTRUMENTED = [
    "cutout",
    "PIL",
    "python_multipart",
    "starlette.formparsers",
    "urllib.parse",
    "ipaddress",
    "idna",
]

with atheris.instrument_imports(include=INSTRUMENTED):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *options = sys.argv[1:]
    logging.disable()
    atheris.Setup([sys.argv[0], *options], TARGETS[name].check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
