"""Alerts: what is due within days or cannot wait is told at once, and again each day until it is acknowledged."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.ballots.queries import ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.ballots.week import must_vote
from workbench.calendars.due import due_ballots
from workbench.db import Store, key_of
from workbench.digest.audience import reader_of, rights_of
from workbench.digest.compose import compose_alert
from workbench.digest.composer import follow_lists
from workbench.digest.duties import duties_of
from workbench.digest.entries import AlertEntry, BallotEntry, DutyEntry
from workbench.digest.models import Alert, Edition, Mail, MailKind, MailState, Recipient
from workbench.digest.outbox import AT_ONCE, Clock, mail_row
from workbench.digest.select import ballot_entry, duty_entry
from workbench.digest.subscriptions import tokens_of
from workbench.people import tokens
from workbench.people.gate import seen_by
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.settings import Settings

URGENT: Final = dt.timedelta(days=3)
"""How near a deadline is an alert; one that is past by no more begins an alert too, later ones the digest tells."""


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """Mails composed, and the matters in them."""

    mails: int = 0
    deadlines: int = 0


@dataclass(frozen=True, slots=True)
class _Matter:
    """Something urgent under its name for life; `item` is the key of the work item of a ballot."""

    key: str
    entry: BallotEntry | DutyEntry
    day: dt.date | None
    item: int | None = None


def compose_alerts(store: Store, settings: Settings, rules: Rulebook, clock: Clock) -> AlertCounts:
    """Put into the outbox, for each recipient, one mail of what is urgent and not yet told today.

    Who is to be told is found without keeping others from writing, and looked at again where it is written.
    """
    with store.read() as session:
        desk = _Desk(session, settings, rules, clock())
        rows = session.exec(select(Recipient).where(_reachable()).order_by(col(Recipient.id))).all()
        found = list(desk.to_tell(rows))
    mails = told = 0
    for batch in (found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)):
        with store.write() as session:
            desk = _Desk(session, settings, rules, clock())
            rows = session.exec(select(Recipient).where(_reachable(), col(Recipient.id).in_(batch))).all()
            for recipient in rows:
                count = desk.compose(recipient, tokens_of(session, [key_of(recipient)], MailKind.ALERT))
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


class _Desk:
    """Looks up what is urgent within one session, once for all with equal rights, and writes alerts of it."""

    def __init__(self, session: Session, settings: Settings, rules: Rulebook, now: dt.datetime) -> None:
        self.session, self.settings, self.rules, self.now = session, settings, rules, now
        self.today = now.astimezone(settings.zone).date()
        self._matters: dict[tuple[Viewer, Edition], list[_Matter]] = {}

    def to_tell(self, recipients: Sequence[Recipient]) -> Iterator[int]:
        """The recipients who have something to be told of now."""
        keys = [key_of(row) for row in recipients]
        known, follows = self._alerts(keys), follow_lists(self.session, keys)
        for row in recipients:
            matters = self._urgent(row, follows.get(key_of(row)))
            if any(self._is_news(each, known[key_of(row)].get(each.key)) for each in matters):
                yield key_of(row)

    def compose(self, recipient: Recipient, list_tokens: dict[int, str]) -> int:
        """Write the alert of a recipient; returns of how many matters."""
        key = key_of(recipient)
        known = self._alerts([key])[key]
        entries = []
        for matter in self._urgent(recipient, follow_lists(self.session, [key]).get(key)):
            if self._is_news(matter, known.get(matter.key)):
                alert = self._noted(key, matter, known.get(matter.key))
                entries.append(AlertEntry(matter.entry, f"{self.settings.base_url}/mail/alerts/{alert.token}"))
        if not entries:
            return 0
        made = compose_alert(entries, recipient=recipient, now=self.now, settings=self.settings)
        statement = select(Mail.id).where(Mail.recipient_id == key, Mail.kind == MailKind.ALERT)
        earlier = self.session.exec(statement.where(col(Mail.week).startswith(str(self.today)))).all()
        row = mail_row(recipient, made, self.settings, self.now, list_tokens[key])
        row.kind, row.state = MailKind.ALERT, MailState.PENDING
        row.week = f"{self.today}.{len(earlier) + 1}" if earlier else str(self.today)
        self.session.add(row)
        self.session.flush()
        return len(entries)

    def _alerts(self, recipients: Collection[int]) -> defaultdict[int, dict[str, Alert]]:
        found: defaultdict[int, dict[str, Alert]] = defaultdict(dict)
        for alert in self.session.exec(select(Alert).where(col(Alert.recipient_id).in_(recipients))):
            found[alert.recipient_id][alert.key] = alert
        return found

    def _urgent(self, recipient: Recipient, followed: frozenset[int] | None) -> list[_Matter]:
        reader = rights_of(reader_of(self.session, recipient))
        if not reader.may(Permission.READ_STANDARDS):
            return []
        key = (reader, recipient.edition)
        if key not in self._matters:
            with seen_by(self.session, reader):
                self._matters[key] = list(self._look_up(reader, recipient.edition))
        return [each for each in self._matters[key] if None in (each.item, followed) or each.item in (followed or ())]

    def _look_up(self, reader: Viewer, edition: Edition) -> Iterator[_Matter]:
        if edition is Edition.IP:
            for duty in duties_of(self.session, reader, self.rules, self.today):
                if duty.urgent or (duty.day is not None and duty.day - self.today <= URGENT):
                    yield _Matter(duty.key, duty_entry(duty, self.today), duty.day)
        views = ballot_views(self.session, self.rules, self.today)
        owed = must_vote(self.session, self.rules, views, self.today)
        for due in due_ballots(self.session, self.rules, self.today):
            day = due.deadlines.ours.day
            if due.view.company is None and day - self.today <= URGENT:
                entry = ballot_entry(due.view, owed, self.rules, self.today)
                yield _Matter(f"ballot/{due.key}", entry, day, key_of(due.view.item))

    def _is_news(self, matter: _Matter, alert: Alert | None) -> bool:
        """Whether it is to be told now: for the first time, again today, or since the deadline moved."""
        if alert is None:
            return matter.day is None or self.today - matter.day <= URGENT
        if matter.day not in (None, alert.due_on):
            return True
        return alert.acknowledged_at is None and alert.last_on < self.today

    def _noted(self, recipient_id: int, matter: _Matter, alert: Alert | None) -> Alert:
        if alert is None:
            alert = Alert(
                recipient_id=recipient_id,
                key=matter.key,
                name=matter.entry.about.name,
                due_on=matter.day or self.today,
                token=tokens.new_secret(),
                first_at=self.now,
                last_on=self.today,
            )
        elif matter.day not in (None, alert.due_on):
            # Another deadline is another matter: what was acknowledged was the old one.
            alert.due_on, alert.acknowledged_at = matter.day or alert.due_on, None
            alert.last_on, alert.times = self.today, alert.times + 1
        else:
            alert.last_on, alert.times = self.today, alert.times + 1
        self.session.add(alert)
        return alert
