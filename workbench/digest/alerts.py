"""Alerts: what is due within days is told at once, and again each day until it is acknowledged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.ballots.queries import followed_items
from workbench.ballots.rulebook import Rulebook
from workbench.calendars.due import DueBallot, due_ballots
from workbench.db import Store, key_of
from workbench.digest.audience import reader_of
from workbench.digest.compose import compose_alert
from workbench.digest.models import Alert, Mail, MailKind, MailState, Recipient
from workbench.digest.outbox import Clock, mail_row
from workbench.digest.select import AlertEntry, item_about
from workbench.digest.subscriptions import tokens_of
from workbench.people import tokens
from workbench.people.gate import seen_by
from workbench.people.permissions import Permission
from workbench.settings import Settings

URGENT: Final = dt.timedelta(days=3)
"""How near a deadline is an alert; one that is past by no more begins an alert too, later ones the digest tells."""


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """Mails composed, and the deadlines in them."""

    mails: int = 0
    deadlines: int = 0


def compose_alerts(store: Store, settings: Settings, rules: Rulebook, clock: Clock) -> AlertCounts:
    """Put into the outbox, for each recipient, one mail of what is urgent and not yet told today."""
    with store.read() as session:
        ids = [key_of(row) for row in session.exec(select(Recipient).where(_reachable()).order_by(col(Recipient.id)))]
    mails = told = 0
    for recipient_id in ids:
        with store.write() as session:
            count = _compose(session, session.get_one(Recipient, recipient_id), settings, rules, clock())
        mails, told = mails + bool(count), told + count
    return AlertCounts(mails, told)


def find_alert(session: Session, token: str) -> tuple[Alert, Recipient] | None:
    """The alert of the address in a mail. Needs an unlimited session."""
    alert = session.exec(select(Alert).where(Alert.token == token[:100])).one_or_none()
    return None if alert is None else (alert, session.get_one(Recipient, alert.recipient_id))


def acknowledge(session: Session, token: str, now: dt.datetime) -> tuple[Alert, Recipient] | None:
    """Note that somebody has taken the matter in hand; no more mails of it. None where nobody knows the token."""
    found = find_alert(session, token)
    if found is not None and found[0].acknowledged_at is None:
        found[0].acknowledged_at = now
        session.add(found[0])
    return found


def _reachable() -> sa.ColumnElement[bool]:
    return sa.and_(col(Recipient.active), col(Recipient.alerts_on), col(Recipient.suspended_at).is_(None))


def _compose(session: Session, recipient: Recipient, settings: Settings, rules: Rulebook, now: dt.datetime) -> int:
    today = now.astimezone(settings.zone).date()
    reader = reader_of(session, recipient)
    if not reader.may(Permission.READ_STANDARDS):
        return 0
    with seen_by(session, reader):
        urgent = _urgent(session, recipient, rules, today)
    entries = []
    for due in urgent:
        alert = _told(session, recipient, due, now, today)
        if alert is not None:
            day = due.deadlines.ours
            about = item_about(str(due.view.item.iso_id), due.view.item)
            address = f"{settings.base_url}/mail/alerts/{alert.token}"
            entries.append(AlertEntry(about, due.view, (day.day - today).days, address))
    if not entries:
        return 0
    made = compose_alert(entries, recipient=recipient, now=now, settings=settings)
    earlier = session.exec(
        select(Mail).where(
            Mail.recipient_id == key_of(recipient), Mail.kind == MailKind.ALERT, col(Mail.week).startswith(str(today))
        )
    ).all()
    token = tokens_of(session, [key_of(recipient)], MailKind.ALERT)[key_of(recipient)]
    row = mail_row(recipient, made, settings, now, token)
    row.kind = MailKind.ALERT
    row.week = f"{today}.{len(earlier) + 1}" if earlier else str(today)
    row.state = MailState.PENDING
    session.add(row)
    return len(entries)


def _urgent(session: Session, recipient: Recipient, rules: Rulebook, today: dt.date) -> list[DueBallot]:
    followed = followed_items(session, recipient_id=recipient.id)
    return [
        due
        for due in due_ballots(session, rules, today)
        if due.view.company is None
        and due.deadlines.ours.day - today <= URGENT
        and (followed is None or key_of(due.view.item) in followed)
    ]


def _told(session: Session, recipient: Recipient, due: DueBallot, now: dt.datetime, today: dt.date) -> Alert | None:
    """The alert where it is to be told now: for the first time, again today, or since the deadline moved."""
    key, day = f"ballot/{due.key}", due.deadlines.ours.day
    alert = session.exec(select(Alert).where(Alert.recipient_id == key_of(recipient), Alert.key == key)).one_or_none()
    if alert is None:
        if today - day > URGENT:
            return None
        alert = Alert(
            recipient_id=key_of(recipient),
            key=key,
            name=due.view.item.reference,
            due_on=day,
            token=tokens.new_secret(),
            first_at=now,
            last_on=today,
        )
    elif alert.due_on != day:
        # Another deadline is another matter: what was acknowledged was the old one.
        alert.due_on, alert.acknowledged_at, alert.last_on, alert.times = day, None, today, alert.times + 1
    elif alert.acknowledged_at is not None or alert.last_on >= today:
        return None
    else:
        alert.last_on, alert.times = today, alert.times + 1
    session.add(alert)
    session.flush()
    return alert
