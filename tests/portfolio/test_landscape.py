"""Every number of the landscape, counted once more plainly, and the list behind it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from workbench.portfolio.landscape import (
    YEARS,
    Axis,
    Record,
    Unit,
    YearOf,
    column_of,
    incomplete_from,
    landscape,
    with_family_years,
)

TODAY = dt.date(2026, 11, 16)
NAMES = ("Alpha", "Beta", "Gamma", "Delta", "見本")
RECORDS = st.lists(
    st.builds(
        Record,
        key=st.integers(1, 10_000),
        family=st.integers(1, 8),
        office=st.sampled_from(("EP", "US", "JP")),
        parties=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple),
        year=st.none() | st.integers(1990, 2030),
    ),
    max_size=25,
    unique_by=lambda each: each.key,
)


@given(RECORDS, st.sampled_from(Unit), st.sampled_from(Axis), st.none() | st.integers(1, 3))
def test_each_number_counts_each_thing_once(records: list[Record], unit: Unit, axis: Axis, rows: int | None) -> None:
    table = landscape(records, unit, axis, YearOf.PRIORITY, TODAY, rows=rows)

    def things(names: tuple[str, ...] | None, *columns: int | None) -> int:
        return len(
            {
                each.family if unit is Unit.FAMILIES else each.key
                for each in records
                if column_of(each.year, TODAY) in columns
                and (names is None or set(names) & set(each.parties if axis is Axis.PARTY else (each.office,)))
            }
        )

    every = tuple(table.years)
    assert len(set(every)) == len(every)
    assert {column_of(each.year, TODAY) for each in records} <= {*every}, "nothing is left out silently"
    assert table.total == things(None, *every)
    for year in every:
        assert table.totals.get(year, 0) == things(None, year)
        for row in table.rows:
            assert row.counts.get(year, 0) == things(row.names, year)
    for row in table.rows:
        assert row.total == things(row.names, *every)
    shown = [name for row in table.rows for name in row.names]
    wanted = {name for each in records for name in (each.parties if axis is Axis.PARTY else (each.office,))}
    assert sorted(shown) == sorted(wanted), "every party is in exactly one row"
    assert sum(row.name is None for row in table.rows) <= 1


@given(RECORDS)
def test_a_family_counts_in_the_year_of_its_first_member(records: list[Record]) -> None:
    found = with_family_years(records)
    for each in found:
        known = [one.year for one in records if one.family == each.family and one.year is not None]
        assert each.year == min(known, default=None)
    assert [(each.key, each.parties) for each in found] == [(each.key, each.parties) for each in records]


def test_what_is_not_published_yet_is_marked() -> None:
    assert incomplete_from(TODAY, YearOf.PRIORITY) == 2025
    assert incomplete_from(dt.date(2026, 7, 1), YearOf.FILING) == 2025
    assert incomplete_from(dt.date(2026, 6, 30), YearOf.FILING) == 2024, "its last day is 18 months ago"
    assert incomplete_from(TODAY, YearOf.PUBLICATION) == 2026
    table = landscape([], Unit.FAMILIES, Axis.PARTY, YearOf.PRIORITY, TODAY)
    assert [year for year in (2024, 2025, 2026, None) if table.is_incomplete(year)] == [2025, 2026]


def test_old_years_are_one_column_and_years_to_come_are_unknown() -> None:
    assert column_of(1988, TODAY) == TODAY.year - YEARS
    assert column_of(TODAY.year - YEARS + 1, TODAY) == TODAY.year - YEARS + 1
    assert column_of(9999, TODAY) is None
    assert column_of(None, TODAY) is None
