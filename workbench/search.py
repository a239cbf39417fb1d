"""Full-text search over everything, Japanese included; the only module besides db that knows the dialects apart.

Each thing that can be found has one `SearchEntry`. SQLite finds substrings of three characters and more through an
FTS5 trigram index that triggers keep in step; shorter queries, and PostgreSQL, use a case-insensitive LIKE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer

FTS_TABLE = "search_fts"
KINDS_OF_PATENTS = ("publication",)
"""Kinds that are found by who may read patents. What belongs to a matter is never put into the index."""
_SNIPPET = 80


def _of_readable_kind(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    kind = model.kind  # type: ignore[attr-defined]
    return sa.true() if viewer.may(Permission.READ_PATENTS) else kind.not_in(KINDS_OF_PATENTS)


@confidential(_of_readable_kind)
class SearchEntry(SQLModel, table=True):
    """What can be found: `kind` and `key` name the thing, `title` and `body` are searched, a title hit ranks higher."""

    __tablename__ = "search_entry"
    __table_args__ = (sa.UniqueConstraint("kind", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    title: str
    body: str


@dataclass(frozen=True)
class Hit:
    """A found thing; `snippet` is the text around the first word found."""

    kind: str
    key: str
    title: str
    snippet: str


def put(session: Session, entries: Iterable[SearchEntry]) -> None:
    """Add entries, or replace those of the same kind and key."""
    for entry in entries:
        found = session.exec(
            select(SearchEntry).where(SearchEntry.kind == entry.kind, SearchEntry.key == entry.key)
        ).one_or_none()
        if found is None:
            session.add(entry)
        elif (found.title, found.body) != (entry.title, entry.body):
            found.title, found.body = entry.title, entry.body
            session.add(found)


def remove(session: Session, kind: str, keys: Sequence[str]) -> None:
    session.exec(delete(SearchEntry).where(col(SearchEntry.kind) == kind, col(SearchEntry.key).in_(keys)))


def find(session: Session, query: str, *, kind: str | None = None, limit: int = 50, offset: int = 0) -> list[Hit]:
    """Things that contain every word of the query, title hits first, then in order of entry."""
    words = query.split()[:12]
    if not words:
        return []
    statement = _matching(session, words)
    if kind is not None:
        statement = statement.where(SearchEntry.kind == kind)
    in_title = sa.and_(*(_contains(SearchEntry.title, word) for word in words))
    statement = statement.order_by(sa.case((in_title, 0), else_=1), col(SearchEntry.id))
    found = session.exec(statement.limit(limit).offset(offset)).all()
    return [Hit(entry.kind, entry.key, entry.title, _snippet(entry.body, words)) for entry in found]


def matching_keys(session: Session, query: str, kind: str) -> sa.Select[tuple[str]]:
    """A subquery of the keys of the things of a kind that contain every word of the query, for filters of tables."""
    words = query.split()[:12]
    found = _matching(session, words).where(SearchEntry.kind == kind).subquery()
    return sa.select(found.c.key)


def count(session: Session, query: str) -> dict[str, int]:
    """How many things of each kind contain every word of the query."""
    words = query.split()[:12]
    if not words:
        return {}
    matching = _matching(session, words).subquery()
    rows = session.execute(sa.select(matching.c.kind, sa.func.count()).group_by(matching.c.kind))
    return dict(rows.all())


def _matching(session: Session, words: Sequence[str]) -> SelectOfScalar[SearchEntry]:
    statement = select(SearchEntry)
    long = [word for word in words if len(word) >= 3]
    if session.get_bind().dialect.name == "sqlite" and long:
        phrase = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        rows: sa.Select[int] = sa.select(sa.literal_column("rowid", sa.Integer)).select_from(sa.table(FTS_TABLE))
        rows = rows.where(sa.text(f"{FTS_TABLE} MATCH :phrase").bindparams(phrase=phrase))
        statement = statement.where(col(SearchEntry.id).in_(rows))
        words = [word for word in words if len(word) < 3]
    for word in words:
        statement = statement.where(sa.or_(_contains(SearchEntry.title, word), _contains(SearchEntry.body, word)))
    return statement


def _contains(column: str, word: str) -> sa.ColumnElement[bool]:
    return col(column).icontains(word, autoescape=True)


def _snippet(body: str, words: Sequence[str]) -> str:
    lower = body.casefold()
    places = [place for word in words if (place := lower.find(word.casefold())) >= 0]
    start = max(0, min(places, default=0) - _SNIPPET)
    end = start + 3 * _SNIPPET
    piece = " ".join(body[start:end].split())
    return f"{'…' if start else ''}{piece}{'…' if end < len(body) else ''}"
