"""Which clause a text means by "see 6.2.1", "Clause 5", "Annex B" or "表A.1"; pure.

Links of the file itself come first; where it has none, the words are read. What is named and is not in the draft is
dangling. References to parts of other documents are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scrapers.records import BlockKind
from workbench.standards.references import candidates, find_references, in_other_document, is_named

_NUMBER: Final = r"(?:[A-Z]{1,2}[.-])?\d{1,3}(?:[.-]\d{1,3})*(?![A-Za-z0-9]|[.,]\d)"
_OBJECT: Final = re.compile(
    rf"(?P<word>\b(?:Tables?|Figures?|Formula[es]?)[\s\u00a0]+|(?:表|図|式)[\s\u00a0]*)\(?(?P<number>{_NUMBER})\)?"
)
_FURTHER: Final = re.compile(rf"(?:,\s*|[,\s]*(?:and|or|to)\s+|及び|又は|，|、|～)\(?(?P<number>{_NUMBER})\)?")
_LOOKED_BACK: Final = 120
_OBJECTS: Final = {"T": "table", "表": "table", "F": "figure", "図": "figure", "式": "formula"}
_SEVERAL: Final = frozenset({"Tables", "Figures", "Formulae", "Formulas", "表", "図", "式"})
_TITLES: Final = {
    BlockKind.TABLE_TITLE: "table",
    BlockKind.FIGURE_TITLE: "figure",
    BlockKind.FORMULA: "formula",
}
_LABEL: Final = re.compile(rf"\(?({_NUMBER})\)?\s*$")
_IN_BRACKETS: Final = re.compile(r"[(（]\s?(\d{1,3}(?:\.\d{1,3})+)(?=\s?[)）])")
# "ISO 20483:2013, Annex C and Table C.1": what follows the first place is in the other document too.
_OTHER_LIST: Final = re.compile(
    r"\b(?:ISO|IEC|IEEE|ITU|EN|JIS|RFC|ASTM)\b[^;,]{0,40},[\s\u00a0]?"
    r"(?:(?:clauses?|annex(?:es)?|tables?|figures?|and|or|to|,|箇条|附属書|表|図|及び|[A-Z]{0,2}[\d.]*)[\s\u00a0]?){0,12}$",
    re.IGNORECASE,
)
_SEE: Final = re.compile(r"\bsee(?: also)?[\s\u00a0]$", re.IGNORECASE)
# They name other documents, or hold what only looks like a reference.
_NOT_READ: Final = frozenset({BlockKind.REFERENCE, BlockKind.TERM_SOURCE, BlockKind.CODE, BlockKind.FORMULA})

Block = Mapping[str, Any]
"""A block as `Clause.blocks` holds it."""


@dataclass(frozen=True, slots=True)
class Citation:
    """`text[start:end]` of a clause leads to the clause at place `order` of the draft; None where it is dangling."""

    start: int
    end: int
    order: int | None


@dataclass(frozen=True, slots=True)
class Targets:
    """What can be cited in a draft: clauses by number, and by kind and number the clause that holds an object."""

    clauses: Mapping[str, int]
    objects: Mapping[tuple[str, str], int]


def targets_of(clauses: Iterable[tuple[int, str | None, Sequence[Block]]]) -> Targets:
    """The targets of a draft from (place, number, blocks) of its clauses; of two with one number the first counts."""
    numbers: dict[str, int] = {}
    objects: dict[tuple[str, str], int] = {}
    for order, number, blocks in clauses:
        if number:
            numbers.setdefault(number, order)
        for block in blocks:
            kind = _TITLES.get(BlockKind(block["kind"]))
            label = _LABEL.search(block.get("label") or "") if kind else None
            if kind and label:
                objects.setdefault((kind, label[1]), order)
    return Targets(numbers, objects)


def citations(text: str, blocks: Sequence[Block], targets: Targets) -> list[Citation]:
    """What the text of a clause cites in its own draft, in order and apart."""
    found: list[Citation] = []
    for block in blocks:
        start, end = int(block["start"]), int(block["end"])
        known = [Citation(start + first, start + last, order) for first, last, order in block.get("references") or ()]
        read = [] if BlockKind(block["kind"]) in _NOT_READ else _read(text[start:end], start, targets)
        every = [*known, *read]
        resolved, dangling = [[each for each in every if (each.order is None) is lost] for lost in (False, True)]
        found += _apart([*resolved, *dangling], start, end)
    return found


def _read(text: str, offset: int, targets: Targets) -> list[Citation]:
    found = list(_objects(text, targets))
    for reference in find_references(text, candidates(text)):
        before, number = text[max(0, reference.start - _LOOKED_BACK) : reference.start], reference.number
        if _OTHER_LIST.search(before):
            continue
        order = targets.clauses.get(number)
        certain = is_named(before) or bool(_SEE.search(before)) or number.count(".") > 1
        if order is not None or (certain and number[:1] != "0"):
            found.append(Citation(reference.start, reference.end, order))
    for match in _IN_BRACKETS.finditer(text):
        order = targets.clauses.get(match[1])
        if order is not None:
            found.append(Citation(match.start(1), match.end(1), order))
    return [Citation(each.start + offset, each.end + offset, each.order) for each in _apart(found, 0, len(text))]


def _objects(text: str, targets: Targets) -> Iterable[Citation]:
    for match in _OBJECT.finditer(text):
        before, after = text[max(0, match.start() - _LOOKED_BACK) : match.start()], text[match.end() : match.end() + 20]
        if in_other_document(before, after) or _OTHER_LIST.search(before):
            continue
        kind = "formula" if match["word"].startswith("Form") else _OBJECTS[match["word"][0]]
        yield Citation(match.start(), match.end(), targets.objects.get((kind, match["number"])))
        several = match["word"].strip() in _SEVERAL
        at = match.end()
        while several and (further := _FURTHER.match(text, at)):
            yield Citation(
                further.start("number"), further.end("number"), targets.objects.get((kind, further["number"]))
            )
            at = further.end()


def _apart(found: Iterable[Citation], start: int, end: int) -> list[Citation]:
    """Those that overlap none before them in the list, in the order of the text."""
    covered = bytearray(end - start)
    kept = []
    for each in found:
        first, last = each.start - start, each.end - start
        if not any(covered[first:last]):
            covered[first:last] = b"\1" * (last - first)
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)
