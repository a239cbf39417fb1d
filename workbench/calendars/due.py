"""What is due: the ballots that are open, each with its three deadlines, announced or estimated."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from scrapers.records import Precision
from workbench.ballots.models import Ballot, BallotState
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind, BallotRule, EstimatedBallot, estimate_ballot, load_ballot_rules
from workbench.standards.deadlines import Basis, DeadlineRules, Deadlines, deadlines, load_deadline_rules
from workbench.standards.models import StageEvent, WorkItem
from workbench.standards.stage_history import StageDate


@dataclass(frozen=True, slots=True)
class DueRules:
    """What deadlines are computed from: lengths of ballots, rules of the inner deadlines, days nobody works."""

    lengths: Sequence[BallotRule]
    inner: DeadlineRules
    closed_days: Collection[dt.date] = ()


@dataclass(frozen=True, slots=True)
class DueBallot:
    """An open ballot. Without `deadlines` no source dates its opening."""

    item: WorkItem
    kind: BallotKind
    iteration: int
    consultation: bool
    may_be_proof: bool
    opens_on: dt.date | None
    opening: Precision | None
    deadlines: Deadlines | None

    @property
    def uid(self) -> str:
        """The same for life: of the project, the kind of ballot and its iteration, and of nothing else."""
        return ballot_uid(self.item.iso_id, self.kind, self.iteration)

    @property
    def estimated(self) -> bool:
        return self.deadlines is None or self.deadlines.iso.basis is Basis.ESTIMATED


def ballot_uid(iso_id: int, kind: BallotKind, iteration: int) -> str:
    """The stable name of a ballot in calendars, without its domain."""
    return hashlib.sha256(f"{iso_id}/{kind}/{iteration}".encode()).hexdigest()[:32]


def due_rules(settings: Settings) -> DueRules:
    """The rules in force. Raises BallotRulesError or DeadlineRulesError."""
    return DueRules(load_ballot_rules(settings.ballot_rules), load_deadline_rules(), frozenset(settings.closed_days))


def open_ballots(session: Session, rules: DueRules, today: dt.date) -> list[DueBallot]:
    """Every open ballot of an item that is still listed, by the innermost deadline, those without a date last.

    What was announced, of a kind and iteration, wins over the estimate of it.
    """
    items = {row.id: row for row in session.exec(select(WorkItem).where(col(WorkItem.missing_since).is_(None)))}
    histories = histories_of(session)
    announced: Mapping[int, dict[tuple[BallotKind, int], Ballot]] = defaultdict(dict)
    for row in session.exec(select(Ballot)):
        announced[row.work_item_id][row.kind, row.iteration] = row
    found = []
    for item_id, item in items.items():
        if item_id is None:
            continue
        known = announced.get(item_id, {})
        estimate = estimate_ballot(
            item.deliverable_type, item.supplement_type, item.stage, histories.get(item_id, ()), rules.lengths, today
        )
        if estimate is not None and estimate.is_open:
            iteration = _iteration(estimate, histories.get(item_id, ()), known)
            if (estimate.kind, iteration) not in known:
                found.append(_estimated(item, estimate, iteration, rules))
        else:
            estimate = None
        found += [_announced(item, row, estimate, rules) for row in known.values() if _is_open(row, estimate, today)]
    return sorted(found, key=_by_deadline)


def histories_of(session: Session) -> dict[int, list[StageDate]]:
    """The stages of every work item in order, by its row's key."""
    histories: dict[int, list[StageDate]] = defaultdict(list)
    for event in session.exec(select(StageEvent).order_by(col(StageEvent.date), col(StageEvent.stage))):
        histories[event.work_item_id].append(StageDate(event.date, event.stage, event.precision))
    return histories


def _is_open(row: Ballot, estimate: EstimatedBallot | None, today: dt.date) -> bool:
    if row.state is not BallotState.OPEN:
        return False
    return row.closes_on >= today if row.closes_on else estimate is not None and estimate.kind is row.kind


def _iteration(estimate: EstimatedBallot, history: Iterable[StageDate], known: Iterable[tuple[BallotKind, int]]) -> int:
    """How often the item came to the stage, having been elsewhere in between; at least the newest one known."""
    arrivals, last = 0, None
    for event in history:
        if event.stage == estimate.stage and event.stage != last:
            arrivals += 1
        last = event.stage
    return max([arrivals, 1, *(iteration for kind, iteration in known if kind is estimate.kind)])


def _estimated(item: WorkItem, estimate: EstimatedBallot, iteration: int, rules: DueRules) -> DueBallot:
    closes = estimate.closes_on
    return DueBallot(
        item=item,
        kind=estimate.kind,
        iteration=iteration,
        consultation=estimate.consultation,
        may_be_proof=estimate.may_be_proof,
        opens_on=estimate.opens_on,
        opening=estimate.precision,
        deadlines=None
        if closes is None
        else deadlines(
            estimate.kind, closes, Basis.ESTIMATED, rules.inner, source=estimate.source, closed_days=rules.closed_days
        ),
    )


def _announced(item: WorkItem, row: Ballot, estimate: EstimatedBallot | None, rules: DueRules) -> DueBallot:
    same = estimate if estimate is not None and estimate.kind is row.kind else None
    closes, basis = row.closes_on, Basis.ANNOUNCED
    if closes is None and same is not None:
        closes, basis = same.closes_on, Basis.ESTIMATED
    return DueBallot(
        item=item,
        kind=row.kind,
        iteration=row.iteration,
        consultation=same.consultation if same else False,
        may_be_proof=False,
        opens_on=row.opens_on or (same.opens_on if same else None),
        opening=Precision.DAY if row.opens_on else same.precision if same else None,
        deadlines=None
        if closes is None
        else deadlines(
            row.kind,
            closes,
            basis,
            rules.inner,
            source=row.source,
            national=row.national_close,
            company=row.company_close,
            closed_days=rules.closed_days,
        ),
    )


def _by_deadline(ballot: DueBallot) -> tuple[dt.date, str, int]:
    day = ballot.deadlines.ours.day if ballot.deadlines else dt.date.max
    return day, ballot.item.reference, ballot.iteration
