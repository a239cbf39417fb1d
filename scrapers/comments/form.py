"""The commenting form: eight columns, a comment a row (ISO/IEC/CEN/CENELEC commenting template, version 2012-03)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from scrapers.comments import docx_form
from scrapers.errors import UnreadableFileError
from scrapers.lines import opened
from scrapers.patents.tables import rows_of

COLUMNS: Final = (
    "MB/NC",
    "Line number",
    "Clause/Subclause",
    "Paragraph/Figure/Table",
    "Type of comment",
    "Comments",
    "Proposed change",
    "Observations of the secretariat",
)
MAX_ROWS: Final = 20_000
_HEAD = 4096


class CommentType(StrEnum):
    """ge: general, te: technical, ed: editorial."""

    GENERAL = "ge"
    TECHNICAL = "te"
    EDITORIAL = "ed"


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment. `member` is a two-letter country code, `**` for the editing unit.

    Lines end with a line feed; white space around a text carries nothing and is not kept.
    """

    member: str
    line: str
    clause: str
    paragraph: str
    type: CommentType
    comment: str
    proposal: str
    observation: str = ""


@dataclass(frozen=True, slots=True)
class CommentForm:
    """The rows of a form, and a line for each row that could not be read, with its place and the remedy."""

    rows: tuple[CommentRow, ...]
    refused: tuple[str, ...]


def read_form(path: Path) -> CommentForm:
    """Read a form that came back, as DOCX, XLSX, XLS or CSV. Raises UnreadableFileError where it is none of them."""
    with opened(path) as stream:
        head = stream.read(_HEAD)
    if docx_form.recognises(path, head):
        return _rows(path.name, docx_form.cells_of(path, len(COLUMNS)))
    return _rows(path.name, _table_cells(path))


def _table_cells(path: Path) -> Iterable[tuple[int, list[str]]]:
    headed = False
    for number, cells in rows_of(path):
        padded = [unguarded(cell) for cell in cells] + [""] * (len(COLUMNS) - len(cells))
        if not headed:
            if _key(padded[0]) != _key(COLUMNS[0]) or len(cells) < len(COLUMNS) - 1:
                raise UnreadableFileError(
                    f"{path.name}, row {number}: expected the headings {', '.join(COLUMNS)}; "
                    "export the form from here to see its shape"
                )
            headed = True
            continue
        yield number, padded[: len(COLUMNS)]


def _rows(name: str, found: Iterable[tuple[int, list[str]]]) -> CommentForm:
    rows: list[CommentRow] = []
    refused: list[str] = []
    for number, cells in found:
        if _is_heading(cells) or not any(cell.strip() for cell in cells):
            continue
        if len(rows) + len(refused) >= MAX_ROWS:
            raise UnreadableFileError(f"{name}: more than {MAX_ROWS:,} comments; split the file")
        member, line, clause, paragraph, kind, comment, proposal, observation = map(_unified, cells)
        try:
            type_ = CommentType(kind.casefold())
        except ValueError:
            refused.append(f"{name}, row {number}: type {kind[:20]!r}; write ge, te or ed")
            continue
        if not member:
            refused.append(f"{name}, row {number}: no member body; write its two letters into the first column")
            continue
        rows.append(CommentRow(member, line, clause, paragraph, type_, comment, proposal, observation))
    return CommentForm(tuple(rows), tuple(refused))


def _is_heading(cells: list[str]) -> bool:
    return _key(cells[0]).startswith(_key(COLUMNS[0])) and _key(cells[5]).startswith("comment")


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _key(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """The text for a cell of a spreadsheet, which would run it as a formula; `unguarded` undoes exactly this."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS) else text
