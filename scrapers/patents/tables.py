"""Tables that people hand us as rows of text: CSV in UTF-8 or UTF-16, XLSX and XLS. Formulas stay text, never run.

Sizes are bounded: rows, cells, the bytes of a CSV record, what an XLSX unpacks to.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import importlib
import importlib.util
import io
import itertools
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.errors import UnreadableFileError
from scrapers.lines import opened
from scrapers.patents.archives import Limits, members_of, unpacked

MIB = 1024 * 1024
MAX_CELL = 4 * MIB  # characters
MAX_RECORD = 16 * MIB  # characters of a CSV record
MAX_COLUMNS = 1000
MAX_XLS = 64 * MIB
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_XLSX = Limits(total=128 * MIB, members=10_000)
_HEAD = 64 * 1024
_DELIMITERS = ",;\t|"
_SHAPE_ROWS = 50

Row = tuple[int, list[str]]
"""Number of a row in its file, from 1, and its cells as text."""


def is_xlsx(path: Path) -> bool:
    """Whether a ZIP archive is a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a table, of the first sheet of a workbook; empty rows are left out.

    Raises UnreadableFileError where the file cannot be opened, is of no such format, is damaged or passes a limit.
    """
    with opened(path) as stream:
        head = stream.read(_HEAD)
    if head.startswith(OLE):
        rows = _xls(path)
    elif head.startswith(ZIP):
        rows = _xlsx(path)
    else:
        rows = _csv(path, head)
    for number, cells in rows:
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFileError(f"{path.name}, row {number}: more than {MAX_COLUMNS:,} columns; is it a table?")
        if any(cells):
            yield number, cells


def _csv(path: Path, head: bytes) -> Iterator[Row]:
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\x00" in head and not utf16:
        raise UnreadableFileError(f"{path.name}: is no text; expected a table as CSV, XLSX or XLS")
    encoding = "utf-16" if utf16 else "utf-8-sig"
    # Bytes that are not UTF-8 spoil the row that they stand in, which its reader refuses, and no other.
    with path.open("r", encoding=encoding, errors="strict" if utf16 else "surrogateescape", newline="") as stream:
        delimiter = _delimiter(head.decode(encoding, errors="replace"))
        csv.field_size_limit(MAX_CELL)
        records = csv.reader(_bounded(stream, path.name), delimiter=delimiter, strict=False)
        number = 0
        try:
            for number, cells in enumerate(records, start=1):
                yield number, [_clean(cell) for cell in cells]
        except (csv.Error, UnicodeError) as error:
            raise UnreadableFileError(
                f"{path.name}, row {number + 1}: not readable as CSV ({error}); save the table again as CSV UTF-8"
            ) from error


def _delimiter(head: str) -> str:
    """The character that parts most of the first records into equally many cells."""

    return max(_DELIMITERS, key=lambda delimiter: _shape(head, delimiter))


def _shape(head: str, delimiter: str) -> tuple[int, int]:
    """How many of the first records have the same number of cells, more than one, and that number."""
    csv.field_size_limit(MAX_CELL)
    lines = io.StringIO(head, newline="").readlines()
    try:
        widths = Counter(len(cells) for cells in itertools.islice(csv.reader(lines, delimiter=delimiter), _SHAPE_ROWS))
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def looks_like_csv(head: str) -> bool:
    """Whether a text has records of three or more cells that follow one another in equal number."""
    return any(count > 1 and width > 2 for count, width in (_shape(head, each) for each in _DELIMITERS))


def _bounded(stream: io.TextIOBase, name: str) -> Iterator[str]:
    """Lines, each of them bounded."""
    number = 0
    while line := stream.readline(MAX_RECORD + 1):
        number += 1
        if len(line) > MAX_RECORD:
            raise UnreadableFileError(
                f"{name}, line {number}: longer than the limit of {MAX_RECORD:,} characters; is it a table?"
            )
        yield line


def _clean(cell: str) -> str:
    return cell.replace("\x00", "").replace("﻿", "").strip()


def _xlsx(path: Path) -> Iterator[Row]:
    for member in members_of(path, _XLSX):
        if member.filename.lower().endswith((".xml", ".rels")):
            # Counts what really comes out, and no part of a workbook has a reason to declare entities.
            with unpacked(path, member, _XLSX) as part, part.open("rb") as stream:
                if b"<!DOCTYPE" in stream.read(_HEAD) or b"<!ENTITY" in stream.read(_HEAD):
                    raise UnreadableFileError(
                        f"{path.name}: {member.filename!r} has a DOCTYPE, which is not safe to read; save it again"
                    )
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # Opened here, for openpyxl judges a path by its suffix.
        with path.open("rb") as stream:
            book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # which a file may claim at will, and rows would be filled up to
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield number, [_shown(value) for value in values]
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, OSError) as error:
        raise UnreadableFileError(f"{path.name}: not readable as XLSX ({error}); save it again") from error
    except SyntaxError as error:  # what lxml's and the standard library's XML errors are
        raise UnreadableFileError(f"{path.name}: not readable as XLSX (broken XML: {error}); save it again") from error


def _xls(path: Path) -> Iterator[Row]:
    """Workbooks of Excel 97 to 2003, by xlrd where it is installed."""
    if importlib.util.find_spec("xlrd") is None:
        raise UnreadableFileError(f"{path.name}: is an XLS workbook, which needs the package xlrd; save it as XLSX")
    if path.stat().st_size > MAX_XLS:
        raise UnreadableFileError(
            f"{path.name}: larger than the limit of {MAX_XLS:,} bytes; save it as XLSX or split it"
        )
    xlrd: Any = importlib.import_module("xlrd")
    try:
        with io.StringIO() as log, xlrd.open_workbook(str(path), logfile=log, on_demand=True) as book:
            sheet = book.sheet_by_index(0)
            for number in range(sheet.nrows):
                yield number + 1, [_old_cell(xlrd, book, cell) for cell in sheet.row(number)]
    except Exception as error:  # xlrd raises whatever a damaged file makes it raise
        raise UnreadableFileError(f"{path.name}: not readable as XLS ({error}); save it as XLSX") from error


def _old_cell(xlrd: Any, book: Any, cell: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _shown(xlrd.xldate_as_datetime(cell.value, book.datemode))
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else _shown(cell.value)


def _shown(value: object) -> str:
    """A cell as text: dates in ISO 8601, whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean(str(value))[:MAX_CELL]
