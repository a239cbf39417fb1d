"""Plans in calendars: what their owners may see and nothing else, discreet, with names and numbers that last."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from icalendar import Calendar
from sqlmodel import Session, select

from tests.people.walled import add_account
from workbench.ballots.rulebook import load_rulebook
from workbench.calendars.feeds import OwnedFeed, make_feed
from workbench.calendars.ics import write_calendar
from workbench.calendars.models import Feed, FeedEvent, FeedKind
from workbench.calendars.plan_events import give_plans
from workbench.db import Store, key_of
from workbench.people.gate import seen_by
from workbench.people.matters import make_matter
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.planning.queries import plan_of
from workbench.planning.verbs import EventEdit, make_plan, set_event
from workbench.settings import Settings

NOW = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
FILED, RELEASED = dt.date(2026, 3, 2), dt.date(2027, 1, 11)
RULES = load_rulebook(Settings())
SYSTEM = Viewer.system()
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(Settings(home=tmp_path_factory.mktemp("plans-calendar")), SYSTEM)
    store.migrate()
    return store


@pytest.fixture
def plan_id(store: Store) -> int:
    with store.write() as session:
        matter = make_matter(session, SYSTEM, f"Matter {next(NUMBERS)}", None, NOW)
        plan = make_plan(session, SYSTEM, key_of(matter), "Secret harness", NOW)
        set_event(session, SYSTEM, plan, "FF_JP", EventEdit(day=FILED, done=True), NOW)
        window = EventEdit(day=RELEASED, until=RELEASED + dt.timedelta(days=4), estimated=True)
        set_event(session, SYSTEM, plan, "OSS", window, NOW)
        for name in ("FOREIGN", "FF_US"):
            set_event(session, SYSTEM, plan, name, EventEdit(never=True), NOW)
        return key_of(plan)


def viewer(session: Session, role: Role, matters: frozenset[int]) -> Viewer:
    return Viewer(add_account(session, f"{role}{next(NUMBERS)}", role), "V", frozenset({role}), matters)


def feed_of(store: Store, plan_id: int, role: Role = Role.IP_COUNSEL, *, inside: bool = True) -> OwnedFeed:
    with store.write() as session:
        plan = plan_of(session, plan_id)
        assert plan is not None
        owner = viewer(session, role, frozenset({plan.matter_id} if inside else ()))
        chosen: dict[str, Any] = {"language": "en", "levels": (), "meetings": False, "plans": True}
        return OwnedFeed(make_feed(session, owner, FeedKind.CALENDAR, NOW, **chosen)[0], owner)


def written(store: Store, owned: OwnedFeed, *, later: int = 0, discreet: bool = False) -> list[dict[str, str]]:
    now = NOW + dt.timedelta(days=later)
    body = write_calendar(
        (),
        give_plans(store, owned, RULES, now, now.date()),
        levels=(),
        meetings=False,
        discreet=discreet,
        base_url="https://wb.example",
        translate=str,
    )
    names = ("UID", "SUMMARY", "DTSTART", "DTEND", "STATUS", "SEQUENCE", "URL", "DTSTAMP")
    events = [each.content_lines() for each in Calendar.from_ical(body).walk("VEVENT")]
    split = [[str(line).partition(":") for line in lines] for lines in events]
    told = [{key.partition(";")[0]: value for key, _, value in lines} for lines in split]
    return [{name: each[name] for name in names} for each in told]


def test_planned_days_and_gates_are_told_in_words(store: Store, plan_id: int) -> None:
    release, gate = written(store, feed_of(store, plan_id))
    assert release["SUMMARY"] == "Secret harness: Open-source release (estimated)"
    assert (release["DTSTART"], release["DTEND"], release["STATUS"]) == ("20270111", "20270116", "TENTATIVE")
    assert gate["SUMMARY"] == "Secret harness: Last day that a rule allows: International application (estimated)"
    assert (gate["DTSTART"], gate["URL"]) == ("20270302", f"https://wb.example/plans/{plan_id}")


def test_a_discreet_calendar_names_no_plan(store: Store, plan_id: int) -> None:
    told = written(store, feed_of(store, plan_id), discreet=True)
    assert {each["SUMMARY"] for each in told} == {"Planned step (estimated)", "Last day that a rule allows (estimated)"}
    assert {each["URL"] for each in told} == {"https://wb.example/plans/"}


@pytest.mark.parametrize(("role", "inside"), [(Role.IP_COUNSEL, False), (Role.DELEGATE, True), (Role.READER, True)])
def test_who_may_not_see_a_plan_has_nothing_of_it(store: Store, plan_id: int, role: Role, inside: bool) -> None:
    assert written(store, feed_of(store, plan_id, role, inside=inside)) == []


def test_a_moved_day_raises_its_number_once_and_what_is_gone_is_cancelled(store: Store, plan_id: int) -> None:
    owned = feed_of(store, plan_id)
    first = written(store, owned)
    assert written(store, owned, later=1) == first
    with store.write() as session:
        plan = plan_of(session, plan_id)
        assert plan is not None
        set_event(session, SYSTEM, plan, "OSS", EventEdit(day=RELEASED + dt.timedelta(days=7)), NOW)
    moved = {each["UID"]: each for each in written(store, owned, later=2)}
    changed = [moved[each["UID"]] for each in first if moved[each["UID"]] != each]
    assert [(each["SEQUENCE"], each["STATUS"], each["DTSTART"]) for each in changed] == [("1", "CONFIRMED", "20270118")]
    nobody = OwnedFeed(owned.feed, Viewer(owned.viewer.account_id, "V", frozenset({Role.IP_COUNSEL}), frozenset()))
    left = written(store, nobody, later=3)
    assert {each["STATUS"] for each in left} == {"CANCELLED"}
    assert "harness" not in str(left)
    assert written(store, nobody, later=400) == []


def test_another_owner_sees_nothing_of_what_a_calendar_was_given(store: Store, plan_id: int) -> None:
    owned = feed_of(store, plan_id)
    assert written(store, owned)
    with store.read() as session:
        assert session.exec(select(FeedEvent).where(FeedEvent.feed_id == key_of(owned.feed))).all()
        with seen_by(session, Viewer(10**6, "X", frozenset({Role.ADMINISTRATOR}))):
            assert session.exec(select(FeedEvent)).all() == []
            assert session.exec(select(Feed)).all() == []
