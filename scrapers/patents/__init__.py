"""Patent publications from files: each format has one reader, recognised by content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scrapers.patents.column_maps import ColumnMap, load_map
from scrapers.patents.fields import Refusal
from scrapers.patents.formats import READERS, reader_for
from scrapers.patents.table_reader import Preview, preview
from scrapers.records import Publication

__all__ = ["PARSER_VERSION", "READERS", "ColumnMap", "Preview", "Refusal", "load_map", "preview", "read_patents"]

PARSER_VERSION = "3"
"""Changes whenever the same file would be read into other records."""


def read_patents(
    path: Path,
    format: str = "auto",  # noqa: A002
    column_map: ColumnMap | None = None,
) -> Iterator[Publication | Refusal]:
    """The publications of a file in its order, streamed; a record that cannot be read gives a Refusal in its place.

    `format` is `auto` or the name of a reader (`READERS`). A column map reads a table of any headings, a company's own
    list say. Raises UnreadableFileError at once where the file cannot be opened or is of no format that is read; the
    message names the known formats. A ZIP archive that may not be unpacked raises it when it is first read from.
    """
    return reader_for(path, format, column_map).read(path)
