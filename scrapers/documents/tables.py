"""Lists of committee documents as tables, a row each.

The fields a column may hold: body, number and title (required), kind, issued, due, supersedes, reference, address.
Beside what `scrapers.column_maps` describes a map says in `[values.kind]` which words stand for which kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final

from pydantic import ValidationError

from scrapers.column_maps import WordedColumns, best_map, first_error, read_map, shipped_maps, values_of
from scrapers.documents.records import ListedDocument
from scrapers.errors import UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.patents.tables import rows_of

MAX_ROWS: Final = 100_000
_MIN_HEADINGS: Final = 3


class Field(StrEnum):
    """The fields of a document that a column may hold."""

    BODY = "body"
    NUMBER = "number"
    TITLE = "title"
    KIND = "kind"
    ISSUED = "issued"
    DUE = "due"
    SUPERSEDES = "supersedes"
    REFERENCE = "reference"
    ADDRESS = "address"


class DocumentMap(WordedColumns[Field]):
    """Which column of a list holds which field, and what its words mean."""

    required: ClassVar[tuple[str, ...]] = (Field.BODY, Field.NUMBER, Field.TITLE)


def load_map(path: Path) -> DocumentMap:
    """The map of a TOML or JSON file. Raises UnreadableFileError, one line that names the file and what is wrong."""
    return read_map(path, DocumentMap)


def read_documents(path: Path, column_map: DocumentMap | None = None) -> Iterator[ListedDocument | Refusal]:
    """The documents of a list in its order, and the rows that cannot be read.

    Without a map, the shipped one whose headings the table has. Raises UnreadableFileError where none fits or the file
    cannot be read.
    """
    column_map = column_map or best_map(rows_of(path), shipped_maps("scrapers.documents", DocumentMap), _MIN_HEADINGS)
    if column_map is None:
        raise UnreadableFileError(
            f"{path.name}: its headings are those of no known list of documents; "
            "give a column map for it with --columns"
        )
    rows = rows_of(path)
    _, headings = column_map.headings(path, rows)
    places = column_map.places(headings)
    for count, (number, cells) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise UnreadableFileError(f"{path.name}: more than {MAX_ROWS:,} rows; split it")
        place = f"{path.name}, row {number}"
        try:
            yield _document(values_of(cells, places), column_map)
        except ValidationError as error:
            yield Refusal(place=place, reason=first_error(error), excerpt="\t".join(cells))
        except ValueError as error:
            yield Refusal(place=place, reason=str(error), excerpt="\t".join(cells))


def _document(values: dict[Field, str], column_map: DocumentMap) -> ListedDocument:
    found = {
        "body": values.get(Field.BODY, ""),
        "number": values.get(Field.NUMBER, ""),
        "title": values.get(Field.TITLE, ""),
        "kind": column_map.meaning(Field.KIND, values.get(Field.KIND, "")),
        "issued_on": column_map.date(Field.ISSUED, values.get(Field.ISSUED, "")),
        "due_on": column_map.date(Field.DUE, values.get(Field.DUE, "")),
        "supersedes": values.get(Field.SUPERSEDES, "").strip() or None,
        "reference": values.get(Field.REFERENCE, "").strip() or None,
        "address": values.get(Field.ADDRESS, "").strip() or None,
    }
    return ListedDocument.model_validate({name: value for name, value in found.items() if value is not None})
