"""Hands a message over: to a mail server, or to a folder where no server is configured."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol

from workbench.settings import Settings

MAILS_A_CONNECTION: Final = 100
"""Servers bound how many mails they take in one connection; common bounds lie at 100 and above."""


class TransientError(Exception):
    """The mail was not accepted now; the same mail may be accepted later."""


class PermanentError(Exception):
    """The server will never accept this mail (a 5xx reply to sender, recipient or content; RFC 5321, 4.2.1)."""


class Transport(Protocol):
    """A way to hand a message over."""

    claim_for: dt.timedelta
    """How long a sender needs at most; zero where handing over twice does no harm."""

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Return once the message is accepted. Raises TransientError or PermanentError with one line."""

    def close(self) -> None:
        """Let go of what is held from one mail to the next."""


class FolderTransport:
    """Writes each message to `<folder>/<name>.eml`, whole; the name follows from the Message-ID."""

    claim_for = dt.timedelta(0)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, message_id: str) -> Path:
        readable = re.sub(r"[^A-Za-z0-9.-]+", "_", message_id.strip("<>"))[:80]
        return self.folder / f"{readable}-{hashlib.sha256(message_id.encode()).hexdigest()[:12]}.eml"

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:  # noqa: ARG002
        final = self.path(str(message["Message-ID"]))
        draft = final.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(final)
        except OSError as error:
            raise TransientError(f"cannot write {final}: {error.strerror}") from error

    def close(self) -> None:
        """A folder holds nothing."""


class GuardedTransport:
    """Hands over only to addresses of the domains of the settings, and nothing while mailing is switched off."""

    def __init__(self, inner: Transport, settings: Settings) -> None:
        self.inner, self.settings, self.claim_for = inner, settings, inner.claim_for

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        if not self.settings.mail_enabled:
            raise TransientError("mailing is switched off; set WORKBENCH_MAIL_ENABLED to send")
        domains = {domain.lower() for domain in self.settings.mail_domains}
        domain = recipient.rpartition("@")[2].lower()
        if domains and domain not in domains:
            raise PermanentError(f"{domain} is none of the domains that may be mailed to (WORKBENCH_MAIL_DOMAINS)")
        self.inner.send(message, sender, recipient)

    def close(self) -> None:
        self.inner.close()


class SmtpTransport:
    """Sends through the mail server of the settings; mails that follow each other share a connection."""

    def __init__(self, settings: Settings) -> None:
        if settings.smtp_host is None:
            raise ValueError("no mail server in the settings; set WORKBENCH_SMTP_HOST")
        self.settings, self.host = settings, settings.smtp_host
        # Reading the certificates of all authorities takes longer than sending a mail.
        self._context = None if settings.smtp_security == "none" else ssl.create_default_context()
        # Asking whether the old connection lives, connecting, greeting, TLS, login, three commands, the message and its
        # reply may each take the whole time-out.
        self.claim_for = dt.timedelta(seconds=11 * settings.smtp_timeout)
        self._server: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, message: EmailMessage, sender: str, recipient: str) -> None:
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise TransientError(self._failure(error)) from error
        try:
            self._sent += 1
            server.sendmail(sender, [recipient], message.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = error.recipients[recipient]
            raise _refusal(code, reply) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise TransientError(self._failure(error)) from error

    def close(self) -> None:
        if self._server is not None:
            # The server has accepted or refused all by now; a connection lost while parting changes nothing.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._server.quit()
        self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server, self._sent = None, 0

    def _connected(self) -> smtplib.SMTP:
        """The connection of the mail before, if it still lives and has not carried too many, else a new one."""
        if self._server is not None and (self._sent >= MAILS_A_CONNECTION or not _lives(self._server)):
            self.close()
        if self._server is None:
            self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        settings, context = self.settings, self._context
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, settings.smtp_port, timeout=settings.smtp_timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, settings.smtp_port, timeout=settings.smtp_timeout)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=context)
            if settings.smtp_user is not None:
                password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
                server.login(settings.smtp_user, password)
        except BaseException:
            server.close()
            raise
        return server

    def _failure(self, error: Exception) -> str:
        """What went wrong, and what to look at."""
        match error:
            case ssl.SSLCertVerificationError():
                remedy = "; check WORKBENCH_SMTP_HOST, or name the file of your own authority in SSL_CERT_FILE"
            case ssl.SSLError():
                remedy = "; check WORKBENCH_SMTP_PORT and WORKBENCH_SMTP_SECURITY"
            case smtplib.SMTPAuthenticationError():
                remedy = "; check WORKBENCH_SMTP_USER and WORKBENCH_SMTP_PASSWORD"
            case smtplib.SMTPNotSupportedError():
                remedy = "; check WORKBENCH_SMTP_SECURITY and WORKBENCH_SMTP_PORT"
            case _:
                remedy = ""
        return f"mail server {self.host}:{self.settings.smtp_port}: {_say(error)}{remedy}"


def transport_for(settings: Settings) -> Transport:
    """The mail server of the settings, else the folder `mails` of the home folder."""
    inner: Transport = SmtpTransport(settings) if settings.smtp_host else FolderTransport(settings.home / "mails")
    return GuardedTransport(inner, settings)


def _refusal(code: int, reply: bytes | str) -> TransientError | PermanentError:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    line = " ".join(f"{code} {text}".split())[:500]
    return PermanentError(line) if code >= 500 else TransientError(line)


def _lives(server: smtplib.SMTP) -> bool:
    try:
        return server.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _say(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_refusal(error.smtp_code, error.smtp_error))
    return " ".join((str(error) or type(error).__name__).split())[:500]
