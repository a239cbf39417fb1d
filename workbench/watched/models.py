"""Tables of what is followed: releases, watched pages, and how far a source has read what it follows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Release(SQLModel, table=True):
    """A release of a repository or package; see `scrapers.records.Release`."""

    __tablename__ = "release"
    __table_args__ = (sa.UniqueConstraint("repository", "tag"),)

    id: int | None = Field(default=None, primary_key=True)
    repository: str = Field(index=True)
    tag: str
    name: str | None = Field(default=None, description="What the settings call the repository.")
    date: dt.date | None = None
    title: str | None = None
    licence: str | None = None
    url: str | None = None
    prerelease: bool = False
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime
    said: dict[str, Any] = Field(
        default_factory=dict, sa_type=sa.JSON, description="By source: when it last spoke (`at`) and its `fields`."
    )


class WatchedPage(SQLModel, table=True):
    """The watched part of a page as it was last read; what it said before is in the log of changes."""

    __tablename__ = "watched_page"
    __table_args__ = (sa.UniqueConstraint("url", "selector"),)

    id: int | None = Field(default=None, primary_key=True)
    url: str
    selector: str
    name: str
    work_item: int | None = Field(default=None, index=True, description="ISO id of the work item it belongs to.")
    text: str
    sha256: str = Field(max_length=64)
    source: str
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    first_seen: dt.datetime
    last_seen: dt.datetime
    changed_at: dt.datetime = Field(description="When the words were first seen as they are now.")


class ReadingMark(SQLModel, table=True):
    """Until which day a source has read something, as its last believed run that got so far said.

    `name` is the source's own word for what was read, such as a watch; see `scrapers.context.Context.mark`.
    """

    __tablename__ = "reading_mark"
    __table_args__ = (sa.UniqueConstraint("source", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    name: str
    until: dt.date
    run_id: int = Field(foreign_key="run.id", index=True)
