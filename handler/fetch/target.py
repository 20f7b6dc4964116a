"""A URL taken apart, checked and pinned to an address."""

from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from handler.errors import DownloadError
from handler.fetch.addresses import look_up, require_public
from handler.settings import Settings

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """Where to connect to, and what to ask for.

    `host` is the name as the URL gives it (ASCII, lower case); `path` holds the query as well.
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
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        host = _ascii(parts.hostname or "")
    except ValueError as error:  # bad port, bad IPv6 literal, bad IDNA label
        raise DownloadError from error
    if parts.scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        raise DownloadError
    if port not in settings.download_ports and not settings.allow_private_network:
        raise DownloadError
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _ascii(host: str) -> str:
    """The host's name as the resolver knows it (UTS 46, as browsers do)."""
    if host.isascii():
        return host
    import idna  # noqa: PLC0415  # large tables, for few names

    return idna.encode(host, uts46=True).decode("ascii")


def redirected(target: Target, location: str, settings: Settings) -> Target:
    """The next target, checked like the first one."""
    return parse_target(urljoin(target.url, location), settings)


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
