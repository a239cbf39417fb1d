"""Tables of AsciiDoc: cells with their spans, put into rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPANS = r"(?:(\d{1,3})?(?:\.(\d{1,3}))?\+|(\d{1,3})\*)?"
_CELL = re.compile(rf"(?:(?:(?<=\s)|^){_SPANS}[<^>]?(?:\.[<^>])?[aehlmsdv]?)?(?<!\\)\|", re.MULTILINE)
_MOST_COLUMNS = 200
_MOST_ROWS = 20_000


def table_rows(lines: Sequence[str], columns: str = "") -> list[list[str]]:
    """The rows of a table, each with the texts of the cells that begin in it; `columns` is the attribute `cols`."""
    text = "\n".join(line for line in lines if not line.startswith("//"))
    marks = list(_CELL.finditer(text))
    cells: list[tuple[int, int, str]] = []
    first_line = text[: marks[0].start()].count("\n") if marks else 0
    in_first_line = 0
    for position, mark in enumerate(marks):
        end = marks[position + 1].start() if position + 1 < len(marks) else len(text)
        wide, high, copies = (int(group) if group else 1 for group in (mark[1], mark[2], mark[3]))
        body = text[mark.end() : end].replace("\\|", "|").strip()
        if text[: mark.start()].count("\n") == first_line:
            in_first_line += min(wide, _MOST_COLUMNS) * min(copies, _MOST_COLUMNS)
        cells += [(min(wide, _MOST_COLUMNS), high, body)] * min(copies, _MOST_COLUMNS)
    return _place(cells, _columns(columns) or in_first_line)


def _columns(text: str) -> int:
    count = 0
    for part in filter(None, re.split(r"[,;]", text)):
        times = re.match(r"\s*(\d{1,3})\*", part)
        count += int(times[1]) if times else 1
    return min(count, _MOST_COLUMNS)


def _place(cells: list[tuple[int, int, str]], columns: int) -> list[list[str]]:
    rows: list[list[str]] = []
    taken: dict[int, int] = {}  # columns that a cell from above still fills, and for how many rows
    row: list[str] = []
    column = 0
    for wide, high, text in cells:
        while taken.get(column, 0) > 0:
            taken[column] -= 1
            column += 1
        if column >= columns and columns:
            rows.append(row)
            row, column = [], 0
            while taken.get(column, 0) > 0 and column < columns:
                taken[column] -= 1
                column += 1
        row.append(text)
        for each in range(column, column + wide):
            taken[each] = max(high - 1, 0)
        column += wide
        if len(rows) > _MOST_ROWS:
            break
    return [*rows, row] if row else rows
