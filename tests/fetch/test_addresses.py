import socket
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from cutout.errors import DownloadError
from cutout.fetch.target import is_public, look_up, require_public

PRIVATE = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001::80ff:fffe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a9fe:a9fe",
    "2002:101:101::5efe:a00:1",
    "fe80::5efe:101:101",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "192.88.99.1",
    "192.0.2.1",
    "192.0.0.192",
    "::ffff:192.0.0.192",
    "168.63.129.16",
    "::ffff:168.63.129.16",
    "64:ff9b::a83f:8110",
    "2002:a83f:8110::1",
    "2606:4700::5efe:a83f:8110",
    "2001:0:a83f:8110::fefe:fefe",
    "2001:0:101:101::57c0:7eef",
    "2001:db8::1",
    "3fff::1",
]
PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "2606:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
    "2606:4700::5efe:101:101",
    "2001:0:101:101::fefe:fefe",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    assert not is_public(ip_address(address)), f"{address} would be reached"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def resolver(*found: str) -> Callable[..., list[object]]:
    """Stands in for `socket.getaddrinfo`."""
    return lambda *_, **__: [(2, 1, 6, "", (each, 80)) for each in found]


def test_every_address_must_be_public() -> None:
    require_public(["1.1.1.1", "2606:4700::1111"])
    with pytest.raises(DownloadError):
        require_public(["1.1.1.1", "10.0.0.1"])


def test_addresses_keep_the_resolvers_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ("2606:4700::1111", "1.1.1.1", "1.1.1.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolver(*found))
    assert look_up("a.example", 80, 5) == ["2606:4700::1111", "1.1.1.1"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_other_spellings_of_loopback(host: str) -> None:
    with pytest.raises(DownloadError):
        require_public(look_up(host, 80, 5))


@pytest.mark.parametrize("host", ["a" * 70, "a..b", "no-such-name.invalid"])
def test_names_that_lead_nowhere(host: str) -> None:
    with pytest.raises(DownloadError):
        look_up(host, 80, 5)
