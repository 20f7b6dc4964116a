"""Which network addresses a URL from outside may reach."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from cutout.call_within import StillRunningError, call_within
from cutout.errors import DownloadError
from cutout.fetch.networks import is_global_unicast

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, wraps an IPv4 address


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address, and any IPv4 address wrapped in it (mapped, 6to4, Teredo, NAT64,
    ISATAP), is on the public internet."""
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
    if inner is None and address in NAT64:
        inner = _last_32_bits(address)
    return [] if inner is None else [inner]


def _is_isatap(address: IPv6Address) -> bool:
    """Return whether the interface identifier wraps an IPv4 address, which it may in any network
    (RFC 5214). The bit that is masked says whether the identifier is unique."""
    return (int(address) >> 32) & 0xFDFF_FFFF == 0x5EFE


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of `host`, in the resolver's order. Raise `DownloadError` if there is
    none within `seconds`. (The system's resolver takes no deadline, so it runs on a thread that is
    abandoned when the time is over.)"""
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
