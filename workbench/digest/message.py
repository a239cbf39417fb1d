"""Builds the message of a mail of the outbox. The same row always gives the same bytes, so a retry is the same mail."""

from __future__ import annotations

import datetime as dt
import email.policy
import hashlib
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from workbench.digest.layout import one_line
from workbench.digest.models import Mail


class AddressError(ValueError):
    """An e-mail address cannot be used; `str(error)` says which and why."""


def address(text: str) -> Address:
    """Read `Name <local@domain>` or `local@domain`. Raises AddressError."""
    name, specification = parseaddr(one_line(text))
    return make_address(name, specification)


def make_address(name: str, specification: str) -> Address:
    """An address with the name of its owner; the name is stripped of line breaks. Raises AddressError."""
    try:
        made = Address(display_name=one_line(name), addr_spec=specification)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise AddressError(f"{specification!r} is no e-mail address; expected one such as name@example.org") from error
    if not made.domain or not made.username or not specification.isascii():
        raise AddressError(f"{specification!r} is no e-mail address; expected one such as name@example.org, in ASCII")
    return made


def build_message(mail: Mail) -> EmailMessage:
    """Text first, then HTML, both complete (RFC 2046, 5.1.4); Auto-Submitted (RFC 3834), List-Id (RFC 2919)."""
    sender = address(mail.sender)
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = address(mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.created_at.astimezone(dt.UTC))
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"<{mail.edition}.digest.{sender.domain}>"
    message.set_content(mail.text, subtype="plain", charset="utf-8", cte=_encoding(mail.text))
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte=_encoding(mail.html))
    message.set_boundary(f"=_{hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]}")
    return message


def _encoding(text: str) -> str:
    """Quoted-printable stays readable as long as most of the text is ASCII."""
    return "quoted-printable" if sum(map(str.isascii, text)) > len(text) * 0.9 else "base64"
