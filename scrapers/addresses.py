"""Which addresses may be asked at all: named hosts, https, never a private network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import SplitResult, urljoin, urlsplit

from scrapers.errors import FetchError


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


def check_public(url: str, *, allow_loopback: bool) -> None:
    """Resolve the host and raise FetchError where an address of it is private, local or reserved.

    Raises OSError where the name can't be resolved.
    """
    parts = _split(url)
    host = host_of(url)
    for _, _, _, _, address in socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM):
        ip = ipaddress.ip_address(str(address[0]).partition("%")[0])
        if not ip.is_global and not (allow_loopback and ip.is_loopback):
            raise FetchError(f"{url}: host {host} is at {ip}, which is not a public address; nothing was asked")


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
