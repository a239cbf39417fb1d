"""A chart as a table of plain cells, one line a provision, and back without loss. Pure.

An element with several provisions has several lines, the further ones with its number and what concerns the provision
only. The place of a provision reads `6.5 · requirement · yes · 12:3`: clause, kind, whether it binds, place of the
clause in the draft and index in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from workbench.assessments.charts import ChartError, ChartRow, Quoted, Strength
from workbench.i18n import mark
from workbench.standards.provisions import Binds, ProvisionKind

COLUMNS: Final = (
    "No.",
    "Claim element",
    "Place of the provision",
    "Text of the standard",
    "Met",
    "Strength",
    "Interpretation",
    "Evidence",
    "Gap",
    "Equivalents",
    "Confirmed",
)
PRIVILEGE: Final = "PRIVILEGED AND CONFIDENTIAL - ATTORNEY WORK PRODUCT - PREPARED FOR COUNSEL"
_BY: Final = " · "
_TEXTS: Final = ("note", "evidence", "gap", "equivalents")
_MET: Final = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class FileQuote:
    """A provision as a file names it; `known` where it says place, kind and standing too."""

    clause: str
    text: str
    known: Quoted | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row as a file has it: the element in the file's words, without its place in the claim."""

    number: str
    element: str
    quotes: tuple[FileQuote, ...]
    texts: dict[str, str]
    met: bool | None
    strength: Strength | None
    confirmed: bool


def lines_of(rows: Sequence[ChartRow]) -> Iterator[list[str]]:
    """The cells of each line, in the order of `COLUMNS`."""
    for number, row in enumerate(rows, start=1):
        places = [(_place(each), each.text) for each in row.provisions] or [("", "")]
        met = {True: "yes", False: "no", None: ""}[row.met]
        own = [met, row.strength or "", *(getattr(row, name) for name in _TEXTS), "yes" if row.confirmed else "no"]
        yield [str(number), row.element, *places[0], *own]
        for place, text in places[1:]:
            yield [str(number), "", place, text, *[""] * len(own)]


def rows_from(lines: Iterable[tuple[int, Sequence[str]]], name: str) -> list[FileRow]:
    """The rows of a file; `lines` are numbers of lines with their cells. Raises ChartError."""
    found: list[FileRow] = []
    for at, cells in lines:
        number, element, place, text, met, strength, *rest = cells
        quotes = _quote(place, text, f"{name}, line {at}")
        if found and not element and number == found[-1].number:
            held = found.pop()
            found.append(_with_quotes(held, (*held.quotes, *quotes)))
            continue
        if met.strip().casefold() not in _MET:
            reason = mark("%(file)s, line %(line)s: Met is '%(said)s'; write yes or no, or leave it empty")
            raise ChartError(reason, file=name, line=at, said=met[:20])
        if strength.strip().casefold() not in {"", *Strength}:
            words = ", ".join(Strength)
            reason = mark("%(file)s, line %(line)s: Strength is '%(said)s'; write %(words)s, or leave it empty")
            raise ChartError(reason, file=name, line=at, said=strength[:20], words=words)
        found.append(
            FileRow(
                number,
                element,
                quotes,
                dict(zip(_TEXTS, rest[:4], strict=True)),
                _MET[met.strip().casefold()],
                Strength(strength.strip().casefold()) if strength.strip() else None,
                rest[4].strip().casefold() != "no",
            )
        )
    if not found:
        raise ChartError(mark("%(file)s: no rows; export the chart to see the shape of the table"), file=name)
    return found


def _with_quotes(row: FileRow, quotes: tuple[FileQuote, ...]) -> FileRow:
    return FileRow(row.number, row.element, quotes, row.texts, row.met, row.strength, row.confirmed)


def _place(each: Quoted) -> str:
    place = "-" if each.order is None or each.index is None else f"{each.order}:{each.index}"
    return _BY.join((each.clause, each.kind, each.binds, place))


def _quote(place: str, text: str, where: str) -> tuple[FileQuote, ...]:
    if not place.strip() and not text.strip():
        return ()
    clause, *rest = place.rsplit(_BY, 3)
    if len(rest) < 3:
        return (FileQuote(place.strip(), text, None),)
    kind, binds, at = (each.strip() for each in rest)
    order, _, index = at.partition(":")
    try:
        known = Quoted(
            order=int(order) if order.isascii() and order.isdigit() else None,
            index=int(index) if index.isascii() and index.isdigit() else None,
            clause=clause,
            kind=ProvisionKind(kind),
            binds=Binds(binds),
            text=text,
        )
    except (ValueError, ValidationError) as error:
        reason = mark(
            "%(place)s: the place of the provision cannot be read ('%(said)s'); write the number of the clause alone"
        )
        raise ChartError(reason, place=where, said=place[:60]) from error
    return (FileQuote(clause, text, known),)
