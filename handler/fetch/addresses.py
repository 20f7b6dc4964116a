"""Which network addresses a URL from outside may reach."""

import socket
from collections.abc import Iterable
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread

from handler.errors import DownloadError

NAT64 = ip_network("64:ff9b::/96")  # RFC 6052, wraps an IPv4 address
NAT64_LOCAL = ip_network("64:ff9b:1::/48")  # RFC 8215, never global
RELAYS = ip_network("192.88.99.0/24")  # RFC 7526, 6to4's, withdrawn


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address, and any IPv4 address wrapped in it (mapped, 6to4, Teredo, NAT64,
    ISATAP), is globally routable. Multicast and reserved ranges are not."""
    if isinstance(address, IPv6Address):
        if _is_isatap(address) and not is_public(_last_32_bits(address)):
            return False
        wrapped = _wrapped(address)
        if wrapped:
            return all(map(is_public, wrapped))
        if address in NAT64_LOCAL or address.is_site_local:
            return False
    elif address in RELAYS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _wrapped(address: IPv6Address) -> list[IPv4Address]:
    if address.teredo:
        return list(address.teredo)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = _last_32_bits(address)
    return [] if inner is None else [inner]


def _is_isatap(address: IPv6Address) -> bool:
    """RFC 5214: any network may wrap an IPv4 address in an interface's identifier. The bit left
    out says whether it is unique."""
    return (int(address) >> 32) & 0xFDFF_FFFF == 0x5EFE


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFF_FFFF)


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of `host`, in the resolver's order; raises `DownloadError` where there is
    none within `seconds`. (The system's resolver knows no deadline, so it runs on a thread that
    is left behind.)"""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, ValueError) as error:  # ValueError: a label too long, a zero byte
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        return answer.result(seconds)
    except (OSError, ValueError, TimeoutError) as error:
        raise DownloadError from error


def require_public(addresses: Iterable[str]) -> None:
    """Raises `DownloadError` if a single one of the addresses is not public."""
    if not all(is_public(ip_address(each)) for each in addresses):
        raise DownloadError
