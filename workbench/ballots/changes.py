"""What becomes known of ballots, for the change log: announced, moved, closed or cancelled, with a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workbench.ballots.models import Ballot
from workbench.history.log import ChangeWriter
from workbench.history.models import Entity
from workbench.standards.models import WorkItem

TOLD: Final = ("opens_on", "closes_on", "national_close", "company_close", "state", "result")
"""The fields whose changes are told; what is only counted by, such as the roster, stays in the trail."""
_DAYS: Final = TOLD[:4]


def ballot_key(iso_id: int, kind: str, iteration: int) -> str:
    """The key of a ballot in the change log: project, kind and iteration, such as `81230/DIS/1`."""
    return f"{iso_id}/{kind}/{iteration}"


def note_ballot(
    log: ChangeWriter,
    item: WorkItem,
    ballot: Ballot,
    changes: Mapping[str, tuple[Any, Any]],
    snapshot_id: int | None,
    *,
    inserted: bool = False,
) -> None:
    """Write what changed of a ballot, each field as (before, after), both as JSON.

    The first closing day that anybody announces makes a ballot new; the days that come with it say nothing more.
    """
    key = ballot_key(item.iso_id, ballot.kind.value, ballot.iteration)
    closes_on = changes.get("closes_on")
    new = inserted or (closes_on is not None and closes_on[0] is None)
    if new:
        log.new(Entity.BALLOT, key, f"{item.reference} {ballot.kind.value}", snapshot_id)
    for field in TOLD:
        if field not in changes:
            continue
        before, after = changes[field]
        if not (new and field in _DAYS and before is None):
            log.changed(Entity.BALLOT, key, field, before, after, snapshot_id)
