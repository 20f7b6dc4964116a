"""Take a URL apart, check where it leads, and pin it to an address."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from cutout.errors import DownloadError
from cutout.settings import Settings
from cutout.timing import StillRunningError, call_within

NON_PUBLIC_IPV4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # "this network", RFC 791
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598; Alibaba Cloud's metadata service
        "127.0.0.0/8",  # loopback, RFC 1122
        "168.63.129.16/32",  # Azure's platform services, an ordinary address by the registries
        "169.254.0.0/16",  # link local, RFC 3927; most clouds' metadata services
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890; Oracle Cloud's metadata service
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
        "192.168.0.0/16",  # private use, RFC 1918
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112; limited broadcast
    )
)

GLOBAL_UNICAST_IPV6 = IPv6Network("2000::/3")
"""RFC 4291. Loopback, NAT64's local prefix, discard-only, SRv6 SIDs, unique local, link local, site
local and multicast addresses are all outside of it."""

NON_PUBLIC_IPV6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # IETF protocol assignments, RFC 2928: benchmarks, ORCHID, DRIP and others
        "2001:db8::/32",  # documentation, RFC 3849
        "3fff::/20",  # documentation, RFC 9637
    )
)
"""Non-public networks within `GLOBAL_UNICAST_IPV6`."""


def is_global_unicast(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is on the public internet, apart from any IPv4 address in it."""
    if isinstance(address, IPv4Address):
        return not any(address in each for each in NON_PUBLIC_IPV4)
    return address in GLOBAL_UNICAST_IPV6 and not any(address in each for each in NON_PUBLIC_IPV6)


NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, wraps an IPv4 address


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is on the public internet.

    So must be any IPv4 address wrapped in it (mapped, 6to4, Teredo, NAT64, ISATAP).
    """
    if isinstance(address, IPv6Address):
        if _is_isatap(address) and not is_public(_last_32_bits(address)):
            return False
        wrapped = _wrapped(address)
        if wrapped:
            return all(map(is_public, wrapped))
    return is_global_unicast(address)


def _wrapped(address: IPv6Address) -> list[IPv4Address]:
    if address.teredo:
        return list(address.teredo)
    inner = address.ipv4_mapped or address.sixtofour
    if address in NAT64:
        inner = _last_32_bits(address)
    return [] if inner is None else [inner]


def _is_isatap(address: IPv6Address) -> bool:
    """Return whether the interface identifier wraps an IPv4 address, as in any network (RFC 5214).

    The masked bit says whether the identifier is unique.
    """
    return (int(address) >> 32) & 0xFDFF_FFFF == 0x5EFE


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of `host`, in the resolver's order.

    Raise `DownloadError` if there is none within `seconds`. (The system's resolver takes no
    deadline, so it runs on a thread that is abandoned when the time is over.)
    """
    try:
        return call_within(seconds, lambda: _resolved(host, port))
    except (OSError, ValueError, StillRunningError) as error:
        raise DownloadError from error  # ValueError: a label too long, a zero byte


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def require_public(addresses: Iterable[str]) -> None:
    """Raise `DownloadError` if any of the addresses is not public."""
    if not all(is_public(ip_address(each)) for each in addresses):
        raise DownloadError


MAX_UNICODE = 8192
"""Maximum characters of a URL that is not ASCII. `urlsplit` normalizes the host, which keeps all
threads waiting for seconds if it has 64 kB of combining characters."""


def _split(url: str) -> SplitResult:
    """Return the parts of a URL. Raise `ValueError` for an invalid one."""
    if len(url) > MAX_UNICODE and not url.isascii():
        raise ValueError("too long")
    return urlsplit(url.strip())


DEFAULT_PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[a-z0-9_.-]{1,254}")
"""Names of RFC 1123, and the underscore that some real hosts have. Nothing else may pass: parsers
differ on the meaning of `%`, and the system's resolver fails on a zero byte."""


@dataclass(frozen=True)
class Target:
    """Hold where to connect to and what to ask for.

    `host` is the URL's name (ASCII, lower case) or an IPv6 address; `path` includes the query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """Return the URL without its fragment, to resolve a relative redirect against."""
        return f"{self.scheme}://{self.host_header}{self.path}"

    @property
    def host_header(self) -> str:
        """Return the `Host` header: the name, and the port if it isn't the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"

    def pinned(self, address: str) -> str:
        """Return the URL with `address` in place of the name.

        So the connection goes to the checked address and not to a later answer of the resolver.
        """
        name = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{name}:{self.port}{self.path}"


def parse_target(url: str, settings: Settings) -> Target:
    """Return the target of a URL.

    Raise `DownloadError` unless it is http or https, without credentials, on an allowed port.
    """
    try:
        parts = _split(url)
        port = DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
        host = _host(parts.hostname or "")
    except ValueError as error:  # too long, bad port, bad IPv6 literal, bad IDNA label
        raise DownloadError from error
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc:
        raise DownloadError
    if port not in settings.download_ports and not settings.allow_private_network:
        raise DownloadError
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def _host(host: str) -> str:
    """Return the host's name as the resolver knows it (UTS 46, as in browsers), or an IPv6 address.

    Raise `ValueError` for anything else.
    """
    if ":" in host:
        if IPv6Address(host).scope_id is not None:
            raise ValueError("a link-local address is not on the internet")
        return host
    if not host.isascii():
        import idna  # noqa: PLC0415  # large tables, for few names

        host = idna.encode(host, uts46=True).decode("ascii")
    if not NAME.fullmatch(host):
        raise ValueError("not a host name")
    return host


def redirected(target: Target, location: str, settings: Settings) -> Target:
    """Return the target of a redirect, checked like the first one."""
    try:
        _split(location)
        url = urljoin(target.url, location)
    except ValueError as error:  # too long, a stray bracket
        raise DownloadError from error
    return parse_target(url, settings)


def addresses(target: Target, settings: Settings, seconds: float) -> list[str]:
    """Return the target's addresses, all of them allowed.

    Raise `DownloadError`, also if there is no answer within `seconds`.
    """
    found = look_up(target.host, target.port, seconds)
    if not settings.allow_private_network:
        require_public(found)
    return found


def file_name(url: str) -> str:
    """Return the last part of the URL's path, or its host if the path is empty."""
    try:
        parts = _split(url)
        return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or "image"
    except ValueError:
        return "image"
