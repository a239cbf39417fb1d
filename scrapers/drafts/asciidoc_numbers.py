"""The numbers that Metanorma prints and AsciiDoc does not hold: of clauses, tables, figures, formulae, notes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from scrapers.drafts.asciidoc_blocks import Piece, Section
from scrapers.drafts.docx_numbering import write_number
from scrapers.drafts.outline import is_references, is_terms, may_be_term
from scrapers.drafts.tree import kind_by_title
from scrapers.records import BlockKind, ClauseKind

_ANCHOR_NUMBER = re.compile(r"-(\d{1,3}(?:-\d{1,3})*)$")
_UNNUMBERED = frozenset({"preface", "abstract", "dedication", "colophon", "acknowledgments", "index", "glossary"})
_WORDS = {"table": "Table", "figure": "Figure"}


@dataclass
class Numbered:
    """A section with its number and the pieces in it; `depth` is 1 at the top."""

    section: Section
    depth: int
    title: str | None
    pieces: list[Piece] = field(default_factory=list)
    number: str | None = None
    kind: ClauseKind | None = None


def arrange(found: list[Section | Piece], titles: dict[int, str]) -> tuple[list[Piece], list[Numbered]]:
    """What stands before the first section, and the sections in printed order with their numbers.

    `titles` gives the plain title of each section by its place in `found`.
    """
    front: list[Piece] = []
    sections: list[Numbered] = []
    base = min((each.level for each in found if isinstance(each, Section)), default=1)
    for at, each in enumerate(found):
        if isinstance(each, Section):
            sections.append(Numbered(each, each.level - base + 1, titles[at] or None))
        elif sections:
            sections[-1].pieces.append(each)
        else:
            front.append(each)
    tops = _in_printed_order(_tops(sections))
    sections = [section for top in tops for section in top]
    whole = any(is_references(top[0].title) or kind_by_title(top[0].title) for top in tops)
    start = 1 if whole else _start(sections)
    _number(sections, start)
    _mark_terms(sections)
    for section in sections:
        _label_notes(section)
    _label_captions(sections)
    return front, sections


def _tops(sections: list[Numbered]) -> list[list[Numbered]]:
    tops: list[list[Numbered]] = []
    for section in sections:
        if section.depth == 1 or not tops:
            tops.append([])
        tops[-1].append(section)
    return tops


def _in_printed_order(tops: list[list[Numbered]]) -> list[list[Numbered]]:
    """Metanorma prints the normative references after the scope, wherever they stand in the source."""
    at = next((place for place, top in enumerate(tops) if is_references(top[0].title)), None)
    scope = next((place for place, top in enumerate(tops) if (top[0].title or "").casefold() == "scope"), None)
    if at is not None and scope is not None and at > scope + 1:
        tops.insert(scope + 1, tops.pop(at))
    return tops


def _start(sections: list[Numbered]) -> int:
    """The number of the first clause of a file that is a part of a document, as its anchors tell (`cls-2`)."""
    told = {}
    for section in sections:
        for anchor in section.section.lead.anchors:
            found = _ANCHOR_NUMBER.search(anchor)
            if found:
                told[id(section)] = found[1].replace("-", ".")
    first = told.get(id(sections[0]), "") if sections else ""
    if not first.isdecimal():
        return 1
    _number(sections, int(first))
    agrees = all(section.number == told[id(section)] for section in sections if id(section) in told)
    return int(first) if agrees else 1


def _number(sections: list[Numbered], start: int) -> None:
    clauses, annexes = start - 1, 0
    prefixes: list[tuple[int, str | None, int]] = []  # depth, number and count of what stands below it
    for section in sections:
        while prefixes and prefixes[-1][0] >= section.depth:
            prefixes.pop()
        lead = section.section.lead
        plain = lead.count and lead.attributes.style not in _UNNUMBERED
        if section.depth == 1:
            named = kind_by_title(section.title)
            section.kind = named if plain or named else ClauseKind.FOREWORD
            if lead.attributes.style == "appendix":
                annexes += 1
                section.kind, section.number = ClauseKind.ANNEX, write_number(annexes, "upperLetter")
            elif lead.attributes.style == "bibliography" and not is_references(section.title):
                section.kind = ClauseKind.BIBLIOGRAPHY
            elif named is None and plain:
                clauses += 1
                section.number = str(clauses)
            below = "0" if named is ClauseKind.INTRODUCTION else section.number
            prefixes.append((1, below, 0))
            continue
        section.number = None
        if prefixes:
            depth, above, count = prefixes[-1]
            if above and plain and lead.attributes.style != "appendix":
                section.number = f"{above}.{count + 1}"
                prefixes[-1] = (depth, above, count + 1)
        prefixes.append((section.depth, section.number, 0))


def _mark_terms(sections: list[Numbered]) -> None:
    top = False
    for at, section in enumerate(sections):
        if section.depth == 1:
            top = is_terms(section.title)
            continue
        following = sections[at + 1].depth if at + 1 < len(sections) else 1
        if top and following <= section.depth and section.pieces and section.title and may_be_term(section.title):
            section.kind = ClauseKind.TERM


def _label_notes(section: Numbered) -> None:
    """Notes and examples are numbered where there are several; they begin again in each clause and table."""
    table = 0
    groups: dict[int, tuple[BlockKind, int]] = {}
    for piece in section.pieces:
        table += piece.kind in (BlockKind.TABLE_TITLE, BlockKind.FIGURE_TITLE)
        if piece.count in ("note", "example"):
            groups[id(piece)] = (piece.kind, table if piece.host != "clause" else 0)
    totals, counts = Counter(groups.values()), Counter[tuple[BlockKind, int]]()
    for piece in section.pieces:
        group = groups.get(id(piece))
        if group is not None:
            counts[group] += 1
            if section.kind is ClauseKind.TERM and piece.kind is BlockKind.NOTE:
                piece.kind, piece.label = BlockKind.NOTE_TO_ENTRY, f"Note {counts[group]} to entry"
            elif totals[group] > 1:
                piece.label = f"{piece.label} {counts[group]}"


def _label_captions(sections: list[Numbered]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    annex = ""
    for section in sections:
        if section.depth == 1:
            annex = f"{section.number}." if section.kind is ClauseKind.ANNEX else ""
        for piece in section.pieces:
            if piece.count in ("table", "figure", "formula"):
                counts[annex, piece.count] += 1
                number = f"{annex}{counts[annex, piece.count]}"
                piece.label = f"{_WORDS[piece.count]} {number}" if piece.count in _WORDS else f"({number})"
