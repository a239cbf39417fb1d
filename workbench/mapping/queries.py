"""Reads of matches for pages and exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.history.models import Run, RunKind
from workbench.history.queries import FilterError, filled
from workbench.mapping import windows
from workbench.mapping.decisions import DecisionKey
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.decisions_queries import CHOICES, Standing, matches_choice, standing_in
from workbench.mapping.learning import Weights
from workbench.mapping.learning_runs import learned_order
from workbench.mapping.models import DraftPass, MappedPublication, Match
from workbench.patents.models import Claim, Publication
from workbench.patents.queries import publication_conditions
from workbench.standards.draft_queries import first_offered
from workbench.standards.drafts import find_work_item
from workbench.standards.models import Clause, Draft, WorkItem

MATCH_FILTERS: Final = (
    "draft",
    "work_item",
    "label",
    "portfolio",
    "applicant",
    "publication",
    "clause",
    "normative",
    "top",
    "decision",
)
MATCH_SORTS: Final = ("rank", "learned", "score", "publication", "clause", "draft")
_BY_CLAIM: Final = frozenset({"publication", "draft"})
"""Orders that a match alone does not tell, nor its clause."""
_TELLING: Final = ("draft", "work_item", "publication")
_OF_PUBLICATIONS: Final = ("portfolio", "applicant")


@dataclass(frozen=True)
class MatchRow:
    """A match with both its ends."""

    match: Match
    claim: Claim
    publication: Publication
    clause: Clause
    draft: Draft
    item: WorkItem


@dataclass(frozen=True)
class DraftMapping:
    """How far a draft version is mapped. `run` is the last mapping of it, whatever became of it."""

    draft: Draft
    item: WorkItem
    claims: int
    publications: int
    matches: int
    run: Run | None


@dataclass(frozen=True)
class Pair:
    """A claim and a clause of one draft; `match` is None where the engine does not put the clause among its best."""

    claim: Claim
    publication: Publication
    clause: Clause
    draft: Draft
    item: WorkItem
    match: Match | None
    run: Run | None


def draft_mappings(session: Session) -> list[DraftMapping]:
    """Every draft version with its mapping, in the order in which they are offered."""
    counted = sa.select(
        col(MappedPublication.draft_id),
        sa.func.sum(col(MappedPublication.claims)),
        sa.func.count(),
        sa.func.sum(col(MappedPublication.matches)),
    ).group_by(col(MappedPublication.draft_id))
    counts = {draft: (int(claims), pubs, int(matches)) for draft, claims, pubs, matches in session.execute(counted)}
    last = sa.select(sa.func.max(Run.id)).where(col(Run.kind) == RunKind.MAP).group_by(col(Run.source))
    runs = {run.source: run for run in session.exec(select(Run).where(col(Run.id).in_(last)))}
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
    return [
        DraftMapping(draft, item, *counts.get(key_of(draft), (0, 0, 0)), runs.get(mapping_source(item, draft)))
        for draft, item in session.exec(statement.order_by(*first_offered()))
    ]


def mapping_source(item: WorkItem, draft: Draft) -> str:
    """What a mapping run of this draft is called."""
    return f"map:{item.reference}/{draft.label}"


def in_one_draft(session: Session, filters: Mapping[str, str]) -> dict[str, str]:
    """The filters, with the mapped draft that is offered first where nothing in them says whose matches or which
    draft's are meant.

    Nobody reads the matches of all drafts in a row, and putting millions in order takes its time.
    """
    decided = filters.get("decision", "").strip() not in ("", Verdict.OPEN)
    if decided or any(filters.get(name, "").strip() for name in _TELLING):
        return dict(filters)
    mapped = sa.select(col(Draft.id)).where(col(Draft.id).in_(sa.select(col(DraftPass.draft_id))))
    if label := filters.get("label", "").strip():
        mapped = mapped.where(col(Draft.label) == label)
    found = session.execute(mapped.order_by(*first_offered())).scalars().first()
    return dict(filters) if found is None else {**filters, "draft": str(found)}


def select_matches(
    session: Session,
    filters: Mapping[str, str],
    *,
    sort: str = "rank",
    limit: int | None = None,
    offset: int = 0,
    learned: Weights | None = None,
) -> list[MatchRow]:
    """The matches that the filters (`MATCH_FILTERS`) leave; an empty value filters nothing.

    `top` leaves the best N clauses of each claim, `normative`, whatever its value, normative clauses; `clause` is the
    number of a clause and of those below it. `sort` is one of `MATCH_SORTS`, with `-` before it for descending
    order; `learned` is the re-ranker of the sort of that name, without which it is that by rank. Raises FilterError,
    UnknownWorkItemError.
    """
    order = _order(sort, learned)
    statement = _joined(sa.select(Match, Claim, Publication, Clause, Draft, WorkItem)).order_by(*order)
    window = None if limit is None else _window(session, filters, sort, limit, offset)
    if window is not None:
        statement = statement.where(window.these).limit(limit).offset(window.skipped)
    elif limit is None:
        statement = statement.where(*_conditions(session, filters)).offset(offset)
    else:
        conditions = _conditions(session, filters)
        # What the page does not show is put in order without reading what it would show.
        picked = sa.select(col(Match.id))
        if sort.removeprefix("-") == "clause":
            picked = picked.join(Clause, col(Clause.id) == col(Match.clause_id))
        elif sort.removeprefix("-") in _BY_CLAIM:
            picked = _with_claims(picked)
        page = picked.where(*conditions).order_by(*order).limit(limit).offset(offset).subquery()
        statement = statement.join(page, page.c.id == col(Match.id))
    return [MatchRow(*row) for row in session.execute(statement)]


def _window(session: Session, filters: Mapping[str, str], sort: str, limit: int, offset: int) -> windows.Window | None:
    """The window of a page of matches of one draft by publication or by clause; None where it is found otherwise."""
    given, key = filled(filters), sort.removeprefix("-")
    if "draft" not in given:
        return None
    draft_id = _number("draft", given.pop("draft"))
    if key == "clause" and not given.keys() & {"work_item", "label", "clause", "normative"}:
        return windows.by_clause(session, draft_id, _conditions(session, given), limit, offset, down=sort != key)
    if key in _BY_CLAIM and given.keys() <= set(_OF_PUBLICATIONS):
        number = col(Publication.number)
        first = number.desc() if sort == "-publication" else number
        return windows.by_publication(session, draft_id, publication_conditions(session, given), first, limit, offset)
    return None


def count_matches(session: Session, filters: Mapping[str, str]) -> int:
    """How many matches the filters leave. Raises FilterError, UnknownWorkItemError."""
    given = filled(filters)
    if "draft" in given and {"draft"} < given.keys() <= {"draft", *_OF_PUBLICATIONS}:
        held = publication_conditions(session, {name: given[name] for name in _OF_PUBLICATIONS if name in given})
        mine = col(MappedPublication.publication_id).in_(sa.select(col(Publication.id)).where(*held))
        of_draft = col(MappedPublication.draft_id) == _number("draft", given["draft"])
        summed = sa.select(sa.func.coalesce(sa.func.sum(col(MappedPublication.matches)), 0)).where(of_draft, mine)
        return int(session.execute(summed).scalar_one())
    counted = sa.select(sa.func.count()).select_from(Match).where(*_conditions(session, filters))
    return int(session.execute(counted).scalar_one())


def decisions_on(session: Session, rows: Sequence[MatchRow]) -> dict[int, list[Standing]]:
    """The decisions that stand on each match, by its key; matches without any are left out."""
    decided = {draft.id for draft in decided_drafts(session)}
    by_draft = {row.draft.id: row.draft for row in rows if row.draft.id in decided}
    standing = {key: standing_in(session, draft) for key, draft in by_draft.items()}
    found: dict[int, list[Standing]] = {}
    for row in rows:
        key = DecisionKey(
            row.publication.number, row.claim.number, row.claim.language, row.match.draft_id, row.clause.order
        )
        here = standing.get(row.draft.id, {}).get(key)
        if here:
            found[key_of(row.match)] = here
    return found


def matches_of_publication(session: Session, row: Publication, top: int) -> dict[int, list[MatchRow]]:
    """The best `top` clauses of each draft for each claim, by key of the claim; newest draft first."""
    statement = (
        _joined(sa.select(Match, Claim, Publication, Clause, Draft, WorkItem))
        .where(col(Claim.publication_id) == row.id, col(Match.rank) <= top)
        .order_by(col(Draft.id).desc(), col(Match.rank))
    )
    found: dict[int, list[MatchRow]] = {}
    for each in session.execute(statement):
        found.setdefault(each[0].claim_id, []).append(MatchRow(*each))
    return found


def matches_of_clause(session: Session, clause: Clause, limit: int) -> list[MatchRow]:
    """The claims that the engine puts this clause highest for, best rank first."""
    statement = (
        _joined(sa.select(Match, Claim, Publication, Clause, Draft, WorkItem))
        .where(col(Match.clause_id) == clause.id)
        .order_by(col(Match.rank), col(Match.score).desc(), col(Publication.number), col(Claim.number))
        .limit(limit)
    )
    return [MatchRow(*row) for row in session.execute(statement)]


def count_matches_of_clause(session: Session, clause: Clause) -> int:
    """How many claims the clause is among the best for."""
    counted = sa.select(sa.func.count()).select_from(Match).where(col(Match.clause_id) == clause.id)
    return int(session.execute(counted).scalar_one())


def find_pair(session: Session, draft_id: int, claim_id: int, order: int) -> Pair | None:
    """A claim beside a clause, whether or not they match; None where one of them is not there."""
    statement = (
        sa.select(Claim, Publication, Clause, Draft, WorkItem)
        .select_from(Claim)
        .join(Publication, col(Publication.id) == col(Claim.publication_id))
        .join(Clause, sa.and_(col(Clause.draft_id) == draft_id, col(Clause.order) == order))
        .join(Draft, col(Draft.id) == col(Clause.draft_id))
        .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
        .where(col(Claim.id) == claim_id)
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    claim, publication, clause, draft, item = found
    match = session.exec(select(Match).where(Match.claim_id == claim.id, Match.clause_id == clause.id)).one_or_none()
    run = None if match is None else session.get(Run, match.run_id)
    return Pair(claim, publication, clause, draft, item, match, run)


def ranking_of(session: Session, draft_id: int, claim_id: int) -> list[tuple[Match, Clause]]:
    """The best clauses of a draft for a claim, in order of rank."""
    statement = (
        sa.select(Match, Clause)
        .join(Clause, col(Clause.id) == col(Match.clause_id))
        .where(col(Match.draft_id) == draft_id, col(Match.claim_id) == claim_id)
        .order_by(col(Match.rank))
    )
    return [(match, clause) for match, clause in session.execute(statement)]


def _with_claims(statement: Any) -> Any:
    return statement.join(Claim, col(Claim.id) == col(Match.claim_id)).join(
        Publication, col(Publication.id) == col(Claim.publication_id)
    )


def _joined(statement: Any) -> Any:
    return (
        _with_claims(statement)
        .join(Clause, col(Clause.id) == col(Match.clause_id))
        .join(Draft, col(Draft.id) == col(Match.draft_id))
        .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
    )


def _conditions(session: Session, filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """The filters as conditions on `Match` alone. Raises FilterError, UnknownWorkItemError."""
    given = filled(filters)
    for name in given:
        if name not in MATCH_FILTERS:
            raise FilterError(f"matches cannot be filtered by {name}; they can by: {', '.join(MATCH_FILTERS)}")
    conditions = [*_on_place(session, given), *_on_claims(session, given)]
    if "top" in given:
        conditions.append(col(Match.rank) <= _number("top", given["top"]))
    if "decision" in given:
        conditions.append(_decided(session, given["decision"]))
    return conditions


def _on_place(session: Session, given: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """Which drafts and clauses are meant."""
    drafts: list[sa.ColumnElement[bool]] = []
    if "draft" in given:
        drafts.append(col(Draft.id) == _number("draft", given["draft"]))
    if "work_item" in given:
        drafts.append(col(Draft.work_item_id) == key_of(find_work_item(session, given["work_item"])))
    if "label" in given:
        drafts.append(col(Draft.label) == given["label"])
    of_drafts = sa.select(col(Draft.id)).where(*drafts)
    if given.keys() & {"clause", "normative"}:
        clauses = sa.select(col(Clause.id))
        if "clause" in given:
            below = col(Clause.number).startswith(f"{given['clause']}.", autoescape=True)
            clauses = clauses.where(sa.or_(col(Clause.number) == given["clause"], below))
        if "normative" in given:
            clauses = clauses.where(col(Clause.normative).is_(True))
        # The clauses say which drafts are meant; told of both, a database may go through all matches of a draft.
        return [col(Match.clause_id).in_(clauses.where(col(Clause.draft_id).in_(of_drafts)) if drafts else clauses)]
    if list(given.keys() & {"draft", "work_item", "label"}) == ["draft"]:
        return [col(Match.draft_id) == _number("draft", given["draft"])]
    return [col(Match.draft_id).in_(of_drafts)] if drafts else []


def _on_claims(session: Session, given: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """Whose claims are meant."""
    conditions: list[sa.ColumnElement[bool]] = []
    if "publication" in given:
        mine = sa.select(col(Publication.id)).where(col(Publication.number) == given["publication"].upper())
        conditions.append(col(Match.claim_id).in_(sa.select(col(Claim.id)).where(col(Claim.publication_id).in_(mine))))
    held = publication_conditions(session, {name: given[name] for name in _OF_PUBLICATIONS if name in given})
    if held:
        mine = sa.select(col(Publication.id)).where(*held)
        claims = sa.select(col(Claim.id)).where(col(Claim.publication_id).in_(mine))
        # A sum, so that no database looks up every claim of a large portfolio in the matches of all drafts.
        conditions.append((col(Match.claim_id) + 0).in_(claims))
    return conditions


def decided_drafts(session: Session) -> list[Draft]:
    """The draft versions that decisions stand in: those of work items with any decision."""
    items = select(Draft.work_item_id).join(Decision, col(Decision.draft_id) == Draft.id)
    return list(session.exec(select(Draft).where(col(Draft.work_item_id).in_(items)).order_by(col(Draft.id))))


def _decided(session: Session, choice: str) -> sa.ColumnElement[bool]:
    """The matches on which what people decided, here or on an earlier version, is what the filter asks for."""
    if choice not in CHOICES:
        raise FilterError(f"decision: {choice!r} is none; there are: {', '.join(CHOICES)}")
    found: set[int] = set()
    for draft in decided_drafts(session):
        standing = standing_in(session, draft)
        wanted = (
            standing if choice == Verdict.OPEN else {k: v for k, v in standing.items() if matches_choice(v, choice)}
        )
        statement = (
            _joined(
                sa.select(
                    col(Match.id), col(Publication.number), col(Claim.number), col(Claim.language), col(Clause.order)
                ).select_from(Match)
            )
            .where(col(Match.draft_id) == draft.id)
            .where(col(Publication.number).in_({key.publication for key in wanted}))
            .where(col(Clause.order).in_({key.clause_order for key in wanted}))
        )
        for match_id, number, claim, language, order in session.execute(statement):
            if DecisionKey(number, claim, language, key_of(draft), order) in wanted:
                found.add(match_id)
    held = col(Match.id).in_(found)
    return sa.not_(held) if choice == Verdict.OPEN else held


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) > 0):
        raise FilterError(f"{name}: {value!r} is no whole number from 1")
    return int(value)


def _order(sort: str, learned: Weights | None) -> Sequence[Any]:
    key, turn = sort.removeprefix("-"), sa.desc if sort.startswith("-") else sa.asc
    if key == "learned" and learned is not None:
        best = sa.asc if sort.startswith("-") else sa.desc
        return (best(learned_order(learned)), col(Match.id))
    rank, score = col(Match.rank), col(Match.score)
    first: dict[str, Sequence[Any]] = {
        "rank": (turn(rank), score.desc()),
        "learned": (turn(rank), score.desc()),
        "score": (turn(score), rank),
        "publication": (turn(col(Publication.number)), col(Claim.number), rank),
        "draft": (turn(col(Match.draft_id)), col(Publication.number), col(Claim.language), col(Claim.number), rank),
        "clause": (turn(col(Match.draft_id)), turn(col(Clause.order)), rank, score.desc()),
    }
    return (*first[key], col(Match.id))
