"""What is due: the open ballots, each with a name that is the same for life."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.ballots.queries import BallotView, ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.db import key_of
from workbench.standards.deadlines import Deadlines
from workbench.standards.models import StageEvent


@dataclass(frozen=True, slots=True)
class DueBallot:
    """An open ballot whose closing day is announced or estimated. `iteration` counts from 1."""

    view: BallotView
    iteration: int
    deadlines: Deadlines

    @property
    def key(self) -> str:
        """Of the project, the kind of ballot and its iteration, and of nothing else."""
        return f"{self.view.item.iso_id}/{self.view.kind}/{self.iteration}"

    @property
    def uid(self) -> str:
        """The stable name in calendars, without its domain; it tells nothing to whom it is shown."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


def due_ballots(session: Session, rules: Rulebook, today: dt.date) -> list[DueBallot]:
    """Every open ballot with a closing day, of items that are still listed, by the innermost deadline."""
    arrivals = _arrivals(session)
    return [
        DueBallot(view, _iteration(view, arrivals[key_of(view.item)]), view.deadlines)
        for view in ballot_views(session, rules, today)
        if view.is_open and view.deadlines is not None and view.item.missing_since is None
    ]


def _arrivals(session: Session) -> defaultdict[int, list[str]]:
    """The stages of each work item, by its row's key, in order and without repetitions."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for event in session.exec(select(StageEvent).order_by(col(StageEvent.date), col(StageEvent.stage))):
        if found[event.work_item_id][-1:] != [event.stage]:
            found[event.work_item_id].append(event.stage)
    return found


def _iteration(view: BallotView, stages: Iterable[str]) -> int:
    """As announced; where nothing is, how often the item came to the stage of the ballot from elsewhere."""
    if view.row is not None or view.estimate is None:
        return view.iteration
    return max(view.iteration, sum(stage == view.estimate.stage for stage in stages))
