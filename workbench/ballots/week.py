"""What the rules say of one ballot and its work item: the count, the duty to vote, the limit dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from workbench.ballots.limits import Limit, limits, registered_on
from workbench.ballots.models import BallotState, ItemTrack, MemberVote, PositionLevel
from workbench.ballots.obligations import DutyState, Owed, duty_state
from workbench.ballots.queries import BallotView, ballot_views, p_members, track_of
from workbench.ballots.rulebook import Rulebook
from workbench.standards.models import WorkItem
from workbench.standards.queries import stage_events
from workbench.standards.stage_history import StageDate
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


def duty_of(session: Session, rules: Rulebook, view: BallotView, today: dt.date) -> DutyState | None:
    """How the duty to vote stands for the member body of the rules in the year this ballot closes.

    None where no duty covers the kind, no closing day is known, or the member is no P-member of the committee.
    """
    duty = rules.obligations.duty_for(view.kind)
    if duty is None or view.closes_on is None:
        return None
    member = rules.obligations.member
    roster, _ = p_members(session, view.item.committee, view.closes_on)
    if member not in roster:
        return None
    voted = set(session.exec(select(MemberVote.ballot_id).where(MemberVote.member == member)))
    owed = []
    for each in ballot_views(session, rules, today):
        if each.closes_on is None or each.item.committee != view.item.committee or each.state is BallotState.CANCELLED:
            continue
        # Only what was announced can have been missed; an estimate may be of no ballot at all.
        if each.row is None and each.closes_on < today:
            continue
        answered = each.row is not None and (each.row.id in voted or PositionLevel.NATIONAL in each.positions)
        owed.append(Owed(each.kind, each.closes_on, answered))
    return duty_state(duty, owed, view.closes_on.year, today)


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
