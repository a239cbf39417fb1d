"""Column maps: which column of a table holds which field of a record. A map is data, kept as TOML or JSON.

```toml
name = "our-export"            # source_format of what is read with it
title = "Export of our docketing system"
date_formats = ["%Y-%m-%d"]    # as in Python's strptime

[columns]                      # field = heading, or headings of which a table has one
number = ["Publication No.", "Pub. No."]

[separators]                   # of fields with several values; every character or string in the list parts them
applicants = [";"]
```

Each kind of record has its own `Columns` with an enumeration of its fields and the ones that no map may lack.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import pydantic
from pydantic import ValidationError, field_validator

from scrapers.errors import UnreadableFileError
from scrapers.lines import whole
from scrapers.records import Record
from scrapers.text import fold

MAX_BYTES = 1024 * 1024
HEADING_ROWS = 20
"""How many rows are looked at for the headings: exports put the query before them."""

F = TypeVar("F", bound=StrEnum)


class Columns(Record, Generic[F]):
    """Which column holds which field; see the module for its form. `required` are the fields that no map lacks."""

    required: ClassVar[tuple[str, ...]] = ()

    name: str
    title: str = ""
    date_formats: tuple[str, ...] = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d")
    columns: dict[F, tuple[str, ...]]
    separators: dict[F, tuple[str, ...]] = pydantic.Field(default_factory=dict)

    @field_validator("columns", mode="before")
    @classmethod
    def _one_heading_is_a_list(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {field: (headings,) if isinstance(headings, str) else headings for field, headings in value.items()}

    @field_validator("columns")
    @classmethod
    def _what_is_required_is_there(cls, value: dict[F, tuple[str, ...]]) -> dict[F, tuple[str, ...]]:
        for name in cls.required:
            if not any(field == name and headings for field, headings in value.items()):
                raise ValueError(f"the column of the field '{name}' is missing")
        return value

    def places(self, headings: list[str]) -> dict[F, int]:
        """Where each field stands in a table with these headings; fields that it lacks are left out."""
        known = {normal(heading): place for place, heading in reversed(list(enumerate(headings))) if normal(heading)}
        found = {}
        for field, names in self.columns.items():
            place = next((known[normal(name)] for name in names if normal(name) in known), None)
            if place is not None:
                found[field] = place
        return found

    def fits(self, places: Mapping[F, int]) -> bool:
        """Whether a row with the fields at these places can be the row of the headings."""
        return all(any(field == name for field in places) for name in self.required)

    def headings(self, path: Path, rows: Iterator[tuple[int, list[str]]]) -> tuple[int, list[str]]:
        """The row of the headings: the first with all that is required and two fields; `rows` goes on after it.

        Raises UnreadableFileError where the first `HEADING_ROWS` rows have none.
        """
        for number, cells in itertools.islice(rows, HEADING_ROWS):
            places = self.places(cells)
            if self.fits(places) and len(places) >= min(2, len(self.columns)):
                return number, cells
        lists = [headings for field, headings in self.columns.items() if field in self.required]
        wanted = " and ".join(", ".join(repr(name) for name in headings) for headings in lists)
        raise UnreadableFileError(
            f"{path.name}: no heading {wanted} in the first {HEADING_ROWS} rows; check the column map {self.name!r}"
        )

    def parts(self, values: Mapping[F, str], field: F) -> list[str]:
        """The values of a cell, parted by the separators of its field, white space folded."""
        cell = values.get(field, "")
        separators = self.separators.get(field, ())
        pieces = re.split("|".join(re.escape(each) for each in separators), cell) if separators else [cell]
        return [plain for piece in pieces if (plain := " ".join(piece.split()))]

    def day(self, text: str) -> tuple[dt.date, str] | None:
        """The day of a text and the format it is in, the first that fits; None where none does."""
        for form in self.date_formats:
            try:
                return dt.datetime.strptime(text, form).date(), form  # noqa: DTZ007 - a day, no time
            except ValueError:
                continue
        return None


class WordedColumns(Columns[F], Generic[F]):
    """A map that says in `[values.FIELD]` as well which words of a column stand for which value."""

    values: dict[F, dict[str, tuple[str, ...]]] = pydantic.Field(default_factory=dict)

    def meaning(self, name: F, text: str) -> str | None:
        """The value that a cell stands for; None where it is empty. Raises ValueError where no word fits."""
        plain = normal(text)
        if not plain:
            return None
        words = self.values.get(name, {})
        for value, written in words.items():
            if plain == normal(value) or plain in map(normal, written):
                return value
        known = ", ".join(words) or "nothing: the column map has no words for it"
        raise ValueError(f"{name} {fold(text)[:40]!r} is not known; it can be: {known}")

    def date(self, name: F, text: str) -> dt.date | None:
        """The day of a cell; None where it is empty. Raises ValueError where no form of the map fits."""
        plain = fold(text).removesuffix(" 00:00:00")
        if not plain:
            return None
        found = self.day(plain)
        if found is None:
            forms = ", ".join(self.date_formats)
            raise ValueError(f"{name} {plain[:40]!r} is no date in the form {forms}; add its form to the column map")
        return found[0]


M = TypeVar("M", bound=Columns[Any])


def normal(heading: str) -> str:
    """A heading without case, white space and byte order mark, for comparison."""
    return "".join(heading.replace("\ufeff", "").casefold().split())


def values_of(cells: list[str], places: Mapping[F, int]) -> dict[F, str]:
    """The cells of a row by field. Raises ValueError where bytes of them are not UTF-8."""
    values = {field: cells[at] if at < len(cells) else "" for field, at in places.items()}
    if any(0xDC80 <= ord(character) <= 0xDCFF for value in values.values() for character in value):
        raise ValueError("has bytes that are not UTF-8; save the table again as CSV UTF-8")
    return values


def read_map(path: Path, kind: type[M]) -> M:
    """The map of a TOML or JSON file. Raises UnreadableFileError, one line that names the file and what is wrong."""
    try:
        text = whole(path, MAX_BYTES).decode("utf-8-sig")
        value = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableFileError(f"{path.name}: is no column map; {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(f"{path.name}: is neither TOML nor JSON in UTF-8 ({error})") from error


def shipped_maps(package: str, kind: type[M]) -> tuple[M, ...]:
    """The maps in the folder `column_map_files` of a package, by name."""
    folder = resources.files(package).joinpath("column_map_files")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return tuple(kind.model_validate(tomllib.loads(item.read_text("utf-8"))) for item in files)


def best_map(rows: Iterator[tuple[int, list[str]]], maps: tuple[M, ...], least: int) -> M | None:
    """The map whose headings a table has most of, `least` or more of them; None where no map has so many."""
    best: tuple[int, M] | None = None
    for _, cells in itertools.islice(rows, HEADING_ROWS):
        for each in maps:
            places = each.places(cells)
            if each.fits(places) and len(places) >= least and (best is None or len(places) > best[0]):
                best = (len(places), each)
    return best[1] if best else None


def first_error(error: ValidationError) -> str:
    """What is wrong with a record and where, the first thing only."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
