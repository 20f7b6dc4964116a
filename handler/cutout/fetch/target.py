"""A URL taken apart, checked and pinned to an address."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import unquote, urljoin, urlsplit

from cutout.errors import DownloadError
from cutout.fetch.addresses import look_up, require_public
from cutout.settings import Settings

DEFAULT_PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[a-z0-9_.-]{1,254}")
"""RFC 1123 and the underscore, which some real hosts have. Nothing else may pass: not `%`, on whose
meaning parsers differ, nor a zero byte, which the system's resolver fails on."""


@dataclass(frozen=True)
class Target:
    """Where to connect to, and what to ask for.

    `host` is the name as the URL gives it (ASCII, lower case), or an IPv6 address; `path` holds the
    query as well.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The URL without its fragment, to resolve a relative redirect against."""
        return f"{self.scheme}://{self.host_header}{self.path}"

    @property
    def host_header(self) -> str:
        """The `Host` header: the name, and the port where it isn't the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"

    def pinned(self, address: str) -> str:
        """The URL with `address` in the name's place, so that the checked address, and no later
        answer of the resolver, is connected to."""
        name = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{name}:{self.port}{self.path}"


def parse_target(url: str, settings: Settings) -> Target:
    """Raises `DownloadError` for anything but a plain http or https URL on an allowed port."""
    try:
        parts = urlsplit(url.strip())
        port = DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
        host = _host(parts.hostname or "")
    except ValueError as error:  # bad port, bad IPv6 literal, bad IDNA label
        raise DownloadError from error
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc:
        raise DownloadError
    if port not in settings.download_ports and not settings.allow_private_network:
        raise DownloadError
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _host(host: str) -> str:
    """The host's name as the resolver knows it (UTS 46, as browsers do), or an IPv6 address; raises
    `ValueError` for anything else."""
    if ":" in host:
        if IPv6Address(host).scope_id is not None:
            raise ValueError("an address on one link is none of the internet")
        return host
    if not host.isascii():
        import idna  # noqa: PLC0415  # large tables, for few names

        host = idna.encode(host, uts46=True).decode("ascii")
    if not NAME.fullmatch(host):
        raise ValueError("no host name")
    return host


def redirected(target: Target, location: str, settings: Settings) -> Target:
    """The next target, checked like the first one."""
    try:
        url = urljoin(target.url, location)
    except ValueError as error:  # a stray bracket
        raise DownloadError from error
    return parse_target(url, settings)


def addresses(target: Target, settings: Settings, seconds: float) -> list[str]:
    """The target's addresses, all of them allowed; raises `DownloadError`, also where there is no
    answer within `seconds`."""
    found = look_up(target.host, target.port, seconds)
    if not settings.allow_private_network:
        require_public(found)
    return found


def file_name(url: str) -> str:
    """The last part of the URL's path, or its host where the path is empty."""
    try:
        parts = urlsplit(url.strip())
        return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or "image"
    except ValueError:
        return "image"
