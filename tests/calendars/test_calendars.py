"""Calendars and feeds: stable names, sequence numbers, bytes, and who may fetch them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar
from lxml import etree
from sqlmodel import select

from scrapers.ballots import AnnouncedBallot
from scrapers.records import Precision
from tests.digest.conftest import add_change, add_item
from workbench.ballots import verbs
from workbench.ballots.imports import reconcile_ballot
from workbench.ballots.models import Ballot, PositionLevel
from workbench.ballots.rulebook import load_rulebook
from workbench.calendars.events import publish
from workbench.calendars.feeds import feeds_of, find_feed, make_feed, revoke_feed
from workbench.calendars.ics import write_calendar
from workbench.calendars.meetings import MeetingError, add_meeting, cancel_meeting, import_meetings
from workbench.calendars.models import FeedKind, PublishedEvent
from workbench.db import Store
from workbench.history.log import ChangeWriter
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.deadlines import Level
from workbench.standards.models import StageEvent, WorkItem
from workbench.standards.tallies import Answer
from workbench.web import create_app

NOW = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
RULES = load_rulebook(Settings())


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def events(store: Store, later: dt.timedelta = dt.timedelta(0)) -> dict[str, PublishedEvent]:
    return {row.level: row for row in publish(store, RULES, NOW + later, (NOW + later).date())}


def ics(store: Store, *, discreet: bool = False, later: dt.timedelta = dt.timedelta(0)) -> bytes:
    rows = publish(store, RULES, NOW + later, (NOW + later).date())
    return write_calendar(
        rows, levels=list(Level), meetings=True, discreet=discreet, base_url="https://wb.example", translate=str
    )


def add_ballot(store: Store, opened: str = "2026-10-26") -> None:
    with store.write() as session:
        add_item(session, 90001, "ISO/IEC DIS 90001", "40.20", [("40.20", opened, Precision.DAY)])


def test_an_untouched_state_gives_the_same_bytes_whenever_asked(store: Store) -> None:
    add_ballot(store)
    first = ics(store)
    assert ics(store, later=dt.timedelta(hours=30)) == first
    parsed: Any = Calendar.from_ical(first)
    assert parsed["METHOD"] == "PUBLISH"
    found = {str(event["UID"]): event for event in parsed.walk("VEVENT")}
    assert len(found) == 3
    for event in found.values():
        assert event["DTEND"].dt - event["DTSTART"].dt == DAY
        assert event["STATUS"] == "TENTATIVE"
        assert "(estimated)" in event["SUMMARY"]
        assert event["SEQUENCE"] == 0


def test_a_moved_deadline_keeps_its_name_and_raises_its_sequence_once(store: Store) -> None:
    add_ballot(store)
    before = events(store)
    with store.write() as session:
        row = session.get_one(StageEvent, 1)
        row.date += 7 * DAY
        session.add(row)
    after, again = events(store, DAY), events(store, 2 * DAY)
    assert {row.uid for row in before.values()} == {row.uid for row in after.values()}
    assert [row.sequence for row in after.values()] == [1, 1, 1]
    assert [row.sequence for row in again.values()] == [1, 1, 1]
    assert after["iso"].starts_on == before["iso"].starts_on + 7 * DAY


def test_a_new_title_raises_no_sequence(store: Store) -> None:
    add_ballot(store)
    events(store)
    with store.write() as session:
        item = add_item(session, 90002, "other", "20.00")
        item.title_en = "x"

        first = session.get_one(WorkItem, 1)
        first.title_en = "人工知能"
        session.add(first)
    after = events(store, DAY)
    assert (after["iso"].title, after["iso"].sequence) == ("人工知能", 0)


def test_what_is_no_longer_open_is_kept_as_cancelled(store: Store) -> None:
    add_ballot(store)
    before = events(store)
    with store.write() as session:
        item = session.get_one(WorkItem, 1)
        item.stage = "40.98"
        session.add(item)
    after = events(store, DAY)
    assert after.keys() == before.keys()
    coming = [row for row in after.values() if row.starts_on > (NOW + DAY).date()]
    assert coming
    assert all(row.cancelled and row.sequence == 1 for row in coming)
    assert b"STATUS:CANCELLED" in ics(store, later=DAY)


def test_a_second_ballot_is_another_event(store: Store) -> None:
    add_ballot(store, "2026-03-02")
    with store.write() as session:
        session.add(StageEvent(work_item_id=1, stage="40.60", date=dt.date(2026, 5, 25), precision=Precision.DAY))
    first = events(store)
    with store.write() as session:
        session.add(StageEvent(work_item_id=1, stage="40.20", date=dt.date(2026, 10, 26), precision=Precision.DAY))
    rows = publish(store, RULES, NOW + DAY, (NOW + DAY).date())
    assert len({row.uid for row in rows}) > len(first)
    assert first["iso"].uid not in {row.uid for row in rows if row.starts_on == dt.date(2027, 1, 18)}


def test_an_announcement_keeps_the_name_of_the_estimated_second_ballot(store: Store) -> None:
    """Whoever took the estimate into a calendar sees it move, and the first ballot stays where it was."""
    add_ballot(store, "2026-03-02")
    first = publish(store, RULES, NOW - 200 * DAY, (NOW - 200 * DAY).date())
    with store.write() as session:
        session.add(StageEvent(work_item_id=1, stage="40.60", date=dt.date(2026, 5, 26), precision=Precision.DAY))
        session.add(StageEvent(work_item_id=1, stage="40.20", date=dt.date(2026, 10, 26), precision=Precision.DAY))
    estimated = {row.uid for row in publish(store, RULES, NOW, NOW.date())} - {row.uid for row in first}
    assert len(estimated) == 3
    with store.write() as session:
        item, viewer = session.get_one(WorkItem, 1), Viewer.local()
        log = ChangeWriter(session, None, "file:notice.eml", NOW)
        said = {"reference": item.reference, "kind": "DIS", "closes_on": "2027-02-01"}
        reconcile_ballot(session, log, item, AnnouncedBallot.model_validate(said), None, [])
        row = session.exec(select(Ballot)).one()
        verbs.take_position(session, viewer, row, PositionLevel.COMPANY, Answer.YES, "", NOW, seen=None)
        assert row.iteration == 2
    after = {row.uid: row for row in publish(store, RULES, NOW + DAY, (NOW + DAY).date())}
    assert {uid for uid, row in after.items() if row.starts_on > NOW.date()} == estimated
    assert {after[uid].sequence for uid in estimated} == {1}
    kept = [row for row in first if row.uid in after]
    assert kept
    assert all(after[row.uid].starts_on == row.starts_on for row in kept)


def test_lines_are_folded_by_octets_and_japanese_survives(store: Store) -> None:
    title = "人工知能の標準化に関する分科委員会の総会と作業部会;予備, " * 6
    with store.write() as session:
        add_meeting(
            session,
            Viewer.local(),
            title=title,
            committee="SC 42",
            place="東京",
            starts_on=dt.date(2026, 12, 1),
            ends_on=dt.date(2026, 12, 4),
            now=NOW,
        )
    body = ics(store)
    lines = body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode("utf-8")
    parsed: Any = Calendar.from_ical(body)
    (event,) = parsed.walk("VEVENT")
    assert str(event["SUMMARY"]) == title.strip()
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (dt.date(2026, 12, 1), dt.date(2026, 12, 5))
    assert "人工" not in ics(store, discreet=True).decode()
    with store.write() as session:
        assert cancel_meeting(session, Viewer.local(), 1, NOW)
        assert not cancel_meeting(session, Viewer.local(), 1, NOW)
    assert b"STATUS:CANCELLED" in ics(store, later=DAY)


MEETINGS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//invented//EN
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20261101T000000Z
DTSTART:20261201T090000Z
DTEND:20261201T110000Z
SUMMARY:Invented working group
END:VEVENT
BEGIN:VEVENT
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20261202
SUMMARY:Without a UID
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_meetings_of_a_file_are_taken_once_and_bad_ones_spoil_nothing(store: Store) -> None:
    zone = Settings().zone
    with store.write() as session:
        told = import_meetings(session, Viewer.local(), MEETINGS, "m.ics", zone, NOW)
        assert (told.added, told.changed, told.unchanged, len(told.refused)) == (1, 0, 0, 1)
        again = import_meetings(session, Viewer.local(), MEETINGS, "m.ics", zone, NOW)
        assert (again.added, again.unchanged) == (0, 1)
        moved = MEETINGS.replace(b"20261201", b"20261203")
        assert import_meetings(session, Viewer.local(), moved, "m.ics", zone, NOW).changed == 1
    for bad in (b"", b"\x00\xff", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"x" * (2 * 1024 * 1024 + 1)):
        with store.write() as session, pytest.raises(MeetingError, match=r"^m\.ics: "):
            import_meetings(session, Viewer.local(), bad, "m.ics", zone, NOW)


def test_a_feed_answers_its_secret_until_it_is_revoked(store: Store) -> None:
    add_ballot(store)
    with store.write() as session:
        add_change(session, "90001", "stage", "40.00", "40.20", at=NOW - DAY)
        feed, secret = make_feed(session, Viewer.local(), FeedKind.CALENDAR, NOW, language="en")
        _, changes = make_feed(session, Viewer.local(), FeedKind.CHANGES, NOW, language="en", iso_id=90001)
        assert secret not in feed.digest
    client = create_app(store.settings, store, clock=lambda: NOW).test_client()
    answer = client.get(f"/feeds/calendar/{secret}.ics")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert b"90001" not in answer.data, "discreet by default"
    kept = client.get(f"/feeds/calendar/{secret}.ics", headers={"If-None-Match": answer.headers["ETag"]})
    assert (kept.status_code, kept.data) == (304, b"")
    atom = client.get(f"/feeds/changes/{changes}.atom")
    root = etree.fromstring(atom.data)
    (entry,) = root.findall("{http://www.w3.org/2005/Atom}entry")
    told = [entry.findtext(f"{{http://www.w3.org/2005/Atom}}{name}") for name in ("title", "summary")]
    assert told[0] == "Changed: ISO/IEC DIS 90001 – Stage", "in words, not by keys"
    assert told[1] == "40.00 Enquiry draft registered → 40.20 Enquiry ballot open"
    assert client.get(f"/feeds/calendar/{changes}.ics").status_code == 404
    with store.write() as session:
        assert revoke_feed(session, Viewer.local(), 1, NOW)
        assert len(feeds_of(session, Viewer.local())) == 1
        assert find_feed(session, FeedKind.CALENDAR, secret) is None
    assert client.get(f"/feeds/calendar/{secret}.ics").status_code == 404


def test_the_page_makes_an_address_and_shows_it_once(store: Store) -> None:
    app = create_app(store.settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    made = client.post("/calendars/feeds", data={"kind": "calendar", "levels": ["company", "iso"], "titles": "full"})
    assert made.text.count("webcal://") == 1
    assert "/feeds/calendar/" not in client.get("/calendars/").text
    assert client.post("/calendars/feeds", data={"kind": "calendar"}).status_code == 422
    assert client.post("/calendars/feeds", data={"kind": "x"}).status_code == 400
    typed = {"title": "<b>Plenary</b>", "starts_on": "2026-12-01", "ends_on": "2026-12-03"}
    assert client.post("/calendars/meetings", data=typed).status_code == 303
    assert "&lt;b&gt;Plenary" in client.get("/calendars/").text
    assert client.post("/calendars/meetings", data=typed | {"ends_on": "2026-11-01"}).status_code == 422
