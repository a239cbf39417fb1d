"""Verbs of who gets what: the address that ends a subscription, preferences, and who receives nothing any more.

Ending the digest leaves the alerts on. Ending the alerts of the IP edition silences legal dates, so administrators
are told, by mail and on the page of digests, until somebody else has the duty.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.digest.models import Edition, Language, MailingToken, MailKind, QuietWeeks, Recipient
from workbench.people import tokens, trail
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction

_UNSUBSCRIBING: Final = re.compile(r"unsubscribe\s+([A-Za-z0-9_-]{20,64})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What an address that ends a subscription is of. `on`: it still runs."""

    recipient: Recipient
    kind: MailKind
    on: bool


def unsubscribing_subject(token: str) -> str:
    """The subject of a mail that ends the subscription of a token (RFC 2369, 3.2)."""
    return f"unsubscribe {token}"


def token_in(subject: str) -> str | None:
    """The token of such a subject; None where it is another one, such as that of an answer."""
    found = _UNSUBSCRIBING.fullmatch(subject.strip())
    return found[1] if found else None


def tokens_of(session: Session, recipients: Collection[int], kind: MailKind) -> dict[int, str]:
    """The opaque token of each recipient for a list; made at first use."""
    statement = select(MailingToken).where(col(MailingToken.recipient_id).in_(recipients), MailingToken.kind == kind)
    found = {row.recipient_id: row.token for row in session.exec(statement)}
    for recipient_id in recipients:
        if recipient_id not in found:
            found[recipient_id] = tokens.new_secret()
            session.add(MailingToken(token=found[recipient_id], recipient_id=recipient_id, kind=kind))
    session.flush()
    return found


def find_subscription(session: Session, token: str) -> Subscription | None:
    """What a token is of. Needs an unlimited session."""
    row = session.exec(select(MailingToken).where(MailingToken.token == token[:100])).one_or_none()
    if row is None:
        return None
    recipient = session.get_one(Recipient, row.recipient_id)
    return Subscription(
        recipient, row.kind, recipient.digest_on if row.kind is MailKind.DIGEST else recipient.alerts_on
    )


def end_subscription(
    session: Session, token: str, now: dt.datetime, *, through: str = "the address in a mail"
) -> Subscription | None:
    """End what the token is of, at once; a second time changes nothing. None where nobody knows the token."""
    found = find_subscription(session, token)
    if found is None or not found.on:
        return found
    by = Viewer(None, found.recipient.name, email=found.recipient.email)
    if found.kind is MailKind.DIGEST:
        found.recipient.digest_on = False
    else:
        _turn_alerts(found.recipient, on=False, now=now)
    session.add(found.recipient)
    details = {"list": found.kind.value, "by": through}
    trail.record(session, by, TrailAction.CHANGED, "recipient", key_of(found.recipient), details, at=now)
    return Subscription(found.recipient, found.kind, on=False)


def set_preferences(
    session: Session,
    viewer: Viewer,
    recipient: Recipient,
    *,
    language: Language,
    quiet: QuietWeeks,
    weekday: int,
    paused_until: dt.date | None,
    digest_on: bool,
    alerts_on: bool,
    now: dt.datetime,
) -> None:
    """Keep what a recipient chose; alerts go on while the digest is paused."""
    recipient.language, recipient.quiet, recipient.digest_on = language, quiet, digest_on
    recipient.weekday, recipient.paused_until = weekday, paused_until
    if alerts_on != recipient.alerts_on:
        _turn_alerts(recipient, on=alerts_on, now=now)
    session.add(recipient)
    details = {
        "digest": digest_on,
        "alerts": alerts_on,
        "quiet": quiet.value,
        "language": language.value,
        "weekday": weekday,
        "paused_until": None if paused_until is None else paused_until.isoformat(),
    }
    trail.record(session, viewer, TrailAction.CHANGED, "recipient", key_of(recipient), details, at=now)


def resume(session: Session, viewer: Viewer, recipient: Recipient, now: dt.datetime) -> None:
    """Mail to a suspended address again."""
    recipient.suspended_at, recipient.suspended_reason = None, None
    session.add(recipient)
    trail.record(session, viewer, TrailAction.CHANGED, "recipient", key_of(recipient), {"suspended": False}, at=now)


def own_recipients(session: Session, viewer: Viewer) -> Sequence[Recipient]:
    """The viewer's own subscriptions, by the address."""
    if viewer.email is None:
        return []
    return session.exec(select(Recipient).where(sa.func.lower(Recipient.email) == viewer.email.lower())).all()


def silenced(session: Session) -> Sequence[Recipient]:
    """Active recipients of the IP edition whom alerts do not reach: turned off, or the address is suspended."""
    quiet = sa.or_(col(Recipient.alerts_on).is_(False), col(Recipient.suspended_at).is_not(None))
    query = select(Recipient).where(Recipient.edition == Edition.IP, col(Recipient.active), quiet)
    return session.exec(query.order_by(col(Recipient.name))).all()


def _turn_alerts(recipient: Recipient, *, on: bool, now: dt.datetime) -> None:
    recipient.alerts_on = on
    recipient.alerts_off_at = None if on else now
    recipient.alerts_off_told_at = None
