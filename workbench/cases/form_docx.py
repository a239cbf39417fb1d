"""Writes a printed form as a Word file."""

from __future__ import annotations

import io
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from workbench.cases.printing import Box, Caption, Entry, Heading, Part, Printed, Rows, SignatureBegins

LATIN: Final = "Liberation Sans"
JAPANESE: Final = "MS Gothic"
_LABEL_MM: Final = 55
_VALUE_MM: Final = 115
_COLUMNS_MM: Final = (12, 22, 20, 42, 74)


def write_docx(form: Printed) -> bytes:
    """The form as a Word file of A4 pages."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(18)
    _set_font(document)
    document.core_properties.title = form.title
    document.core_properties.author = ""
    if form.draft:
        _paragraph(document, form.draft, bold=True, size=14)
    _paragraph(document, form.title, bold=True, size=15)
    _paragraph(document, form.scope, size=9)
    _paragraph(document, "; ".join(form.to), size=9)
    _foot(section, f"{form.note} ({form.version})")
    together = False
    for part in form.parts:
        if isinstance(part, SignatureBegins):
            together = True
        else:
            _write(document, form, part, together)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _write(document: Any, form: Printed, part: Part, together: bool) -> None:
    match part:
        case Heading(text):
            paragraph = _paragraph(document, text, bold=True, size=11, before=8)
            paragraph.paragraph_format.keep_with_next = True
        case Caption(text):
            _paragraph(document, text, before=4).paragraph_format.keep_with_next = True
        case Entry(label, lines, ruled):
            _entry(document, label, lines, ruled, together)
        case Box(label, ticked, depth):
            paragraph = _paragraph(document, f"[{'X' if ticked else '  '}]  {label}")
            paragraph.paragraph_format.left_indent = Mm(6 + 8 * depth)
            paragraph.paragraph_format.keep_with_next = True
        case Rows():
            _table(document, form, part)


def _entry(document: Any, label: str, lines: tuple[str, ...], ruled: bool, together: bool) -> None:
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    row = table.rows[0]
    if ruled:
        row.height = Mm(16)
    _no_split(row)
    for cell, width, text in zip(row.cells, (_LABEL_MM, _VALUE_MM), (label, "\n".join(lines)), strict=True):
        cell.width = Mm(width)
        cell.paragraphs[0].add_run(text)
        cell.paragraphs[0].paragraph_format.keep_with_next = together
        cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    _widths(table, (_LABEL_MM, _VALUE_MM))


def _widths(table: Any, widths: tuple[int, ...]) -> None:
    for column, width in zip(table.columns, widths, strict=False):
        column.width = Mm(width)


def _table(document: Any, form: Printed, part: Rows) -> None:
    if part.page > 1:
        document.add_section(WD_SECTION.NEW_PAGE)
        _paragraph(document, f"{form.title} ({part.page})", bold=True, size=11)
    table = document.add_table(rows=1, cols=len(part.columns))
    table.style = "Table Grid"
    table.autofit = False
    for cells, bold in ((part.columns, True), *((row, False) for row in part.rows)):
        row = table.rows[0] if bold else table.add_row()
        _no_split(row)
        for cell, width, text in zip(row.cells, _COLUMNS_MM, cells, strict=False):
            cell.width = Mm(width)
            run = cell.paragraphs[0].add_run(text)
            run.bold, run.font.size = bold, Pt(9)
    _widths(table, _COLUMNS_MM)
    _paragraph(document, "", size=6)


def _paragraph(document: Any, text: str, *, bold: bool = False, size: float = 10, before: float = 0) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(3)
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    return paragraph


def _set_font(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), JAPANESE)
    style.paragraph_format.space_after = Pt(0)


def _foot(section: Any, note: str) -> None:
    paragraph = section.footer.paragraphs[0]
    run = paragraph.add_run(f"{note}    ")
    run.font.size = Pt(8)
    number = paragraph.add_run()
    number.font.size = Pt(8)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        number._r.append(element)


def _no_split(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
