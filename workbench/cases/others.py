"""What others declare for a document asks to look again at what was assessed on it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from workbench.assessments import watch
from workbench.assessments.queries import Stand
from workbench.assessments.statuses import Event
from workbench.cases.registers import own_names
from workbench.declarations.models import Declaration
from workbench.declarations.parties import Parties
from workbench.declarations.reconcile import deliverable_key


def declared_by_others(session: Session, stand: Stand) -> Iterator[watch.Noted]:
    """Each party but ourselves whose declaration for the document, in any edition, became known since the pin."""
    statement = select(Declaration).where(
        Declaration.deliverable_key == deliverable_key(None, stand.item.reference),
        Declaration.first_seen > stand.pin.at,
    )
    rows = session.exec(statement.order_by(col(Declaration.id))).all()
    if not rows:
        return
    parties, own = Parties(session), own_names(session)
    first = {parties.of(row.holder): row.key for row in reversed(rows)}
    for party, key in first.items():
        if party not in own:
            yield Event.COMPETITOR_DECLARATION, {"key": f"{stand.pin.id}:{party}", "party": party, "declaration": key}


watch.register(declared_by_others)
