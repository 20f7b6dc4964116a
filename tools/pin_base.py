"""Write the base images' current digests into the Dockerfile: ``python -m tools.pin_base``.

A tag can be moved to another image; a digest names one image for good, here the index of all
processors. Run the command again to take the bases' updates.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import requests

DOCKERFILE = Path(__file__).resolve().parent.parent / "Dockerfile"
Base: TypeAlias = tuple[str, str, str]
"""Host, name and tag of an image."""
BASE = re.compile(
    r"^(?P<use>FROM |ARG \w+=)(?P<host>[\w.:-]+)/(?P<name>[\w./-]+):(?P<tag>[\w.-]+)"
    r"(?:@sha256:[0-9a-f]{64})?",
    re.MULTILINE,
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
INDEXES = (
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json"
)
SECONDS = 30


def digest_of(host: str, name: str, tag: str, scheme: str = "https") -> str:
    """Return the digest of a tag's index, as the registry states it.

    Source: OCI distribution specification, with its token authentication. Raise
    `requests.RequestException` if the registry refuses, `ValueError` if it states no digest.
    """
    url = f"{scheme}://{host}/v2/{name}/manifests/{tag}"
    headers = {"Accept": INDEXES}
    reply = requests.head(url, headers=headers, timeout=SECONDS, allow_redirects=True)
    if reply.status_code == requests.codes.unauthorized:
        token = _token(reply.headers.get("WWW-Authenticate", ""))
        headers["Authorization"] = f"Bearer {token}"
        reply = requests.head(url, headers=headers, timeout=SECONDS, allow_redirects=True)
    reply.raise_for_status()
    digest = reply.headers.get("Docker-Content-Digest", "")
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"{host} states no digest of {name}:{tag}. Pin it manually.")
    return digest


def _token(challenge: str) -> str:
    """Return an anonymous token for a challenge such as ``Bearer realm="...",scope="..."``."""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if "realm" not in asked:
        raise ValueError(f"The registry's challenge names no realm: {challenge!r}.")
    query = {key: asked[key] for key in ("service", "scope") if key in asked}
    reply = requests.get(asked["realm"], params=query, timeout=SECONDS)
    reply.raise_for_status()
    found: str = reply.json()["token"]
    return found


def bases(dockerfile: str) -> set[Base]:
    """Return host, name and tag of every base image."""
    return {(each["host"], each["name"], each["tag"]) for each in BASE.finditer(dockerfile)}


def pinned(dockerfile: str, digests: Mapping[Base, str]) -> str:
    """Return the text with the digest behind each base image's tag, in place of an older one."""

    def line(found: re.Match[str]) -> str:
        host, name, tag = found["host"], found["name"], found["tag"]
        return f"{found['use']}{host}/{name}:{tag}@{digests[host, name, tag]}"

    return BASE.sub(line, dockerfile)


def main() -> None:
    """Update the Dockerfile, and print the digests."""
    text = DOCKERFILE.read_text()
    digests = {base: digest_of(*base) for base in sorted(bases(text))}
    DOCKERFILE.write_text(pinned(text, digests))
    for (host, name, tag), digest in digests.items():
        print(f"{host}/{name}:{tag}@{digest}")


if __name__ == "__main__":
    main()
