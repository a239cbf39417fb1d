"""Who has patents where and since when: publications or families by party or office and year. Pure.

Patents are published about 18 months after their priority (EPC, article 93 (1); 35 U.S.C. 122 (b)), so that what began
in the last 18 months is mostly not to be seen yet: those years are incomplete, and never shown as a fall.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from workbench.portfolio.annuities import months_later

BLIND_MONTHS: Final = 18
"""Months from the priority to the publication of an application."""
YEARS: Final = 15
"""Years that have a column of their own, the last ones; what is older is one column."""
ROWS: Final = 25
"""Parties that have a row of their own unless all are asked for; the others are one row."""


class Unit(StrEnum):
    """What is counted."""

    FAMILIES = "families"
    PUBLICATIONS = "publications"


class YearOf(StrEnum):
    """The day whose year counts: the first priority, the filing, or the publication."""

    PRIORITY = "priority"
    FILING = "filing"
    PUBLICATION = "publication"


class Axis(StrEnum):
    """What the rows of the table are."""

    PARTY = "party"
    OFFICE = "office"


class Record(NamedTuple):
    """A publication: its key, its family, its office, whose it is, and the year that counts; None where unknown.

    A publication of no family is a family of its own; `family` is negative then.
    """

    key: int
    family: int
    office: str
    parties: tuple[str, ...]
    year: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: by column how many, and how many in all. `name` is None for the others together, `names`."""

    name: str | None
    names: tuple[str, ...]
    counts: Mapping[int | None, int]
    total: int


@dataclass(frozen=True)
class Landscape:
    """The table. `years` are its columns, the first one with all before; None among them: the year is unknown.

    `totals` count each publication or family once, so that rows with common ones add up to more than they say.
    `incomplete` is the first of the years of which not all is published.
    """

    years: Sequence[int | None]
    rows: Sequence[Row]
    totals: Mapping[int | None, int]
    total: int
    incomplete: int

    def is_incomplete(self, year: int | None) -> bool:
        """Whether not all of a year is published yet."""
        return year is not None and year >= self.incomplete

    @property
    def highest(self) -> int:
        """The largest number of a row in a year, at least 1."""
        return max((count for row in self.rows for count in row.counts.values()), default=1) or 1


def incomplete_from(today: dt.date, by: YearOf) -> int:
    """The first year of which something is not published yet; of years of publication it is the one that runs."""
    return today.year if by is YearOf.PUBLICATION else months_later(today, -BLIND_MONTHS).year


def with_family_years(records: Iterable[Record]) -> list[Record]:
    """The records with the year of the earliest of their family, which counts once."""
    found = list(records)
    first: dict[int, int] = {}
    for each in found:
        if each.year is not None:
            first[each.family] = min(each.year, first.get(each.family, each.year))
    return [each if (year := first.get(each.family)) == each.year else each._replace(year=year) for each in found]


def landscape(
    records: Sequence[Record], unit: Unit, axis: Axis, by: YearOf, today: dt.date, *, rows: int | None = ROWS
) -> Landscape:
    """The table of records, whose years are those of their families where families are counted; the largest row first.

    `rows`: how many have a row of their own, None for all.
    """
    columns: dict[int | None, int | None] = {}
    together: dict[tuple[tuple[str, ...], int | None], set[int]] = {}
    for each in records:
        if each.year not in columns:
            columns[each.year] = column_of(each.year, today)
        names = each.parties if axis is Axis.PARTY else (each.office,)
        key = each.family if unit is Unit.FAMILIES else each.key
        together.setdefault((names, columns[each.year]), set()).add(key)
    seen: dict[str, dict[int | None, set[int]]] = {}
    totals: dict[int | None, set[int]] = {}
    for (names, column), keys in together.items():
        totals.setdefault(column, set()).update(keys)
        for name in names:
            seen.setdefault(name, {}).setdefault(column, set()).update(keys)
    sizes = {name: len(set().union(*columns.values())) for name, columns in seen.items()}
    ordered = sorted(seen, key=lambda name: (-sizes[name], name))
    shown = ordered if rows is None or len(ordered) <= rows + 1 else ordered[:rows]
    table = [
        Row(name, (name,), {column: len(keys) for column, keys in seen[name].items()}, sizes[name]) for name in shown
    ]
    others = tuple(ordered[len(shown) :])
    if others:
        rest: dict[int | None, set[int]] = {}
        for name in others:
            for column, keys in seen[name].items():
                rest.setdefault(column, set()).update(keys)
        counts = {column: len(keys) for column, keys in rest.items()}
        table.append(Row(None, others, counts, len(set().union(*rest.values()))))
    return Landscape(
        _columns(totals, today),
        table,
        {column: len(keys) for column, keys in totals.items()},
        len(set().union(*totals.values())) if totals else 0,
        incomplete_from(today, by),
    )


def column_of(year: int | None, today: dt.date) -> int | None:
    """The column in which a year is counted: the first one holds all before. None for one that cannot be yet."""
    return None if year is None or year > today.year else max(year, today.year - YEARS)


def _columns(totals: Mapping[int | None, set[int]], today: dt.date) -> list[int | None]:
    known = [column for column in totals if column is not None]
    return [*range(min([today.year, *known]), today.year + 1), *([None] if None in totals else [])]
