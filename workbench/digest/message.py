"""Builds the message of a mail of the outbox. The same row always gives the same bytes, so a retry is the same mail."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any, Final

from workbench.digest.layout import one_line
from workbench.digest.models import Mail

# UTF-8 that, as base64 within `=?utf-8?b?` and `?=` and after `Subject: `, keeps to 76 characters (RFC 2047, 2).
_ENCODED_WORD_BYTES: Final = 39


# Addresses and names that programs read: they are never encoded (RFC 2369, 2; RFC 2919, 2; RFC 5322, 3.6.4).
_VERBATIM: Final = frozenset({"list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id"})


class _MailPolicy(EmailPolicy):
    """As `email.policy.SMTP`, but subjects, and headers that hold addresses of ours, are written here.

    The library of Python 3.11 writes encoded words of more than 75 characters, takes those it finds in a text apart
    without looking for line breaks in them, and encodes addresses that are longer than a line.
    """

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in _VERBATIM:
            lines = f",{self.linesep} ".join(one_line(str(value)).split(", "))
            return f"{name}: {lines}{self.linesep}"
        if name.lower() != "subject":
            return str(super().fold(name, value))
        text = one_line(str(value))
        if text.isascii() and "=?" not in text:
            return str(super().fold(name, self.header_factory(name, text)))
        return f"{name}: {f'{self.linesep} '.join(_encoded_words(text))}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        ours = name.lower() == "subject" or name.lower() in _VERBATIM
        return self.fold(name, value).encode("ascii") if ours else super().fold_binary(name, value)


def _encoded_words(text: str) -> list[str]:
    pieces, piece = [], b""
    for character in text:
        encoded = character.encode()
        if len(piece) + len(encoded) > _ENCODED_WORD_BYTES:
            pieces.append(piece)
            piece = b""
        piece += encoded
    return [f"=?utf-8?b?{base64.b64encode(each).decode('ascii')}?=" for each in [*pieces, piece]]


class AddressError(ValueError):
    """An e-mail address cannot be used; `str(error)` says which and why."""


def address(text: str) -> Address:
    """Read `Name <local@domain>` or `local@domain`. Raises AddressError."""
    name, specification = parseaddr(one_line(text))
    return make_address(name, specification)


def make_address(name: str, specification: str) -> Address:
    """An address with the name of its owner; the name is stripped of line breaks. Raises AddressError."""
    try:
        # An encoded word in a name would be taken apart again when the header is written.
        made = Address(display_name=one_line(name).replace("=?", "= ?"), addr_spec=specification)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise AddressError(f"{specification!r} is no e-mail address; expected one such as name@example.org") from error
    if not made.domain or not made.username or not specification.isascii():
        raise AddressError(f"{specification!r} is no e-mail address; expected one such as name@example.org, in ASCII")
    return made


def build_message(mail: Mail) -> EmailMessage:
    """Text first, then HTML, both complete (RFC 2046, 5.1.4); Auto-Submitted (RFC 3834), List-Id (RFC 2919)."""
    return write_message(
        mail.sender,
        address(mail.to),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        at=mail.created_at,
        message_id=mail.message_id,
        list_name=f"{mail.edition}.{mail.kind}",
        unsubscribe=mail.unsubscribe,
        unsubscribe_by_mail=mail.unsubscribe_by_mail,
    )


def write_message(
    sender: str,
    to: Address,
    *,
    subject: str,
    text: str,
    html: str,
    at: dt.datetime,
    message_id: str,
    list_name: str | None = None,
    unsubscribe: str | None = None,
    unsubscribe_by_mail: str | None = None,
) -> EmailMessage:
    """A mail in both forms. The same values always give the same bytes. Raises AddressError."""
    written_by = address(sender)
    message = EmailMessage(policy=_MailPolicy(linesep="\r\n"))
    message["From"] = written_by
    message["To"] = to
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at.astimezone(dt.UTC))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    if list_name is not None:
        message["List-Id"] = f"<{list_name}.{written_by.domain}>"
    if unsubscribe is not None:
        message["List-Unsubscribe"] = ", ".join(f"<{each}>" for each in (unsubscribe, unsubscribe_by_mail) if each)
        if unsubscribe.startswith("https://"):
            # One click needs HTTPS (RFC 8058, 3.1).
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text, subtype="plain", charset="utf-8", cte=_encoding(text))
    message.add_alternative(html, subtype="html", charset="utf-8", cte=_encoding(html))
    message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}")
    return message


def _encoding(text: str) -> str:
    """Quoted-printable stays readable as long as most of the text is ASCII."""
    return "quoted-printable" if sum(map(str.isascii, text)) > len(text) * 0.9 else "base64"
