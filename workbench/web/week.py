"""This week: what is due, what changed, what is new, what is coming up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, url_for

from workbench.ballots.queries import BallotView, ballot_views, followed_items, needs_my_answer
from workbench.ballots.week import missed_limits, must_vote
from workbench.calendars.meetings import coming_meetings
from workbench.calendars.models import Meeting
from workbench.comments.queries import own_comments
from workbench.db import key_of
from workbench.history import queries as history
from workbench.history.models import Change, ChangeKind, Entity, Snapshot
from workbench.standards.deadlines import Basis
from workbench.standards.tasks import open_tasks
from workbench.web.ballot_rules import rulebook
from workbench.web.change_rows import ChangeGroup, change_rows, grouped
from workbench.web.changes import in_zone
from workbench.web.context import local, session, today, viewer
from workbench.web.listing import argument
from workbench.web.sources import source_states
from workbench.web.timeline import WEEKS, CalendarEntry, calendar

DUE_DAYS: Final = 14
SHOWN: Final = 40
SHOWN_PUBLICATIONS: Final = 5
SHOWN_COMMENTS: Final = 8

blueprint = Blueprint("week", __name__)


@blueprint.get("/")
def index() -> str:
    chosen = _day(argument("until"))
    newest = history.newest_change(session())
    newest_day = local(newest).date() if newest else None
    until = chosen or today()
    quiet = chosen is None and newest_day is not None and newest_day <= until - dt.timedelta(days=7)
    if quiet and newest_day is not None:
        until = newest_day
    since = until - dt.timedelta(days=6)
    window = {"since": since.isoformat(), "until": until.isoformat()}
    account = viewer().account_id
    followed = followed_items(session(), account_id=account)
    everything = ballot_views(session(), rulebook(), today())
    ballots = [each for each in everything if each.is_open and (followed is None or key_of(each.item) in followed)]
    soon = today() + dt.timedelta(days=DUE_DAYS)
    coming = [each for each in ballots if _coming(each)]
    meetings = [each for each in coming_meetings(session(), today(), _last_day()) if not each.cancelled]
    counts = history.count_changes_by_entity(session(), in_zone(window))
    lists = {kind.value: _listed(kind, window, counts) for kind in ChangeKind}
    return render_template(
        "web/week.html",
        since=since,
        until=until,
        window=window,
        current=until == today(),
        follows=None if followed is None else len(followed),
        ballots_known=bool(ballots),
        earlier=(since - dt.timedelta(days=1)).isoformat(),
        later=min(until + dt.timedelta(days=7), today()).isoformat(),
        quiet=quiet,
        newest=newest_day,
        due=[each for each in ballots if _due(each, soon)],
        unanswered=needs_my_answer(session(), rulebook(), today(), account_id=account, views=everything),
        past=[each for each in ballots if each.closes_on is not None and each.closes_on < today()],
        undated=[each for each in ballots if each.closes_on is None],
        must_vote=must_vote(session(), rulebook(), everything, today()),
        limits=[
            each
            for each in missed_limits(session(), rulebook(), today())
            if followed is None or key_of(each.item) in followed
        ],
        coming=coming,
        meetings=meetings,
        picture=calendar([*map(_entry, coming), *map(_meeting, meetings)], today()),
        lists=lists,
        counts=counts,
        comments=own_comments(session(), viewer(), SHOWN_COMMENTS),
        tasks=open_tasks(session()),
        states=[state for state in source_states() if state.configured],
    )


@dataclass(frozen=True)
class Listed:
    """The changes of a kind: how many, the first of them, and how many publications are only counted."""

    total: int
    groups: list[ChangeGroup]
    publications: int


def _listed(kind: ChangeKind, window: dict[str, str], counts: dict[tuple[Entity, ChangeKind], int]) -> Listed:
    """An import brings publications by the hundred; more than a few are counted, so that they hide nothing else."""
    numbers = {entity: counts[entity, kind] for entity in Entity if (entity, kind) in counts}
    total = sum(numbers.values())
    publications = numbers.pop(Entity.PUBLICATION, 0)
    if 0 < publications <= SHOWN_PUBLICATIONS:
        numbers[Entity.PUBLICATION], publications = publications, 0
    found: list[tuple[Change, Snapshot | None]] = []
    for entity in numbers:
        filters = in_zone({**window, "kind": kind, "entity": entity})
        found.extend(history.change_page(session(), filters, limit=SHOWN))
    return Listed(total, grouped(change_rows(session(), found)), publications)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1947 <= day.year <= 2200 else None


def _due(view: BallotView, soon: dt.date) -> bool:
    """Open at ISO, and the company's deadline is past or near: after it a ballot can still be answered."""
    return view.ours is not None and view.closes_on is not None and view.closes_on >= today() and view.ours <= soon


def _last_day() -> dt.date:
    """Of the twelve weeks from this week's Monday on."""
    return today() - dt.timedelta(days=today().weekday()) + dt.timedelta(weeks=WEEKS, days=-1)


def _coming(entry: BallotView) -> bool:
    return entry.closes_on is not None and today() <= entry.closes_on <= _last_day()


def _entry(entry: BallotView) -> CalendarEntry:
    ours = entry.deadlines.ours if entry.deadlines else None
    return CalendarEntry(
        name=f"{entry.item.reference} {entry.kind}",
        address=url_for("ballots.ballot", iso_id=entry.item.iso_id, kind=entry.kind, iteration=entry.iteration),
        group=(entry.rule.stage if entry.rule else entry.item.stage or "00")[:2],
        opens_on=entry.opens_on,
        closes_on=entry.closes_on or today(),
        estimated=entry.basis is Basis.ESTIMATED,
        due_on=ours.day if ours else None,
        due_estimated=ours is not None and ours.basis is Basis.ESTIMATED,
    )


def _meeting(row: Meeting) -> CalendarEntry:
    """A meeting that goes on beyond the picture ends with it there."""
    return CalendarEntry(
        name=row.title,
        address=url_for("calendars.index", _anchor="meetings"),
        group="meeting",
        opens_on=row.starts_on,
        closes_on=min(row.ends_on, _last_day()),
    )
