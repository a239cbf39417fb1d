"""Which addresses are asked: public ones only, however they are written, and the one that was looked at."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from scrapers.addresses import at_address, is_public, public_addresses
from scrapers.errors import FetchError
from scrapers.http import HttpFetcher, Limits
from tests.scrapers.web_server import running

QUICK = Limits(interval=0.001, connect_timeout=2, read_timeout=2, total_timeout=5, retries=0)
AGENT = "workbench-test/1 (+mailto:test@example.org)"
Resolve = Callable[..., list[Any]]

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "192.0.2.1", "::", "::1", "fe80::1", "fec0::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:101::", "2001:0:a00:1::f5ff:fffe", "2001:db8::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_in_any_form_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_public_addresses_are() -> None:
    """64:ff9b::/96 too, where a network of IPv6 alone reaches the rest by it."""
    assert [each for each in PUBLIC if is_public(ipaddress.ip_address(each))] == PUBLIC


@given(st.ip_addresses(v=4).filter(lambda ip: not is_public(ip)))
def test_no_way_of_writing_a_private_address_within_ipv6_makes_it_public(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    forms = (number, 0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    assert not any(is_public(ipaddress.IPv6Address(form)) for form in forms)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "localhost", "localhost.", "0", "169.254.169.254"],
)  # fmt: skip
def test_no_way_of_writing_a_private_host_is_asked(host: str) -> None:
    with running() as server:
        server.page("/", b"inside")
        url = f"http://{host}:{server.server_port}/"
        name = host.strip("[]").rstrip(".")
        with (
            HttpFetcher(user_agent=AGENT, allowed_hosts=[name], limits=QUICK) as fetcher,
            pytest.raises(FetchError, match="not a public address"),
        ):
            fetcher.get(url)
        assert server.requests == []


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let names of `.test` resolve to each of these in turn, all at once where they are joined by a space."""
    asked: list[str] = []
    real: Resolve = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **more: Any) -> list[Any]:
        if not str(host).endswith(".test"):
            return real(host, port, *args, **more)
        asked.append(str(host))
        given = answers[min(len(asked), len(answers)) - 1].split()
        return [entry for each in given for entry in real(each, port, *args, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("address", ["10.0.0.1", "8.8.8.8 10.0.0.1", "::1", "64:ff9b::a00:1"])
def test_a_name_of_a_private_address_is_not_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolving(monkeypatch, address)
    with pytest.raises(FetchError, match="not a public address"):
        public_addresses("https://inside.test/", allow_loopback=False)


def test_what_was_looked_at_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves otherwise a moment later leads nowhere else."""
    with running() as server:
        server.page("/robots.txt", b"")
        server.page("/page", b"ours")
        asked = resolving(monkeypatch, "127.0.0.1", "127.0.0.1", "10.0.0.1")
        with HttpFetcher(user_agent=AGENT, allowed_hosts=["ours.test"], limits=QUICK, allow_loopback=True) as fetcher:
            url = f"http://ours.test:{server.server_port}/page"
            assert fetcher.get(url).content == b"ours"
            assert asked == ["ours.test"] * 2  # once for robots.txt, once for the page
            assert {each.headers["Host"] for each in server.requests} == {f"ours.test:{server.server_port}"}
            with pytest.raises(FetchError, match="not a public address"):
                fetcher.get(url)
        assert len(server.requests) == 2


def test_the_next_address_is_tried_where_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as server:
        server.page("/robots.txt", b"")
        server.page("/page", b"ours")
        resolving(monkeypatch, "127.0.0.2 127.0.0.1")
        with HttpFetcher(user_agent=AGENT, allowed_hosts=["ours.test"], limits=QUICK, allow_loopback=True) as fetcher:
            assert fetcher.get(f"http://ours.test:{server.server_port}/page").content == b"ours"


@pytest.mark.parametrize(("name", "trusted"), [("ours.test", True), ("theirs.test", False)])
def test_the_certificate_has_to_be_that_of_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, trusted: bool
) -> None:
    certificate = make_certificate(tmp_path, "ours.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    resolving(monkeypatch, "127.0.0.1")
    with running() as server:
        server.page("/robots.txt", b"")
        server.page("/page", b"ours")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = f"https://{name}:{server.server_port}/page"
        with HttpFetcher(user_agent=AGENT, allowed_hosts=[name], limits=QUICK, allow_loopback=True) as fetcher:
            if trusted:
                assert fetcher.get(url).content == b"ours"
            else:
                with pytest.raises(FetchError, match="certificate"):
                    fetcher.get(url)


def make_certificate(folder: Path, name: str) -> Path:
    """A certificate of its own authority, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("url", "address", "expected"),
    [
        ("https://a.test/b?c=d", "8.8.8.8", "https://8.8.8.8/b?c=d"),
        ("https://a.test:8443/b", "2606:4700::1", "https://[2606:4700::1]:8443/b"),
    ],
)
def test_only_the_host_is_replaced(url: str, address: str, expected: str) -> None:
    assert at_address(url, address) == expected
