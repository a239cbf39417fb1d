"""Read labelled claims and clauses, and write a ranking, in the forms of `workbench eval mapping`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from scrapers.errors import UnreadableFileError
from workbench.mapping.ranking import ClaimText, ClauseText, Match

MAX_FILE_BYTES = 512 * 2**20
MAX_LINE_BYTES = 4 * 2**20
MAX_ID_LENGTH = 500
GRADES = {"0": 0, "1": 1, "2": 2}


@dataclass(frozen=True, slots=True)
class Query:
    """A claim with labels; results are also given by `group`."""

    id: str
    claim: ClaimText
    group: str | None = None

    @property
    def patent(self) -> str:
        """The part of the id before "#"."""
        return self.id.partition("#")[0]


@dataclass(frozen=True, slots=True)
class _Line:
    path: Path
    number: int
    text: str

    def refuse(self, found: str, remedy: str) -> NoReturn:
        raise UnreadableFileError(f"{self.path}, line {self.number}: {found}; {remedy}.")


def read_queries(path: Path) -> list[Query]:
    """Read `{"id","text","parent_text"?,"group"?,"language"?}`, one a line; other fields are ignored.

    Raises UnreadableFileError, naming the line, for a line that is not so, an id that comes twice, or an empty file.
    """
    queries: dict[str, Query] = {}
    for line in _lines(path):
        fields = _object(line)
        query_id = _new_id(line, fields, queries)
        text = _string(line, fields, "text")
        if not text or not text.strip():
            line.refuse('"text" is missing or empty', "give the text of the claim")
        parent_text = _string(line, fields, "parent_text")
        claim = ClaimText(query_id, text, parent_text, _string(line, fields, "language") or "en")
        queries[query_id] = Query(query_id, claim, _string(line, fields, "group"))
    if not queries:
        raise UnreadableFileError(f"{path}: the file is empty; write one JSON object a line.")
    return list(queries.values())


def read_corpus(path: Path) -> list[ClauseText]:
    """Read `{"id","title","text","standard"?}`, one a line; other fields are ignored. Errors as `read_queries`."""
    clauses: dict[str, ClauseText] = {}
    for line in _lines(path):
        fields = _object(line)
        clause_id = _new_id(line, fields, clauses)
        text = _string(line, fields, "text")
        if text is None:
            line.refuse('"text" is missing', "give the text of the clause, empty where it has only a title")
        title, standard = _string(line, fields, "title"), _string(line, fields, "standard")
        clauses[clause_id] = ClauseText(clause_id, title, text, standard)
    if not clauses:
        raise UnreadableFileError(f"{path}: the file is empty; write one JSON object a line.")
    return list(clauses.values())


def read_labels(path: Path) -> dict[str, dict[str, int]]:
    """Read `query_id<TAB>clause_id<TAB>grade`, no header, into grades by query and clause.

    2 is the clause that one would chart the claim against, 1 a supporting one, 0 one that was looked at and is neither.
    Raises UnreadableFileError, naming the line, for a line that is not so or that contradicts an earlier one.
    """
    labels: dict[str, dict[str, int]] = {}
    for line in _lines(path):
        columns = line.text.split("\t")
        if len(columns) != 3:
            line.refuse(f"{len(columns)} columns instead of 3", "write query id, clause id and grade, parted by tabs")
        query_id, clause_id, grade = (column.strip() for column in columns)
        if not query_id or not clause_id:
            line.refuse("an id is empty", "write query id, clause id and grade, parted by tabs")
        if grade not in GRADES:
            line.refuse(f"the grade is {grade[:20]!r}", "grades are 2, 1 and 0; there is no header line")
        if labels.setdefault(query_id, {}).setdefault(clause_id, GRADES[grade]) != GRADES[grade]:
            line.refuse("another line gives this pair another grade", "keep one of the two")
    if not labels:
        raise UnreadableFileError(f"{path}: the file is empty; write query id, clause id and grade, parted by tabs.")
    return labels


def write_run(path: Path, run: Sequence[Sequence[Match]], *, name: str = "workbench") -> None:
    """Write a ranking in TREC's form `query Q0 document rank score name`, the columns parted by tabs.

    Ids may hold spaces (RFC 2281/5.6), so a reader must part the columns at tabs.
    """
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for matches in run:
            for match in matches:
                out.write(f"{match.claim}\tQ0\t{match.clause}\t{match.rank}\t{match.score!r}\t{name}\n")


def _lines(path: Path) -> Iterator[_Line]:
    """The lines with something in them, as UTF-8, numbered from 1."""
    try:
        with path.open("rb") as file:
            size = 0
            number = 0
            while raw := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                size += len(raw)
                line = _Line(path, number, "")
                if len(raw) > MAX_LINE_BYTES:
                    line.refuse(f"longer than {MAX_LINE_BYTES // 2**20} MB", "one JSON object or label a line")
                if size > MAX_FILE_BYTES:
                    line.refuse(f"the file passes {MAX_FILE_BYTES // 2**20} MB here", "evaluate on fewer clauses")
                try:
                    text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    line.refuse(f"not UTF-8 at byte {error.start + 1}", "save the file as UTF-8")
                if text.strip():
                    yield _Line(path, number, text)
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read ({error.strerror}); check the path.") from error


def _object(line: _Line) -> dict[str, object]:
    try:
        fields = json.loads(line.text)
    except (ValueError, RecursionError) as error:
        line.refuse(f"not JSON ({str(error)[:80]})", "write one JSON object a line")
    if not isinstance(fields, dict):
        line.refuse(f"a JSON {type(fields).__name__}", "write one JSON object a line")
    return fields


def _string(line: _Line, fields: dict[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        line.refuse(f'"{name}" is a {type(value).__name__}', "write it as a string")
    if any("\ud800" <= character <= "\udfff" for character in value):
        line.refuse(f'"{name}" has half a surrogate pair', "write whole Unicode characters")
    return value


def _new_id(line: _Line, fields: dict[str, object], earlier: dict[str, Query] | dict[str, ClauseText]) -> str:
    value = _string(line, fields, "id")
    if not value or len(value) > MAX_ID_LENGTH or not value.isprintable() or value != value.strip():
        line.refuse('"id" is missing or not an id', f"give up to {MAX_ID_LENGTH} printable characters")
    if value in earlier:
        line.refuse(f'the "id" {value} comes twice', "make ids unique")
    return value
