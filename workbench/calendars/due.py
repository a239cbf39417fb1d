"""What is due: the open ballots, each with a name that is the same for life."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlmodel import Session

from workbench.ballots.queries import BallotView, ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.standards.deadlines import Deadlines


@dataclass(frozen=True, slots=True)
class DueBallot:
    """An open ballot whose closing day is announced or estimated."""

    view: BallotView
    deadlines: Deadlines

    @property
    def key(self) -> str:
        """Of the project, the kind of ballot and its iteration, and of nothing else."""
        return f"{self.view.item.iso_id}/{self.view.kind}/{self.view.iteration}"

    @property
    def uid(self) -> str:
        """The stable name in calendars, without its domain; it tells nothing to whom it is shown."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]


def due_ballots(session: Session, rules: Rulebook, today: dt.date) -> list[DueBallot]:
    """Every open ballot with a closing day, of items that are still listed, by the innermost deadline."""
    return [
        DueBallot(view, view.deadlines)
        for view in ballot_views(session, rules, today)
        if view.is_open and view.deadlines is not None and view.item.missing_since is None
    ]
