"""Which addresses may be asked at all: named hosts, https, never a private network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from scrapers.errors import FetchError

# RFC 6052, 2.1; RFC 4291, 2.5.5.1: the last 32 bits are an IPv4 address. 64:ff9b:1::/48 (RFC 8215) is never global.
_TRANSLATED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


def host_of(url: str) -> str:
    """Host of a URL in lower case. Raises FetchError where there is none."""
    return (_split(url).hostname or "").rstrip(".")


def check_host(url: str, allowed_hosts: Collection[str]) -> None:
    """Raise FetchError unless the URL is http(s), without credentials, and its host is one of `allowed_hosts`."""
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise FetchError(f"{url}: scheme {parts.scheme!r} is not fetched; expected https")
    if "@" in parts.netloc:
        raise FetchError(f"{url}: an address with a user name is not fetched; remove it")
    host = host_of(url)
    if host not in allowed_hosts:
        allowed = ", ".join(sorted(allowed_hosts))
        raise FetchError(
            f"{url}: host {host} is not one the source may ask ({allowed}); add it to the manifest if it is"
        )


def public_addresses(url: str, *, allow_loopback: bool) -> list[str]:
    """Resolve the host; the addresses to connect to, best first, so that nobody has to resolve it a second time.

    Raises FetchError where an address of it is private, local or reserved, OSError where the name can't be resolved.
    """
    parts = _split(url)
    host = host_of(url)
    found = dict.fromkeys(
        str(address[0]).partition("%")[0]
        for _, _, _, _, address in socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    )
    for each in found:
        ip = ipaddress.ip_address(each)
        if not is_public(ip) and not (allow_loopback and ip.is_loopback):
            raise FetchError(f"{url}: host {host} is at {ip}, which is not a public address; nothing was asked")
    return list(found)


def is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is one of the public internet, and so is every IPv4 address that is written within it."""
    if not ip.is_global or ip.is_multicast or ip.is_unspecified or ip.is_loopback:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not ip.is_reserved
    return not ip.is_site_local and all(is_public(inner) for inner in _within(ip))


def _within(ip: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses that a gateway or the system may reach by an IPv6 address."""
    if ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
    if ip.sixtofour is not None:
        yield ip.sixtofour
    if ip.teredo is not None:
        yield from ip.teredo
    if any(ip in network for network in _TRANSLATED):
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


def at_address(url: str, address: str) -> str:
    """The URL with the host replaced by an address that it was resolved to; the port stays."""
    parts = _split(url)
    shown = f"[{address}]" if ":" in address else address
    return urlunsplit(parts._replace(netloc=shown if parts.port is None else f"{shown}:{parts.port}"))


def redirect_target(url: str, location: str) -> str:
    """Where a redirect from `url` leads. Raises FetchError where `location` is no address."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchError(f"{url}: redirected to {location!r}, which is not an address") from error


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError as error:
        raise FetchError(f"{url!r} is not an address that can be fetched: {error}") from error
    if not parts.hostname or not port_is_valid:
        raise FetchError(f"{url!r} is not an address that can be fetched; expected https://host/path")
    return parts
