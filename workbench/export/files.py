"""Rows as a file: JSON Lines, CSV or XLSX, in which nothing runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from workbench.export.base import Row, UnknownExportError

FORMATS = {
    "jsonl": "application/jsonl; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet would run these as a formula; the apostrophe makes them text (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MAX_CELL = 32_767
MOST_SHEET_ROWS = 1_048_575
"""Below the head of a sheet (Microsoft, "Excel specifications and limits")."""


def write(rows: Iterable[Row], format: str, notices: Sequence[str] = ()) -> Iterator[bytes]:  # noqa: A002
    """The rows as a file of `format`, in pieces. Lists become text joined by `; ` in CSV and XLSX, the rest JSON.

    `notices` stand on a first sheet of their own, in the format that has sheets.
    """
    match format:
        case "jsonl":
            for row in rows:
                yield json.dumps(row, ensure_ascii=False).encode() + b"\n"
        case "csv":
            yield from _csv(rows)
        case "xlsx":
            yield _xlsx(rows, notices)
        case _:
            raise UnknownExportError(f"no format {format!r}; there are: {', '.join(FORMATS)}")


def _cell(value: Any) -> str | int | float | bool | None:
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        value = "; ".join(str(each) for each in value)
    elif isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        value = "".join(character for character in value if character >= " " or character in "\t\n\r")
        if value.startswith(_FORMULA_STARTS):
            value = f"'{value}"
    return value  # type: ignore[no-any-return]


def _csv(rows: Iterable[Row]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    # The mark at the start makes spreadsheets read UTF-8, and with it Japanese, rightly.
    buffer.write("\ufeff")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row.keys())
        writer.writerow(_cell(value) for value in row.values())
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _xlsx(rows: Iterable[Row], notices: Sequence[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    if notices:
        first = book.create_sheet("notice")
        for notice in notices:
            first.append([_xlsx_cell(first, notice)])
    sheet = book.create_sheet("export")
    for number, row in enumerate(rows):
        if number == MOST_SHEET_ROWS:
            sheet.close()
            raise UnknownExportError(
                f"a sheet of XLSX holds {MOST_SHEET_ROWS} rows, and there are more; take CSV or JSONL"
            )
        if number == 0:
            sheet.append(list(row))
        sheet.append([_xlsx_cell(sheet, value) for value in row.values()])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    plain = _cell(value)
    if isinstance(plain, str) and len(plain) > _MAX_CELL:
        plain = f"{plain[: _MAX_CELL - 1]}…"
    cell = WriteOnlyCell(sheet, plain)
    if isinstance(plain, str):
        cell.data_type = "s"
    return cell
