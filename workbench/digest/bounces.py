"""Reads the mailbox behind the mails: reports of undeliverable ones (RFC 3464), and mails that end a subscription.

Addresses that keep failing for good are suspended. A report counts only where it returns the Message-ID of a mail of
ours, and a subscription ends only by its token, neither of which anybody can guess: forged mails do nothing.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import mailbox
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.digest.models import Bounce, Mail, Recipient, UnsubscribingMail
from workbench.digest.subscriptions import end_subscription, find_subscription, token_in

SUSPEND_AFTER: Final = 3
"""Hard bounces in `WITHIN` after which an address is given up."""
WITHIN: Final = dt.timedelta(days=60)
LARGEST_MESSAGE: Final = 1024 * 1024
MOST_PARTS: Final = 50
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MESSAGE_ID: Final = re.compile(r"^message-id:\s*(<[^<>\s]{1,300}>)", re.IGNORECASE | re.MULTILINE)


class BouncesError(Exception):
    """The reports cannot be read; `str(error)` names the place and the remedy on one line."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: of which mail, with which status (RFC 3463), and why."""

    message_id: str
    status: str
    diagnostic: str

    @property
    def hard(self) -> bool:
        return self.status.startswith("5")


@dataclass(frozen=True, slots=True)
class BounceCounts:
    """`unknown`: neither a report of a failed delivery of a mail of ours nor the end of a subscription. `seen`: read
    before.
    """

    new: int = 0
    seen: int = 0
    unknown: int = 0
    suspended: int = 0
    unsubscribed: int = 0


def read_report(content: bytes) -> Report | None:
    """The report in a message; None where it is none, or says that the mail was delivered or is only delayed."""
    if len(content) > LARGEST_MESSAGE:
        return None
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    if message.get_content_type() != "multipart/report":
        return None
    status = diagnostic = message_id = None
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            return None
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            fields = _fields(part)
            if fields.get("action", "").lower() != "failed":
                return None
            found = _STATUS.search(fields.get("status", ""))
            status = found[1] if found else None
            diagnostic = " ".join(fields.get("diagnostic-code", "").split())[:500]
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            found = _MESSAGE_ID.search(_text(part))
            message_id = found[1] if found else message_id
    if status is None or message_id is None:
        return None
    return Report(message_id, status, diagnostic or "")


def collect_bounces(store: Store, place: Path, now: dt.datetime) -> BounceCounts:
    """Note what is new in a folder or an mbox file. Raises BouncesError."""
    counts: Counter[_Outcome] = Counter()
    for content in _messages(place):
        fingerprint = hashlib.sha256(content).hexdigest()
        report, token = read_report(content), read_unsubscription(content)
        outcome = _Outcome.UNKNOWN
        if report is not None or token is not None:
            with store.write() as session:
                if report is not None:
                    outcome = _note(session, report, fingerprint, now)
                elif token is not None:
                    outcome = _end(session, token, fingerprint, now)
        counts[outcome] += 1
    return BounceCounts(
        new=counts[_Outcome.NOTED] + counts[_Outcome.SUSPENDED],
        seen=counts[_Outcome.SEEN],
        unknown=counts[_Outcome.UNKNOWN],
        suspended=counts[_Outcome.SUSPENDED],
        unsubscribed=counts[_Outcome.ENDED],
    )


def read_unsubscription(content: bytes) -> str | None:
    """The token of the subscription that a mail ends by its subject; None where it ends none, or no person sent it."""
    if len(content) > LARGEST_MESSAGE:
        return None
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    if str(message.get("Auto-Submitted", "no")).strip().lower() != "no":
        return None
    return token_in(str(message.get("Subject", "")))


class _Outcome(StrEnum):
    NOTED = "noted"
    SUSPENDED = "suspended"
    ENDED = "ended"
    SEEN = "seen"
    UNKNOWN = "unknown"


def _end(session: Session, token: str, fingerprint: str, now: dt.datetime) -> _Outcome:
    found = find_subscription(session, token)
    if found is None:
        return _Outcome.UNKNOWN
    known = select(UnsubscribingMail).where(UnsubscribingMail.fingerprint == fingerprint)
    if session.exec(known).first() is not None:
        return _Outcome.SEEN
    session.add(UnsubscribingMail(recipient_id=key_of(found.recipient), at=now, fingerprint=fingerprint))
    end_subscription(session, token, now, through="a mail")
    return _Outcome.ENDED


def _note(session: Session, report: Report, fingerprint: str, now: dt.datetime) -> _Outcome:
    mail = session.exec(select(Mail).where(Mail.message_id == report.message_id)).one_or_none()
    if mail is None:
        return _Outcome.UNKNOWN
    # A report that came twice, and a second report of the same mail, are one failure.
    known = select(Bounce).where((col(Bounce.fingerprint) == fingerprint) | (col(Bounce.mail_id) == mail.id))
    if session.exec(known).first() is not None:
        return _Outcome.SEEN
    session.add(
        Bounce(
            recipient_id=mail.recipient_id,
            mail_id=key_of(mail),
            at=now,
            hard=report.hard,
            status=report.status,
            diagnostic=report.diagnostic,
            fingerprint=fingerprint,
        )
    )
    session.flush()
    recipient = session.get_one(Recipient, mail.recipient_id)
    recent = session.exec(
        select(Bounce).where(Bounce.recipient_id == mail.recipient_id, col(Bounce.hard), Bounce.at > now - WITHIN)
    ).all()
    if len(recent) < SUSPEND_AFTER or recipient.suspended_at is not None:
        return _Outcome.NOTED
    recipient.suspended_at = now
    recipient.suspended_reason = f"{report.status} {report.diagnostic}".strip()[:500]
    recipient.alerts_off_told_at = None
    session.add(recipient)
    return _Outcome.SUSPENDED


def _messages(place: Path) -> Iterator[bytes]:
    try:
        if place.is_dir():
            folders = [place, *(each for name in ("new", "cur") if (each := place / name).is_dir())]
            for file in sorted(file for folder in folders for file in folder.iterdir() if file.is_file()):
                if file.stat().st_size <= LARGEST_MESSAGE:
                    yield file.read_bytes()
        elif place.is_file():
            box = mailbox.mbox(place, create=False)
            try:
                for key in box.iterkeys():
                    yield box.get_bytes(key)
            finally:
                box.close()
        else:
            raise BouncesError(f"{place}: neither a folder nor a file; set WORKBENCH_BOUNCES to where reports arrive")
    except OSError as error:
        raise BouncesError(f"{place}: cannot be read ({error.strerror}); check WORKBENCH_BOUNCES") from error


def _fields(part: Message) -> dict[str, str]:
    """The fields of all blocks of a delivery status; those of the failed recipient win."""
    blocks = part.get_payload()
    found: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message):
            found |= {name.lower(): str(value) for name, value in block.items()}
    return found


def _text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload else None
        return "".join(f"{name}: {value}\n" for name, value in inner.items()) if isinstance(inner, Message) else ""
    decoded = part.get_payload(decode=True)
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)
