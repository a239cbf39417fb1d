"""When a declaration may take the place of another: superseded only by a more favourable one, or corrected. Pure.

Guidelines for implementation of the common patent policy, revision 2 (ISO/IEC Directives Part 1 (2020), Annex I),
I.4.1: a declaration is in force until a more favourable one supersedes it: (a) from 3 to 1 or 2, (b) from 2 to 1,
(c) with one or more sub-options inside 1 or 2 no longer ticked. Obvious errors are corrected, which is no supersession.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from workbench.cases.templates import FieldType, FormTemplate
from workbench.cases.validation import Fault, Filled
from workbench.i18n import mark


@dataclass(frozen=True, slots=True)
class Terms:
    """What is promised: the option, and what its ticked marks mean (`reciprocity`, `paid_if_paid`)."""

    option: str
    ticks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Replacement:
    """Whether new terms may supersede old ones. `legal`: the policy does not speak of it, counsel looks first."""

    allowed: bool
    reason: str
    legal: bool = False


LESS_FAVOURABLE: Final = mark("a declaration is superseded only by a more favourable one; these terms are not")
SAME_TERMS: Final = mark("the terms are the same; correct an obvious error, or declare other patents apart")
FROM_3: Final = mark("from option 3 to a promise to license")
FROM_2: Final = mark("from option 2 to option 1")
FEWER_TICKS: Final = mark("the same option with fewer conditions")
NOT_ADDRESSED: Final = mark(
    "from option 2 to option 1 with a condition that was not there before: the policy does not speak of it; "
    "counsel looks at it first"
)
CORRECTION_TERMS: Final = mark("a correction keeps the option and its marks; to better the terms, supersede")
CORRECTION_HOLDER: Final = mark("a correction keeps the document's kind and how many patents there are")


def terms_of(template: FormTemplate, filled: Filled) -> Terms:
    """The terms of a filled form; marks of other options do not count."""
    option = filled.text("option")
    ticks = {
        each.ticks
        for each in template.fields
        if each.type is FieldType.MARK and each.ticks and each.id in filled.marks
        if option in each.only.get("option", (option,))
    }
    return Terms(option, frozenset(ticks))


def supersede(old: Terms, new: Terms) -> Replacement:
    """Whether `new` may take the place of `old`."""
    if old == new:
        return Replacement(False, SAME_TERMS)
    match old.option, new.option:
        case "3", "1" | "2":
            return Replacement(True, FROM_3)
        case "2", "1":
            added = bool(new.ticks - old.ticks)
            return Replacement(True, NOT_ADDRESSED if added else FROM_2, legal=added)
        case ("1", "1") | ("2", "2") if new.ticks < old.ticks:
            return Replacement(True, FEWER_TICKS)
    return Replacement(False, LESS_FAVOURABLE)


def correct(template: FormTemplate, old: Filled, new: Filled) -> list[Fault]:
    """What forbids to correct a declaration like this: only obvious errors are, never what is promised."""
    found = []
    if terms_of(template, old) != terms_of(template, new):
        found.append(Fault("option", CORRECTION_TERMS))
    if len(old.patents) != len(new.patents):
        found.append(Fault("patents", CORRECTION_HOLDER))
    if old.text("doc_type") != new.text("doc_type"):
        found.append(Fault("doc_type", CORRECTION_HOLDER))
    return found


@dataclass(frozen=True, slots=True)
class Declared:
    """A patent in a declaration that stands or is under way: whose, under which option, and for which claims.

    `claims` is empty where the whole patent is declared.
    """

    case: int
    patent: str
    option: str
    claims: frozenset[int] = frozenset()


def conflicts(declared: Iterable[Declared]) -> list[tuple[Declared, Declared]]:
    """Pairs of declarations in which one patent stands under two options without its claims being split."""
    by_patent: dict[str, list[Declared]] = {}
    for each in declared:
        by_patent.setdefault(each.patent, []).append(each)
    return [
        (one, other)
        for rows in by_patent.values()
        for one, other in combinations(rows, 2)
        if one.case != other.case and one.option != other.option
        if not one.claims or not other.claims or one.claims & other.claims
    ]
