"""White space: normative clauses that no family covers, those where a search found nothing apart from those not
searched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.db import key_of
from workbench.history.models import Run
from workbench.history.queries import FilterError
from workbench.mapping.models import DraftPass, SearchedPublication
from workbench.patents.models import Claim, Publication
from workbench.portfolio.choosing import family_key
from workbench.portfolio.coverage import KINDS, STRENGTH, Coverage
from workbench.portfolio.grid import COVERS_TO, ClauseLine, Grid
from workbench.portfolio.pairs import Places, per_row, strongest_of_rows

SPACE_FILTERS: Final = ("clause", "party", "office", "portfolio", "matter", "own", "space")
EVERY: Final = "all"


class Space(StrEnum):
    """What is known of a normative clause; the last four are white space.

    CANDIDATES: only families that nobody has decided on. REJECTED: people looked and found none; LEFT: what was
    declared once counts no longer. NOTHING_FOUND: the draft was mapped against families, and none has a claim that
    comes first here. NOT_SEARCHED: it was not mapped, or against none of the families asked for.
    """

    COVERED = "covered"
    OPTION = "option"
    CANDIDATES = "candidates"
    LEFT = "left"
    REJECTED = "rejected"
    NOTHING_FOUND = "nothing_found"
    NOT_SEARCHED = "not_searched"


WHITE: Final = frozenset({Space.LEFT, Space.REJECTED, Space.NOTHING_FOUND, Space.NOT_SEARCHED})
"""Clauses that no family counts for and none is a candidate for."""
_SPACES: Final = {
    Coverage.COVERED: Space.COVERED,
    Coverage.OPTION: Space.OPTION,
    Coverage.OPEN: Space.CANDIDATES,
    Coverage.LEFT: Space.LEFT,
    Coverage.REJECTED: Space.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What a draft was mapped against, of the families asked for: `families` of `in_all`, `claims` of theirs.

    `at` is when it was mapped last; None where it was not, or its matches are being written.
    """

    at: dt.datetime | None
    families: int
    in_all: int
    claims: int

    @property
    def left(self) -> int:
        """Families with claims that the draft was not mapped against."""
        return self.in_all - self.families


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A normative clause: what is known, and how many families are on it, covering ones first."""

    clause: ClauseLine
    space: Space
    covering: int
    candidates: int


def search_of(session: Session, grid: Grid) -> Search:
    """What the draft was mapped against, of the families that the filters of the grid leave."""
    draft, chosen = grid.draft, grid.chosen
    held = session.get(DraftPass, key_of(draft))
    searched = (
        sa.select(family_key(), col(SearchedPublication.claims))
        .join(Publication, col(Publication.id) == col(SearchedPublication.publication_id))
        .where(col(SearchedPublication.draft_id) == draft.id)
    )
    rows = session.execute(searched).all()
    keys = np.array([row[0] for row in rows], dtype=np.int64)
    claims = np.array([row[1] for row in rows], dtype=np.int64)
    unsearched = sa.select(family_key()).where(
        sa.exists().where(col(Claim.publication_id) == col(Publication.id)),
        sa.not_(
            sa.exists().where(
                col(SearchedPublication.draft_id) == draft.id,
                col(SearchedPublication.publication_id) == col(Publication.id),
            )
        ),
    )
    others = np.array(session.execute(unsearched).scalars().all(), dtype=np.int64)
    if chosen is not None:
        inside = np.isin(keys, chosen)
        keys, claims, others = keys[inside], claims[inside], np.intersect1d(others, chosen)
    found = np.unique(keys)
    others = np.setdiff1d(others, found)
    run = None if held is None or not held.engine or not len(found) else session.get(Run, held.run_id)
    if run is None:
        return Search(None, 0, len(others) + len(found), 0)
    return Search(run.clock, len(found), len(found) + len(others), int(claims.sum()))


def white_space(grid: Grid, search: Search) -> list[SpaceLine]:
    """The normative clauses that the filters of the grid leave, in order."""
    height = len(grid.clauses)
    strongest = strongest_of_rows(grid.pairs, height, len(STRENGTH)).tolist()
    covering = _covering(grid, height)
    every = per_row(grid.pairs, height)
    found = []
    for row, line in enumerate(grid.clauses):
        if grid.shown[row] and line.counts:
            space = _space(strongest[row], search)
            found.append(SpaceLine(line, space, int(covering[row]), int(every[row] - covering[row])))
    return found


def lines_of(lines: Sequence[SpaceLine], space: str) -> list[SpaceLine]:
    """Those of a kind, `all` of them, or those that are white space where nothing is asked for. Raises FilterError."""
    if space not in {"", EVERY, *Space}:
        raise FilterError(f"space: {space!r} is none; there are: {', '.join((*Space, EVERY))}")
    return [each for each in lines if space == EVERY or (each.space.value == space if space else each.space in WHITE)]


def tally(lines: Sequence[SpaceLine]) -> dict[Space, int]:
    """How many clauses there are of each kind."""
    return {space: sum(line.space is space for line in lines) for space in Space}


def _space(strongest: int, search: Search) -> Space:
    if strongest < len(STRENGTH):
        return _SPACES[KINDS[STRENGTH[strongest]]]
    return Space.NOT_SEARCHED if search.at is None else Space.NOTHING_FOUND


def _covering(grid: Grid, height: int) -> Places:
    return per_row(grid.pairs.where(grid.pairs.strengths <= COVERS_TO), height)
