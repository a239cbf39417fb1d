"""References to clauses inside a text, and whether two texts differ only in references that follow a renumbering.

"see 6.2" for "see 6.3" is no rewording where clause 6.2 became 6.3. A number counts as a reference only where its
surroundings say so and both drafts have a clause of that number, so that a value never passes for one: a text that is
wrongly held to be reworded costs a look, one that is wrongly held to be the same costs a mistake. References to tables,
figures and formulae are part of the wording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.standards.similarity import normalise

_NUMBER = r"(?:\d{1,3}(?:\.\d{1,3}){0,5}|[A-Z]{1,2}(?:\.\d{1,3}){0,5})"
_CANDIDATE = re.compile(rf"(?<![A-Za-z0-9_.,:/-]){_NUMBER}(?![A-Za-z0-9_/]|[.,:-]\d)")
_NAMED = re.compile(r"(?:\b(?:sub)?clauses?|\bann(?:ex|exes)|\bsections?|箇条|附属書) ?$", re.IGNORECASE)
_LED = re.compile(r"\b(?:see(?: also)?|in|of|by|with|from|under|and|or|to) $", re.IGNORECASE)
_LIST = re.compile(r"^(?:,| ?-|[,;]? (?:and|or|to|and to|through)|から|及び|又は|並びに|～|,|、)? ?$", re.IGNORECASE)
_RANGE = re.compile(r"^ ?(?:-|to|through|から|～)(?: (?:sub)?clause| annex)? ?$", re.IGNORECASE)
_FOLLOWED = re.compile(r"^ ?(?:に|を参照|参照|で規定|で定め|から|及び|又は|の規定|の要求)")
# A clause of another document: "ISO 6646, 3.1", "Clause 4 of IEC 61508-1:2010".
_OTHER_BEFORE = re.compile(
    r"\b(?:ISO|IEC|IEEE|ITU|EN|JIS|RFC|ASTM)\b[^;]{0,40}, ?(?:clauses? |annex |箇条|附属書)?$", re.IGNORECASE
)
_OTHER_AFTER = re.compile(r"^ of (?:ISO|IEC|IEEE|ITU|EN|JIS|RFC|ASTM)\b")
# A number before one of these is a value; case matters, as in mm and Mm.
_UNIT = re.compile(
    r"^ ?(?:%|‰|°|℃|Ω|µ|μ|(?:[kMGTPmcdnp]?(?:m|g|s|A|V|W|Hz|Pa|J|N|K|bit|bits|B|l|L|lx|lm|cd|mol|dB|h|min|d|eV))\b|"
    r"(?:times|years?|months?|weeks?|days?|hours?|minutes?|seconds?|percent|per cent|tokens|items|points)\b|"
    r"[×x] ?\d|[+±<>=≤≥])"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to the clause `number` at `text[start:end]`; `until` says that a range runs from it to the next."""

    number: str
    start: int
    end: int
    until: bool = False


@dataclass(frozen=True, slots=True)
class Numbering:
    """What became of the numbers of a draft.

    `of` has the new number of each old one that became just one clause; `ranges_agree` tells whether the clauses from
    one old number to another are exactly those from one new number to another.
    """

    old: frozenset[str]
    new: frozenset[str]
    of: Mapping[str, str]
    ranges_agree: Callable[[str, str, str, str], bool]


def find_references(text: str, numbers: frozenset[str]) -> list[Reference]:
    """The references to clauses with one of these numbers in a normalised text, in order."""
    found: list[Reference] = []
    end_of_last, last_is_reference = 0, False
    for match in _CANDIDATE.finditer(text):
        before, after = text[end_of_last : match.start()], text[match.end() : match.end() + 12]
        linked = last_is_reference and _LIST.match(before) is not None
        counts = match[0] in numbers and (
            linked or _cued(match[0], text[max(0, match.start() - 60) : match.start()], after)
        )
        if counts and _UNIT.match(after) is None:
            if linked and _RANGE.match(before) and found:
                last = found[-1]
                found[-1] = Reference(last.number, last.start, last.end, until=True)
            found.append(Reference(match[0], match.start(), match.end()))
            last_is_reference = True
        else:
            last_is_reference = False
        end_of_last = match.end()
    return found


def candidates(text: str) -> frozenset[str]:
    """Every number in a text that could be that of a clause."""
    return frozenset(match[0] for match in _CANDIDATE.finditer(text))


def is_named(before: str) -> bool:
    """Whether the words before a number say that it is that of a clause or an annex."""
    return bool(_NAMED.search(before[-60:]))


def in_other_document(before: str, after: str) -> bool:
    """Whether the words around a reference say that it leads into another document."""
    return bool(_OTHER_BEFORE.search(before[-60:]) or _OTHER_AFTER.match(after[:12]))


def _cued(number: str, before: str, after: str) -> bool:
    if _OTHER_BEFORE.search(before) or _OTHER_AFTER.match(after):
        return False
    if _NAMED.search(before):
        return True
    parts = number.count(".") + 1
    if parts == 1:
        return False
    if parts > 2 or number[0].isalpha():
        return True
    return _LED.search(before) is not None or _FOLLOWED.match(after) is not None


def renumbered_references(old: str, new: str, numbering: Numbering) -> list[tuple[str, str]] | None:
    """The references in which two texts differ, each (old number, new number), where they differ in nothing else.

    None where the texts differ in anything else, in a reference that became another without following the renumbering,
    or in a range that reads otherwise and covers other clauses. Texts that are the same give an empty list.
    """
    first, second = normalise(old), normalise(new)
    if first == second:
        return []
    numbers = numbering.old | numbering.new
    ours, theirs = find_references(first, numbers), find_references(second, numbers)
    if len(ours) != len(theirs) or _skeleton(first, ours) != _skeleton(second, theirs):
        return None
    changed: list[tuple[str, str]] = []
    for at, (before, after) in enumerate(zip(ours, theirs, strict=True)):
        if before.number != after.number and numbering.of.get(before.number) != after.number:
            return None
        if before.until:
            first_range = before.number, ours[at + 1].number
            second_range = after.number, theirs[at + 1].number
            if first_range != second_range and not numbering.ranges_agree(*first_range, *second_range):
                return None
        if before.number != after.number and (before.number, after.number) not in changed:
            changed.append((before.number, after.number))
    return changed


def masked_references(text: str) -> str:
    """A normalised text with all numbers masked that could be references to clauses, whatever clauses there are."""
    folded = normalise(text)
    return "#".join(_skeleton(folded, find_references(folded, candidates(folded))))


def stale_references(text: str, numbering: Numbering) -> list[str]:
    """The numbers that a text which stayed the same refers to although their clause has another number now."""
    stale: list[str] = []
    for each in find_references(normalise(text), numbering.old):
        became = numbering.of.get(each.number)
        if became is not None and became != each.number and each.number not in stale:
            stale.append(each.number)
    return stale


def _skeleton(text: str, references: Sequence[Reference]) -> list[str]:
    pieces, start = [], 0
    for each in references:
        pieces.append(text[start : each.start])
        start = each.end
    return [*pieces, text[start:]]
