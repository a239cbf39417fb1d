"""Patent publications from files: each format has one reader, recognised by content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scrapers.patents.fields import Refusal
from scrapers.patents.formats import READERS, reader_for
from scrapers.records import Publication

__all__ = ["PARSER_VERSION", "READERS", "Refusal", "read_patents"]

PARSER_VERSION = "1"
"""Changes whenever the same file would be read into other records."""


def read_patents(path: Path, format: str = "auto") -> Iterator[Publication | Refusal]:  # noqa: A002
    """The publications of a file in its order, streamed; a record that cannot be read gives a Refusal in its place.

    `format` is `auto` or the name of a reader (`uspto-xml`, `ops-xml`). Raises UnreadableFileError at once where the
    file cannot be opened or is of no format that is read; the message names the known formats.
    """
    return reader_for(path, format).read(path)
