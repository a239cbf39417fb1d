"""Where in a draft each publication comes first, kept by the mapping so that pages need not go through all matches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, delete

from workbench.mapping.bulk import insert_rows
from workbench.mapping.directions import FOREMOST
from workbench.mapping.keys import Keys
from workbench.mapping.models import Match, SearchedPublication
from workbench.mapping.vectors import in_blocks
from workbench.patents.models import Claim
from workbench.standards.models import Clause

_ASKED_AT_ONCE: Final = 1_000


def keep_searched(session: Session, draft_id: int, covered: Keys) -> None:
    """Write down anew what a draft is mapped against, `covered` the keys of the claims, and where each comes first."""
    session.exec(delete(SearchedPublication).where(col(SearchedPublication.draft_id) == draft_id))
    foremost = _foremost(session, draft_id)
    rows = ((draft_id, key, claims, foremost.get(key, b"")) for key, claims in _searched(session, covered))
    insert_rows(session, SearchedPublication, ("draft_id", "publication_id", "claims", "foremost"), rows)


def is_kept(session: Session, draft_id: int) -> bool:
    """Whether it was written down for a draft."""
    held = sa.select(col(SearchedPublication.publication_id)).where(col(SearchedPublication.draft_id) == draft_id)
    return session.execute(held.limit(1)).first() is not None


def _foremost(session: Session, draft_id: int) -> dict[int, bytes]:
    place = sa.cast(col(Clause.order), sa.Text)
    statement = (
        sa.select(col(Claim.publication_id), sa.func.aggregate_strings(place, ","))
        .select_from(Match)
        .join(Clause, col(Clause.id) == col(Match.clause_id))
        .join(Claim, col(Claim.id) == col(Match.claim_id))
        .where(col(Match.draft_id) == draft_id, col(Match.rank) <= FOREMOST)
        .group_by(col(Claim.publication_id))
    )
    return {
        publication: np.unique(np.array(places.split(","), dtype="<i4")).tobytes()
        for publication, places in session.execute(statement)
    }


def _searched(session: Session, covered: Keys) -> Iterator[tuple[int, int]]:
    """Each publication with how many of its claims are covered, those without any left out."""
    first, last, held = sa.func.min(col(Claim.id)), sa.func.max(col(Claim.id)), sa.func.count()
    statement = sa.select(col(Claim.publication_id), first, last, held).group_by(col(Claim.publication_id))
    apart = []
    for publication, low, high, count in session.execute(statement).all():
        if high - low + 1 != count:
            apart.append(publication)
        elif found := int(np.searchsorted(covered, high, side="right") - np.searchsorted(covered, low)):
            yield publication, found
    # Claims that came at different times do not have keys in a row.
    counted: dict[int, int] = {}
    for some in in_blocks(apart, _ASKED_AT_ONCE):
        strewn = sa.select(col(Claim.publication_id), col(Claim.id)).where(col(Claim.publication_id).in_(some))
        keys = session.execute(strewn).all()
        for (publication, _), present in zip(keys, np.isin([key for _, key in keys], covered).tolist(), strict=True):
            counted[publication] = counted.get(publication, 0) + present
    yield from ((publication, found) for publication, found in counted.items() if found)
