"""Where assessments stand: their pins as attachments of clauses, and the texts and facts that a pin keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

from sqlmodel import Session, col, select

from workbench.assessments.claim_texts import whole_texts
from workbench.assessments.models import Assessment, AssessmentPin
from workbench.db import key_of
from workbench.mapping.decisions import claim_hash
from workbench.patents.models import Claim, Publication
from workbench.patents.office_queries import OfficeView, office_view
from workbench.people.viewer import Viewer
from workbench.standards.attachments import register
from workbench.standards.carry_chain import Made
from workbench.standards.carry_over import text_hash
from workbench.standards.lineage_queries import clause_nodes_of
from workbench.standards.models import Clause, Draft

ASSESSMENT: Final = "assessment"


class Assessments:
    """Pins of assessments as attachments; one that is replaced on a later draft stands on the earlier one only."""

    name = ASSESSMENT

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        """The last pin of each assessment on a draft."""
        statement = select(AssessmentPin).where(AssessmentPin.draft_id == draft_id).order_by(col(AssessmentPin.id))
        last = {row.assessment_id: row for row in session.exec(statement)}
        wanted = [row for row in last.values() if clauses is None or row.clause_order in clauses]
        return [Made(key_of(row), row.clause_order) for row in wanted]

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        """The pins on earlier drafts that those on this draft replace."""
        statement = select(AssessmentPin.replaces).where(
            AssessmentPin.draft_id == draft_id, col(AssessmentPin.replaces).is_not(None)
        )
        return {each for each in session.exec(statement) if each is not None}


register(Assessments())


def last_pin(session: Session, assessment: Assessment) -> AssessmentPin:
    """Where an assessment stands: its last pin."""
    statement = select(AssessmentPin).where(AssessmentPin.assessment_id == assessment.id)
    return session.exec(statement.order_by(col(AssessmentPin.id).desc()).limit(1)).one()


def put_pin(
    session: Session,
    viewer: Viewer,
    assessment: Assessment,
    claim: Claim,
    clause: Clause,
    at: dt.datetime,
    replaces: AssessmentPin | None = None,
) -> AssessmentPin:
    """Pin an assessment to a clause of a draft, to the claim as it is and to what offices say now."""
    publication = session.get_one(Publication, claim.publication_id)
    view = office_view(session, publication, at.date())
    node = next(node for node in clause_nodes_of(session, clause.draft_id) if node.key == clause.order)
    text = whole_texts(session, [claim])[key_of(claim)]
    pin = AssessmentPin(
        assessment_id=key_of(assessment),
        draft_id=clause.draft_id,
        clause_order=clause.order,
        clause_hash=text_hash(node),
        claim_text=text,
        claim_hash=claim_hash(text),
        legal_status=view.standing.status,
        holders=holders_of(view),
        by_account=viewer.account_id,
        by=viewer.name,
        at=at,
        replaces=None if replaces is None else key_of(replaces),
    )
    session.add(pin)
    session.flush()
    return pin


def holders_of(view: OfficeView) -> list[str]:
    """Who holds the right as the register tells, in order of names; none where it does not."""
    return [] if view.register is None else sorted(view.register.holders)


def claim_of(session: Session, assessment: Assessment) -> Claim | None:
    """The claim as it is now; None where the publication has it no longer."""
    statement = (
        select(Claim)
        .join(Publication, col(Publication.id) == Claim.publication_id)
        .where(
            Publication.number == assessment.publication,
            Claim.number == assessment.claim,
            Claim.language == assessment.language,
        )
    )
    return session.exec(statement).one_or_none()


def clause_at(session: Session, draft: Draft, order: int) -> Clause | None:
    """The clause at a place of a draft."""
    return session.exec(select(Clause).where(Clause.draft_id == draft.id, Clause.order == order)).one_or_none()
