"""Writes the commenting form: eight columns, one cell a column, headings in the page header, rows in clause order.

After the ISO/IEC/CEN/CENELEC commenting template, version 2012-03: column headings and names of styles. The file is
made here from nothing; where the bodies change their template, `COLUMNS` and `_STYLES` are what changes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

from scrapers.comments.form import COLUMNS, CommentRow, guarded
from workbench.word_tables import table_row

_STYLES: Final = (
    "ISOMB",
    "ISOClause",
    "ISOClause",
    "ISOParagraph",
    "ISOCommType",
    "ISOComments",
    "ISOChange",
    "ISOSecretObservations",
)
_WIDTHS_MM: Final = (14, 18, 24, 27, 21, 63, 58, 46)
_NUMBER = re.compile(r"\d+|\D+")


@dataclass(frozen=True, slots=True)
class FormHead:
    """What stands above the columns on each page."""

    date: dt.date
    document: str
    project: str


def in_clause_order(rows: Iterable[CommentRow]) -> list[CommentRow]:
    """General comments first, then clauses by number (9 before 10), annexes last; what is alike keeps its order."""
    return sorted(rows, key=lambda row: (_clause_key(row.clause), _parts(row.line)))


def write_docx(head: FormHead, rows: Sequence[CommentRow]) -> bytes:
    """The form as a Word file; rows as given."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(13)
    section.top_margin, section.header_distance = Mm(38), Mm(10)
    for name in dict.fromkeys(_STYLES):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.font.size = Pt(9)
        style.paragraph_format.space_after = Pt(0)
    _fill_header(section.header, head)
    body = document.element.body
    for paragraph in list(body.iterchildren(qn("w:p"))):
        body.remove(paragraph)
    table = document.add_table(rows=0, cols=len(COLUMNS))
    _prepare(table)
    for row in rows:
        table._tbl.append(table_row(_cells(row), _WIDTHS_MM, _STYLES))
    # A table may not be the last thing of a document.
    document.add_paragraph()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_xlsx(rows: Iterable[CommentRow]) -> bytes:
    """The columns of the form as a workbook; what would run as a formula is guarded."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("comments")
    sheet.append(list(COLUMNS))
    for row in rows:
        cells = []
        for text in _cells(row):
            cell = WriteOnlyCell(sheet, guarded(text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_csv(rows: Iterable[CommentRow]) -> bytes:
    """The columns of the form as CSV in UTF-8, marked as such for spreadsheets; formulas are guarded."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(text) for text in _cells(row)] for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


WRITERS: Final[dict[str, Callable[[FormHead, Sequence[CommentRow]], bytes]]] = {
    "docx": write_docx,
    "xlsx": lambda head, rows: write_xlsx(rows),  # noqa: ARG005
    "csv": lambda head, rows: write_csv(rows),  # noqa: ARG005
}


def _cells(row: CommentRow) -> list[str]:
    return [str(value) for value in astuple(row)]


def _clause_key(clause: str) -> tuple[int, list[tuple[int, int, str]]]:
    text = re.sub(r"^(clause|annex)\s+", "", clause.strip(), flags=re.IGNORECASE)
    if not text or text.casefold() in ("general", "ge", "all"):
        return 0, []
    return (1 if text[0].isdigit() else 2), _parts(text)


def _parts(text: str) -> list[tuple[int, int, str]]:
    """Numbers compare as numbers, whatever stands between them as text."""
    return [
        (0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part.casefold())
        for part in _NUMBER.findall(text.strip())
    ]


def _fill_header(header: Any, head: FormHead) -> None:
    from docx.shared import Mm, Pt

    header.is_linked_to_previous = False
    first = header.paragraphs[0]
    first.add_run("Template for comments and secretariat observations").bold = True
    header.add_paragraph(f"Date: {head.date.isoformat()}   Document: {head.document}   Project: {head.project}")
    table = header.add_table(1, len(COLUMNS), sum(map(Mm, _WIDTHS_MM)))
    _prepare(table)
    for cell, name in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
        cell.paragraphs[0].runs[0].font.size = Pt(8)


def _prepare(table: Any) -> None:
    from docx.shared import Mm

    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
        column.width = Mm(width)
