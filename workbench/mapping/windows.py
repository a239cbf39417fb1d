"""Where a page of a long list of matches lies: among which publications, or among which clauses, of a draft.

Half a million matches are put in order by either only after each was looked up. How many there are of each is known or
quickly counted, so what a page does not show need not be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.mapping.models import MappedPublication, Match
from workbench.patents.models import Claim, Publication
from workbench.standards.models import Clause

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Window:
    """The page is found among the matches that satisfy `these`, behind the first `skipped` of them."""

    these: Condition
    skipped: int


def by_publication(
    session: Session, draft_id: int, held: Sequence[Condition], first: Any, limit: int, offset: int
) -> Window:
    """The window of a list of all matches of a draft with the publications that `held` leaves, in the order of `first`.

    Publications have as many matches as the last mapping left them.
    """
    matches = col(MappedPublication.matches)
    until = sa.func.sum(matches).over(order_by=first)
    counted = (
        sa.select(col(MappedPublication.publication_id), matches, until.label("until"))
        .join(Publication, col(Publication.id) == col(MappedPublication.publication_id))
        .where(col(MappedPublication.draft_id) == draft_id, *held)
        .subquery()
    )
    before = counted.c.until - counted.c.matches
    shown = sa.select(counted.c.publication_id, before).where(counted.c.until > offset, before < offset + limit)
    rows = session.execute(shown.order_by(before)).all()
    claims = sa.select(col(Claim.id)).where(col(Claim.publication_id).in_([row[0] for row in rows]))
    # A sum, so that a database goes from the few claims to their matches.
    these = sa.and_(col(Match.claim_id).in_(claims), col(Match.draft_id) + 0 == draft_id)
    return Window(these, offset - int(rows[0][1]) if rows else 0)


def by_clause(
    session: Session, draft_id: int, conditions: Sequence[Condition], limit: int, offset: int, *, down: bool
) -> Window:
    """The window of a list of the matches of a draft that satisfy conditions, by clause, the last first if `down`."""
    statement = sa.select(col(Clause.id)).where(col(Clause.draft_id) == draft_id)
    clauses = session.execute(statement.order_by(col(Clause.order).desc() if down else col(Clause.order))).scalars()
    place = col(Match.clause_id)
    counted = sa.select(place, sa.func.count()).where(place.in_(statement), *conditions).group_by(place)
    counts: dict[int, int] = dict(session.execute(counted).all())
    before, skipped = 0, 0
    shown: list[int] = []
    for clause in clauses:
        until = before + counts.get(clause, 0)
        if until > offset and before < offset + limit:
            skipped = skipped if shown else offset - before
            shown.append(clause)
        before = until
    return Window(sa.and_(place.in_(shown), *conditions), skipped)
