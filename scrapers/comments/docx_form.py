"""Cells of the commenting form in Word: a table of eight columns in the body; headings may sit in the page header."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from scrapers.drafts import docx_package
from scrapers.errors import UnreadableFileError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\N{NON-BREAKING HYPHEN}"}
# What a reviewer struck out, and what repeats in another way what stands beside it.
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}pPr", f"{_W}rPr"}


def recognises(path: Path, head: bytes) -> bool:
    """Whether the file is a Word file and no workbook."""
    if not docx_package.recognises(head):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" not in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return True


def cells_of(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of every table with that many columns, numbered through from 1. Raises UnreadableFileError."""
    with docx_package.Package(path) as package:
        root = package.xml(package.main())
    number = 0
    found = False
    for table in () if root is None else root.iter(f"{_W}tbl"):
        for row in table.iterchildren(f"{_W}tr"):
            number += 1
            cells = list(row.iterchildren(f"{_W}tc"))
            if any(_merged(cell) for cell in cells):
                raise UnreadableFileError(
                    f"{path.name}, table row {number}: merged cells; the form must keep one cell a column"
                )
            if len(cells) == columns:
                found = True
                yield number, [_text(cell) for cell in cells]
    if not found:
        raise UnreadableFileError(
            f"{path.name}: no table of {columns} columns; is it the commenting form? Columns must not be taken out"
        )


def _merged(cell: etree._Element) -> bool:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    wide = span is not None and span.get(f"{_W}val") not in (None, "1")
    return wide or cell.find(f"{_W}tcPr/{_W}vMerge") is not None


def _text(cell: etree._Element) -> str:
    return "\n".join("".join(_runs(paragraph)) for paragraph in cell.iterchildren(f"{_W}p"))


def _runs(element: etree._Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _TEXT:
            yield _TEXT[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _runs(child)
