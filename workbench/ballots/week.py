"""What the rules say of one ballot and its work item: the count, the duty to vote, the limit dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.ballots.limits import Limit, LimitState, limits, registered_on
from workbench.ballots.models import BallotState, ItemTrack, MemberVote, PositionLevel
from workbench.ballots.obligations import DutyState, Owed, duty_state
from workbench.ballots.queries import BallotView, ballot_views, p_members, track_of
from workbench.ballots.rulebook import Rulebook
from workbench.standards.ballots import BallotKind
from workbench.standards.models import WorkItem
from workbench.standards.queries import stage_events
from workbench.standards.stage_history import StageDate
from workbench.standards.status import Status, status_of
from workbench.standards.tallies import Condition, Tally, Vote, WhatIf, rule_for, tally, what_if


@dataclass(frozen=True, slots=True)
class Count:
    """The tally of the votes known so far. `what_if` is None for systematic reviews and where no roster is known."""

    tally: Tally
    what_if: WhatIf | None


@dataclass(frozen=True, slots=True)
class LimitDates:
    """The track of a work item with its limits. `start` is month 0; without one there are no limits."""

    choice: ItemTrack | None
    start: dt.date | None
    known_start: dt.date | None
    limits: tuple[Limit, ...]


def counted(
    view: BallotView, votes: Sequence[MemberVote], roster: Sequence[str], rules: Rulebook, day: dt.date
) -> Count | None:
    """Count the votes by the rule in force on the closing day; None where no rule says anything."""
    rule = rule_for(view.kind, day, rules.tallies)
    if rule is None:
        return None
    cast = [Vote(each.member, each.p_member, each.answer, each.reasons, each.names_expert) for each in votes]
    found = tally(rule, cast, p_members=len(roster), countries=view.row.countries if view.row else None)
    undecided = bool(roster) and view.is_open and Condition.REVIEW not in rule.tests
    return Count(found, what_if(rule, cast, roster) if undecided else None)


Place = tuple[int, BallotKind, int]
"""Which ballot: the project's ISO id, kind and iteration."""


def duty_of(session: Session, rules: Rulebook, view: BallotView, today: dt.date) -> DutyState | None:
    """How the duty to vote stands for the member body of the rules in the year this ballot closes.

    None where no duty covers the kind, no closing day is known, or the member is no P-member of the committee.
    """
    if rules.obligations.duty_for(view.kind) is None or view.closes_on is None:
        return None
    return _Duties(session, rules, ballot_views(session, rules, today), today).of(view)


def must_vote(session: Session, rules: Rulebook, views: Sequence[BallotView], today: dt.date) -> dict[Place, DutyState]:
    """The open ballots in which the member body of the rules owes a vote, with how the duty stands.

    `views` are all ballots there are (`ballot_views`): what was missed before counts too.
    """
    duties = _Duties(session, rules, views, today)
    owed = [view for view in views if view.is_open and not duties.answered(view)]
    found = {(view.item.iso_id, view.kind, view.iteration): duties.of(view) for view in owed}
    return {place: state for place, state in found.items() if state is not None}


class _Duties:
    """The ballots that were or are to be answered, by committee, read once for as many questions as there are."""

    def __init__(self, session: Session, rules: Rulebook, views: Sequence[BallotView], today: dt.date) -> None:
        self._session, self._rules, self._today = session, rules, today
        self._voted = set(session.exec(select(MemberVote.ballot_id).where(MemberVote.member == self.member)))
        self._owed: dict[str | None, list[Owed]] = {}
        self._rosters: dict[tuple[str | None, dt.date], bool] = {}
        for each in views:
            if each.closes_on is None or each.state is BallotState.CANCELLED:
                continue
            # Only what was announced can have been missed; an estimate may be of no ballot at all.
            if each.row is None and each.closes_on < today:
                continue
            owed = Owed(each.kind, each.closes_on, self.answered(each))
            self._owed.setdefault(each.item.committee, []).append(owed)

    @property
    def member(self) -> str:
        return self._rules.obligations.member

    def answered(self, view: BallotView) -> bool:
        """Whether the vote of the member, or its national position, is known."""
        return view.row is not None and (view.row.id in self._voted or PositionLevel.NATIONAL in view.positions)

    def of(self, view: BallotView) -> DutyState | None:
        duty = self._rules.obligations.duty_for(view.kind)
        if duty is None or view.closes_on is None or not self._listed(view.item.committee, view.closes_on):
            return None
        return duty_state(duty, self._owed.get(view.item.committee, ()), view.closes_on.year, self._today)

    def _listed(self, committee: str | None, day: dt.date) -> bool:
        if (committee, day) not in self._rosters:
            self._rosters[committee, day] = self.member in p_members(self._session, committee, day)[0]
        return self._rosters[committee, day]


@dataclass(frozen=True, slots=True)
class MissedLimit:
    """A limit of a work item's track that is past while its stage was not reached."""

    item: WorkItem
    track: str
    limit: Limit


def missed_limits(session: Session, rules: Rulebook, today: dt.date) -> list[MissedLimit]:
    """Every missed limit of work items that go on and have a track, by the day until which to decide."""
    tracked = select(WorkItem).join(ItemTrack, col(ItemTrack.work_item_id) == col(WorkItem.id))
    found = []
    for item in session.exec(tracked.order_by(col(WorkItem.iso_id))):
        if status_of(item.stage) not in (Status.PROPOSED, Status.IN_PROGRESS):
            continue
        dates = limits_of(session, rules, item, today)
        found += [
            MissedLimit(item, dates.choice.track, each)
            for each in dates.limits
            if dates.choice and each.state in (LimitState.AT_RISK, LimitState.PAST)
        ]
    return sorted(found, key=lambda each: (each.limit.decide_by, each.item.iso_id))


def limits_of(session: Session, rules: Rulebook, item: WorkItem, today: dt.date) -> LimitDates:
    """The limit dates of a work item by the track that people named and the day it was registered."""
    history = [StageDate(event.date, event.stage, event.precision) for event in stage_events(session, item)]
    choice = track_of(session, item)
    known = registered_on(history, rules.limits)
    start = choice.registered_on if choice and choice.registered_on else known
    track = rules.limits.named(choice.track) if choice else None
    if track is None or start is None:
        return LimitDates(choice, start, known, ())
    return LimitDates(choice, start, known, limits(track, start, history, item.stage, rules.limits, today))
