"""A source that breaks: its run says what no longer matched, pages show it beside the last good, and alarms go off."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from tests.sources.test_poll import OPEN_DATA, PAGES, Feed, _item
from tests.web.test_pages import text_of
from workbench.cli import main
from workbench.db import Store
from workbench.digest import verbs as digest
from workbench.digest.models import Edition, Language, Recipient
from workbench.history.models import DriftReport, Run, RunState, Snapshot
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll
from workbench.sources.side_by_side import MOST_ROWS, pieces_of_lines, side_by_side
from workbench.standards.models import WorkItem
from workbench.web import create_app

PAGE = Path(__file__).parent.parent / "pages" / "iso_pages" / "90001@2024-02-02.html"
URL = "https://www.iso.org/standard/90001.html"


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path / "feed")


def _pages(folder: Path, *texts: str) -> Path:
    """A replay folder with the page as it was on the first of June, the second, and so on."""
    folder.mkdir()
    index = {}
    for day, text in enumerate(texts, start=1):
        (folder / f"{day}.html").write_text(text, "utf-8")
        index[f"{day}.html"] = {"url": URL, "http_status": 200, "recorded_at": f"2026-06-0{day}T06:00:00+00:00"}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def _reports(store: Store, run: Run) -> list[DriftReport]:
    with store.read() as session:
        return list(session.exec(select(DriftReport).where(DriftReport.run_id == run.id)))


def test_a_broken_source_is_seen_on_the_pages_by_the_doctor_and_in_the_digest(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = PAGE.read_text("utf-8")
    bad = good.replace("stage-date", "day").replace("<body>", "<body><script>alert(1)</script>")
    folder = _pages(tmp_path / "pages", good, bad)
    poll(store, settings, PAGES, ids=(90001,), replay=Replay(folder, dt.date(2026, 6, 1)))
    with store.read() as session:
        before = session.exec(select(WorkItem)).one().model_dump()
    run = poll(store, settings, PAGES, ids=(90001,), replay=Replay(folder, dt.date(2026, 6, 2)))
    assert run.state is RunState.FAILED
    with store.read() as session:
        assert session.exec(select(WorkItem)).one().model_dump() == before
    (report,) = _reports(store, run)
    assert report.selector == "ul.stages li li .stage-code .stage-date"
    with store.read() as session:
        snapshots = [session.get_one(Snapshot, key) for key in (report.good_snapshot_id, report.bad_snapshot_id)]
    assert [(each.url, each.believed) for each in snapshots] == [(URL, True), (URL, False)]

    now = dt.datetime(2026, 6, 2, 8, tzinfo=dt.UTC)
    with store.write() as session:
        session.add(
            Recipient(name="A", email="a@example.com", language=Language.EN, edition=Edition.DELEGATE, active=True)
        )
    client = create_app(settings, store, open_local=True, clock=lambda: now).test_client()
    for address in ("/sources/", "/sources/iso_pages", f"/sources/runs/{run.id}"):
        page = client.get(address).text
        assert f'href="/sources/drift/{report.id}"' in page
        assert ".stage-date" in page
    assert "Failed" in text_of(client.get("/sources/").text)
    compared = client.get(f"/sources/drift/{report.id}").text
    assert "<del>stage-date</del>" in compared or "<del>stage</del>" in compared
    assert "&lt;script&gt;" in compared
    assert "<script>alert" not in compared
    assert "looked for here" in compared
    assert client.get("/sources/drift/99").status_code == 404

    monkeypatch.setenv("WORKBENCH_HOME", str(settings.home))
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", settings.database)
    doctor = CliRunner().invoke(main, ["doctor"])
    assert doctor.exit_code == 1
    assert "sources that need somebody: iso_pages" in doctor.stderr
    (mail,) = digest.preview(store, settings, None, now)
    assert re.search(r"Project pages of iso\.org\W+could not be read on", mail.text)


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_run_of_too_few_records_shows_both_files(store: Store, settings: Settings, feed: Feed) -> None:
    many = [_item(9_900_000 + number) for number in range(1, 11)]
    feed.on("2026-11-02", many).on("2026-11-09", many[:2])
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-09"))
    assert run.state is RunState.REJECTED
    reports = _reports(store, run)
    assert {report.selector for report in reports} == {"WorkItem"}
    assert any(report.good_snapshot_id for report in reports)


def test_a_field_that_vanishes_is_warned_of_with_its_snapshots_until_it_is_back(
    store: Store, settings: Settings, feed: Feed
) -> None:
    many = [_item(9_900_000 + number) for number in range(1, 6)]
    without = [{key: value for key, value in item.items() if key != "edition"} for item in many]
    feed.on("2026-11-02", many).on("2026-11-03", without).on("2026-11-04", without).on("2026-11-05", many)
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    for day in ("2026-11-03", "2026-11-04"):
        run = poll(store, settings, OPEN_DATA, replay=feed.as_of(day))
        assert run.state is RunState.UNCHANGED
        assert any(warning.startswith("WorkItem.edition: 5 of 5 records had it") for warning in run.warnings)
        assert [report.selector for report in _reports(store, run)] == ["WorkItem.edition"]
    with store.read() as session:
        assert {item.edition for item in session.exec(select(WorkItem))} == {1}, "unset changes nothing"
    last = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-05"))
    assert (last.warnings, _reports(store, last)) == ([], [])


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_field_that_is_emptied_everywhere_rejects_the_run(store: Store, settings: Settings, feed: Feed) -> None:
    many = [_item(9_900_000 + number) for number in range(1, 6)]
    feed.on("2026-11-02", many).on("2026-11-03", [item | {"edition": None} for item in many])
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-03"))
    assert run.state is RunState.REJECTED
    assert "WorkItem.edition: 5 of 5 records had it" in (run.error or "")
    assert [report.selector for report in _reports(store, run)] == ["WorkItem.edition"]


def test_side_by_side_shows_changed_words_and_the_place() -> None:
    old = ["<ul>", "<li class='stage-date'>2026</li>", "</ul>", *[f"same {number}" for number in range(40)], "end"]
    new = ["<ul>", "<li class='day'>2026</li>", "</ul>", *[f"same {number}" for number in range(40)], "END"]
    found = side_by_side(old, new, "ul.stages .stage-date")
    changed = [row for row in found.rows if row.changed]
    assert [(row.old_number, row.new_number, row.here) for row in changed] == [(2, 2, True), (44, 44, False)]
    assert "".join(piece.text for piece in changed[0].old) == old[1]
    assert any(row.gap for row in found.rows)
    assert side_by_side(old, old).rows == []


@given(st.lists(st.text(max_size=30), max_size=40), st.lists(st.text(max_size=30), max_size=40))
def test_side_by_side_never_loses_a_changed_line(old: list[str], new: list[str]) -> None:
    found = side_by_side(old, new)
    assert bool(found.rows) == (old != new) or not any((*old, *new))
    for row in found.rows:
        for number, pieces, lines in ((row.old_number, row.old, old), (row.new_number, row.new, new)):
            assert number is None or "".join(piece.text for piece in pieces) == lines[number - 1]


def test_side_by_side_is_bounded() -> None:
    found = side_by_side((f"old {number}" for number in range(100_000)), (f"new {number}" for number in range(90_000)))
    assert len(found.rows) <= MOST_ROWS
    assert found.more


def test_long_lines_are_parted_for_reading() -> None:
    line = "<p>" + "</p><p>".join("x" * 90 for _ in range(9)) + "</p>"
    parts = list(pieces_of_lines([line, "short\r\n", "y" * 1000]))
    assert "".join(parts) == line + "short" + "y" * 1000
    assert max(map(len, parts)) <= 400
