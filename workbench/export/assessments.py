"""Assessments as exports take them out: where each stands, without what was written in charts and findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlmodel import Session, col, select

from workbench.assessments.listed import ASSESSMENT_FILTERS, chosen
from workbench.assessments.queries import is_reviewed, standing
from workbench.assessments.statuses import Status
from workbench.export.base import Kind, Moment, Row, Shape, cut
from workbench.i18n import mark
from workbench.standards.drafts import find_work_item
from workbench.standards.models import Clause


class AssessmentRow(Shape):
    id: int
    publication: str
    claim: int
    language: str
    family: str | None
    work_item: str
    iso_id: int
    draft: str
    clause: str | None
    clause_order: int
    status: Status
    stale: bool
    reviewed: bool
    commercial: bool | None
    claim_hash: str
    clause_hash: str
    made_at: Moment
    concluded_at: Moment | None


def _assessments(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Where assessments stand; those that are on hold for secrecy are left out. Raises FilterError."""
    item = find_work_item(session, filters["work_item"]).id if "work_item" in filters else None
    others = {name: value for name, value in filters.items() if name != "work_item"}
    for stand in chosen(reversed(standing(session, item_id=item)), others):
        state, row, pin = stand.state, stand.assessment, stand.pin
        if state.on_hold_secrecy:
            continue
        named = select(Clause).where(Clause.draft_id == pin.draft_id, col(Clause.order) == pin.clause_order)
        clause = session.exec(named).one()
        yield {
            "id": row.id,
            "publication": row.publication,
            "claim": row.claim,
            "language": row.language,
            "family": row.family,
            "work_item": stand.item.reference,
            "iso_id": stand.item.iso_id,
            "draft": stand.pinned.label,
            "clause": clause.number or clause.title,
            "clause_order": pin.clause_order,
            "status": state.status.value,
            "stale": state.stale,
            "reviewed": is_reviewed(session, stand),
            "commercial": row.commercial,
            "claim_hash": pin.claim_hash,
            "clause_hash": pin.clause_hash,
            "made_at": row.made_at.isoformat(),
            "concluded_at": None if row.concluded_at is None else row.concluded_at.isoformat(),
        }


KINDS = {
    "assessments": Kind(
        cut(_assessments),
        frozenset(ASSESSMENT_FILTERS),
        AssessmentRow,
        ("id",),
        mark("What people found of claims on clauses and where each stands; none that is on hold for secrecy."),
        told=True,
    ),
}
