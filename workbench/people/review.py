"""What delegates see of the IP review of a work item: pending, or done for its newest draft. Nothing else.

The word is set by people of the IP side and by nothing else. It is "pending" for every work item until then, whether or
not anybody looks at it, and "pending" again when a newer draft arrives; so it tells that a review was finished for a
draft that everybody can see, and nothing of whether there was anything to find.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

from sqlmodel import Session, col, select

from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Review, TrailAction


class ReviewState(StrEnum):
    PENDING = "pending"
    DONE = "done"


def review_state(session: Session, iso_id: int, newest_draft: str) -> ReviewState:
    """The state for a work item whose newest draft has this label; empty where it has no draft."""
    row = session.get(Review, iso_id)
    return ReviewState.DONE if row is not None and row.draft == newest_draft else ReviewState.PENDING


def review_states(session: Session, newest_drafts: dict[int, str]) -> dict[int, ReviewState]:
    """The states of many work items, by ISO id."""
    rows = session.exec(select(Review).where(col(Review.iso_id).in_(_keys(newest_drafts)))).all()
    done = {row.iso_id for row in rows if newest_drafts[row.iso_id] == row.draft}
    return {iso_id: ReviewState.DONE if iso_id in done else ReviewState.PENDING for iso_id in newest_drafts}


def publish_review(
    session: Session, viewer: Viewer, iso_id: int, newest_draft: str, state: ReviewState, now: dt.datetime
) -> None:
    """Say that the review of a work item is done for its newest draft, or pending again."""
    row = session.get(Review, iso_id)
    if row is not None:
        session.delete(row)
        session.flush()
    if state is ReviewState.DONE:
        session.add(Review(iso_id=iso_id, draft=newest_draft, set_at=now))
    details = {"state": state, "draft": newest_draft}
    record(session, viewer, TrailAction.CHANGED, "review", iso_id, details, at=now)


def _keys(newest_drafts: dict[int, str]) -> Collection[int]:
    return sorted(newest_drafts)
