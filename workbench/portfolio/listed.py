"""The cells of a grid one by one: what stands behind every number of the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.db import in_blocks, key_of
from workbench.patents.models import Publication
from workbench.portfolio.choosing import family_key
from workbench.portfolio.coverage import STRENGTH, Cell
from workbench.portfolio.grid import ClauseLine, Grid, foremost_claims
from workbench.portfolio.matrix import family_names
from workbench.portfolio.pairs import HELD, STALE, Places
from workbench.portfolio.said import Said, said_in

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A claim that the engine puts the clause among its best for, by its key, with publication and number."""

    claim_id: int
    publication: str
    claim: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A family on a clause: its standing, the assessments behind it, and the claims that come first there.

    `alone`: the family is one publication that no source puts into one, and `family` is its number.
    """

    clause: ClauseLine
    family: str
    alone: bool
    title: str
    cell: Cell
    stale: bool
    held: bool
    said: Sequence[Said]
    claims: Sequence[Found]


def entries(session: Session, grid: Grid, first: int = 0, count: int | None = None) -> Iterator[Entry]:
    """The cells, the strongest first and then in order of clauses; those from `first` on, `count` or all."""
    order = np.lexsort((grid.pairs.columns, grid.pairs.rows, grid.pairs.strengths))
    order = order[first : None if count is None else first + count]
    spoken: dict[tuple[int, int], list[Said]] = {}
    for each in said_in(session, grid.draft)[0]:
        spoken.setdefault((each.about.order, each.family), []).append(each)
    for some in in_blocks(order.tolist(), _AT_ONCE):
        yield from _block(session, grid, np.array(some, dtype=np.int64), spoken)


def open_cells(grid: Grid) -> Grid:
    """The grid without what is on hold for secrecy: what may be taken out."""
    return replace(grid, pairs=grid.pairs.where((grid.pairs.overlays & HELD) == 0))


def _block(session: Session, grid: Grid, order: Places, spoken: dict[tuple[int, int], list[Said]]) -> Iterator[Entry]:
    pairs = grid.pairs
    keys = grid.families[pairs.columns[order]].tolist()
    names = family_names(session, sorted(set(keys)))
    claims = _claims(session, grid, set(keys))
    for at, key in zip(order.tolist(), keys, strict=True):
        line = grid.clauses[int(pairs.rows[at])]
        laid = int(pairs.overlays[at])
        name, title = names[key]
        yield Entry(
            line,
            name,
            key < 0,
            title,
            STRENGTH[int(pairs.strengths[at])],
            bool(laid & STALE),
            bool(laid & HELD),
            spoken.get((line.order, key), ()),
            claims.get((line.order, key), ()),
        )


def _claims(session: Session, grid: Grid, families: set[int]) -> dict[tuple[int, int], list[Found]]:
    """The claims that come first, by place of the clause and key of the family."""
    alone = [-key for key in families if key < 0]
    statement = sa.select(col(Publication.id), col(Publication.number), family_key()).where(
        sa.or_(col(Publication.family_ref).in_([key for key in families if key > 0]), col(Publication.id).in_(alone))
    )
    members = {key: (number, family) for key, number, family in session.execute(statement)}
    found: dict[tuple[int, int], list[Found]] = {}
    for (publication, order), claims in foremost_claims(session, key_of(grid.draft), set(members)).items():
        number, family = members[publication]
        found.setdefault((order, family), []).extend(Found(key, number, claim) for key, claim, _ in claims)
    return found
