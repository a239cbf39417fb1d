"""Tables of the digest: who receives it, and the outbox."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.db import checked
from workbench.people.gate import confidential, private
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer


class Language(StrEnum):
    EN = "en"
    JA = "ja"
    BOTH = "both"


class Edition(StrEnum):
    DELEGATE = "delegate"
    IP = "ip"


class MailKind(StrEnum):
    """Which list a mail is of: the weekly digest, or alerts of what is due within days."""

    DIGEST = "digest"
    ALERT = "alert"


class QuietWeeks(StrEnum):
    """What a recipient gets for weeks with nothing to tell: a line at most every four weeks, always, or nothing."""

    MONTHLY = "monthly"
    ALWAYS = "always"
    NEVER = "never"


class MailState(StrEnum):
    """`claimed`: a sender is at work on it, until `claimed_until`."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"


def _own_or_operated(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    """One's own, by the address; all of them for who looks after digests."""
    if viewer.may(Permission.OPERATE):
        return sa.true()
    return sa.false() if viewer.email is None else sa.func.lower(model.email) == viewer.email.lower()  # type: ignore[attr-defined]


def _own_or_harmless(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    """One's own mails; for who looks after digests also those of the delegates' edition, which hold no secret."""
    mail: Any = model
    recipient = private("recipient")
    address = "" if viewer.email is None else viewer.email.lower()
    own = mail.recipient_id.in_(sa.select(recipient.c.id).where(sa.func.lower(recipient.c.email) == address))
    return sa.or_(own, mail.edition == Edition.DELEGATE) if viewer.may(Permission.OPERATE) else own


def _of_own_recipient(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    """What belongs to one's own address; all of it for who looks after digests."""
    if viewer.may(Permission.OPERATE):
        return sa.true()
    recipient = private("recipient")
    address = "" if viewer.email is None else viewer.email.lower()
    own = sa.select(recipient.c.id).where(sa.func.lower(recipient.c.email) == address)
    return model.recipient_id.in_(own)  # type: ignore[attr-defined,no-any-return]


def _own_or_open(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    """One's own alerts; for who looks after digests also those of ballots, which hold no secret."""
    alert: Any = model
    recipient = private("recipient")
    address = "" if viewer.email is None else viewer.email.lower()
    own = alert.recipient_id.in_(sa.select(recipient.c.id).where(sa.func.lower(recipient.c.email) == address))
    return sa.or_(own, alert.key.startswith("ballot/")) if viewer.may(Permission.OPERATE) else own


@confidential(_own_or_operated)
class Recipient(SQLModel, table=True):
    __tablename__ = "recipient"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str = Field(unique=True)
    language: Language = Field(default=Language.EN, sa_type=checked(Language))
    edition: Edition = Field(default=Edition.DELEGATE, sa_type=checked(Edition))
    active: bool = True
    digest_on: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    alerts_on: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    quiet: QuietWeeks = Field(
        default=QuietWeeks.MONTHLY,
        sa_type=checked(QuietWeeks),
        sa_column_kwargs={"server_default": QuietWeeks.MONTHLY.value},
    )
    weekday: int = Field(
        default=0,
        ge=0,
        le=4,
        sa_column_kwargs={"server_default": "0"},
        description="On which day of the week the digest is wanted; Monday is 0.",
    )
    paused_until: dt.date | None = Field(default=None, description="The first day on which digests are sent again.")
    alerts_off_at: dt.datetime | None = None
    alerts_off_told_at: dt.datetime | None = Field(default=None, description="When administrators were told of it.")
    suspended_at: dt.datetime | None = Field(default=None, description="Since when the address is given up.")
    suspended_reason: str | None = None


@confidential(_own_or_harmless)
class Mail(SQLModel, table=True):
    """A mail as composed; the row exists before anything is sent. One digest per recipient and ISO week.

    An alert has no window of its own; its `week` is the day, and a number from the second of a day on.
    """

    __tablename__ = "mail"
    __table_args__ = (sa.UniqueConstraint("recipient_id", "edition", "kind", "week"),)

    id: int | None = Field(default=None, primary_key=True)
    recipient_id: int = Field(foreign_key="recipient.id", index=True)
    edition: Edition = Field(sa_type=checked(Edition))
    kind: MailKind = Field(
        default=MailKind.DIGEST, sa_type=checked(MailKind), sa_column_kwargs={"server_default": MailKind.DIGEST.value}
    )
    week: str = Field(max_length=16, description="ISO week, e.g. 2026-W47; of an alert the day, e.g. 2026-11-16.2.")
    window_start: dt.datetime | None = None
    window_end: dt.datetime
    changes_after: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}, description="The last change before the window, by its id."
    )
    changes_to: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}, description="The last change within the window, by its id."
    )
    message_id: str = Field(unique=True)
    sender: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str | None = Field(default=None, description="The address that ends the subscription.")
    unsubscribe_by_mail: str | None = Field(default=None, description="The same for a mail: a mailto address.")
    state: MailState = Field(default=MailState.PENDING, sa_type=checked(MailState), index=True)
    attempts: int = 0
    claimed_until: dt.datetime | None = None
    next_attempt_at: dt.datetime | None = None
    created_at: dt.datetime
    sent_at: dt.datetime | None = None
    error: str | None = None


@confidential(_of_own_recipient)
class MailingToken(SQLModel, table=True):
    """What the address in a mail that ends a subscription carries: opaque, one for each recipient and list."""

    __tablename__ = "mailing_token"
    __table_args__ = (sa.UniqueConstraint("recipient_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(max_length=64, unique=True)
    recipient_id: int = Field(foreign_key="recipient.id")
    kind: MailKind = Field(sa_type=checked(MailKind))


@confidential(_own_or_open)
class Alert(SQLModel, table=True):
    """Something due within days or urgent, told to a recipient at once and again each day until it is acknowledged.

    `key` is what it is, such as `ballot/81230/DIS/1`; `due_on` its day, of what has none that of the first mail;
    `last_on` the day, where the workbench is, of the last mail.
    """

    __tablename__ = "alert"
    __table_args__ = (sa.UniqueConstraint("recipient_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    recipient_id: int = Field(foreign_key="recipient.id")
    key: str
    name: str
    due_on: dt.date
    token: str = Field(max_length=64, unique=True)
    first_at: dt.datetime
    last_on: dt.date
    times: int = 1
    acknowledged_at: dt.datetime | None = None


@confidential(_of_own_recipient)
class Bounce(SQLModel, table=True):
    """A mail of ours that came back (RFC 3464). `hard`: a permanent failure of the address (RFC 3463, class 5)."""

    __tablename__ = "bounce"

    id: int | None = Field(default=None, primary_key=True)
    recipient_id: int = Field(foreign_key="recipient.id", index=True)
    mail_id: int = Field(foreign_key="mail.id")
    at: dt.datetime
    hard: bool
    status: str = Field(max_length=16, description="The enhanced status code, e.g. 5.1.1.")
    diagnostic: str
    fingerprint: str = Field(max_length=64, unique=True, description="The same report read again is no second bounce.")


@confidential(_of_own_recipient)
class UnsubscribingMail(SQLModel, table=True):
    """A mail that ended a subscription; read again, it ends nothing that was taken up anew."""

    __tablename__ = "unsubscribing_mail"

    id: int | None = Field(default=None, primary_key=True)
    recipient_id: int = Field(foreign_key="recipient.id")
    at: dt.datetime
    fingerprint: str = Field(max_length=64, unique=True)
