"""Write the sample events to `events/`, and the expected answers to the tests' table."""

import argparse
import sys

from tools.events.files import stale, write


def main() -> None:
    """Write all files, or with `--check` exit with those that are out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.events", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if stale")
    if not parser.parse_args().check:
        write()
    elif names := stale():
        sys.exit("Stale, run make events: " + ", ".join(names))


if __name__ == "__main__":
    main()
