"""The queue of triage: matches that nobody has decided on, or whose texts have changed since, one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import in_blocks, key_of
from workbench.mapping.decisions import DecisionKey, decide
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.decisions_queries import Standing, standing_in
from workbench.mapping.models import Match
from workbench.mapping.queries import MatchRow
from workbench.patents.models import Claim, Family, Portfolio, PortfolioMember, Publication
from workbench.patents.walls import is_own, reads_others
from workbench.people.gate import viewer_of
from workbench.people.viewer import Viewer
from workbench.standards.draft_queries import first_offered
from workbench.standards.models import Clause, Draft, WorkItem

BEST: Final = 5
"""Clauses of a claim that are looked at unless more are asked for."""
_BLOCK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is in the queue: a draft, and of it what the filters leave; `names` are those of a party, None of any.

    `own`: the company's own publications (True), others' (False) or all (None).
    """

    draft_id: int
    clause: str = ""
    family: str = ""
    names: Collection[str] | None = None
    portfolio: str = ""
    own: bool | None = None
    normative: bool = False
    best: int = BEST


@dataclass(frozen=True)
class Place:
    """A candidate in the queue: how many there are, the how-manieth this one is (from 0), what was decided before."""

    row: MatchRow
    at: int
    total: int
    standing: Sequence[Standing]


@dataclass(frozen=True, slots=True)
class Throughput:
    """Decisions of the last hour and of the day so far: of the viewer, and of all that he may see."""

    own_hour: int
    own_day: int
    all_hour: int
    all_day: int


def mapped_drafts(session: Session) -> list[tuple[Draft, WorkItem]]:
    """The draft versions that the viewer may see a match on, in the order in which they are offered."""
    matched = sa.exists().where(col(Match.draft_id) == col(Draft.id))
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id).where(matched)
    return list(session.exec(statement.order_by(*first_offered())))


def place_in_queue(session: Session, wanted: Wanted, at: int = 0) -> tuple[Place | None, int]:
    """The candidate at a place of the queue, the last one where there are fewer, and how many there are."""
    draft = session.get(Draft, wanted.draft_id)
    if draft is None:
        return None, 0
    standing = standing_in(session, draft)
    # On matches alone, so that indexes tell how many there are and which is meant, whatever the size of a portfolio.
    conditions = _conditions(wanted, viewer_of(session))
    if settled := _settled(session, wanted.draft_id, standing):
        conditions.append(col(Match.id).not_in(sa.bindparam("settled", settled, expanding=True, literal_execute=True)))
    total = int(session.execute(sa.select(sa.func.count()).select_from(Match).where(*conditions)).scalar_one())
    if not total:
        return None, 0
    at = min(max(at, 0), total - 1)
    order = (col(Match.rank), col(Match.score).desc(), col(Match.id))
    picked = sa.select(col(Match.id)).where(*conditions).order_by(*order).limit(1).offset(at)
    statement = (
        sa.select(Match, Claim, Publication, Clause, Draft, WorkItem)
        .join(Claim, col(Claim.id) == col(Match.claim_id))
        .join(Publication, col(Publication.id) == col(Claim.publication_id))
        .join(Clause, col(Clause.id) == col(Match.clause_id))
        .join(Draft, col(Draft.id) == col(Match.draft_id))
        .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
        .where(col(Match.id) == session.execute(picked).scalar_one())
    )
    row = MatchRow(*session.execute(statement).one())
    return Place(row, at, total, standing.get(_key(row), ())), total


def throughput(session: Session, viewer: Viewer, now: dt.datetime, midnight: dt.datetime) -> Throughput:
    """How many decisions were made; what was taken back counts as one, for it was looked at."""

    def count(since: dt.datetime, *conditions: Any) -> int:
        counted = sa.select(sa.func.count()).select_from(Decision).where(col(Decision.at) >= since, *conditions)
        return int(session.execute(counted).scalar_one())

    hour = now - dt.timedelta(hours=1)
    mine = (
        col(Decision.by_account) == viewer.account_id
        if viewer.account_id is not None
        else sa.and_(col(Decision.by_account).is_(None), col(Decision.by) == viewer.name)
    )
    return Throughput(count(hour, mine), count(midnight, mine), count(hour), count(midnight))


def take_back(session: Session, viewer: Viewer, at: dt.datetime) -> Decision | None:
    """Take back the last decision of this person that still stands; None where there is none."""
    replaced = select(Decision.replaces).where(col(Decision.replaces).is_not(None))
    statement = (
        select(Decision)
        .where(Decision.by_account == viewer.account_id, Decision.by == viewer.name, Decision.verdict != Verdict.OPEN)
        .where(col(Decision.id).not_in(replaced))
        .order_by(col(Decision.id).desc())
        .limit(1)
    )
    last = session.exec(statement).first()
    if last is None:
        return None
    claim = session.exec(
        select(Claim)
        .join(Publication, col(Publication.id) == Claim.publication_id)
        .where(Publication.number == last.publication, Claim.number == last.claim, Claim.language == last.language)
    ).one_or_none()
    clause = session.exec(
        select(Clause).where(Clause.draft_id == last.draft_id, Clause.order == last.clause_order)
    ).one_or_none()
    if claim is None or clause is None:
        return None
    return decide(session, viewer, claim, clause, Verdict.OPEN, seen=[key_of(last)], at=at)


def _settled(session: Session, draft_id: int, standing: dict[DecisionKey, list[Standing]]) -> list[int]:
    """The matches of a draft on which a decision stands that was made on the texts as they are."""
    holding = {key for key, found in standing.items() if any(each.holds for each in found)}
    places = select(Clause.order, Clause.id).where(Clause.draft_id == draft_id)
    orders = {key: order for order, key in session.exec(places)}
    settled = []
    of_draft = sa.select(col(Clause.id)).where(col(Clause.draft_id) == draft_id)
    for numbers in in_blocks(sorted({key.publication for key in holding}), _BLOCK):
        # By its claims, from the index of claim and clause: told of the draft, it goes through all matches of it.
        statement = (
            sa.select(
                col(Match.id), col(Match.clause_id), col(Publication.number), col(Claim.number), col(Claim.language)
            )
            .select_from(Publication)
            .join(Claim, col(Claim.publication_id) == col(Publication.id))
            .join(Match, col(Match.claim_id) == col(Claim.id))
            .where(col(Publication.number).in_(numbers), (col(Match.clause_id) + 0).in_(of_draft))
        )
        for match_id, clause_id, number, claim, language in session.execute(statement):
            if DecisionKey(number, claim, language, draft_id, orders[clause_id]) in holding:
                settled.append(match_id)
    return settled


def _conditions(wanted: Wanted, viewer: Viewer) -> list[sa.ColumnElement[bool]]:
    """The filters as conditions on `Match` alone."""
    conditions = [col(Match.rank) <= wanted.best]
    if wanted.clause or wanted.normative:
        clauses = sa.select(col(Clause.id)).where(col(Clause.draft_id) == wanted.draft_id)
        if wanted.clause:
            below = col(Clause.number).startswith(f"{wanted.clause}.", autoescape=True)
            clauses = clauses.where(sa.or_(col(Clause.number) == wanted.clause, below))
        if wanted.normative:
            clauses = clauses.where(col(Clause.normative).is_(True))
        # The clauses say which draft is meant; told of both, a database may go to the rows of all its matches.
        conditions.append(col(Match.clause_id).in_(clauses))
    else:
        conditions.append(col(Match.draft_id) == wanted.draft_id)
    if wanted.family:
        family = select(Family.id).where(Family.family_id == wanted.family)
        named = col(Publication.number) == wanted.family.upper()
        conditions.append(col(Match.claim_id).in_(_claims(sa.or_(col(Publication.family_ref).in_(family), named))))
    if wanted.portfolio:
        held = (
            select(PortfolioMember.publication_id)
            .join(Portfolio, col(Portfolio.id) == PortfolioMember.portfolio_id)
            .where(Portfolio.name == wanted.portfolio)
        )
        conditions.append(_among(_claims(col(Publication.id).in_(held))))
    if wanted.names is not None:
        listed = sa.cast(col(Publication.applicants), sa.Text)
        named = sa.or_(*(listed.contains(f'"{name}"', autoescape=True) for name in wanted.names))
        conditions.append(_among(_claims(named)))
    if wanted.own is not None:
        ours = _among(_claims(is_own(Publication, viewer)))
        conditions.append(ours if wanted.own else sa.not_(ours))
    if not reads_others(viewer):
        # Their matches are not hidden, the claims that a candidate shows are.
        conditions.append(_among(_claims(is_own(Publication, viewer))))
    return conditions


def _claims(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The claims of the publications that satisfy a condition."""
    return sa.select(col(Claim.id)).where(
        col(Claim.publication_id).in_(sa.select(col(Publication.id)).where(condition))
    )


def _among(claims: sa.Select[Any]) -> sa.ColumnElement[bool]:
    # A sum, so that no database looks up every claim of a large portfolio in the matches of all drafts.
    return (col(Match.claim_id) + 0).in_(claims)


def _key(row: MatchRow) -> DecisionKey:
    return DecisionKey(
        row.publication.number, row.claim.number, row.claim.language, key_of(row.draft), row.clause.order
    )
