"""Reads of releases and watched pages, for pages and exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.history.models import Change, Entity, Snapshot
from workbench.history.queries import FilterError, day_of, filled, in_order, with_words
from workbench.watched.models import ReadingMark, Release, WatchedPage

RELEASE_FILTERS: Final = ("repository", "q", "licence", "from", "to")
RELEASE_SORTS: Final = ("repository", "tag", "date", "licence")
PAGE_FILTERS: Final = ("q",)


@dataclass(frozen=True)
class PageVersion:
    """What a watched page said from `at` on; `before` is None for the first reading."""

    at: dt.datetime
    text: str
    before: str | None
    snapshot: Snapshot | None


def select_releases(
    session: Session, filters: Mapping[str, str], *, sort: str = "-date", limit: int | None = None, offset: int = 0
) -> Sequence[Release]:
    """The releases that the filters (`RELEASE_FILTERS`) leave. Raises FilterError."""
    statement = select(Release).where(*_release_conditions(filters)).order_by(*_order(sort))
    return session.exec(statement.limit(limit).offset(offset)).all()


def count_releases(session: Session, filters: Mapping[str, str]) -> int:
    """How many releases the filters leave. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(Release).where(*_release_conditions(filters))
    return int(session.execute(counted).scalar_one())


def release_choices(session: Session) -> tuple[list[str], list[str]]:
    """The repositories and the licences that releases have, in order."""
    repositories = session.exec(select(Release.repository).distinct().order_by(col(Release.repository))).all()
    licences = session.exec(select(Release.licence).distinct().order_by(col(Release.licence))).all()
    return list(repositories), [licence for licence in licences if licence]


def select_pages(
    session: Session, filters: Mapping[str, str], *, limit: int | None = None, offset: int = 0
) -> Sequence[WatchedPage]:
    """The watched pages with the words of `q`, the one that changed last first."""
    statement = select(WatchedPage).where(*_page_conditions(filters))
    ordered = statement.order_by(col(WatchedPage.changed_at).desc(), col(WatchedPage.id))
    return session.exec(ordered.limit(limit).offset(offset)).all()


def count_pages(session: Session, filters: Mapping[str, str]) -> int:
    counted = sa.select(sa.func.count()).select_from(WatchedPage).where(*_page_conditions(filters))
    return int(session.execute(counted).scalar_one())


def page(session: Session, page_id: int) -> WatchedPage | None:
    return session.get(WatchedPage, page_id)


def pages_of_item(session: Session, iso_id: int) -> Sequence[WatchedPage]:
    """The watched pages that belong to a work item, the one that changed last first."""
    statement = select(WatchedPage).where(WatchedPage.work_item == iso_id)
    return session.exec(statement.order_by(col(WatchedPage.changed_at).desc())).all()


def page_versions(session: Session, row: WatchedPage, *, limit: int) -> list[PageVersion]:
    """What a watched page said, newest first, from the log of changes."""
    statement = (
        sa.select(Change, Snapshot)
        .outerjoin(Snapshot, col(Snapshot.id) == col(Change.snapshot_id))
        .where(col(Change.entity) == Entity.PAGE, col(Change.key) == str(row.id), col(Change.field) == "text")
        .order_by(col(Change.at).desc(), col(Change.id).desc())
        .limit(limit)
    )
    return [
        PageVersion(change.at, str(change.new or ""), None if change.old is None else str(change.old), snapshot)
        for change, snapshot in session.execute(statement)
    ]


def reading_marks(session: Session, source: str) -> dict[str, dt.date]:
    """Until which day a source has read what, by its own names."""
    rows = session.exec(select(ReadingMark).where(ReadingMark.source == source))
    return {row.name: row.until for row in rows}


def _release_conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filled(filters).items():
        match name:
            case "repository" | "licence":
                conditions.append(col(getattr(Release, name)) == value)
            case "q":
                conditions += with_words((Release.repository, Release.name, Release.tag, Release.title), value)
            case "from":
                conditions.append(col(Release.date) >= day_of(name, value))
            case "to":
                conditions.append(col(Release.date) <= day_of(name, value))
            case _:
                raise FilterError(f"releases cannot be filtered by {name}; they can by: {', '.join(RELEASE_FILTERS)}")
    return conditions


def _page_conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    return with_words((WatchedPage.name, WatchedPage.url, WatchedPage.text), filters.get("q", ""))


def _order(sort: str) -> tuple[Any, ...]:
    columns: dict[str, sa.SQLColumnExpression[Any]] = {
        "repository": sa.func.lower(col(Release.repository)),
        "tag": col(Release.tag),
        "date": col(Release.date),
        "licence": col(Release.licence),
    }
    return in_order(columns, sort), col(Release.repository).asc(), col(Release.id).desc()
