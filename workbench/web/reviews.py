"""For which draft of a work item the IP review counts."""

from __future__ import annotations

from sqlmodel import Session, col, select

from workbench.standards.models import Draft, WorkItem


def newest_draft(reading: Session, item: WorkItem) -> str:
    """The label of the draft of a work item that was imported last; empty where it has none."""
    statement = select(Draft.label).where(Draft.work_item_id == item.id).order_by(col(Draft.id).desc())
    return reading.exec(statement).first() or ""
