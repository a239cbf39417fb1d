"""Writes a printed form as a PDF. Japanese is set in a font that every PDF reader brings; no font file is shipped."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from workbench.cases.printing import Box, Caption, Entry, Heading, Part, Printed, Rows, SignatureBegins

LATIN: Final = "Helvetica"
BOLD: Final = "Helvetica-Bold"
JAPANESE: Final = "HeiseiKakuGo-W5"
# What Helvetica lacks is set in the Japanese font.
_OTHER: Final = re.compile(r"[^\x00-\xff]+")
_LABEL: Final = 55 * mm
_VALUE: Final = 115 * mm
_COLUMNS: Final = (12 * mm, 22 * mm, 20 * mm, 42 * mm, 74 * mm)
_GRID: Final = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)
_TEXT: Final = ParagraphStyle("text", fontName=LATIN, fontSize=10, leading=14, wordWrap="CJK")
_SMALL: Final = ParagraphStyle("small", parent=_TEXT, fontSize=9, leading=12)
_HEAD: Final = ParagraphStyle("head", parent=_TEXT, fontName=BOLD, fontSize=11, spaceBefore=7, spaceAfter=3)
_CAPTION: Final = ParagraphStyle("caption", parent=_TEXT, spaceBefore=4)
_TITLE: Final = ParagraphStyle("title", parent=_TEXT, fontName=BOLD, fontSize=15, leading=20)


def write_pdf(form: Printed) -> bytes:
    """The form as a PDF of A4 pages."""
    pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))
    story: list[Flowable] = []
    if form.draft:
        story.append(_text(form.draft, _TITLE))
    story += [_text(form.title, _TITLE), _text(form.scope, _SMALL), _text("; ".join(form.to), _SMALL), Spacer(0, 4)]
    signature: list[Flowable] | None = None
    for part in form.parts:
        if isinstance(part, SignatureBegins):
            signature = []
        else:
            (story if signature is None else signature).extend(_flowables(form, part))
    if signature:
        story.append(KeepTogether(signature))
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        title=form.title,
        author="",
        invariant=1,
    )

    def foot(canvas: Any, _: Any) -> None:
        line = _text(f"{form.note} ({form.version})  {canvas.getPageNumber()}", _SMALL)
        line.wrapOn(canvas, 170 * mm, 12 * mm)
        line.drawOn(canvas, 20 * mm, 6 * mm)

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()


def _flowables(form: Printed, part: Part) -> list[Flowable]:
    match part:
        case Heading(text):
            return [CondPageBreak(35 * mm), _text(text, _HEAD)]
        case Caption(text):
            return [_text(text, _CAPTION, keep=True)]
        case Entry(label, lines, ruled):
            value = Paragraph("<br/>".join(map(_markup, lines)), _TEXT)
            heights = [16 * mm] if ruled else None
            return [Table([[_text(label, _TEXT), value]], colWidths=[_LABEL, _VALUE], rowHeights=heights, style=_GRID)]
        case Box(label, ticked, depth):
            style = ParagraphStyle(
                "box", parent=_TEXT, leftIndent=(12 + 8 * depth) * mm, bulletIndent=(4 + 8 * depth) * mm
            )
            return [Paragraph(_markup(label), style, bulletText="[X]" if ticked else "[  ]")]
        case Rows():
            return _table(form, part)
        case _:
            return []


def _table(form: Printed, part: Rows) -> list[Flowable]:
    found: list[Flowable] = []
    if part.page > 1:
        found += [PageBreak(), _text(f"{form.title} ({part.page})", _HEAD)]
    rows = [[_text(cell, _SMALL) for cell in cells] for cells in (part.columns, *part.rows)]
    found.append(Table(rows, colWidths=_COLUMNS[: len(part.columns)], style=_GRID, repeatRows=1))
    return found


def _text(text: str, style: ParagraphStyle, *, keep: bool = False) -> Paragraph:
    return Paragraph(_markup(text), ParagraphStyle(style.name, parent=style, keepWithNext=keep) if keep else style)


def _markup(text: str) -> str:
    """A text as ReportLab reads it, with what is not Latin in the Japanese font."""
    return _OTHER.sub(lambda found: f'<font name="{JAPANESE}">{found[0]}</font>', escape(text, quote=False))
