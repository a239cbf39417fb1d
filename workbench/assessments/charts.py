"""Claim charts: one row an element, checked while it is written, and compared version with version. Pure.

Every element must be met; one that is not ends literal essentiality. What an equivalent might be is written apart and
counts nowhere. The strength of a row is proposed by rule from its provisions and decided by a person.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from workbench.assessments.statuses import OUTCOMES, Status
from workbench.i18n import ToldError, mark
from workbench.standards.provisions import Binds, ProvisionKind

MOST_ROWS: Final = 500
MOST_TEXT: Final = 4000
"""Characters of a note, an evidence, a gap and an equivalent: a cell of a spreadsheet takes each."""
MOST_PROVISIONS: Final = 20
MOST_QUOTE: Final = 20_000
_NOT_THE_CLAIM: Final = mark(
    "element %(number)s (“%(said)s”) is not what the claim says at this place; "
    "elements are the claim word for word, cut anywhere"
)
_UNKEPT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")


class ChartError(ToldError):
    """A chart cannot be kept so; it names the row and says what to do."""


class Strength(StrEnum):
    """How the text asks for what an element claims: of everybody, of who takes an option, or of nobody."""

    MANDATORY = "mandatory"
    OPTION = "option"
    NONE = "none"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quoted(_Part):
    """A provision as it stood in the pinned draft: place of its clause and index in it, what the clause is called.

    One that was only written into a file, and of which nobody said where it stands, has no place (`order` None).
    """

    order: int | None
    index: int | None
    clause: str = Field(max_length=200)
    kind: ProvisionKind
    binds: Binds
    text: str = Field(max_length=MOST_QUOTE)


class ChartRow(_Part):
    """An element and what answers it. `start` and `end` are offsets into the claim's text.

    `met` is None until somebody says; `strength` likewise. `equivalents` is for the doctrine of equivalents and never
    counts. `confirmed` says that a person has looked at the row on the texts that the chart is pinned to.
    """

    element: str = Field(min_length=1)
    start: int
    end: int
    provisions: tuple[Quoted, ...] = Field(default=(), max_length=MOST_PROVISIONS)
    note: str = Field(default="", max_length=MOST_TEXT)
    evidence: str = Field(default="", max_length=MOST_TEXT)
    gap: str = Field(default="", max_length=MOST_TEXT)
    equivalents: str = Field(default="", max_length=MOST_TEXT)
    met: bool | None = None
    strength: Strength | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """The live check of a chart: rows by number, from 1, and the outcomes that the chart allows a reader to find."""

    met: tuple[int, ...]
    unmet: tuple[int, ...]
    open: tuple[int, ...]
    unconfirmed: tuple[int, ...]
    unfounded: tuple[int, ...]
    contradicting: tuple[int, ...]
    outcomes: tuple[Status, ...]

    @property
    def every_element_met(self) -> bool:
        return not self.unmet and not self.open and bool(self.met)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to say before a reader can look at it."""
        return not self.open and not self.unconfirmed and not self.unfounded and bool(self.met or self.unmet)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field of a row was and is."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row in two versions, by its number in each, None where it is not there; `fields` that differ."""

    old: int | None
    new: int | None
    element: str
    fields: tuple[FieldChange, ...]


def cleaned(text: str, row: int | None) -> str:
    """A text as it is kept: line ends of one kind, without what no file can hold. Raises ChartError.

    `row` is the number of the row that it is of, None for the reasons of a finding.
    """
    kept = _UNKEPT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(kept) > MOST_TEXT:
        raise too_long(len(kept), row)
    return kept


def too_long(length: int, row: int | None) -> ChartError:
    """What is said of a text of a row, or of reasons, that has more than `MOST_TEXT` characters."""
    if row is None:
        text = mark("the reasons have %(length)s characters; at most %(most)s can be kept, shorten them")
        return ChartError(text, length=length, most=MOST_TEXT)
    text = mark("row %(row)s: a text has %(length)s characters; at most %(most)s can be kept, shorten it")
    return ChartError(text, row=row, length=length, most=MOST_TEXT)


def proposed_strength(provisions: Iterable[Quoted]) -> Strength | None:
    """What the provisions ask for, the strongest of them; None without any.

    A requirement that binds asks it of everybody; one in an informative annex, a recommendation and a permission of who
    takes the option; possibilities, statements and what does not bind (notes, Technical Reports) of nobody.
    """
    found = [_strength(each) for each in provisions]
    order = tuple(Strength)
    return min(found, key=order.index) if found else None


def _strength(quoted: Quoted) -> Strength:
    if quoted.kind is ProvisionKind.REQUIREMENT and quoted.binds is Binds.YES:
        return Strength.MANDATORY
    if quoted.kind is ProvisionKind.REQUIREMENT and quoted.binds is Binds.OPTIONAL:
        return Strength.OPTION
    if quoted.kind in (ProvisionKind.RECOMMENDATION, ProvisionKind.PERMISSION):
        return Strength.OPTION
    return Strength.NONE


def check(rows: Sequence[ChartRow]) -> Check:
    """Whether every element is met, what is left to do, and what a reader can find of it."""
    numbered = list(enumerate(rows, start=1))
    met = tuple(at for at, row in numbered if row.met)
    unmet = tuple(at for at, row in numbered if row.met is False)
    open_rows = tuple(at for at, row in numbered if row.met is None or (row.met and row.strength is None))
    # Met by nothing that is quoted, or met with a gap: somebody has to make up his mind.
    unfounded = tuple(at for at, row in numbered if row.met and not row.provisions)
    contradicting = tuple(at for at, row in numbered if row.met and row.gap)
    return Check(
        met,
        unmet,
        open_rows,
        tuple(at for at, row in numbered if not row.confirmed),
        unfounded,
        contradicting,
        _outcomes(rows),
    )


def _outcomes(rows: Sequence[ChartRow]) -> tuple[Status, ...]:
    """The findings that a chart allows: one missing element ends it, one that only an option asks for limits it."""
    if not rows or any(row.met is not True for row in rows) or any(row.strength is Strength.NONE for row in rows):
        return (Status.NOT_ESSENTIAL, Status.UNDETERMINED)
    if any(row.strength is Strength.OPTION for row in rows):
        return (Status.OPTION_ESSENTIAL, Status.NOT_ESSENTIAL, Status.UNDETERMINED)
    return OUTCOMES


def split_into(text: str, parts: Sequence[str]) -> list[tuple[int, int]]:
    """Where parts that a person cut the claim into stand in it. Raises ChartError.

    White space counts nothing; every other character of the claim must be in the parts, in order.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    for number, part in enumerate(parts, start=1):
        letters = [letter for letter in part if not letter.isspace()]
        if not letters:
            text_of = mark("element %(number)s is empty; take it out or write into it what the claim says")
            raise ChartError(text_of, number=number)
        start = end = None
        for letter in letters:
            while at < len(text) and text[at].isspace():
                at += 1
            if at >= len(text) or text[at] != letter:
                raise ChartError(_NOT_THE_CLAIM, number=number, said=" ".join(part.split())[:60])
            start, at = (at if start is None else start), at + 1
            end = at
        spans.append((start or 0, end or 0))
    if text[at:].strip():
        left = " ".join(text[at:].split())[:60]
        raise ChartError(mark("the elements leave out the end of the claim: “%(left)s”"), left=left)
    if not spans:
        raise ChartError(mark("a chart needs at least one element"))
    if len(spans) > MOST_ROWS:
        raise ChartError(mark("a chart can have %(most)s elements; put some together"), most=MOST_ROWS)
    return spans


def recut(rows: Sequence[ChartRow], text: str, parts: Sequence[str]) -> list[ChartRow]:
    """The chart with the elements cut anew; what was written of an element that is still there word for word stays.

    What was written of an element that is there no longer goes to the first new element that begins within it, to be
    looked at: nothing written is lost. Raises ChartError.
    """
    spans = split_into(text, parts)
    fresh = {span: ChartRow(element=text[slice(*span)], start=span[0], end=span[1], confirmed=True) for span in spans}
    for row in rows:
        span = (row.start, row.end)
        if span in fresh and fresh[span].element == row.element:
            fresh[span] = row
            continue
        target = next((each for each in spans if each[1] > row.start), spans[-1])
        fresh[target] = _joined(fresh[target], row)
    return [fresh[span] for span in spans]


def onto(rows: Sequence[ChartRow], text: str, spans: Sequence[tuple[int, int]]) -> list[ChartRow]:
    """The chart on another text of the claim, cut at `spans`: an element that is there word for word keeps its row.

    Every other row waits to be confirmed; what was written of elements that are gone goes to those in their place, or
    to the nearest, so that nothing written is lost.
    """
    fresh = [ChartRow(element=text[start:end], start=start, end=end, confirmed=False) for start, end in spans]
    matcher = difflib.SequenceMatcher(None, [r.element for r in rows], [r.element for r in fresh], autojunk=False)
    changes = matcher.get_opcodes()
    for kind, old_from, old_to, new_from, _ in changes:
        if kind == "equal":
            for at, row in enumerate(rows[old_from:old_to], start=new_from):
                fresh[at] = row.model_copy(update={"start": fresh[at].start, "end": fresh[at].end})
    # Only now, as what is gone may go to an element that stays.
    for kind, old_from, old_to, new_from, new_to in changes:
        if kind != "equal":
            for step, row in enumerate(rows[old_from:old_to]):
                at = min(new_from + step, max(new_to - 1, new_from), len(fresh) - 1)
                fresh[at] = _joined(fresh[at], row).model_copy(update={"confirmed": False})
    return fresh


def _joined(row: ChartRow, other: ChartRow) -> ChartRow:
    texts = {
        name: "\n".join(filter(None, (getattr(row, name), getattr(other, name))))[:MOST_TEXT]
        for name in ("note", "evidence", "gap", "equivalents")
    }
    provisions = tuple(dict.fromkeys((*row.provisions, *other.provisions)))[:MOST_PROVISIONS]
    return row.model_copy(update={**texts, "provisions": provisions, "met": None, "strength": None})


def compare(old: Sequence[ChartRow], new: Sequence[ChartRow]) -> list[RowChange]:
    """What differs between two versions, row by row, in the order of the later one; rows alike are left out."""
    matcher = difflib.SequenceMatcher(None, [r.element for r in old], [r.element for r in new], autojunk=False)
    changes: list[RowChange] = []
    for _, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        ours, theirs = range(old_from, old_to), range(new_from, new_to)
        for step in range(max(len(ours), len(theirs))):
            before = ours[step] if step < len(ours) else None
            after = theirs[step] if step < len(theirs) else None
            one = None if before is None else old[before]
            other = None if after is None else new[after]
            row = other or one
            fields = _fields(one, other)
            if fields and row is not None:
                changes.append(RowChange(_number(before), _number(after), row.element, fields))
    return changes


def _number(index: int | None) -> int | None:
    return None if index is None else index + 1


def _fields(old: ChartRow | None, new: ChartRow | None) -> tuple[FieldChange, ...]:
    one, other = _written(old), _written(new)
    return tuple(FieldChange(name, one[name], other[name]) for name in one if one[name] != other[name])


def _written(row: ChartRow | None) -> dict[str, str]:
    """A row's fields as words, empty for a row that is not there."""
    if row is None:
        return dict.fromkeys(("element", "provisions", *_TEXTS, "met", "strength", "confirmed"), "")
    return {
        "element": row.element,
        "provisions": "\n".join(f"{each.clause}: {each.text}" for each in row.provisions),
        **{name: getattr(row, name) for name in _TEXTS},
        "met": {None: "", True: "yes", False: "no"}[row.met],
        "strength": row.strength or "",
        "confirmed": "yes" if row.confirmed else "no",
    }


_TEXTS: Final = ("note", "evidence", "gap", "equivalents")


def rows_of(stored: Iterable[dict[str, Any]]) -> list[ChartRow]:
    """The rows of a stored version."""
    return [ChartRow.model_validate(each) for each in stored]


def stored(rows: Iterable[ChartRow]) -> list[dict[str, Any]]:
    """Rows as a version keeps them."""
    return [row.model_dump(mode="json") for row in rows]
