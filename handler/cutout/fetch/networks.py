"""Networks outside of the public internet.

The list is our own because `ipaddress.is_global` depends on the interpreter's patch release: Python
3.11.7 still calls `3fff::/20` and `192.0.0.192` global.

Sources: IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190) and its IPv6
address space registry. The two blocks for IETF protocol assignments are listed whole, although a
few addresses in them are globally reachable: those are anycast services and identifiers, and some
of them (PCP, TURN) lead to the nearest network's own equipment.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

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
"""Within `GLOBAL_UNICAST_IPV6`."""


def is_global_unicast(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is on the public internet, regardless of any IPv4 address wrapped
    in it."""
    if isinstance(address, IPv4Address):
        return not any(address in each for each in NON_PUBLIC_IPV4)
    return address in GLOBAL_UNICAST_IPV6 and not any(address in each for each in NON_PUBLIC_IPV6)
