"""The verbs of the digest: who receives it, what it would say, and sending it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlmodel import Session, col, select

from scrapers.registry import sources
from workbench.ballots.rulebook import load_rulebook
from workbench.db import Store, key_of
from workbench.digest.alerts import compose_alerts
from workbench.digest.compose import ComposedMail
from workbench.digest.composer import Composer, Press
from workbench.digest.letters import tell_of_silence
from workbench.digest.message import AddressError, address, make_address
from workbench.digest.models import Edition, Language, Recipient
from workbench.digest.outbox import ComposeCounts, SendCounts, compose_due, send_pending
from workbench.digest.transport import transport_for
from workbench.digest.weekdays import mailing_day, receives
from workbench.settings import Settings
from workbench.sources.poll import is_configured


class DigestError(Exception):
    """The digest cannot be made or sent; `str(error)` says why and what to do, on one line."""


NOBODY_YET = Recipient(id=0, name="A new delegate", email="delegate@localhost")
"""Stands in for a recipient in a preview where there is none; never stored."""


@dataclass(frozen=True, slots=True)
class DigestCounts:
    """What a digest run did."""

    composed: int
    existing: int
    quiet: int
    sent: int
    postponed: int
    failed: int


class _Person(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    email: str
    language: Language = Language.EN
    edition: Edition = Edition.DELEGATE

    @field_validator("email")
    @classmethod
    def _deliverable(cls, value: str) -> str:
        return make_address("", value).addr_spec


class _People(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    person: tuple[_Person, ...]


def load_recipients(session: Session, path: Path) -> int:
    """Add the people of a TOML file (`[[person]]`: name, email, language, edition) or bring them up to date, by name.

    Returns how many there are. Raises DigestError naming the file and the person.
    """
    try:
        people = _People.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).person
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DigestError(f"{path}: cannot be read as TOML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DigestError(f"{path}: {place}: {first['msg']}") from error
    for person in people:
        row = session.exec(select(Recipient).where(Recipient.name == person.name)).one_or_none()
        taken = session.exec(
            select(Recipient).where(Recipient.email == person.email, Recipient.name != person.name)
        ).one_or_none()
        if taken is not None:
            raise DigestError(f"{path}: {person.name} has the address of {taken.name}, {person.email}; each needs one")
        row = row or Recipient(name=person.name, email=person.email)
        row.email, row.language, row.edition = person.email, person.language, person.edition
        session.add(row)
        session.flush()
    return len(people)


def preview(store: Store, settings: Settings, recipient: str | None, at: dt.datetime) -> list[ComposedMail]:
    """The digests as they would be cut at `at`, for one recipient or all. Writes and sends nothing.

    Where nobody receives the digest yet, it is the one that a new delegate would get.
    """
    press = _press(settings)
    with store.read() as session:
        rows = _recipients(session, recipient) or [NOBODY_YET]
        composer = Composer(session, press, at, [key_of(row) for row in rows])
        return [composer.compose(row) for row in rows]


def send(
    store: Store,
    settings: Settings,
    recipient: str | None,
    at: dt.datetime,
    progress: Callable[[str], None],
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    *,
    on_their_day: bool = False,
) -> DigestCounts:
    """Compose the digests of the week of `at` that are not there yet, then send what waits in the outbox.

    `on_their_day`: only for whom the day of the week has come. Whoever paused the digest gets none.
    """
    try:
        address(settings.mail_from)
    except AddressError as error:
        raise DigestError(f"setting mail_from (WORKBENCH_MAIL_FROM): {error}") from error
    with store.read() as session:
        day = at.astimezone(settings.zone).date()
        chosen = [
            key_of(row)
            for row in _recipients(session, recipient)
            if receives(row, day) and (not on_their_day or mailing_day(row.weekday, day, settings) <= day)
        ]
    composed = compose_due(store, clock, at=at, recipients=chosen, press=_press(settings))
    if not settings.mail_enabled:
        progress("mailing is switched off (WORKBENCH_MAIL_ENABLED): mails wait in the outbox")
    progress(f"{composed.composed} composed, {composed.existing} there already, {composed.quiet} with nothing to tell")
    sent = _pending(store, settings, clock, chosen)
    progress(f"{sent.sent} sent, {sent.postponed} to be tried again, {sent.failed} failed")
    return _counts(composed, sent)


def retry(
    store: Store, settings: Settings, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
) -> DigestCounts:
    """Send what waits in the outbox and is due; composes nothing."""
    return _counts(ComposeCounts(), _pending(store, settings, clock))


def alert(
    store: Store, settings: Settings, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
) -> DigestCounts:
    """Compose what is urgent and not told today, tell administrators whom alerts no longer reach, and send."""
    composed = compose_alerts(store, settings, load_rulebook(settings), clock)
    tell_of_silence(store, settings, clock())
    return _counts(ComposeCounts(composed.mails), _pending(store, settings, clock))


def _pending(
    store: Store, settings: Settings, clock: Callable[[], dt.datetime], recipients: Sequence[int] | None = None
) -> SendCounts:
    if not settings.mail_enabled:
        return SendCounts()
    return send_pending(store, transport_for(settings), clock, recipients, bounces_to=settings.mail_bounces_to)


def _counts(composed: ComposeCounts, sent: SendCounts) -> DigestCounts:
    return DigestCounts(composed.composed, composed.existing, composed.quiet, sent.sent, sent.postponed, sent.failed)


def _press(settings: Settings) -> Press:
    # Sources that can be polled only: one that nobody set up is no news every week.
    manifests = {name: source.manifest for name, source in sources().items() if is_configured(settings, source)}
    return Press(settings, load_rulebook(settings), manifests)


def _recipients(session: Session, name: str | None) -> list[Recipient]:
    rows = session.exec(select(Recipient).where(col(Recipient.active)).order_by(col(Recipient.name))).all()
    if name is None:
        return list(rows)
    chosen = [row for row in rows if row.name == name]
    if not chosen:
        known = ", ".join(row.name for row in rows) or "none"
        raise DigestError(f"no active recipient is named {name!r}; there are: {known}")
    return chosen
