"""What people said of claims on the clauses of a draft: triage and assessments, as they stand there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from workbench.assessments.models import AssessmentPin
from workbench.assessments.pins import ASSESSMENT
from workbench.assessments.queries import Stand, standing
from workbench.db import in_blocks, key_of
from workbench.mapping.decisions_models import Verdict
from workbench.mapping.decisions_queries import Standing, standing_in
from workbench.patents.models import Publication
from workbench.portfolio.coverage import Cell, cell_of
from workbench.portfolio.pairs import HELD, STALE
from workbench.standards.attachments import attached_in
from workbench.standards.models import Draft

_ASKED_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class About:
    """A claim, by the key of its publication, its number and language, on the clause at a place of the draft."""

    publication: int
    claim: int
    language: str
    order: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of a claim on a clause. `family` is a key as in `grid.Grid`, `overlays` are bits of `pairs`.

    `assessment` is the key of the assessment, None where there is a decision of triage only; `matter` is its matter.
    """

    about: About
    family: int
    cell: Cell
    overlays: int
    assessment: int | None = None
    matter: int | None = None


def said_in(session: Session, draft: Draft) -> tuple[list[Said], int]:
    """What was said of claims on the clauses of a draft, and how many assessments have no clause in it.

    An assessment takes the place of what triage said of the same claim and clause. On an earlier version of a text the
    assessments stand where they stood then, with the status of today.
    """
    stands = standing(session, item_id=draft.work_item_id)
    places = _places(session, draft, stands)
    decisions = standing_in(session, draft)
    numbers = {stand.assessment.publication for stand in stands} | {key.publication for key in decisions}
    publications = _publications(session, numbers)
    found: dict[About, list[Said]] = {}
    homeless = 0
    for stand in stands:
        row = stand.assessment
        if row.publication not in publications or stand.newest.language != draft.language:
            continue
        orders = places.get(key_of(row), ())
        homeless += not orders
        publication, family = publications[row.publication]
        overlays = STALE * stand.state.stale | HELD * stand.state.on_hold_secrecy
        for order in orders:
            about = About(publication, row.claim, row.language, order)
            said = Said(about, family, cell_of(stand.state), overlays, key_of(row), row.matter_id)
            found.setdefault(about, []).append(said)
    for key, decided in decisions.items():
        if key.publication not in publications:
            continue
        publication, family = publications[key.publication]
        about = About(publication, key.claim, key.language, key.clause_order)
        if about not in found:
            spoken = [Said(about, family, *told) for each in decided if (told := _triaged(each)) is not None]
            if spoken:
                found[about] = spoken
    return [said for spoken in found.values() for said in spoken], homeless


def _triaged(standing: Standing) -> tuple[Cell, int] | None:
    """What a decision of triage says; a rejection of a text that has changed since says nothing any more."""
    if standing.decision.verdict in (Verdict.PLAUSIBLE, Verdict.NEEDS_EXPERT):
        return Cell.PLAUSIBLE, STALE * (not standing.holds)
    return (Cell.REJECTED, 0) if standing.decision.verdict is Verdict.NOT and standing.holds else None


def _places(session: Session, draft: Draft, stands: Collection[Stand]) -> dict[int, tuple[int, ...]]:
    """Where each assessment stands in the draft, by its key."""
    found = {key_of(each.assessment): each.clauses for each in stands if each.newest.id == draft.id}
    if len(found) == len(stands):
        return found
    attached = {each.id: each.carried.clauses for each in attached_in(session, draft, {ASSESSMENT})}
    pins = session.exec(select(AssessmentPin).where(col(AssessmentPin.id).in_(attached)))
    return found | {pin.assessment_id: attached[key_of(pin)] for pin in pins}


def _publications(session: Session, numbers: Collection[str]) -> dict[str, tuple[int, int]]:
    """Key of the publication and of its family, by number."""
    found: dict[str, tuple[int, int]] = {}
    for some in in_blocks(sorted(numbers), _ASKED_AT_ONCE):
        statement = select(Publication.number, Publication.id, Publication.family_ref)
        for number, key, family in session.exec(statement.where(col(Publication.number).in_(some))):
            if key is not None:
                found[number] = (key, family or -key)
    return found
