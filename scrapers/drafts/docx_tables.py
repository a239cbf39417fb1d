"""Tables of a Word document: rows, the notes and footnotes in their last rows, and boxes made of one cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from scrapers.drafts.docx_styles import Role
from scrapers.drafts.docx_xml import child, value
from scrapers.drafts.labels import read_label
from scrapers.records import BlockKind
from scrapers.xml import local_name

if TYPE_CHECKING:
    from scrapers.drafts.docx_flow import DocxFlow

_FORMULA_NUMBER = re.compile(r"\((?:[A-Z]{1,2}[.-])?\d+(?:[.-]\d+)*\)")
_FOOTNOTE = re.compile(r"^([a-z])\)?\s+(?=[A-Z\d])")


def read_table(flow: DocxFlow, table: etree._Element) -> None:
    """Read a table into the open clause."""
    rows = [list(_parts(row, "tc")) for row in _parts(table, "tr")]
    if len(rows) == 1 and len(rows[0]) == 1:
        flow.body(rows[0][0])
        return
    widest = max((len(row) for row in rows), default=0)
    footnotes: list[tuple[str, str]] = []
    for row in rows:
        cells = [cell for cell in row if not _goes_on(cell)]
        if len(rows) == 1 and _is_formula(flow, cells):
            return
        if len(row) == 1 and widest > 1:
            _whole_row(flow, cells, footnotes)
            continue
        texts = [_cell(flow, cell, footnotes) for cell in cells]
        if any(texts):
            flow.outline.add(BlockKind.TABLE_ROW, " | ".join(texts))
    for kind, key in footnotes:
        flow.note_at(kind, key, BlockKind.TABLE_FOOTNOTE)


def _parts(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, those in content controls too."""
    for part in element:
        if local_name(part) == name:
            yield part
        elif local_name(part) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _parts(part, name)


def _goes_on(cell: etree._Element) -> bool:
    merge = child(cell, "tcPr", "vMerge")
    return merge is not None and value(cell, "tcPr", "vMerge") != "restart"


def _paragraphs(cell: etree._Element) -> list[etree._Element]:
    return [part for part in cell.iter() if local_name(part) == "p"]


def _cell(flow: DocxFlow, cell: etree._Element, footnotes: list[tuple[str, str]]) -> str:
    texts = []
    for element in _paragraphs(cell):
        paragraph, _, label = flow.read(element)
        footnotes.extend(paragraph.notes)
        texts.append(" ".join(filter(None, (label, " ".join(paragraph.text.split())))))
    return " ".join(filter(None, texts))


def _whole_row(flow: DocxFlow, cells: list[etree._Element], footnotes: list[tuple[str, str]]) -> None:
    """A row of one cell: notes, footnotes and paragraphs of the table, or a heading inside it."""
    for cell in cells:
        for element in _paragraphs(cell):
            paragraph, kind, label = flow.read(element)
            footnotes.extend(paragraph.notes)
            text = " ".join(paragraph.text.split())
            marked = read_label(f"{label}\t{text}" if label else text)
            if not text:
                continue
            if marked.kind is BlockKind.NOTE:
                flow.outline.add(BlockKind.TABLE_NOTE, marked.text, marked.label)
            elif (kind and kind.role is Role.TABLE_FOOTNOTE) or _FOOTNOTE.match(paragraph.text.strip()):
                flow.table_footnote(paragraph.text.strip(), label)
            elif text.endswith((".", "。")):
                flow.outline.add(BlockKind.PARAGRAPH, text)
            else:
                flow.outline.add(BlockKind.TABLE_ROW, " ".join(filter(None, (label, text))))


def _is_formula(flow: DocxFlow, cells: list[etree._Element]) -> bool:
    """Read a table of one row that holds a formula beside its number, as a formula."""
    if not any(local_name(part) == "oMath" for cell in cells for part in cell.iter()):
        return False
    texts = [_cell(flow, cell, []) for cell in cells]
    numbers = [text for text in texts if _FORMULA_NUMBER.fullmatch(text)]
    formula = " ".join(text for text in texts if text and text not in numbers)
    flow.outline.add(BlockKind.FORMULA, formula, numbers[0] if numbers else None)
    return True
