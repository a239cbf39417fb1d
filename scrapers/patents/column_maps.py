"""The fields of a publication that a column may hold, and the maps of the exports that are known.

Fields: number (required), country and kind (put before and after a number that lacks them), date, year (of the date,
for formats with two-digit years), application, priorities, family_id, title, abstract, applicants, inventors, ipc, cpc,
claims. `language` is that of title, abstract and claims; left out where it is not known. The form of a map is described
in `scrapers.column_maps`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from scrapers.column_maps import Columns, read_map, shipped_maps


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


class ColumnMap(Columns[Field]):
    """Which column of a table holds which field of a publication."""

    required: ClassVar[tuple[str, ...]] = (Field.NUMBER,)

    language: str | None = None


def load_map(path: Path) -> ColumnMap:
    """The map of a TOML or JSON file. Raises UnreadableFileError, one line that names the file and what is wrong."""
    return read_map(path, ColumnMap)


def built_in() -> tuple[ColumnMap, ...]:
    """The maps of the exports that are known, by name."""
    return shipped_maps("scrapers.patents", ColumnMap)
