"""Brings a row up to what a source says of it. Whose word counts is told in `merge.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from pydantic_core import to_jsonable_python

from scrapers.records import Record
from workbench.history.log import ChangeWriter
from workbench.history.merge import Difference, merge

_NONE_ELSEWHERE: Final[Mapping[str, Any]] = MappingProxyType({})


class Heard(Protocol):
    """A row that keeps what each source said of it last."""

    said: dict[str, Any]


class Sourced(Protocol):
    """A row that names who spoke of it last."""

    source: str
    snapshot_id: int | None
    last_seen: dt.datetime


def provenance(log: ChangeWriter, snapshot_id: int | None) -> dict[str, Any]:
    """The fields of a new row that tell where it is from."""
    return {"source": log.source, "snapshot_id": snapshot_id, "first_seen": log.at, "last_seen": log.at}


def see(row: Sourced, log: ChangeWriter, snapshot_id: int | None) -> None:
    """Note who spoke of the row, unless somebody did since."""
    if log.at >= row.last_seen:
        row.last_seen, row.source, row.snapshot_id = log.at, log.source, snapshot_id


def update(
    row: Heard,
    record: Record,
    log: ChangeWriter,
    *,
    leave_out: Collection[str],
    source: str | None = None,
    trusted: Collection[str] = (),
    elsewhere: Mapping[str, Any] = _NONE_ELSEWHERE,
) -> list[Difference]:
    """Set the fields of a row in which a record says something new; what the record leaves unset stays as it is.

    Returns what differed, as JSON values. `leave_out` are fields that are no facts of the row, such as its key;
    `elsewhere` holds the JSON values of those that the caller keeps in other tables and sets itself. `source` is who
    speaks, the log's own where it is None; `trusted` is that of `merge`.
    """
    word = record.model_dump(mode="json", exclude_unset=True, exclude=set(leave_out))
    held = {
        field: elsewhere[field] if field in elsewhere else to_jsonable_python(getattr(row, field)) for field in word
    }
    differences, row.said = merge(held, word, source=source or log.source, at=log.at, said=row.said, trusted=trusted)
    for each in differences:
        if each.field not in elsewhere:
            value = getattr(record, each.field)
            setattr(row, each.field, each.new if isinstance(value, tuple) else value)  # lists are kept as JSON
    return differences
