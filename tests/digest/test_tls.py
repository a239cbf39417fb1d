"""A mail server that speaks TLS and wants a login: certificates are checked, and refusals say what to look at."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from tests.digest.conftest import MONDAY
from tests.digest.test_sending import Server
from workbench.digest.message import make_address, write_message
from workbench.digest.transport import SmtpTransport, TransientError
from workbench.settings import Settings


def _write(folder: Path, host: str) -> None:
    """A certificate that vouches for itself, for one host, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented mail server")])
    with contextlib.suppress(ValueError):
        host_name: x509.GeneralName = x509.DNSName(host)
        host_name = x509.IPAddress(ipaddress.ip_address(host))
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([host_name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, old = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    (folder / "key.pem").write_bytes(key.private_bytes(pem, old, serialization.NoEncryption()))


def _login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"workbench", b"secret")
    return AuthResult(success=right, handled=False)


@pytest.fixture
def host() -> str:
    return "127.0.0.1"


@pytest.fixture(params=["tls", "starttls"])
def security(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(security: str, host: str, tmp_path: Path) -> Iterator[Server]:
    """A server with a certificate for `host`, to be trusted through `certificate.pem`, that wants a login."""
    _write(tmp_path, host)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    handler = Server()
    options: dict[str, Any] = {"tls_context": context, "require_starttls": True, "auth_required": True}
    if security == "tls":
        # The whole connection is protected, which this server does not know of itself.
        options = {"ssl_context": context, "auth_require_tls": False}
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, authenticator=_login, **options)
    controller.start()
    yield handler
    controller.stop()


def hand_over(server: Server, security: str, password: str = "secret") -> None:
    settings = Settings(
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_security=security,
        smtp_user="workbench",
        smtp_password=SecretStr(password),
        smtp_timeout=5,
    )
    transport = SmtpTransport(settings)
    try:
        for number in range(2):
            message = write_message(
                "a@example.com",
                make_address("B", "b@example.com"),
                subject="s",
                text="t",
                html="h",
                at=MONDAY,
                message_id=f"<{number}@example.com>",
            )
            transport.send(message, "a@example.com", "b@example.com")
    finally:
        transport.close()


def test_mails_go_to_a_server_whose_certificate_is_trusted(
    server: Server, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    hand_over(server, security)
    assert [str(message["Message-ID"]) for message in server.accepted] == ["<0@example.com>", "<1@example.com>"]
    with pytest.raises(
        TransientError, match=r"535 .*; check WORKBENCH_SMTP_USER and WORKBENCH_SMTP_PASSWORD"
    ) as refusal:
        hand_over(server, security, "a wrong one")
    assert "a wrong one" not in str(refusal.value)
    assert len(server.accepted) == 2


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(server: Server, security: str) -> None:
    with pytest.raises(TransientError, match=r"self-signed certificate.*; check WORKBENCH_SMTP_HOST") as refusal:
        hand_over(server, security)
    assert "\n" not in str(refusal.value)
    assert not server.attempts


@pytest.mark.parametrize("host", ["mail.example.com"])
def test_a_certificate_for_another_host_is_refused(
    server: Server, security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with pytest.raises(TransientError, match=r"certificate is not valid for '127.0.0.1'.*WORKBENCH_SMTP_HOST"):
        hand_over(server, security)
    assert not server.attempts


@pytest.mark.parametrize("security", ["starttls"])
def test_tls_to_a_port_that_begins_in_the_open_says_what_to_set(server: Server, security: str) -> None:
    with pytest.raises(TransientError, match="check WORKBENCH_SMTP_PORT and WORKBENCH_SMTP_SECURITY"):
        hand_over(server, "tls")
    assert security == "starttls"
    assert not server.attempts
