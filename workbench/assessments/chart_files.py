"""Writes a claim chart as DOCX, XLSX or PDF, with the privilege label on every page, and reads DOCX and XLSX back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrapers.comments import docx_form
from scrapers.comments.form import guarded, unguarded
from scrapers.errors import UnreadableFileError
from scrapers.patents.tables import rows_of
from workbench.assessments.chart_table import COLUMNS, PRIVILEGE, FileRow, lines_of, rows_from
from workbench.assessments.charts import MOST_PROVISIONS, MOST_ROWS, ChartError, ChartRow
from workbench.i18n import mark
from workbench.word_tables import table_row

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

MAX_UPLOAD: Final = 16 * 1024 * 1024
MIME: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_MOST_CELL: Final = 32_000
_WIDTHS_MM: Final = (8, 46, 25, 52, 11, 22, 30, 22, 17, 22, 20)
# What a spreadsheet would read as a character by its number; escaped as it escapes it itself (ECMA-376, ST_Xstring).
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED: Final = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")
_LATIN, _BOLD, _JAPANESE = "Helvetica", "Helvetica-Bold", "HeiseiKakuGo-W5"
_OTHER: Final = re.compile(r"[^\x00-\xff]+")
_BREAK_AFTER: Final = 2500


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a chart: `title`, and facts as lines: publication, draft, version, who, when, hashes."""

    title: str
    facts: tuple[str, ...]
    notices: tuple[str, ...] = ()


def write_docx(head: Head, rows: Sequence[ChartRow]) -> bytes:
    """The chart as a Word file, the label in the head of every page."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(11)
    section.top_margin, section.bottom_margin, section.header_distance = Mm(18), Mm(12), Mm(8)
    document.styles["Normal"].font.size = Pt(8)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)
    section.header.paragraphs[0].add_run(PRIVILEGE).bold = True
    document.add_paragraph().add_run(head.title).bold = True
    for told in (*head.facts, *head.notices):
        document.add_paragraph(_one_line(told))
    table = document.add_table(rows=0, cols=len(COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
        column.width = Mm(width)
    table._tbl.append(table_row(COLUMNS, _WIDTHS_MM, head=True))
    for line in lines_of(rows):
        table._tbl.append(table_row(line, _WIDTHS_MM))
    document.add_paragraph()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_xlsx(head: Head, rows: Sequence[ChartRow]) -> bytes:
    """The chart as a workbook: the label first, then the columns; nothing in it runs. Raises ChartError."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("claim chart")
    for column, width in zip("ABCDEFGHIJK", _WIDTHS_MM, strict=True):
        sheet.column_dimensions[column].width = width * 0.8
    for told in (PRIVILEGE, head.title, *head.facts, *head.notices):
        sheet.append([_cell(sheet, _one_line(told), "head")])
    sheet.append(list(COLUMNS))
    for line in lines_of(rows):
        sheet.append([_cell(sheet, text, f"row {line[0]}") for text in line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write_pdf(head: Head, rows: Sequence[ChartRow]) -> bytes:
    """The chart as a PDF to read and print, the label and the page on every page."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import LongTable, SimpleDocTemplate, Spacer, TableStyle

    pdfmetrics.registerFont(UnicodeCIDFont(_JAPANESE))
    text = ParagraphStyle("text", fontName=_LATIN, fontSize=7, leading=9, wordWrap="CJK")
    title = ParagraphStyle("title", parent=text, fontName=_BOLD, fontSize=11, leading=15)
    table = [[_paragraph(name, text, bold=True) for name in COLUMNS]]
    for line in lines_of(rows):
        table += _split(line, text)
    layout = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            *(("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)),
        ]
    )
    chart = LongTable(table, colWidths=[width * mm for width in _WIDTHS_MM], repeatRows=1, splitInRow=1, style=layout)
    story = [_paragraph(head.title, title), *(_paragraph(each, text) for each in (*head.facts, *head.notices))]
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=landscape(A4),
        leftMargin=11 * mm,
        rightMargin=11 * mm,
        topMargin=16 * mm,
        bottomMargin=14 * mm,
        title=head.title,
        author="",
        invariant=1,
    )
    document.build([*story, Spacer(0, 6), chart], onFirstPage=_frame, onLaterPages=_frame)
    return buffer.getvalue()


WRITERS: Final[dict[str, Callable[[Head, Sequence[ChartRow]], bytes]]] = {
    "docx": write_docx,
    "xlsx": write_xlsx,
    "pdf": write_pdf,
}


def read_chart(path: Path) -> list[FileRow]:
    """The rows of a chart that was filled elsewhere, as DOCX or XLSX. Raises UnreadableFileError, ChartError."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if docx_form.recognises(path, head):
        lines = docx_form.cells_of(path, len(COLUMNS))
    elif head.startswith(b"PK\x03\x04"):
        lines = _sheet_lines(path)
    else:
        raise UnreadableFileError(f"{path.name}: neither DOCX nor XLSX; export the chart, fill it and import it again")
    return rows_from(_bounded(_below_heading(lines, path.name), path.name), path.name)


def _sheet_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows_of(path):
        padded = [_ESCAPED.sub("_", unguarded(cell)) for cell in cells[: len(COLUMNS)]]
        yield number, padded + [""] * (len(COLUMNS) - len(padded))


def _below_heading(lines: Iterator[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines below the headings; headings that are repeated, and empty lines, are left out."""
    headed = False
    for number, cells in lines:
        if [cell.strip().casefold() for cell in cells[:2]] == [each.casefold() for each in COLUMNS[:2]]:
            headed = True
        elif headed and any(cell.strip() for cell in cells):
            yield number, cells
    if not headed:
        raise UnreadableFileError(f"{name}: no headings {', '.join(COLUMNS)}; export the chart to see its shape")


def _bounded(lines: Iterator[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, list[str]]]:
    for count, line in enumerate(lines):
        if count >= MOST_ROWS * MOST_PROVISIONS:
            raise UnreadableFileError(f"{name}: more than {MOST_ROWS * MOST_PROVISIONS:,} lines; is it a claim chart?")
        yield line


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(sheet: Any, text: str, where: str) -> Any:
    if len(text) > _MOST_CELL:
        reason = mark("%(place)s: %(length)s characters do not fit into a cell of a workbook; export it as DOCX")
        raise ChartError(reason, place=where, length=len(text))
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, guarded(_ESCAPE.sub("_x005F_", text)))
    cell.data_type = "s"
    return cell


def _paragraph(text: str, style: ParagraphStyle, *, bold: bool = False) -> Paragraph:
    from reportlab.platypus import Paragraph

    marked = _OTHER.sub(lambda found: f'<font name="{_JAPANESE}">{found[0]}</font>', escape(text, quote=False))
    marked = marked.replace("\n", "<br/>")
    return Paragraph(f"<b>{marked}</b>" if bold and not _OTHER.search(text) else marked, style)


def _split(line: Sequence[str], style: ParagraphStyle) -> list[list[Paragraph]]:
    """A line of the table, in several where a cell is longer than a page could show."""
    count = max(1, *(-(-len(text) // _BREAK_AFTER) for text in line))
    return [
        [_paragraph(text[at * _BREAK_AFTER : (at + 1) * _BREAK_AFTER], style) for text in line] for at in range(count)
    ]


def _frame(canvas: Any, document: Any) -> None:
    from reportlab.lib.units import mm

    canvas.saveState()
    canvas.setFont(_BOLD, 8)
    canvas.drawString(11 * mm, 200 * mm, PRIVILEGE)
    canvas.setFont(_LATIN, 8)
    canvas.drawRightString(286 * mm, 8 * mm, str(document.page))
    canvas.restoreState()
