"""Tables of feeds: who may fetch what, what was last published, and meetings."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.models  # noqa: F401 - the accounts that foreign keys below name
from workbench.db import checked
from workbench.people.gate import confidential, private
from workbench.people.rules import own_or
from workbench.people.viewer import Viewer


class FeedKind(StrEnum):
    """A calendar of deadlines and meetings (RFC 5545), or changes (RFC 4287)."""

    CALENDAR = "calendar"
    CHANGES = "changes"


@confidential(own_or())
class Feed(SQLModel, table=True):
    """An address from which a program fetches what its owner may see; whoever knows the address may fetch.

    Only the digest of the secret is kept. Without an account it belongs to the person of local mode.
    """

    __tablename__ = "feed"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    kind: FeedKind = Field(sa_type=checked(FeedKind))
    digest: str = Field(max_length=64, unique=True)
    language: str = Field(max_length=8)
    discreet: bool = Field(default=True, description="Calendars: titles name no work item.")
    levels: list[str] = Field(
        default_factory=list, sa_type=sa.JSON, description="Whose deadlines: iso, national, company."
    )
    meetings: bool = True
    plans: bool = Field(default=False, description="Calendars: days and gates of the plans that the owner may see.")
    iso_id: int | None = Field(default=None, description="Changes: of this work item only.")
    created_at: dt.datetime
    revoked_at: dt.datetime | None = None


def _of_own_feed(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    feed = private("feed")
    own = sa.select(feed.c.id).where(feed.c.account_id == viewer.account_id)
    return sa.cast(model.feed_id.in_(own), sa.Boolean)  # type: ignore[attr-defined]


@confidential(_of_own_feed)
class FeedEvent(SQLModel, table=True):
    """An event of a plan as one calendar was last given it: its days, and nothing of what it is.

    Kept apart by feed, because owners see plans differently. Days are the first and the last, both included.
    """

    __tablename__ = "feed_event"

    uid: str = Field(primary_key=True, max_length=255)
    feed_id: int = Field(foreign_key="feed.id", index=True)
    starts_on: dt.date
    ends_on: dt.date
    estimated: bool
    cancelled: bool = False
    sequence: int = 0
    created_at: dt.datetime
    modified_at: dt.datetime


class PublishedEvent(SQLModel, table=True):
    """An event as calendars were last given it, so that its sequence number rises on a real change only.

    Days are the first and the last, both included; a timed event has its moments beside them.
    """

    __tablename__ = "published_event"

    uid: str = Field(primary_key=True, max_length=255)
    iso_id: int | None = None
    kind: str = Field(max_length=32, description="The kind of ballot, or `meeting`.")
    level: str = Field(max_length=16, description="Whose deadline; empty for meetings.")
    reference: str
    title: str
    place: str = ""
    starts_on: dt.date = Field(index=True)
    ends_on: dt.date
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    estimated: bool
    cancelled: bool = False
    sequence: int = 0
    created_at: dt.datetime
    modified_at: dt.datetime


class Meeting(SQLModel, table=True):
    """A meeting, typed or imported. Days are the first and the last, both included."""

    __tablename__ = "meeting"

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(unique=True, max_length=255)
    title: str
    committee: str = ""
    place: str = ""
    starts_on: dt.date = Field(index=True)
    ends_on: dt.date
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    cancelled: bool = False
    source: str = Field(description="The file, or `person`, that spoke last.")
    created_at: dt.datetime
