"""Addresses that the API names: where an answer is kept, and where an upload goes."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import inet_aton
from urllib.parse import SplitResult, urljoin, urlsplit

from requests import PreparedRequest

from cutout.command.answers import quoted
from cutout.command.errors import TaskError

SCHEMES = frozenset({"http", "https"})


def resolve(location: str, api: str) -> str:
    """Return `location` as an absolute address, relative to the address `api` that named it.

    Raise `TaskError` unless it is http or https, encrypted if the API is, and no address of this
    machine or its link that only a local API has a reason to name. Only what the address itself
    says is judged: names are not resolved, because a proxy may do that.
    """
    try:
        link = urljoin(api, location)
        to, own = _parts(link), _parts(api)
    except ValueError as error:
        raise TaskError(f"The server names an invalid address: {quoted(location)}") from error
    if to.scheme not in SCHEMES or not to.hostname:
        raise TaskError(f"The server names an address that is not http or https: {quoted(link)}")
    if own.scheme == "https" and to.scheme != "https":
        raise TaskError(f"The server names an address without encryption: {quoted(link)}")
    if to.hostname != own.hostname and _is_near(to.hostname) and not _is_local(own.hostname):
        raise TaskError(
            f"The server names an address of this machine or its local link: {quoted(link)}"
        )
    return link


def is_own(link: str, api: str) -> bool:
    """Return whether `link` has the scheme, host, port and user information of the API."""
    to, own = _parts(link), _parts(api)
    return (to.scheme, to.netloc) == (own.scheme, own.netloc)


def _parts(url: str) -> SplitResult:
    """Return the parts of the URL as requests will send it, which decodes and normalizes parts of
    the host. Raise `ValueError` for an invalid one."""
    request = PreparedRequest()
    request.prepare_url(url, None)
    return urlsplit(request.url or "")


def _is_near(host: str) -> bool:
    """Return whether the host is this machine or link-local, where clouds keep credentials."""
    address = _address(host)
    return _is_local(host) or bool(address and address.is_link_local)


def _is_local(host: str | None) -> bool:
    """Return whether the host is this machine; an unspecified address connects to it as well."""
    name = (host or "").rstrip(".")
    address = _address(name)
    if address is None:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that the host spells, `127.1` and `0x7f000001` included; None for a
    name."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            return IPv4Address(inet_aton(host))
        except OSError:
            return None
    return getattr(address, "ipv4_mapped", None) or address
