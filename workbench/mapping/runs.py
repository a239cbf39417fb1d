"""Maps the independent claims of a portfolio onto the drafts, and stores what the engine suggests per draft version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.history.log import Counts, finish_run, start_run
from workbench.history.models import Run, RunKind, RunState
from workbench.mapping import models
from workbench.mapping.elements import split_elements
from workbench.mapping.evidence import ElementMatch, best_provisions, word_rarity
from workbench.mapping.ranking import ClaimText, ClauseText, Match, ProvisionText, rank
from workbench.patents.models import Claim, Portfolio, PortfolioMember, Publication
from workbench.standards.models import Clause, Draft, Provision, WorkItem

ENGINE_VERSION = "bm25-1"
TOP = 20
_SCORE_DIGITS = 6


class UnknownPortfolioError(Exception):
    """No portfolio has that name; `str(error)` lists those there are."""


@dataclass(frozen=True)
class DraftName:
    """A draft version as people name it."""

    draft_id: int
    work_item: str
    label: str


def drafts_of(session: Session, work_item: WorkItem | None) -> list[DraftName]:
    """Every draft version, or those of one work item, in order of import."""
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id).order_by(col(Draft.id))
    if work_item is not None:
        statement = statement.where(Draft.work_item_id == work_item.id)
    return [DraftName(key_of(draft), item.reference, draft.label) for draft, item in session.exec(statement)]


def map_draft(
    store: Store,
    draft: DraftName,
    *,
    portfolio: str | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Rank the clauses of one draft for each independent claim; the stored matches of these claims are replaced.

    In the returned run `records` counts claims, `inserted` the matches written, `unchanged` those that stood already.
    Raises UnknownPortfolioError.
    """
    with store.read() as session:
        language = session.get_one(Draft, draft.draft_id).language
        claims = _claims(session, language, portfolio)
        clauses = _clauses(session, draft)
    run_id = start_run(store, RunKind.MAP, f"map:{draft.work_item}/{draft.label}", ENGINE_VERSION, now())
    rows = _matches(claims, clauses, draft.draft_id, run_id)
    with store.write() as session:
        # A claim that an import took away meanwhile has no match to be kept.
        present = set(session.exec(select(Claim.id))) & {claim.id for claim in claims}
        rows = [row for row in rows if row.claim_id in present]
        counts = Counts(records=len(claims))
        held = [
            row
            for row in session.exec(select(models.Match).where(models.Match.draft_id == draft.draft_id))
            if row.claim_id in present
        ]
        if _values(held) == _values(rows):
            counts.unchanged = len(held)
            return finish_run(session, run_id, RunState.UNCHANGED, counts)
        for row in held:
            session.delete(row)
        session.flush()
        session.add_all(rows)
        counts.inserted, counts.removed = len(rows), len(held)
        return finish_run(session, run_id, RunState.OK, counts)


def _claims(session: Session, language: str, portfolio: str | None) -> list[ClaimText]:
    """The independent claims of each publication, in the draft's language where it has them, else in English."""
    statement = (
        select(Claim)
        .join(Publication, col(Publication.id) == Claim.publication_id)
        .order_by(col(Publication.number), col(Claim.language), col(Claim.number))
    )
    if portfolio is not None:
        held = session.exec(select(Portfolio).where(Portfolio.name == portfolio)).one_or_none()
        if held is None:
            names = ", ".join(session.exec(select(Portfolio.name).order_by(col(Portfolio.name)))) or "none yet"
            raise UnknownPortfolioError(f"no portfolio is called {portfolio!r}; there are: {names}")
        members = select(PortfolioMember.publication_id).where(PortfolioMember.portfolio_id == held.id)
        statement = statement.where(col(Claim.publication_id).in_(members))
    by_publication: dict[int, dict[str, list[Claim]]] = {}
    for claim in session.exec(statement):
        by_publication.setdefault(claim.publication_id, {}).setdefault(claim.language, []).append(claim)
    chosen: list[ClaimText] = []
    for languages in by_publication.values():
        best = min(languages, key=lambda each: (each != language, each != "en", each))
        chosen += [
            ClaimText(key_of(claim), claim.text, language=claim.language)
            for claim in languages[best]
            if claim.independent
        ]
    return chosen


def _clauses(session: Session, draft: DraftName) -> list[ClauseText]:
    provisions: dict[int, list[ProvisionText]] = {}
    rows = session.exec(
        select(Provision)
        .join(Clause, col(Clause.id) == Provision.clause_id)
        .where(Clause.draft_id == draft.draft_id)
        .order_by(col(Clause.order), col(Provision.index))
    )
    for row in rows:
        provisions.setdefault(row.clause_id, []).append(ProvisionText(row.index, row.kind.value, row.text))
    clauses = session.exec(select(Clause).where(Clause.draft_id == draft.draft_id).order_by(col(Clause.order)))
    return [
        ClauseText(
            key_of(clause),
            clause.title,
            clause.text,
            draft.work_item,
            clause.kind.value,
            tuple(provisions.get(key_of(clause), ())),
        )
        for clause in clauses
        if clause.text
    ]


def _matches(
    claims: Sequence[ClaimText], clauses: Sequence[ClauseText], draft_id: int, run_id: int
) -> list[models.Match]:
    by_id = {clause.id: clause for clause in clauses}
    among = word_rarity(clauses)
    rows = []
    for claim, matches in zip(claims, rank(claims, clauses, top=TOP), strict=True):
        elements = split_elements(claim.text, claim.language)
        rows += [
            _row(match, draft_id, run_id, best_provisions(elements, by_id[match.clause], among)) for match in matches
        ]
    return rows


def _row(match: Match, draft_id: int, run_id: int, elements: Iterable[ElementMatch]) -> models.Match:
    return models.Match(
        run_id=run_id,
        draft_id=draft_id,
        claim_id=int(str(match.claim)),
        clause_id=int(str(match.clause)),
        rank=match.rank,
        score=round(match.score, _SCORE_DIGITS),
        terms=[[term.term, round(term.weight, _SCORE_DIGITS)] for term in match.terms],
        elements=[
            {
                "index": element.index,
                "provision": element.provision,
                "score": round(element.score, _SCORE_DIGITS),
                "terms": [[term.term, round(term.weight, _SCORE_DIGITS)] for term in element.terms],
            }
            for element in elements
        ],
    )


def _values(rows: Iterable[models.Match]) -> set[tuple[int, int, int, float]]:
    return {(row.claim_id, row.clause_id, row.rank, row.score) for row in rows}
