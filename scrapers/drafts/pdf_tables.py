"""Tables in a PDF: cells put together from ruled lines and columns of text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from scrapers.drafts.labels import read_label
from scrapers.drafts.pdf_join import join_lines
from scrapers.drafts.pdf_text import Line, Page
from scrapers.records import BlockKind

_FOOTNOTE = re.compile(r"^[a-z]\)?\s+[A-Z\d]")
_NEAR = 45.0
_LONGEST_GAP = 320.0
_SAME_RULE = 2.0
_COVERS = 0.6


@dataclass
class Table:
    """The lines of a table on one page: `rows` are cells, `after` the lines of rows with one cell over all columns."""

    taken: set[int] = field(default_factory=set)
    rows: list[list[str]] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)


def find_table(page: Page, caption: int, left: float) -> Table:
    """The table under the caption at a place in the lines of a page; empty where there is none."""
    lines = page.lines
    below = range(caption + 1, len(lines))
    bands = _bands(page, lines[caption].y, left)
    if len(bands) >= 2:
        inside = [at for at in below if bands[0] + 1 > lines[at].y > bands[-1] - 1]
        groups = [[lines[at] for at in inside if high + 1 > lines[at].y > low - 1] for high, low in pairwise(bands)]
        return _read(groups, set(inside))
    inside = []
    for at in below:
        if len(lines[at].columns()) < 2:
            break
        inside.append(at)
    return _read([[lines[at]] for at in inside], set(inside))


def _bands(page: Page, top: float, left: float) -> list[float]:
    """Heights of the ruled lines of a table from its upper edge down."""
    rules = [rule for rule in page.rules if rule[0] > left - 25 and rule[2] < top + 2]
    heights: list[tuple[float, float, float]] = []  # y, left, right
    for x0, x1, y in rules:
        if heights and abs(heights[-1][0] - y) < _SAME_RULE:
            height, first, last = heights[-1]
            heights[-1] = (height, min(first, x0), max(last, x1))
        else:
            heights.append((y, x0, x1))
    if not heights or top - heights[0][0] > _NEAR:
        return []
    width = max(last - first for y, first, last in heights[:3] if top - y < _LONGEST_GAP)
    found: list[float] = []
    for y, first, last in heights:
        if found and found[-1] - y > _LONGEST_GAP:
            break
        if last - first >= _COVERS * width and last - first <= width + 20:
            found.append(y)
    return found


def _read(groups: list[list[Line]], taken: set[int]) -> Table:
    table = Table(taken)
    filled = [group for group in groups if group]
    columns = _columns([line for group in filled for line in group])
    for group in filled:
        several = max(len(line.columns()) for line in group) > 2
        if len(columns) > 1 and not several and (table.after or _is_whole(group, columns)):
            table.after += group
        else:
            table.rows += _rows(group, columns)
    return table


def _is_whole(group: list[Line], columns: list[tuple[float, float]]) -> bool:
    """Whether lines run over all columns, as notes, footnotes and paragraphs of a table do."""
    first = group[0]
    if read_label(first.plain).kind is BlockKind.NOTE or _FOOTNOTE.match(first.plain):
        return True
    return len(first.columns()) == 1 and first.x1 > columns[0][1] + 30 and first.x0 < columns[0][1]


def _columns(lines: list[Line]) -> list[tuple[float, float]]:
    """Left and right edges of the columns, as the lines with the most parts have them."""
    parts = [line.columns() for line in lines]
    most = max(map(len, parts), default=0)
    full = [part for part in parts if len(part) == most]
    return [(min(part[at][0] for part in full), max(part[at][1] for part in full)) for at in range(most)]


def _rows(group: list[Line], columns: list[tuple[float, float]]) -> list[list[str]]:
    """The rows between two ruled lines: one, or one for each line that has text in the first and in other columns."""
    rows: list[dict[int, list[str]]] = []
    for line in group:
        cells: dict[int, str] = {}
        for x0, x1, text in line.columns():
            at = _column(columns, x0, x1)
            cells[at] = f"{cells[at]} {text}" if at in cells else text
        complete = len(cells) > 1 and min(cells) == 0
        if not rows or (complete and len(rows[-1]) > 1 and 0 in rows[-1]):
            rows.append({})
        for at, text in cells.items():
            rows[-1].setdefault(at, []).append(text)
    return [[join_lines(row[at]) for at in sorted(row)] for row in rows]


def _column(columns: list[tuple[float, float]], x0: float, x1: float) -> int:
    overlaps = [min(x1, right) - max(x0, left) for left, right in columns]
    return overlaps.index(max(overlaps)) if overlaps else 0
