"""Reads of the audit trail and of what belongs to a matter, for pages and exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.people.walls_models import TrailEntry

TRAIL_FILTERS: Final = ("who", "action", "entity", "key", "since", "until")


class TrailFilterError(ValueError):
    """A filter has a value that it cannot take; `str(error)` names the filter and says what it may be."""


def select_entries(
    session: Session, filters: Mapping[str, str], *, limit: int | None = None, offset: int = 0, descending: bool = True
) -> Iterator[TrailEntry]:
    """The entries that the filters (`TRAIL_FILTERS`) leave, newest first by default. Raises TrailFilterError.

    `who` is part of a name, `entity` and `key` are whole words, `since` and `until` are days in UTC, both included.
    """
    turn = sa.desc if descending else sa.asc
    statement = select(TrailEntry).where(*_conditions(filters)).order_by(turn(col(TrailEntry.id)))
    yield from session.exec(statement.limit(limit).offset(offset))


def count_entries(session: Session, filters: Mapping[str, str]) -> int:
    """How many entries the filters leave. Raises TrailFilterError."""
    counted = sa.select(sa.func.count()).select_from(TrailEntry).where(*_conditions(filters))
    return int(session.execute(counted).scalar_one())


def as_row(entry: TrailEntry) -> dict[str, Any]:
    """An entry as exports write it."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "account_id": entry.account_id,
        "name": entry.name,
        "roles": entry.roles,
        "address": entry.address,
        "action": entry.action,
        "entity": entry.entity,
        "key": entry.key,
        "matter_id": entry.matter_id,
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filters.items():
        if not value:
            continue
        match name:
            case "who":
                conditions.append(col(TrailEntry.name).icontains(value, autoescape=True))
            case "action":
                conditions.append(col(TrailEntry.action) == value)
            case "entity":
                conditions.append(col(TrailEntry.entity) == value)
            case "key":
                conditions.append(col(TrailEntry.key) == value)
            case "since":
                conditions.append(col(TrailEntry.at) >= _day(name, value))
            case "until":
                conditions.append(col(TrailEntry.at) < _day(name, value) + dt.timedelta(days=1))
            case _:
                raise TrailFilterError(f"the trail cannot be filtered by {name}; it can by: {', '.join(TRAIL_FILTERS)}")
    return conditions


def _day(name: str, value: str) -> dt.datetime:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(value.strip()), dt.time(), dt.UTC)
    except ValueError as error:
        raise TrailFilterError(f"{name}: {value!r} is no date; write it like 2026-12-04") from error
