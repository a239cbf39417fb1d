"""Reads of provenance: changes, runs, snapshots, and how each source fares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.roles import OrderByRole
from sqlmodel import Session, col, select

from workbench.history.models import Change, ChangeKind, Entity, Run, RunKind, RunState, Snapshot

CHANGE_FILTERS: Final = ("since", "until", "entity", "kind", "source", "field", "key", "run", "work_item")
_OF_ITEMS: Final = (Entity.WORK_ITEM, Entity.DRAFT, Entity.BALLOT)
_Word = TypeVar("_Word", Entity, ChangeKind)
_SUCCESS: Final = (RunState.OK, RunState.UNCHANGED)
MOST_WORDS: Final = 12


class FilterError(ValueError):
    """A filter has a value that it cannot take; `str(error)` names the filter and says what it may be."""


@dataclass(frozen=True)
class Health:
    """The last run of a source, and the last one that was believed."""

    last: Run
    success: Run | None


def select_changes(session: Session, filters: Mapping[str, str]) -> Iterator[tuple[Change, Snapshot | None]]:
    """Changes with the snapshot each was read from, oldest first. Raises FilterError."""
    yield from change_page(session, filters, descending=False, limit=None)


def change_page(
    session: Session,
    filters: Mapping[str, str],
    *conditions: sa.ColumnElement[bool],
    descending: bool = True,
    limit: int | None,
    offset: int = 0,
) -> Iterator[tuple[Change, Snapshot | None]]:
    """The same in either order, a page of them, and of these those of further conditions. Raises FilterError."""
    statement = (
        sa.select(Change, Snapshot)
        .outerjoin(Snapshot, col(Snapshot.id) == col(Change.snapshot_id))
        .where(*_change_conditions(filters), *conditions)
        .limit(limit)
        .offset(offset)
    )
    turn = sa.desc if descending else sa.asc
    ordered = statement.order_by(turn(col(Change.at)), turn(col(Change.id)))
    yield from session.execute(ordered)


def count_changes(session: Session, filters: Mapping[str, str]) -> int:
    """How many changes there are. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(Change).where(*_change_conditions(filters))
    return int(session.execute(counted).scalar_one())


def count_changes_by_entity(session: Session, filters: Mapping[str, str]) -> dict[tuple[Entity, ChangeKind], int]:
    """How many changes there are of each entity and kind. Raises FilterError."""
    counted = (
        sa.select(col(Change.entity), col(Change.kind), sa.func.count())
        .where(*_change_conditions(filters))
        .group_by(col(Change.entity), col(Change.kind))
    )
    return {(entity, kind): number for entity, kind, number in session.execute(counted)}


def newest_change(session: Session) -> dt.datetime | None:
    """When the last change became known."""
    newest: dt.datetime | None = session.execute(sa.select(sa.func.max(Change.at))).scalar_one()
    return newest


def changed_values(session: Session) -> tuple[list[str], list[str]]:
    """The sources and the fields that changes speak of, in alphabetical order."""
    sources = session.execute(sa.select(col(Change.source)).distinct().order_by(col(Change.source))).scalars().all()
    fields = session.execute(sa.select(col(Change.field)).distinct().order_by(col(Change.field))).scalars().all()
    return list(sources), [field for field in fields if field]


def source_health(session: Session) -> dict[str, Health]:
    """Each source that was ever polled with its last and its last believed run."""
    polls = sa.select(sa.func.max(Run.id)).where(col(Run.kind) == RunKind.POLL).group_by(col(Run.source))
    last = session.exec(select(Run).where(col(Run.id).in_(polls))).all()
    good = session.exec(select(Run).where(col(Run.id).in_(polls.where(col(Run.state).in_(_SUCCESS))))).all()
    successes = {run.source: run for run in good}
    return {run.source: Health(run, successes.get(run.source)) for run in last}


def runs(
    session: Session, *, source: str | None = None, kinds: Sequence[RunKind] = (), limit: int, offset: int = 0
) -> Sequence[Run]:
    """Runs of a source or of some kinds, newest first."""
    statement = select(Run).where(*_run_conditions(source, kinds)).order_by(sa.desc(col(Run.id)))
    return session.exec(statement.limit(limit).offset(offset)).all()


def count_runs(session: Session, *, source: str | None = None, kinds: Sequence[RunKind] = ()) -> int:
    counted = sa.select(sa.func.count()).select_from(Run).where(*_run_conditions(source, kinds))
    return int(session.execute(counted).scalar_one())


def _run_conditions(source: str | None, kinds: Sequence[RunKind]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if source is not None:
        conditions.append(col(Run.source) == source)
    if kinds:
        conditions.append(col(Run.kind).in_(kinds))
    return conditions


def _change_conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filters.items():
        if not value:
            continue
        match name:
            case "since":
                conditions.append(col(Change.at) >= _moment(name, value, end=False))
            case "until":
                conditions.append(col(Change.at) < _moment(name, value, end=True))
            case "entity":
                conditions.append(col(Change.entity) == _member(name, value, Entity))
            case "kind":
                conditions.append(col(Change.kind) == _member(name, value, ChangeKind))
            case "source":
                conditions.append(col(Change.source) == value)
            case "field":
                conditions.append(col(Change.field) == value)
            case "key":
                conditions.append(col(Change.key) == value)
            case "work_item":
                # The item itself and what hangs on it: their keys begin with its ISO number.
                named = sa.or_(col(Change.key) == value, col(Change.key).startswith(f"{value}/", autoescape=True))
                conditions.append(named & col(Change.entity).in_(_OF_ITEMS))
            case "run":
                conditions.append(col(Change.run_id) == _number(name, value))
            case _:
                raise FilterError(f"changes cannot be filtered by {name}; they can by: {', '.join(CHANGE_FILTERS)}")
    return conditions


def filled(filters: Mapping[str, str]) -> dict[str, str]:
    """The filters that say something, without spaces around; an empty value filters nothing."""
    return {name: text for name, value in filters.items() if (text := value.strip())}


def in_order(columns: Mapping[str, sa.SQLColumnExpression[Any]], sort: str) -> OrderByRole:
    """The column that `sort` names, descending with `-` before it; rows without a value come last."""
    turn = sa.desc if sort.startswith("-") else sa.asc
    return turn(columns[sort.removeprefix("-")]).nulls_last()


def day_of(name: str, value: str) -> dt.date:
    """The day that a filter names. Raises FilterError."""
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError as error:
        raise FilterError(f"{name}: {value!r} is no date; write it like 2026-12-04") from error


def with_words(texts: Sequence[Any], value: str) -> list[sa.ColumnElement[bool]]:
    """Each of the first words of a filter stands in one of the columns, whatever its case."""
    return [
        sa.or_(*(col(text).icontains(word, autoescape=True) for text in texts)) for word in value.split()[:MOST_WORDS]
    ]


def _moment(name: str, value: str, *, end: bool) -> dt.datetime:
    """A day, whole and in UTC, or a time with its zone; as an upper bound a day ends with its last moment."""
    try:
        if len(value) == 10:
            day = dt.datetime.combine(dt.date.fromisoformat(value), dt.time(), dt.UTC)
            return day + dt.timedelta(days=1) if end else day
        moment = dt.datetime.fromisoformat(value)
    except (ValueError, OverflowError) as error:
        raise FilterError(f"{name}: {value!r} is no date; write it like 2026-12-04") from error
    if moment.tzinfo is None:
        raise FilterError(f"{name}: {value!r} has no zone; write it like 2026-12-04T09:00+09:00")
    return moment


def _member(name: str, value: str, words: type[_Word]) -> _Word:
    try:
        return words(value)
    except ValueError as error:
        raise FilterError(f"{name}: {value!r} is none of: {', '.join(words)}") from error


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise FilterError(f"{name}: {value!r} is no number of a run")
    return int(value)
