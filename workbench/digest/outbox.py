"""The outbox: a digest becomes a row before anything is sent, and the row is claimed before it is sent.

Whoever is killed while sending leaves a claim that runs out; the mail is then sent again under the same Message-ID.
Only a death between the server's acceptance and the note of it can make a server see a mail twice.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from workbench.db import Store, key_of
from workbench.digest.compose import ComposedMail, iso_week, with_unsubscribe
from workbench.digest.composer import Composer, Press
from workbench.digest.message import AddressError, address, build_message, make_address
from workbench.digest.models import Mail, MailKind, MailState, QuietWeeks, Recipient
from workbench.digest.subscriptions import tokens_of, unsubscribing_subject
from workbench.digest.transport import PermanentError, TransientError, Transport
from workbench.digest.window import Cut
from workbench.people.models import Account
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings

FIRST_RETRY = dt.timedelta(minutes=10)
LONGEST_RETRY = dt.timedelta(hours=6)
# Given up before the next digest is due, which then tells what this one did not (RFC 5321, 4.5.4.1: four to five days).
GIVE_UP_AFTER = dt.timedelta(days=5)
QUIET_FOR = dt.timedelta(days=28)
AT_ONCE = 50
"""For so many recipients digests are composed in one transaction."""

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


def compose_due(
    store: Store, clock: Clock, *, at: dt.datetime, recipients: Sequence[int], press: Press
) -> ComposeCounts:
    """Put the digest of the week of `at` into the outbox for each recipient who has none yet.

    A transaction serves so many recipients that others who write need not wait long; who is likely to have equal
    rights is served together.
    """
    composed = existing = quiet = 0
    ordered = _alike_together(store, recipients)
    for batch in (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)):
        with store.write() as session:
            composer = Composer(session, press, at, batch)
            tokens = tokens_of(session, batch, MailKind.DIGEST)
            for recipient in session.exec(select(Recipient).where(col(Recipient.id).in_(batch))):
                if not composer.may_read(recipient):
                    continue
                earlier = composer.earlier(recipient)
                if any(cut.week == iso_week(at, press.settings) for cut in earlier):
                    existing += 1
                    continue
                made = composer.compose(recipient)
                if made.quiet and _left_out(recipient, earlier, at):
                    quiet += 1
                    continue
                session.add(mail_row(recipient, made, press.settings, clock(), tokens[key_of(recipient)]))
                composed += 1
    return ComposeCounts(composed, existing, quiet)


def _alike_together(store: Store, recipients: Sequence[int]) -> list[int]:
    with store.read() as session:
        account = col(Account.email) == sa.func.lower(col(Recipient.email))
        statement = select(Recipient.id, Recipient.edition, Recipient.language, Account.roles).join(
            Account, account, isouter=True
        )
        found = {
            key: (edition, roles or [], language, key) for key, edition, language, roles in session.exec(statement)
        }
    return sorted({each for each in recipients if each in found}, key=lambda key: found[key])


def _left_out(recipient: Recipient, earlier: Sequence[Cut], at: dt.datetime) -> bool:
    """Whether a digest with nothing to tell is not sent; what it covers is in the next one's window."""
    match recipient.quiet:
        case QuietWeeks.ALWAYS:
            return False
        case QuietWeeks.NEVER:
            return True
        case QuietWeeks.MONTHLY:
            return bool(earlier) and at - earlier[-1].end < QUIET_FOR


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
        unsubscribe_by_mail=_by_mail(settings, token),
        created_at=now,
    )


def _by_mail(settings: Settings, token: str) -> str | None:
    """Where a mail ends the subscription: the mailbox that is read for reports; None where none is read."""
    if settings.bounces is None:
        return None
    place = settings.mail_bounces_to or address(settings.mail_from).addr_spec
    return f"mailto:{quote(place, safe='@+')}?subject={quote(unsubscribing_subject(token))}"


def send_pending(
    store: Store,
    transport: Transport,
    clock: Clock,
    recipients: Sequence[int] | None = None,
    *,
    bounces_to: str | None = None,
) -> SendCounts:
    """Send what waits in the outbox and is due, each mail once, however many senders there are.

    Undeliverable mails come back to `bounces_to`, by default to the sender. What became of a mail is noted in the
    transaction that claims the next one.
    """
    tally = {MailState.SENT: 0, MailState.PENDING: 0, MailState.FAILED: 0}
    with store.read() as session:
        query = select(Mail.id).where(_claimable(clock())).order_by(col(Mail.id))
        if recipients is not None:
            query = query.where(col(Mail.recipient_id).in_(recipients))
        waiting = [mail_id for mail_id in session.exec(query) if mail_id is not None]
    result: _Result | None = None
    try:
        for mail_id in waiting:
            with store.write() as session:
                if result is not None:
                    _note(session, result)
                mail = _claim(session, mail_id, clock(), transport.claim_for)
            result = None
            if mail is not None:
                result = _hand_over(transport, mail, clock, bounces_to)
                tally[result.state] += 1
    finally:
        transport.close()
        if result is not None:
            with store.write() as session:
                _note(session, result)
    return SendCounts(tally[MailState.SENT], tally[MailState.PENDING], tally[MailState.FAILED])


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of a mail that was claimed: `pending` is to be tried again at `again`."""

    mail: Mail
    state: MailState
    at: dt.datetime
    error: str | None = None
    again: dt.datetime | None = None


def _hand_over(transport: Transport, mail: Mail, clock: Clock, bounces_to: str | None) -> _Result:
    try:
        message = build_message(mail)
        transport.send(message, bounces_to or address(mail.sender).addr_spec, address(mail.to).addr_spec)
    except (PermanentError, AddressError) as error:
        return _Result(mail, MailState.FAILED, clock(), str(error))
    except TransientError as error:
        now = clock()
        if now - mail.created_at >= GIVE_UP_AFTER:
            return _Result(mail, MailState.FAILED, now, f"given up after {mail.attempts} attempts: {error}")
        wait = min(FIRST_RETRY * 2 ** min(mail.attempts - 1, 10), LONGEST_RETRY)
        return _Result(mail, MailState.PENDING, now, str(error), now + wait)
    return _Result(mail, MailState.SENT, clock())


def _claimable(now: dt.datetime) -> sa.ColumnElement[bool]:
    due = sa.or_(col(Mail.next_attempt_at).is_(None), col(Mail.next_attempt_at) <= now)
    return sa.or_(
        sa.and_(col(Mail.state) == MailState.PENDING, due),
        sa.and_(col(Mail.state) == MailState.CLAIMED, col(Mail.claimed_until) <= now),
    )


def _claim(session: Session, mail_id: int, now: dt.datetime, claim_for: dt.timedelta) -> Mail | None:
    """The mail, ours until `claimed_until`; None where another sender was faster."""
    claimed = session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id, _claimable(now))
        .values(state=MailState.CLAIMED, claimed_until=now + claim_for, attempts=Mail.attempts + 1)
    )
    return session.get_one(Mail, mail_id, populate_existing=True) if claimed.rowcount == 1 else None


def _note(session: Session, result: _Result) -> None:
    mail, values = result.mail, {"state": result.state, "error": result.error, "claimed_until": None}
    if result.state is MailState.SENT:
        # Sent is sent, also for a sender who took longer than the claim.
        session.exec(update(Mail).where(col(Mail.id) == mail.id).values(sent_at=result.at, **values))
        # Mails are sent by the workbench itself, whoever told it to.
        told = {"recipient": mail.recipient_id, "kind": mail.kind.value, "week": mail.week}
        record(session, Viewer.system(), TrailAction.SENT, "mail", key_of(mail), told, at=result.at)
        return
    # Only while the claim is still ours: who took it over knows better.
    ours = sa.and_(col(Mail.state) == MailState.CLAIMED, col(Mail.attempts) == mail.attempts)
    session.exec(update(Mail).where(col(Mail.id) == mail.id, ours).values(next_attempt_at=result.again, **values))
