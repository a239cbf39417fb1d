"""Column maps: which column of a table holds which field of a publication. A map is data, kept as TOML or JSON.

```toml
name = "our-export"            # source_format of what is read with it
title = "Export of our docketing system"
language = "en"                # of title, abstract and claims; left out where it is not known
date_formats = ["%Y-%m-%d"]    # as in Python's strptime

[columns]                      # field = heading, or headings of which a table has one
number = ["Publication No.", "Pub. No."]
title = "Title"

[separators]                   # of fields with several values; every character or string in the list parts them
applicants = [";"]
```

Fields: number (required), country and kind (put before and after a number that lacks them), date, year (of the date,
for formats with two-digit years), application, priorities, family_id, title, abstract, applicants, inventors, ipc, cpc,
claims.
"""

from __future__ import annotations

import json
import tomllib
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any

import pydantic
from pydantic import ValidationError, field_validator

from scrapers.errors import UnreadableFileError
from scrapers.patents.lines import whole
from scrapers.records import Record

MAX_BYTES = 1024 * 1024


class Field(StrEnum):
    """The fields of a publication that a column may hold."""

    NUMBER = "number"
    COUNTRY = "country"
    KIND = "kind"
    DATE = "date"
    YEAR = "year"
    APPLICATION = "application"
    PRIORITIES = "priorities"
    FAMILY_ID = "family_id"
    TITLE = "title"
    ABSTRACT = "abstract"
    APPLICANTS = "applicants"
    INVENTORS = "inventors"
    IPC = "ipc"
    CPC = "cpc"
    CLAIMS = "claims"


class ColumnMap(Record):
    """Which column holds which field; see the module for its form."""

    name: str
    title: str = ""
    language: str | None = None
    date_formats: tuple[str, ...] = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d")
    columns: dict[Field, tuple[str, ...]]
    separators: dict[Field, tuple[str, ...]] = pydantic.Field(default_factory=dict)

    @field_validator("columns", mode="before")
    @classmethod
    def _one_heading_is_a_list(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {field: (headings,) if isinstance(headings, str) else headings for field, headings in value.items()}

    @field_validator("columns")
    @classmethod
    def _a_number_is_required(cls, value: dict[Field, tuple[str, ...]]) -> dict[Field, tuple[str, ...]]:
        if not value.get(Field.NUMBER):
            raise ValueError("the column of the field 'number' is missing")
        return value

    def places(self, headings: list[str]) -> dict[Field, int]:
        """Where each field stands in a table with these headings; fields that it lacks are left out."""
        known = {normal(heading): place for place, heading in reversed(list(enumerate(headings))) if normal(heading)}
        found = {}
        for field, names in self.columns.items():
            place = next((known[normal(name)] for name in names if normal(name) in known), None)
            if place is not None:
                found[field] = place
        return found


def normal(heading: str) -> str:
    """A heading without case, white space and byte order mark, for comparison."""
    return "".join(heading.replace("﻿", "").casefold().split())


def load_map(path: Path) -> ColumnMap:
    """The map of a TOML or JSON file. Raises UnreadableFileError, one line that names the file and what is wrong."""
    try:
        text = whole(path, MAX_BYTES).decode("utf-8-sig")
        value = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return ColumnMap.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableFileError(f"{path.name}: is no column map; {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(f"{path.name}: is neither TOML nor JSON in UTF-8 ({error})") from error


def built_in() -> tuple[ColumnMap, ...]:
    """The maps of the exports that are known, by name."""
    folder = resources.files("scrapers.patents").joinpath("column_map_files")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return tuple(ColumnMap.model_validate(tomllib.loads(item.read_text("utf-8"))) for item in files)
