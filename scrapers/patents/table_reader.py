"""Publications from the rows of a table, through a column map; a preview of what a map makes of a table.

A cell with several publication numbers names the members of a family: the row's fields are those of the first of them,
the others get the family alone, and no date is believed, for numbers and dates are two lists.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.column_maps import best_map, values_of
from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber, Series
from scrapers.patents.claims import build_claims, split_claims
from scrapers.patents.classification import symbol
from scrapers.patents.column_maps import ColumnMap, Field, built_in
from scrapers.patents.fields import Refusal, distinct_names, publication, unique
from scrapers.patents.tables import rows_of
from scrapers.patents.xml_stream import Outcome
from scrapers.records import Priority, Record

_MIN_HEADINGS = 4
_PRIORITY = re.compile(r"(?P<number>.*\S)\s+(?P<date>[0-9]{8})")
_PATENTSCOPE = re.compile(
    r"(?P<office>[A-Z]{2}) (?P<day>[0-9]{8}) (?P<number>[^\s,\]]+(?:,[0-9]{3}(?![0-9]))?)"
    r"|(?P<last>[^\s,\[]+) (?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9:.]+Z (?P<at>[A-Z]{2})"
)


class Preview(Record):
    """What a map makes of a table: headings, those that are not used, fields that it lacks, first outcomes."""

    headings: tuple[str, ...]
    heading_row: int
    unused: tuple[str, ...]
    missing: tuple[Field, ...]
    outcomes: tuple[Outcome, ...]


def read(path: Path, column_map: ColumnMap) -> Iterator[Outcome]:
    """Publications of a table, in its order. A damaged file gives a Refusal where it breaks off."""
    try:
        rows = rows_of(path)
        _, headings = column_map.headings(path, rows)
        places = column_map.places(headings)
        for number, cells in rows:
            yield from _row(cells, places, column_map, f"{path.name}, row {number}")
    except UnreadableFileError as error:
        yield Refusal(place=path.name, reason=str(error).removeprefix(f"{path.name}: ").removeprefix(f"{path.name}, "))


def preview(path: Path, column_map: ColumnMap, rows: int = 10) -> Preview:
    """What the map makes of the first `rows` rows. Raises UnreadableFileError where its headings are not there."""
    table = rows_of(path)
    number, headings = column_map.headings(path, table)
    places = column_map.places(headings)
    used = set(places.values())
    outcomes = [
        outcome
        for row, cells in itertools.islice(table, rows)
        for outcome in _row(cells, places, column_map, f"{path.name}, row {row}")
    ]
    return Preview(
        headings=tuple(headings),
        heading_row=number,
        unused=tuple(heading for place, heading in enumerate(headings) if heading and place not in used),
        missing=tuple(field for field in column_map.columns if field not in places),
        outcomes=tuple(outcomes),
    )


def recognised(path: Path) -> ColumnMap | None:
    """The map of a known export whose headings the table has most of; None where it has too few of any.

    Raises UnreadableFileError where the table cannot be read.
    """
    return best_map(rows_of(path), built_in(), _MIN_HEADINGS)


def _row(cells: list[str], places: dict[Field, int], column_map: ColumnMap, place: str) -> Iterator[Outcome]:
    try:
        values = values_of(cells, places)
        numbers = _numbers(values, column_map)
    except ValueError as error:
        yield Refusal(place=place, reason=str(error), excerpt="\t".join(cells))
        return
    fields = _fields(values, column_map, alone=len(numbers) == 1)
    yield publication(numbers[0], column_map.name, fields)
    for other in numbers[1:]:
        yield publication(other, column_map.name, {"family_id": fields["family_id"]})


def _numbers(values: dict[Field, str], column_map: ColumnMap) -> list[PatentNumber]:
    """The publication numbers of a cell, at least one; country and kind are put to a number that lacks them."""
    printed = column_map.parts(values, Field.NUMBER)
    if len(printed) != 1:
        return [PatentNumber.parse(each) for each in printed or [""]]
    country, kind = values.get(Field.COUNTRY, ""), values.get(Field.KIND, "")
    whole = printed[0]
    if country and not whole.upper().startswith(country.upper()):
        whole = f"{country} {whole}"
    try:
        number = PatentNumber.parse(whole)
        return [number if number.kind or not kind else PatentNumber.parse(f"{whole}({kind})")]
    except InvalidIdentifierError:
        if len(several := printed[0].split()) < 2:
            raise
        try:
            return [PatentNumber.parse(each) for each in several]
        except InvalidIdentifierError:
            pass
        raise


def _fields(values: dict[Field, str], column_map: ColumnMap, *, alone: bool) -> dict[str, Any]:
    def symbols(field: Field) -> tuple[str, ...]:
        return unique(symbol(each) for each in column_map.parts(values, field))

    title = " ".join(values.get(Field.TITLE, "").split())
    claims = values.get(Field.CLAIMS, "")
    return {
        "date": _date(values, column_map) if alone else None,
        "application": _application(" ".join(values.get(Field.APPLICATION, "").split())),
        "priorities": _priorities(values, column_map),
        "family_id": " ".join(values.get(Field.FAMILY_ID, "").split()) or None,
        "title": title,
        "title_language": column_map.language if title else None,
        "abstract": " ".join(values.get(Field.ABSTRACT, "").split()),
        "applicants": distinct_names(column_map.parts(values, Field.APPLICANTS)),
        "inventors": distinct_names(column_map.parts(values, Field.INVENTORS)),
        "ipc": symbols(Field.IPC),
        "cpc": symbols(Field.CPC),
        "claims": build_claims(split_claims(claims.splitlines()), column_map.language) if claims else (),
    }


def _date(values: dict[Field, str], column_map: ColumnMap) -> dt.date | None:
    """The day of a cell in the first format that fits; a two-digit year must agree with the column of the year."""
    cell = next(iter(column_map.parts(values, Field.DATE)), "")
    found = column_map.day(cell)
    if found is None:
        return None
    day, form = found
    if "%y" not in form:
        return day
    year = values.get(Field.YEAR, "")
    agrees = re.fullmatch(r"[0-9]{4}", year) and int(year) % 100 == day.year % 100
    return _in_year(day, int(year)) if agrees else None


def _in_year(day: dt.date, year: int) -> dt.date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None  # 29 February of a year that has none


def _application(printed: str) -> str | None:
    """The docdb form of an application number; one of another form stays as printed."""
    if not printed:
        return None
    try:
        return str(PatentNumber.parse(printed, Series.APPLICATION))
    except InvalidIdentifierError:
        return printed


def _priorities(values: dict[Field, str], column_map: ColumnMap) -> tuple[Priority, ...]:
    """Numbers with a day after them, or PATENTSCOPE's list in brackets, where the day stands in the middle."""
    cell = values.get(Field.PRIORITIES, "")
    if cell.startswith("["):
        found = [
            (f"{match['office'] or match['at']} {match['number'] or match['last']}", match["day"] or match["iso"])
            for match in _PATENTSCOPE.finditer(cell)
        ]
    else:
        parts = column_map.parts(values, Field.PRIORITIES)
        matches = [(part, _PRIORITY.fullmatch(part)) for part in parts]
        found = [(match["number"], match["date"]) if match else (part, "") for part, match in matches]
    return tuple(dict.fromkeys(Priority(number=number, date=_iso(day)) for number, day in found))


def _iso(day: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(day) if day else None
    except ValueError:
        return None
