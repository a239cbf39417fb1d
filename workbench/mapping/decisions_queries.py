"""Reads of decisions: where each stands now, carried through the versions of its draft; for pages, filters, exports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.history.queries import FilterError, filled
from workbench.mapping.decisions import DecisionKey, claim_hash
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.patents.models import Claim, Publication
from workbench.standards.attachments import Attached, attached_in, attached_to, register
from workbench.standards.carry_chain import Made
from workbench.standards.carry_over import CarriedState
from workbench.standards.drafts import find_work_item
from workbench.standards.lineage_reasons import Fact
from workbench.standards.models import Clause, Draft, WorkItem

DECISION: Final = "decision"
DECISION_FILTERS: Final = ("work_item", "label", "publication", "verdict", "by")
REVIEW: Final = "review"
"""In filters beside the verdicts: decided on a text that has changed since, so that a person has to look again."""
CHOICES: Final = (*(each.value for each in Verdict), REVIEW)


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision as it stands on a clause of a draft, made there or carried there.

    `state` says what a person still has to do, `facts` why; `claim_changed` that the claim's text is another now.
    """

    decision: Decision
    made_on: Draft
    state: CarriedState
    facts: tuple[Fact, ...]
    claim_changed: bool

    @property
    def holds(self) -> bool:
        """Whether it was decided on the texts as they are."""
        return self.state is CarriedState.KEPT and not self.claim_changed


class Decisions:
    """Decisions as attachments of clauses; one that is replaced on a later draft stands on the earlier one only."""

    name = DECISION

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        """The last decision on each claim and clause of a draft; nothing where it was taken back."""
        statement = select(Decision).where(Decision.draft_id == draft_id).order_by(col(Decision.id))
        if clauses is not None:
            statement = statement.where(col(Decision.clause_order).in_(clauses))
        last = {_key(row): row for row in session.exec(statement)}
        return [Made(key_of(row), row.clause_order) for row in last.values() if row.verdict is not Verdict.OPEN]

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        """The decisions of earlier drafts that decisions made on this draft replace."""
        statement = select(Decision.replaces).where(Decision.draft_id == draft_id, col(Decision.replaces).is_not(None))
        return {each for each in session.exec(statement) if each is not None}


register(Decisions())


def standing_on(session: Session, draft: Draft, order: int, claim: Claim, publication: str) -> list[Standing]:
    """The decisions on a claim that stand on the clause at this place, made there or carried there."""
    found = attached_to(session, draft, order, {DECISION})
    rows = _rows(session, [each.id for each in found])
    wanted = (publication, claim.number, claim.language)
    return [
        _standing(each, rows[each.id], claim.text)
        for each in found
        if (rows[each.id].publication, rows[each.id].claim, rows[each.id].language) == wanted
    ]


def standing_in(session: Session, draft: Draft) -> dict[DecisionKey, list[Standing]]:
    """All decisions that stand in a draft, by claim and by each clause that is meant, if any."""
    found = attached_in(session, draft, {DECISION})
    rows = _rows(session, [each.id for each in found])
    texts = _claim_texts(session, rows.values())
    standing: dict[DecisionKey, list[Standing]] = {}
    for each in found:
        row = rows[each.id]
        text = texts.get((row.publication, row.claim, row.language))
        for order in each.carried.clauses:
            key = DecisionKey(row.publication, row.claim, row.language, key_of(draft), order)
            standing.setdefault(key, []).append(_standing(each, row, text))
    return standing


def without_place(session: Session, draft: Draft) -> list[Standing]:
    """The decisions of earlier versions whose clause is gone in this one, until a person takes them back or decides on
    another clause in their place."""
    found = [each for each in attached_in(session, draft, {DECISION}) if not each.carried.clauses]
    rows = _rows(session, [each.id for each in found])
    texts = _claim_texts(session, rows.values())
    return [
        _standing(each, row, texts.get((row.publication, row.claim, row.language)))
        for each in found
        for row in (rows[each.id],)
    ]


def chain(session: Session, decision: Decision) -> list[Decision]:
    """A decision and those it replaced, the newest first."""
    rows = [decision]
    while rows[-1].replaces is not None:
        rows.append(session.get_one(Decision, rows[-1].replaces))
    return rows


def matches_choice(found: Sequence[Standing], choice: str) -> bool:
    """Whether decisions on one claim and clause are what a filter (`CHOICES`) asks for."""
    if choice == Verdict.OPEN:
        return not found
    if choice == REVIEW:
        return any(not each.holds for each in found)
    return any(each.decision.verdict.value == choice for each in found)


def select_decisions(session: Session, filters: Mapping[str, str]) -> list[tuple[Decision, Draft, WorkItem, Clause]]:
    """Every decision ever made that the filters (`DECISION_FILTERS`) leave, in order. Raises FilterError."""
    statement = (
        select(Decision, Draft, WorkItem, Clause)
        .join(Draft, col(Draft.id) == Decision.draft_id)
        .join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
        .join(Clause, (col(Clause.draft_id) == Decision.draft_id) & (col(Clause.order) == Decision.clause_order))
        .order_by(col(Decision.id))
    )
    for name, text in filled(filters).items():
        match name:
            case "work_item":
                statement = statement.where(Draft.work_item_id == key_of(find_work_item(session, text)))
            case "label":
                statement = statement.where(Draft.label == text)
            case "publication":
                statement = statement.where(Decision.publication == text.upper())
            case "verdict" if text in set(Verdict):
                statement = statement.where(Decision.verdict == Verdict(text))
            case "verdict":
                raise FilterError(f"verdict: {text!r} is none; there are: {', '.join(Verdict)}")
            case "by":
                statement = statement.where(Decision.by == text)
            case _:
                raise FilterError(f"decisions cannot be filtered by {name}; they can by: {', '.join(DECISION_FILTERS)}")
    return list(session.exec(statement))


def _standing(attached: Attached, row: Decision, claim_text: str | None) -> Standing:
    changed = claim_text is None or claim_hash(claim_text) != row.claim_hash
    return Standing(row, attached.made_on, attached.carried.state, attached.carried.facts, changed)


def _key(row: Decision) -> DecisionKey:
    return DecisionKey(row.publication, row.claim, row.language, row.draft_id, row.clause_order)


def _rows(session: Session, keys: Collection[int]) -> dict[int, Decision]:
    return {key_of(row): row for row in session.exec(select(Decision).where(col(Decision.id).in_(keys)))}


def _claim_texts(session: Session, rows: Iterable[Decision]) -> dict[tuple[str, int, str], str]:
    # Of the claims that were decided on only: a publication has many.
    statement = (
        select(Publication.number, Claim.number, Claim.language, Claim.text)
        .select_from(Decision)
        .join(Publication, col(Publication.number) == Decision.publication)
        .join(
            Claim,
            (col(Claim.publication_id) == Publication.id)
            & (col(Claim.number) == Decision.claim)
            & (col(Claim.language) == Decision.language),
        )
        .where(col(Decision.id).in_([key_of(row) for row in rows]))
    )
    return {(number, claim, language): text for number, claim, language, text in session.exec(statement)}
