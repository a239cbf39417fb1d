"""The picture of a plan on paper: one landscape page, as wide as the page, drawn from the same places as on screen."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from workbench.planning.timeline import BRACKET, HEADS, TOP, Arrow, Bar, Side, Timeline

# Comes with every PDF reader and has Latin and Japanese; no font file is shipped or embedded.
FONT: Final = "HeiseiKakuGo-W5"
_MARGIN: Final = 36.0
_HEAD: Final = 44.0
_INK, _SOFT, _RULE = HexColor(0x1B1F24), HexColor(0x5B6470), HexColor(0xD5D9DF)
_FINDINGS: Final = {"fail": HexColor(0xB3261E), "unknown": HexColor(0x8A5A00), "pass": HexColor(0x5B6470)}
_TONES: Final = {
    "stage": HexColor(0x3B6EA8),
    "contribution": HexColor(0x6A51A3),
    "filing": HexColor(0x2E7D5B),
    "declaration": HexColor(0xA0522D),
    "release": HexColor(0x00796B),
}


def timeline_pdf(picture: Timeline, title: str, below: str, month: Callable[[dt.date], str]) -> bytes:
    """A PDF of one page. `below` stands under the title.

    What is taller than the page is made smaller until it fits.
    """
    registerFont(UnicodeCIDFont(FONT))
    sheet = io.BytesIO()
    width, height = landscape(A4)
    canvas = Canvas(sheet, pagesize=(width, height), invariant=True)
    canvas.setTitle(title)
    canvas.setFont(FONT, 13)
    canvas.setFillColor(_INK)
    canvas.drawString(_MARGIN, height - _MARGIN, title)
    canvas.setFont(FONT, 8)
    canvas.setFillColor(_SOFT)
    canvas.drawString(_MARGIN, height - _MARGIN - 14, below)
    scale = min((width - 2 * _MARGIN) / picture.width, (height - 2 * _MARGIN - _HEAD) / picture.height)
    canvas.translate(_MARGIN, height - _MARGIN - _HEAD)
    canvas.scale(scale, -scale)
    _grid(canvas, picture, month)
    for arrow in picture.arrows:
        _arrow(canvas, arrow)
    for bar in picture.bars:
        _bar(canvas, bar)
    canvas.showPage()
    canvas.save()
    return sheet.getvalue()


def _grid(canvas: Canvas, picture: Timeline, month: Callable[[dt.date], str]) -> None:
    canvas.setLineWidth(0.6)
    for tick in picture.ticks:
        canvas.setStrokeColor(_RULE)
        canvas.line(tick.x, TOP - 8, tick.x, picture.height)
        _text(canvas, tick.x + 3, TOP - 12, month(tick.day), _SOFT)
    for heading in picture.headings:
        canvas.setStrokeColor(_RULE)
        canvas.line(0, heading.bottom + 3, picture.width, heading.bottom + 3)
        _text(canvas, 0, heading.middle + 4, heading.text, _INK)
    for each in picture.breaks:
        (x, y), *rest = picture.zigzag(each)
        path = canvas.beginPath()
        path.moveTo(x, y)
        for point in rest:
            path.lineTo(*point)
        canvas.setStrokeColor(_SOFT)
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.setStrokeColor(_INK)
    canvas.setLineWidth(1.2)
    canvas.line(picture.today_x, TOP - 8, picture.today_x, picture.height)


def _bar(canvas: Canvas, bar: Bar) -> None:
    mark = bar.mark
    colour = _TONES.get(mark.tone, _SOFT)
    canvas.setStrokeColor(_FINDINGS[mark.finding] if mark.finding in ("fail", "unknown") else colour)
    canvas.setLineWidth(1.4)
    canvas.setDash(*((3, 2) if mark.estimated else ()))
    # What happened is filled; what is planned or estimated is not.
    canvas.setFillColor(colour if mark.done else Color(1, 1, 1))
    if mark.gate is not None:
        _bracket(canvas, bar, mark.gate)
    elif bar.width:
        canvas.rect(bar.x, bar.y - 6, bar.width, 12, stroke=1, fill=1)
    else:
        canvas.circle(bar.x, bar.y, 5, stroke=1, fill=1)
    canvas.setDash()
    _text(canvas, bar.text_x, bar.y + 4, bar.words, _SOFT if mark.gate else _INK, end=bar.before)


def _bracket(canvas: Canvas, bar: Bar, side: Side) -> None:
    """Closed behind the last day, open from the first day on."""
    canvas.setDash([8, 3, 2, 3, 8])  # The corners stay whole.
    path, tip = canvas.beginPath(), bar.x + BRACKET[0] * (-1 if side is Side.LAST else 1)
    path.moveTo(tip, bar.y - BRACKET[1])
    path.lineTo(bar.x, bar.y - BRACKET[1])
    path.lineTo(bar.x, bar.y + BRACKET[1])
    path.lineTo(tip, bar.y + BRACKET[1])
    canvas.drawPath(path, stroke=1, fill=0)


def _arrow(canvas: Canvas, arrow: Arrow) -> None:
    colour = _FINDINGS.get(arrow.link.finding or "pass", _SOFT)
    canvas.setStrokeColor(colour)
    canvas.setFillColor(colour)
    canvas.setLineWidth(0.8)
    path = canvas.beginPath()
    path.moveTo(*arrow.points[0])
    for point in arrow.points[1:]:
        path.lineTo(*point)
    canvas.drawPath(path, stroke=1, fill=0)
    x, y = arrow.points[-1]
    head = canvas.beginPath()
    head.moveTo(x, y)
    back = 5 if arrow.points[-2][1] > y else -5
    head.lineTo(x - 3, y + back)
    head.lineTo(x + 3, y + back)
    head.close()
    canvas.drawPath(head, stroke=0, fill=1)


def _text(canvas: Canvas, x: float, y: float, text: str, colour: Color, *, end: bool = False) -> None:
    """Text the right way up, for the page is turned over; a heading stays in its column."""
    size = 11.0
    if x == 0:
        size = min(size, size * (HEADS - 8) / max(1.0, canvas.stringWidth(text, FONT, size)))
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(1, -1)
    canvas.setFillColor(colour)
    canvas.setFont(FONT, size)
    (canvas.drawRightString if end else canvas.drawString)(0, 0, text)
    canvas.restoreState()
