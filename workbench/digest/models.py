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


@confidential(_own_or_operated)
class Recipient(SQLModel, table=True):
    __tablename__ = "recipient"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str = Field(unique=True)
    language: Language = Field(default=Language.EN, sa_type=checked(Language))
    edition: Edition = Field(default=Edition.DELEGATE, sa_type=checked(Edition))
    active: bool = True


@confidential(_own_or_harmless)
class Mail(SQLModel, table=True):
    """A digest as composed. One per recipient and ISO week; the row exists before anything is sent."""

    __tablename__ = "mail"
    __table_args__ = (sa.UniqueConstraint("recipient_id", "edition", "week"),)

    id: int | None = Field(default=None, primary_key=True)
    recipient_id: int = Field(foreign_key="recipient.id", index=True)
    edition: Edition = Field(sa_type=checked(Edition))
    week: str = Field(max_length=8, description="ISO week, e.g. 2026-W47.")
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
    state: MailState = Field(default=MailState.PENDING, sa_type=checked(MailState), index=True)
    attempts: int = 0
    claimed_until: dt.datetime | None = None
    next_attempt_at: dt.datetime | None = None
    created_at: dt.datetime
    sent_at: dt.datetime | None = None
    error: str | None = None
