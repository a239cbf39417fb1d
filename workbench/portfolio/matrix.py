"""The coverage matrix as a page shows it: a part of its lines and columns, with totals over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import in_blocks
from workbench.declarations.parties import Parties
from workbench.patents.models import Family, Portfolio, PortfolioMember, Publication
from workbench.portfolio.choosing import applicants, family_key
from workbench.portfolio.coverage import STRENGTH, Cell
from workbench.portfolio.grid import COVERS_TO, ClauseLine, Grid
from workbench.portfolio.pairs import HELD, STALE, Pairs, Places, folded, per_column, per_row, renumbered, spread

LINES: Final = 60
COLUMNS: Final = 24
SORTS: Final = ("covered", "clauses", "name")
_MOST_FAMILIES: Final = 60
"""Families up to which each has its own column unless something else is asked for."""
_MOST_LINES: Final = 120
"""Clauses up to which all levels are unfolded unless something else is asked for."""
_ASKED_AT_ONCE: Final = 1_000


class By(StrEnum):
    """What the columns are."""

    FAMILY = "family"
    PARTY = "party"
    OFFICE = "office"
    PORTFOLIO = "portfolio"


@dataclass(frozen=True, slots=True)
class Layout:
    """What of the matrix is shown; None leaves a choice by size. `depth` is the deepest level with lines of its own."""

    by: By | None = None
    depth: int | None = None
    sort: str = "covered"
    line_page: int = 1
    column_page: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what the filter `by` takes; empty for families of no party, office or portfolio.

    `clauses` counts the lines it has cells on, `covered` those of them that count in coverage.
    """

    name: str
    hint: str
    clauses: int
    covered: int


@dataclass(frozen=True, slots=True)
class Square:
    """A cell: its strongest standing, overlays, and of how many families it is."""

    cell: Cell
    families: int
    stale: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A clause, `below` of whose subclauses are folded into it, with its cells in the columns shown.

    `families` are all that have a cell on the line, `covering` those of them that count in coverage.
    """

    clause: ClauseLine
    below: int
    families: int
    covering: int
    squares: Sequence[Square | None]


@dataclass(frozen=True)
class Matrix:
    """A part of the matrix; `lines_in_all` and `columns_in_all` say how much there is, `levels` how deep it goes."""

    by: By
    depth: int
    levels: int
    lines: Sequence[Line]
    columns: Sequence[Column]
    lines_in_all: int
    columns_in_all: int
    line_page: int
    column_page: int

    @property
    def line_pages(self) -> int:
        return _pages(self.lines_in_all, LINES)

    @property
    def column_pages(self) -> int:
        return _pages(self.columns_in_all, COLUMNS)

    @property
    def first_line(self) -> int:
        """The number of the first line shown, counted from 1."""
        return LINES * (self.line_page - 1) + 1

    @property
    def first_column(self) -> int:
        """The number of the first column shown, counted from 1."""
        return COLUMNS * (self.column_page - 1) + 1


def matrix_of(session: Session, grid: Grid, layout: Layout) -> Matrix:
    """Fold the grid to lines and columns and cut out the part that is asked for."""
    by = layout.by or (By.FAMILY if len(grid.families) <= _MOST_FAMILIES else By.PARTY)
    levels = max((line.level for line, shown in zip(grid.clauses, grid.shown, strict=True) if shown), default=1)
    shallow = min((line.level for line, shown in zip(grid.clauses, grid.shown, strict=True) if shown), default=1)
    depth = layout.depth or (levels if int(grid.shown.sum()) <= _MOST_LINES else shallow)
    to_line, heads, below = _lines(grid, depth)
    is_folded = any(below.values())
    by_family = folded(grid.pairs, to_line) if is_folded else renumbered(grid.pairs, rows=to_line)
    if by is By.FAMILY:
        names: Sequence[str] = ()
        width, shown = len(grid.families), by_family
    else:
        names, columns, groups = _groups(session, grid.families, by)
        width, shown = len(names), spread(by_family, columns, groups)
    clauses = per_column(shown, width)
    covered = per_column(shown.where(shown.strengths <= COVERS_TO), width)
    order = _order(session, grid, names, clauses, covered, layout.sort)
    line_page = min(layout.line_page, _pages(len(heads), LINES))
    column_page = min(layout.column_page, _pages(width, COLUMNS))
    first = COLUMNS * (column_page - 1)
    chosen = order[first : first + COLUMNS]
    if by is By.FAMILY:
        told = family_names(session, grid.families[chosen].tolist())
        heading = [told[key] for key in grid.families[chosen].tolist()]
    else:
        heading = [(names[at], "") for at in chosen.tolist()]
    totals = per_row(by_family, len(heads))
    covering = per_row(by_family.where(by_family.strengths <= COVERS_TO), len(heads))
    start = LINES * (line_page - 1)
    cut = slice(start, start + LINES)
    squares = _squares(shown, chosen, width, start)
    return Matrix(
        by,
        depth,
        levels,
        [
            Line(grid.clauses[head], below[head], int(totals[at]), int(covering[at]), squares[at - start])
            for at, head in list(enumerate(heads))[cut]
        ],
        [
            Column(name, hint, int(clauses[at]), int(covered[at]))
            for (name, hint), at in zip(heading, chosen.tolist(), strict=True)
        ],
        len(heads),
        width,
        line_page,
        column_page,
    )


def family_names(session: Session, keys: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Name and title of families, by their keys as in `grid.Grid`: that of the family, or the number of its one
    publication, and the title of its earliest publication."""
    found: dict[int, tuple[str, str]] = {}
    for some in in_blocks(keys, _ASKED_AT_ONCE):
        families = [key for key in some if key > 0]
        named = select(Family.id, Family.family_id).where(col(Family.id).in_(families))
        ids = dict(session.exec(named).all())
        alone = [-key for key in some if key < 0]
        statement = (
            sa.select(family_key(), col(Publication.number), col(Publication.title))
            .where(sa.or_(col(Publication.family_ref).in_(families), col(Publication.id).in_(alone)))
            .order_by(col(Publication.date).desc().nulls_first(), col(Publication.number).desc())
        )
        for key, number, title in session.execute(statement):
            found[key] = (ids.get(key, number), title or found.get(key, ("", ""))[1])
    return found


def _pages(count: int, on_one: int) -> int:
    return max(1, -(-count // on_one))


def _lines(grid: Grid, depth: int) -> tuple[Places, list[int], Mapping[int, int]]:
    """For each clause the line it goes to (-1 for none), the clauses that head lines, and how many each has below."""
    head = list(range(len(grid.clauses)))
    for row, line in enumerate(grid.clauses):
        if line.level > depth and line.parent >= 0 and grid.shown[line.parent]:
            head[row] = head[line.parent]
    shown = np.flatnonzero(grid.shown).tolist()
    heads = [row for row in shown if head[row] == row]
    places = {row: place for place, row in enumerate(heads)}
    to_line = np.full(len(head), -1, dtype=np.int64)
    below = dict.fromkeys(heads, 0)
    for row in shown:
        to_line[row] = places[head[row]]
        below[head[row]] += head[row] != row
    return to_line, heads, below


def _groups(session: Session, families: Places, by: By) -> tuple[list[str], Places, Places]:
    """The names of the groups, and which column (place of a family) is in which group (place of a name)."""
    if by is By.PARTY:
        parties = Parties(session)
        party = cache(lambda names: tuple(dict.fromkeys(map(parties.of, names))))
        pairs = {(key, name) for key, names in applicants(session) for name in party(names)}
    elif by is By.OFFICE:
        statement = sa.select(family_key(), col(Publication.country)).distinct()
        pairs = {(key, country) for key, country in session.execute(statement)}
    else:
        held = (
            sa.select(family_key(), col(Portfolio.name))
            .join(PortfolioMember, col(PortfolioMember.publication_id) == col(Publication.id))
            .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
            .distinct()
        )
        pairs = {(key, name) for key, name in session.execute(held)}
    column = {key: place for place, key in enumerate(families.tolist())}
    kept = [(column[key], name) for key, name in pairs if key in column]
    grouped = {place for place, _ in kept}
    kept += [(place, "") for place in range(len(families)) if place not in grouped]
    names = sorted({name for _, name in kept}, key=lambda name: (not name, name))
    places = {name: place for place, name in enumerate(names)}
    columns = np.array([place for place, _ in kept], dtype=np.int64)
    return names, columns, np.array([places[name] for _, name in kept], dtype=np.int64)


def _order(session: Session, grid: Grid, names: Sequence[str], clauses: Places, covered: Places, sort: str) -> Places:
    if sort == "name":
        if names:
            return np.arange(len(names))
        told = family_names(session, grid.families.tolist())
        keys = [told[key][0] for key in grid.families.tolist()]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    ties = np.arange(len(clauses))
    return np.lexsort((ties, -clauses, -covered) if sort == "covered" else (ties, -covered, -clauses))


def _squares(shown: Pairs, chosen: Places, width: int, start: int) -> list[list[Square | None]]:
    """The cells of the lines and columns that are shown."""
    columns = np.full(width, -1, dtype=np.int64)
    columns[chosen] = np.arange(len(chosen))
    found: list[list[Square | None]] = [[None] * len(chosen) for _ in range(LINES)]
    first, last = np.searchsorted(shown.rows, (start, start + LINES))
    for at in (int(first) + np.flatnonzero(columns[shown.columns[first:last]] >= 0)).tolist():
        laid = int(shown.overlays[at])
        found[int(shown.rows[at]) - start][int(columns[shown.columns[at]])] = Square(
            STRENGTH[int(shown.strengths[at])], int(shown.sizes[at]), bool(laid & STALE), bool(laid & HELD)
        )
    return found
