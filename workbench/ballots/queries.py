"""Reads of ballots: announced ones and estimates as one list, what needs an answer, positions, votes, rosters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.records import Precision
from workbench.ballots.models import (
    Ballot,
    BallotState,
    Follow,
    ItemTrack,
    MemberVote,
    Position,
    PositionLevel,
    Roster,
    WaitingBallot,
    WaitingState,
)
from workbench.ballots.rulebook import Rulebook
from workbench.db import key_of
from workbench.standards.ballots import BallotKind, BallotRule, EstimatedBallot
from workbench.standards.deadlines import Basis, Deadlines, deadlines
from workbench.standards.models import Committee, CommitteeMember, MemberKind, StageEvent, WorkItem
from workbench.standards.queries import natural_order, open_ballots

BALLOT_FILTERS: Final = ("q", "kind", "state", "basis", "answer", "committee", "followed")
BALLOT_SORTS: Final = ("company", "closes", "reference", "kind")
_LATE_OBSERVATION: Final = dt.timedelta(weeks=6)
"""A stage that polling first saw so long after the close of its ballot still belongs to that ballot."""


@dataclass(frozen=True, slots=True)
class BallotView:
    """A ballot with what is announced, else estimated of it. `row` is None where nothing but the estimate is known.

    `deadlines` is None where no closing day is known. `positions` are the current ones of each level.
    """

    item: WorkItem
    kind: BallotKind
    iteration: int
    row: Ballot | None
    estimate: EstimatedBallot | None
    rule: BallotRule | None
    opens_on: dt.date | None
    precision: Precision | None
    closes_on: dt.date | None
    basis: Basis
    state: BallotState
    deadlines: Deadlines | None
    positions: Mapping[PositionLevel, Position]

    @property
    def is_open(self) -> bool:
        return self.state is BallotState.OPEN

    @property
    def company(self) -> Position | None:
        return self.positions.get(PositionLevel.COMPANY)

    @property
    def national(self) -> Position | None:
        return self.positions.get(PositionLevel.NATIONAL)

    @property
    def consultation(self) -> bool:
        return self.rule is not None and self.rule.consultation

    @property
    def ours(self) -> dt.date | None:
        """The company's deadline, or the innermost one there is."""
        return self.deadlines.ours.day if self.deadlines else None


def ballot_views(session: Session, rules: Rulebook, today: dt.date) -> list[BallotView]:
    """Every announced ballot and every open estimated one, each once, by the company's deadline; unknown ones last."""
    rows: dict[tuple[int, BallotKind], list[Ballot]] = {}
    statement = select(Ballot, WorkItem).join(WorkItem, col(WorkItem.id) == Ballot.work_item_id)
    items: dict[int, WorkItem] = {}
    for row, item in session.exec(statement.order_by(col(Ballot.iteration))):
        rows.setdefault((row.work_item_id, row.kind), []).append(row)
        items[row.work_item_id] = item
    current = _current_positions(session)
    stages = {rule.stage for rule in rules.lengths}
    balloted = select(StageEvent).join(WorkItem, col(WorkItem.id) == StageEvent.work_item_id)
    came = arrivals(session.exec(balloted.where(col(WorkItem.stage).in_(stages))))
    views, used = [], {}
    for each in open_ballots(session, rules.lengths, today):
        key = (key_of(each.item), each.ballot.kind)
        times = len(came.get((key[0], each.ballot.stage), ()))
        iteration = estimated_iteration(rows.get(key, []), each.ballot, times)
        found = next((row for row in rows.get(key, []) if row.iteration == iteration), None)
        if found is None:
            views.append(_view(each.item, each.ballot.kind, iteration, None, each.ballot, rules, today, {}))
        else:
            used[key_of(found)] = each.ballot
    for row in (row for held in rows.values() for row in held):
        positions = current.get(key_of(row), {})
        estimate = used.get(key_of(row))
        views.append(_view(items[row.work_item_id], row.kind, row.iteration, row, estimate, rules, today, positions))
    return sorted(views, key=lambda view: (view.ours or dt.date.max, view.item.iso_id, view.kind, view.iteration))


def ballot_view(
    session: Session, rules: Rulebook, today: dt.date, iso_id: int, kind: BallotKind, iteration: int
) -> BallotView | None:
    """One ballot by its domain key; None where neither an announcement nor an open estimate is known of it."""
    return next(
        (
            view
            for view in ballot_views(session, rules, today)
            if (view.item.iso_id, view.kind, view.iteration) == (iso_id, kind, iteration)
        ),
        None,
    )


def needs_my_answer(
    session: Session,
    rules: Rulebook,
    today: dt.date,
    *,
    account_id: int | None = None,
    recipient_id: int | None = None,
    views: Sequence[BallotView] | None = None,
) -> list[BallotView]:
    """Open ballots of followed work items without a position of the company, by the company's deadline.

    Follow lists are those of the account or of the recipient of the digest; who follows nothing is told of everything.
    `views` are all ballots (`ballot_views`), where they were read already.
    """
    followed = followed_items(session, account_id=account_id, recipient_id=recipient_id)
    return [
        view
        for view in (ballot_views(session, rules, today) if views is None else views)
        if view.is_open and view.company is None and (followed is None or key_of(view.item) in followed)
    ]


def followed_items(
    session: Session, *, account_id: int | None = None, recipient_id: int | None = None
) -> frozenset[int] | None:
    """Keys of the work items that somebody follows; None where he has no list and is told of everything."""
    if account_id is None and recipient_id is None:
        return None
    column = (Follow.account_id, account_id) if account_id is not None else (Follow.recipient_id, recipient_id)
    found = session.exec(select(Follow.work_item_id).where(column[0] == column[1])).all()
    return frozenset(found) or None


def arrivals(events: Iterable[StageEvent]) -> dict[tuple[int, str], list[dt.date]]:
    """The days on which work items came to a stage from elsewhere, by the item's key and the stage, in order."""
    found: dict[tuple[int, str], list[dt.date]] = {}
    at: dict[int, str] = {}
    for event in sorted(events, key=lambda event: (event.date, event.stage)):
        if at.get(event.work_item_id) != event.stage:
            found.setdefault((event.work_item_id, event.stage), []).append(event.date)
            at[event.work_item_id] = event.stage
    return found


def estimated_iteration(rows: Sequence[Ballot], estimate: EstimatedBallot, times: int = 1) -> int:
    """Which iteration of its kind an estimated ballot is, beside those that are known (in their order).

    `times`: how often the item came to the stage. It is the last one known, unless that is over and the stage was
    reached anew after its close; where no close is known, the times tell.
    """
    if not rows:
        return max(1, times)
    last = rows[-1]
    if last.closes_on is None:
        return max(last.iteration, times)
    if estimate.opens_on is None:
        return last.iteration
    late = dt.timedelta() if estimate.precision is Precision.DAY else _LATE_OBSERVATION
    return last.iteration + 1 if estimate.opens_on > last.closes_on + late else last.iteration


def filtered(
    views: Iterable[BallotView], filters: Mapping[str, str], followed: frozenset[int] | None = None
) -> list[BallotView]:
    """The ballots that the filters (`BALLOT_FILTERS`) leave; an empty filter is none.

    `state` is open, closed or cancelled; `answer` is needed or given; `basis` announced or estimated. The filter
    `followed`, whatever it says, leaves those of the work items in `followed` (`followed_items`; None: all).
    """
    words = filters.get("q", "").casefold().split()[:12]

    def fits(view: BallotView) -> bool:
        text = f"{view.item.reference} {view.item.title_en or ''} {view.item.iso_id}".casefold()
        needed = view.is_open and view.company is None
        wanted = {"needed": needed, "given": view.company is not None}
        return (
            all(word in text for word in words)
            and filters.get("kind") in (None, "", view.kind.value)
            and filters.get("state") in (None, "", view.state.value)
            and filters.get("basis") in (None, "", view.basis.value)
            and filters.get("committee") in (None, "", view.item.committee)
            and wanted.get(filters.get("answer", ""), True)
            and (followed is None or not filters.get("followed") or key_of(view.item) in followed)
        )

    return [view for view in views if fits(view)]


def ordered(views: Iterable[BallotView], sort: str) -> list[BallotView]:
    """In an order of `BALLOT_SORTS`, with `-` before it descending; unknown days are last either way."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    found = list(views)
    if key in ("company", "closes"):
        dated = [view for view in found if view.closes_on is not None]
        dated.sort(
            key=lambda view: (view.ours if key == "company" else view.closes_on) or dt.date.max, reverse=descending
        )
        return dated + [view for view in found if view.closes_on is None]
    if key == "kind":
        return sorted(found, key=lambda view: (list(BallotKind).index(view.kind), view.iteration), reverse=descending)
    return sorted(found, key=lambda view: natural_order(view.item.reference), reverse=descending)


def export_rows(views: Iterable[BallotView]) -> Iterator[dict[str, Any]]:
    """Ballots in the shape that others rely on; `position` is the company's."""
    for view in views:
        national = view.deadlines.national if view.deadlines else None
        company = view.deadlines.company if view.deadlines else None
        yield {
            "work_item": view.item.reference,
            "iso_id": view.item.iso_id,
            "kind": view.kind.value,
            "iteration": view.iteration,
            "state": view.state.value,
            "opens_on": view.opens_on.isoformat() if view.opens_on else None,
            "closes_on": view.closes_on.isoformat() if view.closes_on else None,
            "closes_on_basis": view.basis.value,
            "national_close": national.day.isoformat() if national else None,
            "national_close_basis": national.basis.value if national else None,
            "company_close": company.day.isoformat() if company else None,
            "company_close_basis": company.basis.value if company else None,
            "position": view.company.answer.value if view.company else None,
            "national_position": view.national.answer.value if view.national else None,
            "result": view.row.result.value if view.row and view.row.result else None,
        }


def position_history(session: Session, ballot: Ballot) -> Sequence[Position]:
    """Every position on a ballot, newest first."""
    statement = select(Position).where(Position.ballot_id == ballot.id).order_by(sa.desc(col(Position.id)))
    return session.exec(statement).all()


def votes_of(session: Session, ballot: Ballot) -> Sequence[MemberVote]:
    """The votes of a ballot, by member."""
    statement = select(MemberVote).where(MemberVote.ballot_id == ballot.id).order_by(col(MemberVote.member))
    return session.exec(statement).all()


def p_members(session: Session, committee: str | None, day: dt.date) -> tuple[list[str], dt.date | None]:
    """The P-members of a committee on a day, and the day of the roster; None where they are those ISO lists now."""
    if committee is None:
        return [], None
    statement = select(Roster).where(Roster.committee == committee, col(Roster.dated) <= day)
    roster = session.exec(statement.order_by(sa.desc(col(Roster.dated)))).first()
    if roster is not None:
        return list(roster.members), roster.dated
    listed = (
        select(CommitteeMember.acronym)
        .join(Committee, col(Committee.id) == CommitteeMember.committee_id)
        .where(Committee.reference == committee, CommitteeMember.kind == MemberKind.P)
        .order_by(col(CommitteeMember.acronym))
    )
    return list(dict.fromkeys(session.exec(listed))), None


def waiting_ballots(session: Session) -> Sequence[WaitingBallot]:
    """Ballots of unknown work items that wait for a person, newest first."""
    waiting = select(WaitingBallot).where(WaitingBallot.state == WaitingState.WAITING)
    return session.exec(waiting.order_by(sa.desc(col(WaitingBallot.last_seen)), col(WaitingBallot.id))).all()


def track_of(session: Session, item: WorkItem) -> ItemTrack | None:
    return session.get(ItemTrack, key_of(item))


def _current_positions(session: Session) -> dict[int, dict[PositionLevel, Position]]:
    found: dict[int, dict[PositionLevel, Position]] = {}
    for each in session.exec(select(Position).order_by(col(Position.id))):
        found.setdefault(each.ballot_id, {})[each.level] = each
    return found


def _view(
    item: WorkItem,
    kind: BallotKind,
    iteration: int,
    row: Ballot | None,
    estimate: EstimatedBallot | None,
    rules: Rulebook,
    today: dt.date,
    positions: Mapping[PositionLevel, Position],
) -> BallotView:
    announced = row is not None and row.closes_on is not None
    closes_on = row.closes_on if row and announced else estimate.closes_on if estimate else None
    opens_on = row.opens_on if row and row.opens_on else None
    precision = Precision.DAY if opens_on else None
    if opens_on is None and estimate is not None:
        opens_on, precision = estimate.opens_on, estimate.precision
    state = row.state if row else BallotState.OPEN
    # A ballot that nobody announced ends when its stage does; no stage belongs to a committee internal ballot.
    over = row is not None and estimate is None and kind is not BallotKind.CIB
    if announced and closes_on:
        over = closes_on < today
    if state is BallotState.OPEN and over:
        state = BallotState.CLOSED
    rule = _length_rule(item, kind, opens_on or closes_on or today, rules)
    found = None
    if closes_on is not None:
        found = deadlines(
            kind,
            closes_on,
            Basis.ANNOUNCED if announced else Basis.ESTIMATED,
            rules.deadlines,
            source=row.source if row and announced else estimate.source if estimate else "",
            national=row.national_close if row else None,
            company=row.company_close if row else None,
            closed_days=rules.closed_days,
        )
    return BallotView(
        item=item,
        kind=kind,
        iteration=iteration,
        row=row,
        estimate=estimate,
        rule=rule,
        opens_on=opens_on,
        precision=precision,
        closes_on=closes_on,
        basis=Basis.ANNOUNCED if announced else Basis.ESTIMATED,
        state=state,
        deadlines=found,
        positions=positions,
    )


def _length_rule(item: WorkItem, kind: BallotKind, day: dt.date, rules: Rulebook) -> BallotRule | None:
    kind_rules = [rule for rule in rules.lengths if rule.kind is kind and rule.in_force(day)]
    deliverable = item.deliverable_type
    return next((rule for rule in kind_rules if deliverable is None or rule.covers(deliverable)), None)
