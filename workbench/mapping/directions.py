"""The mapping read from either side: whose claims could read on a clause, and where in a draft claims gather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.history.models import Run, RunKind, RunState
from workbench.mapping.keys import distinct
from workbench.mapping.models import Match
from workbench.mapping.progress import Progress, progress_of
from workbench.mapping.sums import FOREMOST, Integers, matches_of, publications_of
from workbench.patents.models import Claim, Portfolio, PortfolioMember, Publication
from workbench.standards.models import Clause, Draft, WorkItem


@dataclass(frozen=True)
class FamilyMatch:
    """The best claim of a family for a clause, and how many further claims of the family are kept for it."""

    match: Match
    claim: Claim
    publication: Publication
    others: int
    portfolios: tuple[str, ...]


@dataclass(frozen=True)
class ClauseHeat:
    """How many claims, and of how many families, gather at a clause; `best` is the highest reading priority of one."""

    clause: Clause
    claims: int
    families: int
    best: float | None


@dataclass(frozen=True)
class DraftRanking:
    """The clauses kept for a claim in a draft, best first."""

    draft: Draft
    item: WorkItem
    matches: list[tuple[Match, Clause]]


def find_clause(session: Session, draft_id: int, order: int) -> tuple[Clause, Draft, WorkItem] | None:
    """A clause by its place in a draft, with both that it is in; None where there is none."""
    statement = (
        sa.select(Clause, Draft, WorkItem)
        .join(Draft, col(Draft.id) == col(Clause.draft_id))
        .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
        .where(col(Clause.draft_id) == draft_id, col(Clause.order) == order)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def find_claim(session: Session, claim_id: int) -> tuple[Claim, Publication] | None:
    """A claim with its publication; None where there is none."""
    statement = sa.select(Claim, Publication).join(Publication, col(Publication.id) == col(Claim.publication_id))
    found = session.execute(statement.where(col(Claim.id) == claim_id)).one_or_none()
    return None if found is None else (found[0], found[1])


def claims_of_clause(
    session: Session, clause: Clause, *, portfolio: str = "", limit: int | None = None, offset: int = 0
) -> list[FamilyMatch]:
    """The claims kept for a clause, the highest reading priority first; of each family its best one only."""
    folded = _folded(clause, portfolio)
    statement = (
        sa.select(Match, Claim, Publication, folded.c.size)
        .join(folded, folded.c.id == col(Match.id))
        .join(Claim, col(Claim.id) == col(Match.claim_id))
        .join(Publication, col(Publication.id) == col(Claim.publication_id))
        .where(folded.c.place == 1)
        .order_by(col(Match.score).desc(), col(Match.claim_id))
        .limit(limit)
        .offset(offset)
    )
    found = session.execute(statement).all()
    portfolios = _portfolios(session, [row[2] for row in found])
    return [
        FamilyMatch(match, claim, publication, size - 1, portfolios.get(key_of(publication), ()))
        for match, claim, publication, size in found
    ]


def count_claims_of_clause(session: Session, clause: Clause, *, portfolio: str = "") -> tuple[int, int]:
    """How many claims are kept for a clause, and of how many families."""
    folded = _folded(clause, portfolio)
    first = sa.func.sum(sa.case((folded.c.place == 1, 1), else_=0))
    claims, families = session.execute(sa.select(sa.func.count(), sa.func.coalesce(first, 0)).select_from(folded)).one()
    return int(claims), int(families)


def _folded(clause: Clause, portfolio: str) -> sa.Subquery:
    """The matches of a clause, with the place in the family and the family's size; without a family each is alone."""
    # Families have keys above 0, so the negative key of a publication is nobody else's.
    family = sa.func.coalesce(col(Publication.family_ref), -col(Publication.id))
    in_order = (col(Match.score).desc(), col(Match.claim_id))
    statement = (
        sa.select(
            col(Match.id),
            sa.func.row_number().over(partition_by=family, order_by=in_order).label("place"),
            sa.func.count().over(partition_by=family).label("size"),
        )
        .join(Claim, col(Claim.id) == col(Match.claim_id))
        .join(Publication, col(Publication.id) == col(Claim.publication_id))
        .where(col(Match.clause_id) == clause.id)
    )
    if portfolio:
        statement = statement.where(col(Publication.id).in_(_members(portfolio)))
    return statement.subquery()


def _members(portfolio: str) -> sa.Select[int]:
    return (
        sa.select(col(PortfolioMember.publication_id))
        .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
        .where(col(Portfolio.name) == portfolio)
    )


def _portfolios(session: Session, publications: Sequence[Publication]) -> dict[int, tuple[str, ...]]:
    """The names of the portfolios that each publication is in, by its key."""
    keys = [key_of(publication) for publication in publications]
    statement = (
        sa.select(col(PortfolioMember.publication_id), col(Portfolio.name))
        .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
        .where(col(PortfolioMember.publication_id).in_(keys))
        .order_by(col(Portfolio.name))
    )
    found: dict[int, tuple[str, ...]] = {}
    for key, name in session.execute(statement):
        found[key] = (*found.get(key, ()), name)
    return found


def rankings_of_claim(session: Session, claim: Claim) -> list[DraftRanking]:
    """The clauses kept for a claim, draft by draft, the last imported first."""
    statement = (
        sa.select(Match, Clause, Draft, WorkItem)
        .join(Clause, col(Clause.id) == col(Match.clause_id))
        .join(Draft, col(Draft.id) == col(Match.draft_id))
        .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
        .where(col(Match.claim_id) == claim.id)
        .order_by(col(Draft.id).desc(), col(Match.rank))
    )
    found: dict[int, DraftRanking] = {}
    for match, clause, draft, item in session.execute(statement):
        found.setdefault(key_of(draft), DraftRanking(draft, item, [])).matches.append((match, clause))
    return list(found.values())


def heat_of_draft(session: Session, draft: Draft, *, portfolio: str = "") -> list[ClauseHeat]:
    """Every clause of a draft that has a text, in order, with the claims that gather at it."""
    clauses = session.exec(select(Clause).where(Clause.draft_id == draft.id).order_by(col(Clause.order))).all()
    keys = np.array(sorted(map(key_of, clauses)), dtype=np.int64)
    found = matches_of(session, keys.tolist(), FOREMOST)
    families = _families_of(session, publications_of(session, found.claims), portfolio)
    seen = families != 0
    at, families, scores = np.searchsorted(keys, found.clauses[seen]), families[seen], found.scores[seen]
    claims = np.bincount(at, minlength=len(keys)).tolist()
    best = np.full(len(keys), -np.inf)
    np.maximum.at(best, at, scores)
    known, numbers = np.unique(families, return_inverse=True)
    gathered = np.bincount(distinct(at * len(known) + numbers) // max(len(known), 1), minlength=len(keys)).tolist()
    counts = {
        key: (count, size, score if count else None)
        for key, count, size, score in zip(keys.tolist(), claims, gathered, best.tolist(), strict=True)
    }
    return [ClauseHeat(clause, *counts[key_of(clause)]) for clause in clauses if clause.text]


def _families_of(session: Session, publications: Integers, portfolio: str) -> Integers:
    """The family of each publication as a number; 0 for one that is not in the portfolio, or not known."""
    statement = sa.select(col(Publication.id), sa.func.coalesce(col(Publication.family_ref), -col(Publication.id)))
    if portfolio:
        statement = statement.where(col(Publication.id).in_(_members(portfolio)))
    rows = session.execute(statement.order_by(col(Publication.id))).all()
    if not rows:
        return np.zeros_like(publications)
    keys, families = np.array([tuple(row) for row in rows], dtype=np.int64).T
    at = np.minimum(np.searchsorted(keys, publications), len(keys) - 1)
    return np.where(keys[at] == publications, families[at], 0)


def versions_of(session: Session, item: WorkItem) -> list[Draft]:
    """The drafts of a work item in order of import."""
    return list(session.exec(select(Draft).where(Draft.work_item_id == item.id).order_by(col(Draft.id))))


def mapping_under_way(session: Session) -> Progress | None:
    """How far the mapping is that runs now; None where none does or it has not said anything yet."""
    running = select(Run).where(Run.kind == RunKind.MAP, Run.state == RunState.RUNNING).order_by(col(Run.id).desc())
    run = session.exec(running).first()
    return None if run is None else progress_of(run)
