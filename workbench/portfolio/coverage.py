"""What covers a clause: the standing of a family on it, and the counts of a draft. Pure.

A cell is a family on a clause. Its standing is the strongest of what is known of the family's claims there; what a
person said of a claim and clause takes the place of the machine's word. None of it is a finding of the workbench.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workbench.assessments.statuses import REVIEWED, State, Status


class Cell(StrEnum):
    """The standing of a family on a clause, the strongest first."""

    CONFIRMED = "confirmed_external"
    DECLARED = "declared"
    LIKELY = "likely_essential"
    OPTION = "option_essential"
    UNDER_WAY = "under_way"
    UNDETERMINED = "undetermined"
    PLAUSIBLE = "plausible"
    CANDIDATE = "candidate"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn_from_text"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


class Coverage(StrEnum):
    """How a clause is covered. Each clause is of exactly one kind: the first that holds.

    COVERED by a family that counts for the text itself; OPTION by families that count for an option only; OPEN: work
    or candidates, nothing decided; LEFT: only what was declared once and counts no longer; REJECTED: only what people
    found not to be; EMPTY: nothing.
    """

    COVERED = "covered"
    OPTION = "option"
    OPEN = "open"
    LEFT = "left"
    REJECTED = "rejected"
    EMPTY = "empty"


STRENGTH: Final = tuple(Cell)
"""Every standing, the strongest first; a place in it is how `pairs` writes one down."""
COVERING: Final = frozenset({Cell.CONFIRMED, Cell.DECLARED, Cell.LIKELY, Cell.OPTION})
"""What counts in coverage; OPTION counts for the option only."""
KINDS: Final = MappingProxyType(
    {
        Cell.CONFIRMED: Coverage.COVERED,
        Cell.DECLARED: Coverage.COVERED,
        Cell.LIKELY: Coverage.COVERED,
        Cell.OPTION: Coverage.OPTION,
        Cell.UNDER_WAY: Coverage.OPEN,
        Cell.UNDETERMINED: Coverage.OPEN,
        Cell.PLAUSIBLE: Coverage.OPEN,
        Cell.CANDIDATE: Coverage.OPEN,
        Cell.EXPIRED: Coverage.LEFT,
        Cell.WITHDRAWN: Coverage.LEFT,
        Cell.SUPERSEDED: Coverage.LEFT,
        Cell.REJECTED: Coverage.REJECTED,
    }
)
_CELLS: Final = MappingProxyType(
    {
        Status.CANDIDATE: Cell.PLAUSIBLE,
        Status.CHARTING: Cell.UNDER_WAY,
        Status.IN_REVIEW: Cell.UNDER_WAY,
        Status.LIKELY_ESSENTIAL: Cell.LIKELY,
        Status.OPTION_ESSENTIAL: Cell.OPTION,
        Status.NOT_ESSENTIAL: Cell.REJECTED,
        Status.UNDETERMINED: Cell.UNDETERMINED,
        Status.DECLARED: Cell.DECLARED,
        Status.CONFIRMED_EXTERNAL: Cell.CONFIRMED,
        Status.SUPERSEDED: Cell.SUPERSEDED,
        Status.WITHDRAWN_FROM_TEXT: Cell.WITHDRAWN,
        Status.EXPIRED: Cell.EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many clauses are of each kind; they add up to `clauses`, the denominator."""

    clauses: int
    kinds: MappingProxyType[Coverage, int]

    @property
    def covered(self) -> int:
        """Clauses that count as covered, those for an option only apart."""
        return self.kinds[Coverage.COVERED]


def cell_of(state: State) -> Cell:
    """How an assessment stands in the matrix.

    What readers found on texts that have changed since is work under way until somebody confirms it. What was declared
    stays declared, whatever changed (declarations are irrevocable); expired, superseded and withdrawn from the text it
    counts no longer. A hold for secrecy changes nothing here: it lies over the cell.
    """
    return Cell.UNDER_WAY if state.stale and state.status in REVIEWED else _CELLS[state.status]


def coverage_of(cells: Iterable[Cell]) -> Coverage:
    """How a clause is covered by the cells on it."""
    found = {KINDS[cell] for cell in cells}
    return next((kind for kind in Coverage if kind in found), Coverage.EMPTY)


def counts(clauses: Iterable[Collection[Cell]]) -> Counts:
    """The counts over clauses, each given by the cells on it: the normative ones, where a share is told."""
    found = dict.fromkeys(Coverage, 0)
    for cells in clauses:
        found[coverage_of(cells)] += 1
    return Counts(sum(found.values()), MappingProxyType(found))
