"""Rows of Word tables, made directly: python-docx looks through the whole table for each row that it adds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final

_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_TWENTIETHS_OF_A_POINT: Final = 56.7
"""In a millimetre."""


def table_row(
    cells: Sequence[str], widths_mm: Sequence[float], styles: Sequence[str] | None = None, *, head: bool = False
) -> Any:
    """A row whose cells have a paragraph for each line. `styles` are ids, one a cell; a `head` is on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    row = OxmlElement("w:tr")
    if head:
        properties = OxmlElement("w:trPr")
        properties.append(OxmlElement("w:tblHeader"))
        row.append(properties)
    for text, width, style in zip(cells, widths_mm, styles or repeat(None, len(cells)), strict=True):
        cell = OxmlElement("w:tc")
        properties = OxmlElement("w:tcPr")
        size = OxmlElement("w:tcW")
        size.set(qn("w:w"), str(round(width * _TWENTIETHS_OF_A_POINT)))
        size.set(qn("w:type"), "dxa")
        properties.append(size)
        cell.append(properties)
        for line in text.split("\n"):
            cell.append(_paragraph(line, style))
        row.append(cell)
    return row


def _paragraph(line: str, style: str | None) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = OxmlElement("w:p")
    if style is not None:
        properties, name = OxmlElement("w:pPr"), OxmlElement("w:pStyle")
        name.set(qn("w:val"), style)
        properties.append(name)
        paragraph.append(properties)
    run = OxmlElement("w:r")
    for index, piece in enumerate(line.split("\t")):
        if index:
            run.append(OxmlElement("w:tab"))
        if piece:
            text = OxmlElement("w:t")
            text.text = piece
            text.set(_SPACE, "preserve")
            run.append(text)
    if len(run):
        paragraph.append(run)
    return paragraph
