"""The outbox: a digest becomes a row before anything is sent, and the row is claimed before it is sent.

Whoever is killed while sending leaves a claim that runs out; the mail is then sent again under the same Message-ID.
Only a death between the server's acceptance and the note of it can make a server see a mail twice.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from scrapers.manifest import Manifest
from workbench.ballots.rulebook import Rulebook
from workbench.db import Store, key_of
from workbench.digest.audience import as_recipient
from workbench.digest.compose import ComposedMail, compose, iso_week, with_unsubscribe
from workbench.digest.message import AddressError, address, build_message, make_address
from workbench.digest.models import Mail, MailKind, MailState, QuietWeeks, Recipient
from workbench.digest.select import select_digest
from workbench.digest.subscriptions import token_of
from workbench.digest.transport import PermanentError, TransientError, Transport
from workbench.digest.window import window_of
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings

FIRST_RETRY = dt.timedelta(minutes=10)
LONGEST_RETRY = dt.timedelta(hours=6)
# Given up before the next digest is due, which then tells what this one did not (RFC 5321, 4.5.4.1: four to five days).
GIVE_UP_AFTER = dt.timedelta(days=5)
QUIET_FOR = dt.timedelta(days=28)

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class ComposeCounts:
    """`existing`: the week's mail was there already. `quiet`: nothing to tell, so no mail was made."""

    composed: int = 0
    existing: int = 0
    quiet: int = 0


@dataclass(frozen=True, slots=True)
class SendCounts:
    """`postponed`: not accepted now, to be tried again. `failed`: given up, with the reason in the row."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0


def compose_for(
    session: Session,
    recipient: Recipient,
    *,
    at: dt.datetime,
    settings: Settings,
    rules: Rulebook,
    manifests: Mapping[str, Manifest],
) -> ComposedMail:
    """The digest of a recipient as it would be cut at `at`, with what the recipient may see. Writes nothing."""
    window = window_of(session, key_of(recipient), recipient.edition, at)
    with as_recipient(session, recipient):
        digest = select_digest(
            session,
            recipient.edition,
            window,
            rules=rules,
            manifests=manifests,
            zone=settings.zone,
            limit=settings.digest_limit,
            recipient_id=recipient.id,
        )
    return compose(digest, name=recipient.name, email=recipient.email, language=recipient.language, settings=settings)


def compose_due(
    store: Store,
    clock: Clock,
    *,
    at: dt.datetime,
    recipients: Sequence[int],
    settings: Settings,
    rules: Rulebook,
    manifests: Mapping[str, Manifest],
) -> ComposeCounts:
    """Put the digest of the week of `at` into the outbox for each recipient who has none yet, one transaction each."""
    composed = existing = quiet = 0
    for recipient_id in recipients:
        with store.write() as session:
            recipient = session.get_one(Recipient, recipient_id)
            earlier = session.exec(
                select(Mail)
                .where(
                    Mail.recipient_id == recipient_id,
                    Mail.edition == recipient.edition,
                    Mail.kind == MailKind.DIGEST,
                )
                .order_by(col(Mail.id).desc())
            ).all()
            if any(mail.week == iso_week(at, settings) for mail in earlier):
                existing += 1
                continue
            made = compose_for(session, recipient, at=at, settings=settings, rules=rules, manifests=manifests)
            if made.quiet and _left_out(recipient, earlier, at):
                quiet += 1
                continue
            token = token_of(session, recipient_id, MailKind.DIGEST)
            session.add(mail_row(recipient, made, settings, clock(), token))
            composed += 1
    return ComposeCounts(composed, existing, quiet)


def _left_out(recipient: Recipient, earlier: Sequence[Mail], at: dt.datetime) -> bool:
    """Whether a digest with nothing to tell is not sent; what it covers is in the next one's window."""
    match recipient.quiet:
        case QuietWeeks.ALWAYS:
            return False
        case QuietWeeks.NEVER:
            return True
        case QuietWeeks.MONTHLY:
            return bool(earlier) and at - earlier[0].window_end < QUIET_FOR


def _to(recipient: Recipient) -> str:
    try:
        return str(make_address(recipient.name, recipient.email))
    except AddressError:
        # Sending will refuse it and say so in the outbox; the other recipients get theirs.
        return recipient.email


def mail_row(recipient: Recipient, made: ComposedMail, settings: Settings, now: dt.datetime, token: str) -> Mail:
    """The row of a composed mail, with the address that ends the subscription of `token`."""
    unsubscribe = f"{settings.base_url}/mail/unsubscribe/{token}"
    made = with_unsubscribe(made, unsubscribe, settings)
    sender = address(settings.mail_from)
    unique = f"{made.week}.{made.edition}.{secrets.token_hex(12)}"
    return Mail(
        recipient_id=key_of(recipient),
        edition=made.edition,
        week=made.week,
        window_start=made.window.start,
        window_end=made.window.end,
        changes_after=made.window.after,
        changes_to=made.window.to,
        message_id=f"<{unique}@{sender.domain}>",
        sender=str(sender),
        to=_to(recipient),
        subject=made.subject,
        text=made.text,
        html=made.html,
        unsubscribe=unsubscribe,
        created_at=now,
    )


def send_pending(
    store: Store,
    transport: Transport,
    clock: Clock,
    recipients: Sequence[int] | None = None,
    *,
    bounces_to: str | None = None,
) -> SendCounts:
    """Send what waits in the outbox and is due, each mail once, however many senders there are.

    Undeliverable mails come back to `bounces_to`, by default to the sender.
    """
    sent = postponed = failed = 0
    with store.read() as session:
        query = select(Mail.id).where(_claimable(clock())).order_by(col(Mail.id))
        if recipients is not None:
            query = query.where(col(Mail.recipient_id).in_(recipients))
        waiting = [mail_id for mail_id in session.exec(query) if mail_id is not None]
    for mail_id in waiting:
        mail = _claim(store, mail_id, clock(), transport.claim_for)
        if mail is None:
            continue
        try:
            message = build_message(mail)
            transport.send(message, bounces_to or address(mail.sender).addr_spec, address(mail.to).addr_spec)
        except (PermanentError, AddressError) as error:
            _note(store, mail, state=MailState.FAILED, error=str(error))
            failed += 1
        except TransientError as error:
            given_up = _postpone(store, mail, clock(), str(error))
            failed, postponed = failed + given_up, postponed + (not given_up)
        else:
            # Sent is sent, also for a sender who took longer than the claim.
            with store.write() as session:
                session.exec(
                    update(Mail)
                    .where(col(Mail.id) == mail_id)
                    .values(state=MailState.SENT, sent_at=clock(), claimed_until=None, error=None)
                )
                # Mails are sent by the workbench itself, whoever told it to.
                told = {"recipient": mail.recipient_id, "kind": mail.kind.value, "week": mail.week}
                record(session, Viewer.system(), TrailAction.SENT, "mail", mail_id, told, at=clock())
            sent += 1
    return SendCounts(sent, postponed, failed)


def _claimable(now: dt.datetime) -> sa.ColumnElement[bool]:
    due = sa.or_(col(Mail.next_attempt_at).is_(None), col(Mail.next_attempt_at) <= now)
    return sa.or_(
        sa.and_(col(Mail.state) == MailState.PENDING, due),
        sa.and_(col(Mail.state) == MailState.CLAIMED, col(Mail.claimed_until) <= now),
    )


def _claim(store: Store, mail_id: int, now: dt.datetime, claim_for: dt.timedelta) -> Mail | None:
    """The mail, ours until `claimed_until`; None where another sender was faster."""
    with store.write() as session:
        claimed = session.exec(
            update(Mail)
            .where(col(Mail.id) == mail_id, _claimable(now))
            .values(state=MailState.CLAIMED, claimed_until=now + claim_for, attempts=Mail.attempts + 1)
        )
        if claimed.rowcount != 1:
            return None
        return session.get_one(Mail, mail_id, populate_existing=True)


def _postpone(store: Store, mail: Mail, now: dt.datetime, error: str) -> bool:
    """Note a failed attempt and when to try again; returns whether the mail is given up instead."""
    if now - mail.created_at >= GIVE_UP_AFTER:
        _note(store, mail, state=MailState.FAILED, error=f"given up after {mail.attempts} attempts: {error}")
        return True
    wait = min(FIRST_RETRY * 2 ** min(mail.attempts - 1, 10), LONGEST_RETRY)
    _note(store, mail, state=MailState.PENDING, error=error, next_attempt_at=now + wait)
    return False


def _note(store: Store, mail: Mail, **values: object) -> None:
    with store.write() as session:
        # Only while the claim is still ours: who took it over knows better.
        session.exec(
            update(Mail)
            .where(col(Mail.id) == mail.id, col(Mail.state) == MailState.CLAIMED, col(Mail.attempts) == mail.attempts)
            .values(claimed_until=None, **values)
        )
