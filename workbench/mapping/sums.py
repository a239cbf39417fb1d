"""What a pass sums up of a draft's matches, by publication, so that pages need not go through all of them.

Sums are taken over arrays: going from each of half a million matches to its claim takes a database many seconds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, delete

from workbench.db import in_blocks
from workbench.mapping.bulk import insert_rows
from workbench.mapping.keys import Keys, distinct, union
from workbench.mapping.models import MappedPublication, Match, SearchedPublication
from workbench.mapping.passes import CLAUSES_KEPT
from workbench.patents.models import Claim
from workbench.standards.models import Clause

FOREMOST: Final = 3
"""A claim gathers at a clause where the clause is among its best three of the draft."""

_ASKED_AT_ONCE: Final = 1_000
_RANKS: Final = CLAUSES_KEPT + 1

Integers = NDArray[np.int64]


def keep_sums(session: Session, draft_id: int, covered: Keys) -> None:
    """Write down anew what a draft is mapped against, `covered` the keys of the claims, and what came of it."""
    statement = sa.select(col(Clause.id), col(Clause.order)).where(col(Clause.draft_id) == draft_id)
    orders = dict(session.execute(statement).all())
    found = matches_of(session, orders.keys())
    claims = found.claims
    of_matches = distinct(claims)
    known = union(covered, of_matches)
    publications = publications_of(session, known)

    def of(keys: Keys) -> Integers:
        return publications[np.searchsorted(known, keys)]

    _keep_mapped(session, draft_id, of(claims), of(of_matches))
    first = found.ranks <= FOREMOST
    places = np.array([orders[clause] for clause in found.clauses[first].tolist()], dtype="<i4")
    _keep_searched(session, draft_id, of(covered), of(claims[first]), places)


def are_kept(session: Session, draft_id: int) -> bool:
    """Whether they were written down for a draft."""
    held = sa.select(col(SearchedPublication.publication_id)).where(col(SearchedPublication.draft_id) == draft_id)
    return session.execute(held.limit(1)).first() is not None


def _keep_mapped(session: Session, draft_id: int, of_matches: Integers, of_claims: Integers) -> None:
    session.exec(delete(MappedPublication).where(col(MappedPublication.draft_id) == draft_id))
    publications, claims = np.unique(of_claims, return_counts=True)
    matches = np.unique(of_matches, return_counts=True)[1]
    rows = zip(repeat(draft_id), publications.tolist(), claims.tolist(), matches.tolist(), strict=False)
    insert_rows(session, MappedPublication, ("draft_id", "publication_id", "claims", "matches"), rows)


def _keep_searched(
    session: Session, draft_id: int, of_covered: Integers, of_foremost: Integers, places: NDArray[np.int32]
) -> None:
    """`places` are those of the clauses of the foremost matches, `of_foremost` the publications of their claims."""
    session.exec(delete(SearchedPublication).where(col(SearchedPublication.draft_id) == draft_id))
    order = np.lexsort((places, of_foremost))
    of_foremost, places = of_foremost[order], places[order]
    # A claim that was taken away since it was ranked is of no publication.
    publications, claims = np.unique(of_covered[of_covered > 0], return_counts=True)
    starts = np.searchsorted(of_foremost, publications).tolist()
    ends = np.searchsorted(of_foremost, publications, side="right").tolist()
    foremost = (places[start:end].tobytes() for start, end in zip(starts, ends, strict=True))
    rows = zip(repeat(draft_id), publications.tolist(), claims.tolist(), foremost, strict=False)
    insert_rows(session, SearchedPublication, ("draft_id", "publication_id", "claims", "foremost"), rows)


@dataclass(frozen=True, slots=True)
class Matches:
    """Matches in columns: keys of clause and claim, rank and score of each."""

    clauses: Integers
    claims: Integers
    ranks: Integers
    scores: NDArray[np.float64]


def matches_of(session: Session, clauses: Collection[int], top: int = CLAUSES_KEPT) -> Matches:
    """The matches of clauses whose rank is `top` at most, clause by clause."""
    # One text a clause is read much faster than a row a match.
    told = [sa.cast(col(Match.claim_id) * _RANKS + col(Match.rank), sa.Text), sa.cast(col(Match.score), sa.Text)]
    joined = [sa.func.aggregate_strings(each, ",") for each in told]
    statement: Any = (
        sa.select(col(Match.clause_id), *joined).where(col(Match.rank) <= top).group_by(col(Match.clause_id))
    )
    keys, found, scores = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for some in in_blocks(clauses, _ASKED_AT_ONCE):
        for clause, numbers, values in session.execute(statement.where(col(Match.clause_id).in_(some))):
            found.append(np.fromstring(numbers, dtype=np.int64, sep=","))
            scores.append(np.fromstring(values, sep=","))
            keys.append(np.full(len(found[-1]), clause, dtype=np.int64))
    claims, ranks = np.divmod(np.concatenate(found), _RANKS)
    return Matches(np.concatenate(keys), claims, ranks, np.concatenate(scores))


def publications_of(session: Session, claims: Integers) -> Integers:
    """The key of the publication of each claim; 0 where there is no such claim, or none that the viewer may see."""
    key = col(Claim.id)
    spans = sa.select(col(Claim.publication_id), sa.func.min(key), sa.func.max(key), sa.func.count())
    rows = session.execute(spans.group_by(col(Claim.publication_id)).order_by(sa.func.min(key))).all()
    publication, low, high, held = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 4).T
    # Claims that came together have keys in a row.
    whole = high - low + 1 == held
    publication, low, high = publication[whole], low[whole], high[whole]
    found = np.zeros(len(claims), dtype=np.int64)
    if len(low):
        at = np.searchsorted(low, claims, side="right") - 1
        within = (at >= 0) & (claims <= high[at])
        found[within] = publication[at[within]]
    for some in in_blocks(np.flatnonzero(found == 0).tolist(), _ASKED_AT_ONCE):
        asked = sa.select(key, col(Claim.publication_id)).where(key.in_(claims[some].tolist()))
        strewn = dict(session.execute(asked).all())
        found[some] = [strewn.get(claim, 0) for claim in claims[some].tolist()]
    return found
