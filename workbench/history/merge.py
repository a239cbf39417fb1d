"""Whose word counts when several sources speak of the same thing. Pure.

A source changes a fact only when it says something new itself: what it said last time is kept beside the row. So two
sources that disagree do not overwrite each other at every poll. The first word of a source fills what is empty, and
changes what another source said only in the fields that it is `trusted` for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """A field of a row that changes from `old` to `new`."""

    field: str
    old: Any
    new: Any


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == ""


def merge(
    current: Mapping[str, Any],
    word: Mapping[str, Any],
    *,
    source: str,
    at: dt.datetime,
    said: Mapping[str, Any],
    trusted: Collection[str] = (),
) -> tuple[list[Difference], dict[str, Any]]:
    """Compare what a source says now (`word`, at `at`) with the row; both hold JSON values.

    Returns the differences to write and the new value of the row's `said`. A word older than the source's last one
    changes nothing.
    """
    last = said.get(source)
    if last is not None and at < dt.datetime.fromisoformat(last["at"]):
        return [], dict(said)
    before: Mapping[str, Any] = last["fields"] if last is not None else {}
    spoken_by_others = {field for name, entry in said.items() if name != source for field in entry["fields"]}
    differences = []
    for field, new in word.items():
        old = current.get(field)
        if old == new or (field in before and before[field] == new):
            continue
        if field not in before and field in spoken_by_others and field not in trusted and not _empty(old):
            continue
        differences.append(Difference(field, old, new))
    return differences, {**said, source: {"at": at.isoformat(), "fields": {**before, **word}}}
