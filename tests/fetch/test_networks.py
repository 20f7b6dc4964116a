"""Our list of networks outside of the public internet, at its boundaries and beside Python's."""

import ipaddress
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import chain

import pytest

from cutout.fetch.target import is_public

# network, whether the address before it is public, whether the address after it is
BOUNDARIES = [
    ("0.0.0.0/8", None, True),
    ("10.0.0.0/8", True, True),
    ("100.64.0.0/10", True, True),
    ("127.0.0.0/8", True, True),
    ("168.63.129.16/32", True, True),
    ("169.254.0.0/16", True, True),
    ("172.16.0.0/12", True, True),
    ("192.0.0.0/24", True, True),
    ("192.0.2.0/24", True, True),
    ("192.88.99.0/24", True, True),
    ("192.168.0.0/16", True, True),
    ("198.18.0.0/15", True, True),
    ("198.51.100.0/24", True, True),
    ("203.0.113.0/24", True, True),
    ("224.0.0.0/4", True, False),
    ("240.0.0.0/4", False, None),
    ("::/3", None, True),
    ("2001::/23", True, True),
    ("2001:db8::/32", True, True),
    ("3fff::/20", True, True),
    ("4000::/2", True, False),
    ("8000::/1", False, None),
]

# The registries' blocks that are not globally reachable, and the reserved and withdrawn ones
REGISTERED = [
    "0.0.0.0/32",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.170/31",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "200::/7",
    "2001:2::/48",
    "2001:10::/28",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]

CLOUDS = {
    "Alibaba Cloud": "100.100.100.200",
    "AWS": "169.254.169.254",
    "AWS, IPv6": "fd00:ec2::254",
    "AWS, containers": "169.254.170.2",
    "AWS, pods": "fd00:ec2::23",
    "Azure": "168.63.129.16",
    "Google Cloud, IPv6": "fd20:ce::254",
    "Oracle Cloud": "192.0.0.192",
    "Scaleway, IPv6": "fd00:42::42",
    "the nearest network's port control, RFC 7723": "192.0.0.9",
    "the same, IPv6": "2001:1::1",
    "the nearest network's relay, RFC 8155": "192.0.0.10",
    "the same relay, IPv6": "2001:1::2",
}

WRAPPERS = [
    IPv6Network(each) for each in ("::ffff:0:0/96", "64:ff9b::/96", "2001::/32", "2002::/16")
]
"""Their addresses are judged by the IPv4 address inside, see `test_addresses`."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def beside(network: Network, step: int) -> Address:
    """Return the address just before the network for -1, just after it for 1."""
    edge = network[0] if step < 0 else network[-1]
    return type(edge)(int(edge) + step)


@pytest.mark.parametrize(("network", "before", "after"), BOUNDARIES)
def test_a_network_is_refused_from_its_first_address_to_its_last(
    network: str, before: bool | None, after: bool | None
) -> None:
    found = ip_network(network)
    assert not is_public(found[0])
    assert not is_public(found[-1])
    if before is not None:
        assert is_public(beside(found, -1)) is before
    if after is not None:
        assert is_public(beside(found, 1)) is after


@pytest.mark.parametrize("network", REGISTERED)
def test_registered_blocks_are_refused(network: str) -> None:
    found = ip_network(network)
    assert not is_public(found[0])
    assert not is_public(found[-1])


@pytest.mark.parametrize("address", CLOUDS.values(), ids=CLOUDS)
def test_services_of_the_surrounding_network_are_refused(address: str) -> None:
    assert not is_public(ip_address(address))


def test_nothing_is_public_that_this_interpreter_calls_non_global() -> None:
    """The list must not fall behind any Python that runs it, older or newer."""
    assert [each for each in samples() if is_public(each) and not is_global(each)] == []


def is_global(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def samples() -> Iterator[Address]:
    """Yield the first address of each /16, and both sides of every boundary of our tables and of
    the interpreter's, but for addresses that wrap others."""
    for number in range(1 << 16):
        yield IPv4Address(number << 16)
        first = IPv6Address(number << 112)
        if not wraps(first):
            yield first
    named = [ip_network(each) for each in chain((row[0] for row in BOUNDARIES), REGISTERED)]
    for network in chain(named, interpreters_networks()):
        yield from (each for each in around(network) if not wraps(each))


def around(network: Network) -> Iterator[Address]:
    yield network[0]
    yield network[-1]
    if int(network[0]) > 0:
        yield beside(network, -1)
    if int(network[-1]) < 2**network.max_prefixlen - 1:
        yield beside(network, 1)


def wraps(address: Address) -> bool:
    return isinstance(address, IPv6Address) and any(address in each for each in WRAPPERS)


def interpreters_networks() -> Iterator[Network]:
    for name in ("_IPv4Constants", "_IPv6Constants"):
        yield from vars(vars(ipaddress)[name])["_private_networks"]
