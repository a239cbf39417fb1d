"""Declarations from a register's list. A list has a row for each patent of a statement, or one row for all of them.

Rows of one statement make one declaration. Where they contradict each other in a field, the field is left unset and a
`Doubt` names both; a row that gives another holder for the same statement is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scrapers.column_maps import best_map, values_of
from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import StandardRef
from scrapers.patents.fields import Refusal
from scrapers.patents.tables import rows_of
from scrapers.records import Declaration, DeclaredPatent
from scrapers.registers.column_maps import Field, RegisterMap, built_in
from scrapers.registers.numbers import read_patents
from scrapers.text import fold

MAX_ROWS: Final = 500_000
_LENGTHS: Final = {Field.HOLDER: 300, Field.DELIVERABLE: 200, Field.STATEMENT: 100}
_MIN_HEADINGS: Final = 4


class Doubt(Refusal):
    """Something in a row that was read could not be: the declaration is there, without it."""


Outcome = Declaration | Refusal


@dataclass
class _Statement:
    """A declaration as its rows build it up; `denied` are fields on which rows contradict each other."""

    key: str
    fields: dict[str, Any]
    place: str
    patents: dict[tuple[str, str | None], DeclaredPatent] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)

    def take(self, fields: dict[str, Any], place: str) -> Iterator[Doubt]:
        for name, value in fields.items():
            if value is None or name in self.denied:
                continue
            before = self.fields.get(name)
            if before is None:
                self.fields[name] = value
            elif name == "option_raw":
                self.fields[name] = before if value in before.split("; ") else f"{before}; {value}"
            elif before != value:
                self.denied.add(name)
                yield Doubt(
                    place=place,
                    reason=f"{name} is {value!s} here and {before!s} at {self.place}, of the same statement; left open",
                )

    def declaration(self) -> Declaration:
        known = {name: value for name, value in self.fields.items() if value is not None and name not in self.denied}
        if self.patents:
            known["patents"] = tuple(self.patents.values())
        return Declaration(key=self.key, **known)


def recognised(path: Path) -> RegisterMap:
    """The map that ships with the project and fits the list. Raises UnreadableFileError where none does."""
    found = best_map(rows_of(path), built_in(), _MIN_HEADINGS)
    if found is None:
        known = ", ".join(each.name for each in built_in())
        raise UnreadableFileError(
            f"{path.name}: its headings are those of no register that is known ({known}); give a column map for it"
        )
    return found


def read_declarations(path: Path, column_map: RegisterMap | None = None) -> Iterator[Outcome]:
    """The declarations of a list in its order, after what could not be read of it.

    Without a map, that of the register whose headings the list has. Raises UnreadableFileError where the file cannot be
    opened, is damaged, has too many rows or lacks the headings.
    """
    column_map = column_map or recognised(path)
    rows = rows_of(path)
    _, headings = column_map.headings(path, rows)
    places = column_map.places(headings)
    statements: dict[str, _Statement] = {}
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise UnreadableFileError(f"{path.name}: more than {MAX_ROWS:,} rows; split it")
        place = f"{path.name}, row {number}"
        try:
            values = values_of(cells, places)
            holder, deliverables = _who_and_what(values, column_map)
        except ValueError as error:
            yield Refusal(place=place, reason=str(error), excerpt="\t".join(cells))
            continue
        doubts: list[str] = []
        fields = _fields(values, column_map, doubts)
        patents = read_patents(values, column_map)
        for written in deliverables:
            yield from _join(statements, fields | _deliverable(written) | {"holder": holder}, patents, place)
        for doubt in doubts:
            yield Doubt(place=place, reason=doubt)
    for statement in statements.values():
        yield statement.declaration()


def _join(
    statements: dict[str, _Statement], fields: dict[str, Any], patents: list[DeclaredPatent], place: str
) -> Iterator[Refusal]:
    """Put what a row says to the statement that it belongs to."""
    key = _key(fields)
    known = statements.get(key)
    if known is None:
        known = statements[key] = _Statement(key, fields, place)
    elif fields["holder"].casefold() != known.fields["holder"].casefold():
        yield Refusal(
            place=place,
            reason=f"statement {fields['statement']} is of {fields['holder']!r} here, of {known.fields['holder']!r} at "
            f"{known.place}; correct one of them",
        )
        return
    else:
        same_names = {"holder": known.fields["holder"], "deliverable_raw": known.fields["deliverable_raw"]}
        yield from known.take(fields | same_names, place)
    for patent in patents:
        known.patents.setdefault((patent.raw, patent.country), patent)


def _who_and_what(values: dict[Field, str], column_map: RegisterMap) -> tuple[str, list[str]]:
    """Holder and deliverables of a row. Raises ValueError where one is missing or too long to be one."""
    # A register puts the contact address below the name, in the same cell.
    holder = next((fold(line) for line in values[Field.HOLDER].splitlines() if fold(line)), "")
    if not holder:
        raise ValueError("has no holder; fill the cell")
    deliverables = column_map.parts(values, Field.DELIVERABLE)
    if not deliverables:
        raise ValueError("has no deliverable; fill the cell")
    lengths = {Field.HOLDER: len(holder), Field.DELIVERABLE: max(map(len, deliverables))}
    lengths[Field.STATEMENT] = len(fold(values.get(Field.STATEMENT, "")))
    for name, most in _LENGTHS.items():
        if lengths[name] > most:
            raise ValueError(f"{name} has {lengths[name]:,} characters, more than {most}; is it the right column?")
    return holder, deliverables


def _deliverable(written: str) -> dict[str, Any]:
    """A deliverable as written, and its reference where a name of it (`H.262 | ISO/IEC 13818-2`) is of ISO or IEC."""
    for name in (written, *written.split("|")):
        try:
            return {"deliverable_raw": written, "deliverable": str(StandardRef.parse(name))}
        except InvalidIdentifierError:
            continue
    return {"deliverable_raw": written, "deliverable": None}


def _fields(values: dict[Field, str], column_map: RegisterMap, doubts: list[str]) -> dict[str, Any]:
    """What a row says of its statement; None for what it does not say. What is not understood goes to `doubts`."""

    def meant(name: Field) -> str | None:
        text = fold(values.get(name, ""))
        found = column_map.meaning(name, text) if name in values else None
        if found is None and text:
            doubts.append(f"{name} {text[:80]!r} is not known to the map {column_map.name!r}; left open")
        return found

    option, reciprocity = meant(Field.OPTION), meant(Field.RECIPROCITY)
    received = fold(values.get(Field.DATE, ""))
    day = column_map.day(received)
    if received and day is None:
        doubts.append(f"date {received[:40]!r} is in none of the formats of the map {column_map.name!r}; left open")
    return {
        "listed_in": column_map.register_name,
        "policy": column_map.policy,
        "source_format": column_map.name,
        "statement": fold(values.get(Field.STATEMENT, "")) or None,
        "option": int(option) if option else None,
        "option_raw": fold(values.get(Field.OPTION, ""))[:200] or None,
        "reciprocity": {"yes": True, "no": False}.get(reciprocity or ""),
        "date": day[0] if day else None,
        "form_version": fold(values.get(Field.FORM_VERSION, ""))[:40] or None,
        "url": fold(values.get(Field.URL, ""))[:500] or None,
    }


def _key(fields: dict[str, Any]) -> str:
    """The identity of a statement: see `scrapers.records.Declaration`."""
    deliverable = (fields["deliverable"] or fields["deliverable_raw"]).casefold()
    if fields["statement"]:
        return f"{fields['listed_in']}/{fields['statement']}/{deliverable}"
    told = "\n".join(str(each or "") for each in (fields["holder"].casefold(), fields["date"], fields["option_raw"]))
    return f"{fields['listed_in']}/~{hashlib.sha256(told.encode()).hexdigest()[:16]}/{deliverable}"
