"""The picture of a plan on the page and in its files, and an event moved on trial."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from tests.web.seed import NOW as CLOCK
from workbench.db import Store
from workbench.people.matters import make_matter
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.planning.models import StoredPlan
from workbench.planning.verbs import EventEdit, make_plan, set_event
from workbench.web.app import create_app

FILED, RELEASED = dt.date(2026, 5, 15), dt.date(2026, 6, 1)
ELSEWHERE = ("FF_US", "PCT", "FOREIGN", "PAPER", "DEMO", "WEIGHTS", "DIS", "IS", "CONTRIB", "NP", "WD", "CD")


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def plan_id(store: Store) -> int:
    viewer = Viewer.system()
    with store.write() as session:
        matter = make_matter(session, viewer, "Sample matter", None, CLOCK)
        plan = make_plan(session, viewer, matter.id or 0, "評価 <harness>", CLOCK)
        plan.offices = ["EP", "JP"]
        session.add(plan)
        set_event(session, viewer, plan, "FF_JP", EventEdit(day=FILED, label="日本出願 <b>"), CLOCK)
        set_event(session, viewer, plan, "OSS", EventEdit(day=RELEASED, until=RELEASED + dt.timedelta(days=9)), CLOCK)
        for name in ELSEWHERE:
            set_event(session, viewer, plan, name, EventEdit(never=True), CLOCK)
        assert plan.id is not None
        return plan.id


def get(store: Store, address: str, **arguments: Any) -> TestResponse:
    app = create_app(store.settings, store, open_local=True, clock=lambda: CLOCK)
    return app.test_client().get(address, query_string=arguments)


def test_the_page_draws_every_event_and_the_order_that_rules_ask_for(store: Store, plan_id: int) -> None:
    page = get(store, f"/plans/{plan_id}/timeline").text
    assert 'data-event="OSS" data-day="2026-06-01"' in page
    assert "日本出願 &lt;b&gt;" in page
    assert "<b>" not in page
    assert "FF_JP → OSS (" in page
    japanese = get(store, f"/plans/{plan_id}/timeline", lang="ja")
    assert japanese.status_code in (200, 303)


def test_gates_are_marked_told_and_listed(store: Store, plan_id: int) -> None:
    with store.write() as session:
        plan = session.get_one(StoredPlan, plan_id)
        set_event(session, Viewer.system(), plan, "PCT", EventEdit(day=FILED + dt.timedelta(days=300)), CLOCK)
    page = get(store, f"/plans/{plan_id}/timeline")
    marks = ElementTree.fromstring(get(store, f"/plans/{plan_id}/timeline.svg").data).iterfind(
        ".//{*}g[@class='gate estimated-day']"
    )
    told = [("".join(each.itertext()), each.find("{*}path[@class='bracket']") is not None) for each in marks]
    assert any("PRI-01" in text and "2027-05-15 (estimated)" in text and bracket for text, bracket in told)
    listed = page.text.partition('id="gates"')[2]
    assert "PRI-01" in listed
    assert 'datetime="2027-05-15"' in listed


def test_an_event_moved_on_trial_tells_what_would_change_and_keeps_nothing(store: Store, plan_id: int) -> None:
    page = get(store, f"/plans/{plan_id}/timeline", event="OSS", day="2026-05-01").text
    assert "NOV-02 (EP)" in page
    assert 'data-day="2026-05-01"' in page
    assert 'data-day="2026-06-01"' in get(store, f"/plans/{plan_id}/timeline").text
    calm = get(store, f"/plans/{plan_id}/timeline", event="OSS", day="2026-07-01").text
    assert "no finding would change" in calm


@pytest.mark.parametrize(
    "arguments",
    [{"event": "OSS", "day": "tomorrow"}, {"event": "IS", "day": "2026-05-01"}, {"event": "XX", "day": "2026-05-01"}],
)
def test_what_cannot_be_moved_is_refused(store: Store, plan_id: int, arguments: dict[str, str]) -> None:
    assert get(store, f"/plans/{plan_id}/timeline", **arguments).status_code == 400


def test_the_end_of_time_is_drawn_or_refused(store: Store, plan_id: int) -> None:
    assert get(store, f"/plans/{plan_id}/timeline", event="OSS", day="9999-12-31").status_code == 400
    far = get(store, f"/plans/{plan_id}/timeline", event="FF_JP", day="9999-12-31")
    assert far.status_code == 200
    assert "years nothing lies here." in far.text
    assert get(store, f"/plans/{plan_id}/timeline", event="FF_JP", day="0001-01-01").status_code == 200


def test_the_files_are_whole_and_on_the_trail(store: Store, plan_id: int) -> None:
    picture = get(store, f"/plans/{plan_id}/timeline.svg")
    assert picture.mimetype == "image/svg+xml"
    text = "".join(ElementTree.fromstring(picture.data).itertext())
    assert "評価 <harness>" in text
    assert "日本出願 <b>" in text
    paper = get(store, f"/plans/{plan_id}/timeline.pdf")
    assert paper.data.startswith(b"%PDF-")
    with store.read() as session:
        kept = [(each.action, each.details) for each in session.exec(select(TrailEntry)).all()]
    assert [details["format"] for action, details in kept if action == "exported"] == ["svg", "pdf"]


def test_a_plan_that_is_not_there_has_no_timeline(store: Store, plan_id: int) -> None:
    assert get(store, f"/plans/{plan_id + 1}/timeline").status_code == 404
    assert get(store, f"/plans/{plan_id}/timeline", scenario="77").status_code == 404
    assert get(store, f"/plans/{plan_id}/timeline", scenario="9" * 30).status_code == 404
