"""Print the library's oldest requirements, and the web server's as they are, for pip."""

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def oldest(project: str) -> list[str]:
    """Return the library's requirements in a `pyproject.toml`, each pinned to its oldest version.

    Those of the extra `server`, without which the tests can't be imported, follow as they are.
    Raise `ValueError` for a requirement of the library that has more or less than a minimum.
    """
    found = tomllib.loads(project)["project"]
    server: list[str] = found["optional-dependencies"]["server"]
    return [_pinned(each) for each in found["dependencies"]] + server


def _pinned(requirement: str) -> str:
    name, found, version = requirement.partition(">=")
    if not found or not version.replace(".", "").isdecimal():
        raise ValueError(f"{requirement} is not of the form name>=version")
    return f"{name}=={version}"


if __name__ == "__main__":
    print("\n".join(oldest(PROJECT.read_text())))
