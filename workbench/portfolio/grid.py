"""The grid of a draft: its clauses, the families with something on them, and how each family stands on each clause."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col

from workbench.db import in_blocks, key_of
from workbench.i18n import mark
from workbench.mapping.models import Match, SearchedPublication
from workbench.mapping.sums import FOREMOST
from workbench.patents.models import Claim, Publication
from workbench.patents.walls import need_others
from workbench.people.completeness import need_all
from workbench.people.permissions import Permission
from workbench.portfolio.choosing import Wanted, families, family_key
from workbench.portfolio.coverage import COVERING, KINDS, STRENGTH, Cell, Counts, Coverage
from workbench.portfolio.pairs import Pairs, Places, pairs_of, renumbered, strongest_of_rows
from workbench.portfolio.said import About, Said, said_in
from workbench.standards.models import Clause, Draft

_ASKED_AT_ONCE: Final = 1_000
_NONE: Final = len(STRENGTH)
_PLACES: Final = {cell: place for place, cell in enumerate(STRENGTH)}
COVERS_TO: Final = max(_PLACES[cell] for cell in COVERING)
"""The weakest standing that counts in coverage, as a place in STRENGTH; all stronger ones count as well."""


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause of the draft without its text. `parent` is the row of the clause above, -1 for none."""

    id: int
    order: int
    number: str | None
    title: str | None
    level: int
    parent: int
    normative: bool
    has_text: bool

    @property
    def counts(self) -> bool:
        """Whether it is in the denominator: normative, and with a text."""
        return self.normative and self.has_text


@dataclass(frozen=True)
class Grid:
    """`pairs` holds rows (places in `clauses`) and columns (places in `families`, ascending keys of families).

    The key of a family is that of its row, or the negative key of a publication that no source puts into one. `shown`
    says which rows the filters leave; `homeless` counts assessments whose clause is not in this draft. `chosen` are the
    keys of the families that the filters leave, whatever they have on the clauses, None where all are. `assessed` are
    the assessments by which cells stand as they do, by their matter.
    """

    draft: Draft
    clauses: Sequence[ClauseLine]
    families: Places
    pairs: Pairs
    shown: NDArray[np.bool_]
    homeless: int
    chosen: Places | None
    assessed: Mapping[int | None, frozenset[int]]

    def counts(self) -> Counts:
        """How the normative clauses that the filters leave are covered."""
        strongest = strongest_of_rows(self.pairs, len(self.clauses), _NONE)
        found = dict.fromkeys(Coverage, 0)
        for line, place, shown in zip(self.clauses, strongest.tolist(), self.shown.tolist(), strict=True):
            if shown and line.counts:
                found[Coverage.EMPTY if place == _NONE else KINDS[STRENGTH[place]]] += 1
        return Counts(sum(found.values()), MappingProxyType(found))

    def tally(self) -> dict[Cell, int]:
        """How many cells there are of each standing."""
        found = np.bincount(self.pairs.strengths, minlength=_NONE)
        return dict(zip(STRENGTH, found.tolist(), strict=True))


def grid_of(session: Session, draft: Draft, wanted: Wanted) -> Grid:
    """All that the viewer may see of families on the clauses of a draft, as the filters leave it.

    Raises IncompleteError for who may not know of matches, or of others' claims unless only our own families are asked
    for.
    """
    need_all(session, Permission.READ_PATENTS, Permission.READ_MATCHES)
    if wanted.own is not True:
        need_others(session, mark("ask for our own families only (own=own)"))
    clauses = clause_lines(session, draft)
    rows = {line.order: row for row, line in enumerate(clauses)}
    said, homeless = said_in(session, draft)
    shown = _shown(clauses, wanted)
    chosen = families(session, wanted, said)
    known, pairs = _known(session, key_of(draft), rows, said)
    kept = shown[pairs.rows]
    if chosen is not None:
        kept = kept & np.isin(known, chosen)[pairs.columns]
    if wanted.status is not None:
        kept = kept & (pairs.strengths == _PLACES[wanted.status])
    left = pairs if kept.all() else pairs.where(kept)
    present = np.bincount(left.columns, minlength=len(known)) > 0
    return Grid(
        draft,
        clauses,
        known[present],
        renumbered(left, columns=np.cumsum(present) - 1),
        shown,
        homeless,
        chosen,
        _assessed(left, known, rows, said),
    )


def clause_lines(session: Session, draft: Draft) -> list[ClauseLine]:
    """The clauses of a draft in order, without their texts."""
    statement = (
        sa.select(
            col(Clause.id),
            col(Clause.order),
            col(Clause.number),
            col(Clause.title),
            col(Clause.level),
            col(Clause.parent_id),
            col(Clause.normative),
            col(Clause.text) != "",
        )
        .where(col(Clause.draft_id) == draft.id)
        .order_by(col(Clause.order))
    )
    found = session.execute(statement).all()
    rows = {row[0]: place for place, row in enumerate(found)}
    return [
        ClauseLine(key, order, number, title, level, rows.get(parent, -1), normative, has_text)
        for key, order, number, title, level, parent, normative, has_text in found
    ]


def _shown(clauses: Sequence[ClauseLine], wanted: Wanted) -> NDArray[np.bool_]:
    found = np.ones(len(clauses), dtype=np.bool_)
    below: set[int] = set()
    for row, line in enumerate(clauses):
        if line.order == wanted.under or line.parent in below:
            below.add(row)
        number = line.number or ""
        found[row] = (
            (wanted.under is None or row in below)
            and (wanted.place is None or line.order == wanted.place)
            and (not wanted.clause or number == wanted.clause or number.startswith(f"{wanted.clause}."))
            and (not wanted.normative or line.normative)
        )
    return found


def _known(session: Session, draft_id: int, rows: dict[int, int], said: Sequence[Said]) -> tuple[Places, Pairs]:
    """The keys of the families that anything is known of on the draft, ascending, and all that is known."""
    statement = (
        sa.select(col(SearchedPublication.publication_id), family_key(), col(SearchedPublication.foremost))
        .join(Publication, col(Publication.id) == col(SearchedPublication.publication_id))
        .where(col(SearchedPublication.draft_id) == draft_id, sa.func.length(col(SearchedPublication.foremost)) > 0)
    )
    found = session.execute(statement).all()
    sizes = np.array([len(row[2]) // 4 for row in found], dtype=np.int64)
    spoken = [each for each in said if each.about.order in rows]
    keys = np.array([*(row[1] for row in found), *(each.family for each in spoken)], dtype=np.int64)
    known, columns = np.unique(keys, return_inverse=True)
    row_of = np.full(max(rows, default=0) + 1, -1, dtype=np.int64)
    row_of[list(rows)] = list(rows.values())
    orders = np.frombuffer(b"".join(row[2] for row in found), dtype="<i4")
    kept = np.ones(len(orders), dtype=np.bool_)
    ends = dict(zip((row[0] for row in found), np.cumsum(sizes).tolist(), strict=True))
    places = {row[0]: len(row[2]) // 4 for row in found}
    for publication, order in _settled(session, draft_id, said):
        if publication in ends:
            part = slice(ends[publication] - places[publication], ends[publication])
            kept[part] &= orders[part] != order
    at = np.array([rows[each.about.order] for each in spoken], dtype=np.int64)
    candidates = np.full(int(kept.sum()), _PLACES[Cell.CANDIDATE], dtype=np.uint8)
    cells = np.array([_PLACES[each.cell] for each in spoken], dtype=np.uint8)
    overlays = np.array([each.overlays for each in spoken], dtype=np.uint8)
    return known, pairs_of(
        np.concatenate([row_of[orders[kept]], at]),
        np.concatenate([np.repeat(columns[: len(found)], sizes)[kept], columns[len(found) :]]),
        np.concatenate([candidates, cells]),
        np.concatenate([np.zeros(len(candidates), dtype=np.uint8), overlays]),
    )


def _assessed(
    pairs: Pairs, known: Places, rows: Mapping[int, int], said: Sequence[Said]
) -> dict[int | None, frozenset[int]]:
    """The assessments behind pairs whose columns are places in `known`, by their matter."""
    spoken = [(each, each.assessment) for each in said if each.assessment is not None and each.about.order in rows]
    if not spoken or not len(pairs):
        return {}
    cells = pairs.rows * len(known) + pairs.columns
    columns = np.searchsorted(known, np.array([each.family for each, _ in spoken], dtype=np.int64))
    asked = np.array([rows[each.about.order] for each, _ in spoken], dtype=np.int64) * len(known) + columns
    at = np.minimum(np.searchsorted(cells, asked), len(cells) - 1)
    found: dict[int | None, set[int]] = {}
    for (each, key), there in zip(spoken, (cells[at] == asked).tolist(), strict=True):
        if there:
            found.setdefault(each.matter, set()).add(key)
    return {matter: frozenset(keys) for matter, keys in found.items()}


def _settled(session: Session, draft_id: int, said: Iterable[Said]) -> set[tuple[int, int]]:
    """Publications and places of clauses where a person spoke of every claim that comes first there."""
    spoken = {each.about for each in said}
    places = {(each.publication, each.order) for each in spoken}
    left = set(places)
    for (publication, order), claims in foremost_claims(session, draft_id, {key for key, _ in places}).items():
        if (publication, order) in places and any(
            About(publication, number, language, order) not in spoken for _, number, language in claims
        ):
            left.discard((publication, order))
    return left


def foremost_claims(
    session: Session, draft_id: int, publications: Collection[int]
) -> dict[tuple[int, int], list[tuple[int, int, str]]]:
    """Key, number and language of the claims that have a clause among their best, by publication and place."""
    found: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    for some in in_blocks(sorted(publications), _ASKED_AT_ONCE):
        claims = sa.select(col(Claim.id)).where(col(Claim.publication_id).in_(some))
        statement = (
            sa.select(
                col(Claim.publication_id), col(Clause.order), col(Claim.id), col(Claim.number), col(Claim.language)
            )
            .select_from(Match)
            .join(Clause, col(Clause.id) == col(Match.clause_id))
            .join(Claim, col(Claim.id) == col(Match.claim_id))
            .where(col(Match.claim_id).in_(claims), col(Match.draft_id) == draft_id, col(Match.rank) <= FOREMOST)
            .order_by(col(Match.rank), col(Claim.number), col(Claim.id))
        )
        for publication, order, claim, number, language in session.execute(statement):
            found.setdefault((publication, order), []).append((claim, number, language))
    return found
