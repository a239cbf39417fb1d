"""A clause made ready to be read: blocks, in each its sentences by provision, in each the words to be marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from scrapers.records import BlockKind
from workbench.mapping.terms import Span, Term, highlight
from workbench.standards.cross_references import Citation
from workbench.standards.draft_queries import Heading
from workbench.standards.models import Clause, Provision
from workbench.standards.provisions import ProvisionKind

_ANCHOR: Final = re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*")
CELL_SEPARATOR: Final = " | "
"""What parts the cells of a row in the text of a clause."""

# Which kind a block with several is marked with: the one that asks most.
_STRENGTH: Final = {kind: rank for rank, kind in enumerate(ProvisionKind)}

Piece = tuple[str, "Mark"]
Spans = Sequence[tuple[Span, "Mark"]]


class Mark(IntEnum):
    """How a piece of text is marked."""

    NONE = 0
    LIGHT = 1
    STRONG = 2


@dataclass(frozen=True)
class Part:
    """Pieces of text that are one citation of another place of the draft, or none."""

    pieces: Sequence[Piece]
    cited: Citation | None = None


@dataclass(frozen=True)
class Sentence:
    """A run of text and the provision it is, None between provisions; `pieces`: texts and how each is marked."""

    provision: Provision | None
    parts: Sequence[Part]

    @property
    def pieces(self) -> Sequence[Piece]:
        return [piece for part in self.parts for piece in part.pieces]


@dataclass(frozen=True)
class ReadingBlock:
    """A paragraph-like part of a clause. `strongest` is the kind it is marked with, None for statements alone.

    A row of a table has `cells` too, each in parts; it is one sentence.
    """

    kind: BlockKind
    label: str | None
    sentences: Sequence[Sentence]
    strongest: ProvisionKind | None
    cells: Sequence[Sequence[Part]] = ()


@dataclass(frozen=True)
class BlockGroup:
    """Blocks that are shown as one thing: the items of a list, the rows of a table, or a single other block."""

    kind: str
    blocks: list[ReadingBlock] = field(default_factory=list)


def reading_blocks(
    clause: Clause, provisions: Iterable[Provision], spans: Spans = (), cited: Sequence[Citation] = ()
) -> list[BlockGroup]:
    """The blocks of a clause in order, neighbouring items of a list and rows of a table together.

    `spans` are places of the clause's text to be marked, `cited` those that cite other clauses.
    """
    marks = _Marks(clause.text, spans, cited)
    ordered = sorted(provisions, key=lambda each: each.start)
    groups: list[BlockGroup] = []
    for raw in clause.blocks or [{"kind": "paragraph", "label": None, "start": 0, "end": len(clause.text)}]:
        start, end = int(raw["start"]), int(raw["end"])
        inside = [each for each in ordered if each.start < end and each.end > start]
        sentences = list(_sentences(marks, start, end, inside))
        told = [each.kind for each in inside if each.kind is not ProvisionKind.STATEMENT]
        strongest = min(told, key=_STRENGTH.__getitem__, default=None)
        cells = list(_cells(marks, start, end)) if raw["kind"] == BlockKind.TABLE_ROW else []
        block = ReadingBlock(BlockKind(raw["kind"]), raw.get("label"), sentences, strongest, cells)
        kind = _GROUPS.get(block.kind, block.kind.value)
        if not groups or groups[-1].kind != kind or kind not in _GROUPS.values():
            groups.append(BlockGroup(kind))
        groups[-1].blocks.append(block)
    return groups


_GROUPS: Final = {BlockKind.LIST_ITEM: "list", BlockKind.TABLE_ROW: "table", BlockKind.REFERENCE: "references"}


@dataclass(frozen=True)
class _Marks:
    text: str
    spans: Spans
    cited: Sequence[Citation]

    def parts(self, start: int, end: int) -> list[Part]:
        """`text[start:end]` cut where a citation begins or ends."""
        found: list[Part] = []
        at = start
        for each in self.cited:
            first, last = max(each.start, at), min(each.end, end)
            if last <= first:
                continue
            if first > at:
                found.append(Part(marked_pieces(self.text, at, first, self.spans)))
            found.append(Part(marked_pieces(self.text, first, last, self.spans), each))
            at = last
        if at < end:
            found.append(Part(marked_pieces(self.text, at, end, self.spans)))
        return found


def _sentences(marks: _Marks, start: int, end: int, provisions: Sequence[Provision]) -> Iterator[Sentence]:
    at = start
    for provision in provisions:
        first, last = max(provision.start, at), min(provision.end, end)
        if last <= first:
            continue
        if first > at:
            yield Sentence(None, marks.parts(at, first))
        yield Sentence(provision, marks.parts(first, last))
        at = last
    if at < end:
        yield Sentence(None, marks.parts(at, end))


def _cells(marks: _Marks, start: int, end: int) -> Iterator[Sequence[Part]]:
    for cell in marks.text[start:end].split(CELL_SEPARATOR):
        yield marks.parts(start, start + len(cell))
        start += len(cell) + len(CELL_SEPARATOR)


def marked_spans(text: str, terms: Iterable[Term]) -> list[tuple[Span, Mark]]:
    """Where a text says one of the terms; strong where the term weighs at least half as much as the heaviest."""
    weights = {term.term: term.weight for term in terms}
    bound = max(weights.values(), default=0.0) / 2
    found = highlight(text, [Term(*item) for item in weights.items()])
    return [(span, Mark.STRONG if weights[span.term] >= bound else Mark.LIGHT) for span in found]


def marked_pieces(text: str, start: int, end: int, spans: Spans) -> list[Piece]:
    """`text[start:end]` in pieces, each with the mark of the span it lies in; spans are in order and apart."""
    pieces: list[Piece] = []
    at = start
    for span, mark in spans:
        first, last = max(span.start, at), min(span.end, end)
        if last <= first:
            continue
        if first > at:
            pieces.append((text[at:first], Mark.NONE))
        pieces.append((text[first:last], mark))
        at = last
    if at < end:
        pieces.append((text[at:end], Mark.NONE))
    return pieces


def clause_anchors(headings: Iterable[Heading]) -> dict[int, str]:
    """The anchor of each clause in the reader, by its place.

    `c-6.2.1` by its number, or `o-12` by its place where it has no plain number or shares it with an earlier clause.
    """
    anchors: dict[int, str] = {}
    taken: set[str] = set()
    for heading in headings:
        anchor = f"c-{heading.number}" if heading.number and _ANCHOR.fullmatch(heading.number) else ""
        if not anchor or anchor in taken:
            anchor = f"o-{heading.order}"
        taken.add(anchor)
        anchors[heading.order] = anchor
    return anchors


def provision_anchor(order: int, index: int) -> str:
    """The anchor of a provision in the reader: the place of its clause and its own in the clause."""
    return f"p-{order}-{index}"
