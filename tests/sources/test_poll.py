"""A poll is believed whole or not at all; what it says is stored once, with its history."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from scrapers.errors import FetchError
from scrapers.registry import sources
from workbench.db import Store
from workbench.export import rows
from workbench.history.models import Change, ChangeKind, Run, RunState, Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.settings import Settings
from workbench.sources.poll import NoContactError, Replay, poll
from workbench.standards.models import WorkItem

OPEN_DATA = sources()["iso_open_data"]
PAGES = sources()["iso_pages"]


def _committee(**changes: Any) -> dict[str, Any]:
    return {
        "id": 6794475,
        "reference": "ISO/IEC JTC 1/SC 42",
        "status": "Active",
        "title": {"en": "Sample committee"},
        "secretariat": {"id": 2188, "acronym": "ANSI"},
        "creationDate": "2017-10-01",
        "scope": None,
        "parentId": 45020,
        "childrenId": None,
        "pMembers": [{"id": 1835, "acronym": "JISC"}, {"id": 2188, "acronym": "ANSI"}],
        "oMembers": None,
        "committeeLiaisons": None,
        "organizationLiaisons": None,
        "sortKey": "ISO/IEC JTC 001/SC 042",
        **changes,
    }


def _item(iso_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": iso_id,
        "deliverableType": "IS",
        "supplementType": None,
        "reference": f"ISO/IEC CD {iso_id - 9_900_000 + 90_000}",
        "title": {"en": f"Sample item {iso_id}", "fr": None},
        "publicationDate": None,
        "edition": 1,
        "icsCode": ["35.020"],
        "ownerCommittee": "ISO/IEC JTC 1/SC 42",
        "currentStage": 3020,
        "replaces": None,
        "replacedBy": None,
        "languages": None,
        "pages": None,
        "scope": None,
        **changes,
    }


class Feed:
    """A replay folder written by a test: what ISO Open Data says on which day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.index: dict[str, Any] = {}

    def on(self, day: str, items: list[dict[str, Any]], committee: dict[str, Any] | None = None) -> Feed:
        urls = OPEN_DATA.manifest.urls
        for name, lines in (("deliverables", items), ("committees", [committee or _committee()])):
            path = f"{name}@{day}.jsonl"
            (self.folder / path).write_text("".join(json.dumps(line) + "\n" for line in lines))
            self.index[path] = {"url": urls[name], "http_status": 200, "recorded_at": f"{day}T06:00:00+00:00"}
        (self.folder / "index.json").write_text(json.dumps(self.index))
        return self

    def as_of(self, day: str) -> Replay:
        return Replay(self.folder, dt.date.fromisoformat(day))


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path / "feed")


def _changes(store: Store, run: Run) -> list[tuple[str, str | None, Any, Any]]:
    with store.read() as session:
        found = session.exec(select(Change).where(Change.run_id == run.id, Change.entity == "work_item")).all()
        return [(change.kind.value, change.field, change.old, change.new) for change in found]


def test_a_first_poll_inserts_and_the_same_again_changes_nothing(store: Store, settings: Settings, feed: Feed) -> None:
    feed.on("2026-11-02", [_item(9_900_001), _item(9_900_002)])
    first = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    again = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-03"))
    assert (first.state, first.records, first.inserted) == (RunState.OK, 2, 2)
    assert (again.state, again.unchanged, again.inserted, again.updated) == (RunState.UNCHANGED, 2, 0, 0)
    assert len(_changes(store, first)) == 2
    assert _changes(store, again) == []


def test_a_stage_change_is_logged_with_its_evidence_and_joins_the_history(
    store: Store, settings: Settings, feed: Feed
) -> None:
    feed.on("2026-11-02", [_item(9_900_001)]).on("2026-11-09", [_item(9_900_001, currentStage=3060)])
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-09"))
    assert _changes(store, run) == [("changed", "stage", "30.20", "30.60")]
    with store.read() as session:
        change = next(rows(session, "changes", {"since": "2026-11-03"}))
        item = next(rows(session, "work-items"))
    assert change["at"].startswith("2026-11-09")
    body = SnapshotFolder(settings.home).read(change["snapshot"]["sha256"])
    assert b"3060" in body
    assert item["stage_history"] == [
        {"stage": "30.20", "date": "2026-11-02", "precision": "observed"},
        {"stage": "30.60", "date": "2026-11-09", "precision": "observed"},
    ]
    assert item["stage_date"] is None, "polling only observes; it is no source for the day"


def test_an_item_that_is_no_longer_listed_stays_and_is_marked(store: Store, settings: Settings, feed: Feed) -> None:
    many = [_item(9_900_000 + number) for number in range(1, 11)]
    feed.on("2026-11-02", many).on("2026-11-09", many[1:]).on("2026-11-16", many)
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    gone = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-09"))
    assert gone.removed == 1
    assert _changes(store, gone) == [("removed", None, "ISO/IEC CD 90001", None)]
    back = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-16"))
    assert back.updated == 1
    with store.read() as session:
        items = session.exec(select(WorkItem)).all()
        assert len(items) == 10
        assert {item.missing_since for item in items} == {None}


def test_a_run_that_lost_too_much_is_rejected_and_changes_nothing(store: Store, settings: Settings, feed: Feed) -> None:
    many = [_item(9_900_000 + number) for number in range(1, 11)]
    feed.on("2026-11-02", many).on("2026-11-09", [_item(9_900_001, currentStage=4000)])
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    with store.read() as session:
        before = list(rows(session, "work-items"))
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-09"))
    assert run.state is RunState.REJECTED
    assert "10 in the last believed run" in (run.error or "")
    assert _changes(store, run) == []
    with store.read() as session:
        assert list(rows(session, "work-items")) == before
        evidence = session.exec(select(Snapshot).where(col(Snapshot.believed).is_(False))).all()
        assert evidence, "the body that was not believed is kept as evidence"


def test_a_broken_file_is_a_failed_run_and_the_next_good_one_goes_on(
    store: Store, settings: Settings, feed: Feed
) -> None:
    feed.on("2026-11-02", [_item(9_900_001)]).on("2026-11-09", [_item(9_900_001)])
    broken = feed.folder / "deliverables@2026-11-09.jsonl"
    broken.write_text(broken.read_text()[:80])
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-09"))
    assert run.state is RunState.FAILED
    assert "middle of a record" in (run.error or "")
    feed.on("2026-11-16", [_item(9_900_001, currentStage=3060)])
    assert poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-16")).updated == 1


def test_members_that_join_a_committee_are_logged(store: Store, settings: Settings, feed: Feed) -> None:
    joined = _committee(pMembers=[*_committee()["pMembers"], {"id": 2064, "acronym": "BSI"}])
    feed.on("2026-11-02", [_item(9_900_001)]).on("2026-11-09", [_item(9_900_001)], joined)
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-09"))
    with store.read() as session:
        change = session.exec(select(Change).where(Change.run_id == run.id)).one()
    assert (change.kind, change.field, change.new) == (ChangeKind.CHANGED, "members", "BSI (P)")


def test_a_live_poll_without_a_contact_is_refused_before_anything_is_asked(settings: Settings, store: Store) -> None:
    with pytest.raises(NoContactError, match="WORKBENCH_CONTACT"):
        poll(store, settings, OPEN_DATA)


def test_a_folder_without_an_index_is_no_replay(store: Store, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"index\.json"):
        poll(store, settings, OPEN_DATA, replay=Replay(tmp_path))


@pytest.mark.shared
def test_the_recorded_catalogue_of_sc_42_gives_the_known_counts(store: Store, settings: Settings, shared: Path) -> None:
    def run(day: str) -> Run:
        return poll(store, settings, OPEN_DATA, replay=Replay(shared / "replay/sc42", dt.date.fromisoformat(day)))

    assert run("2024-01-22").inserted == 44
    again = run("2024-01-22")
    assert (again.unchanged, _changes(store, again)) == (44, [])
    later = run("2025-06-02")
    assert later.inserted == 3
    assert sum(field == "stage" for _, field, _, _ in _changes(store, later)) == 22
    with store.read() as session:
        logged = list(rows(session, "changes", {"since": "2025-06-02"}))
    assert all(row["source"] == "iso_open_data" and row["snapshot"] for row in logged)


@pytest.mark.shared
def test_recorded_pages_rebuild_a_stage_history_day_by_day(store: Store, settings: Settings, shared: Path) -> None:
    seen = []
    for day in ("2020-11-02", "2021-02-11", "2021-03-18", "2021-04-29", "2021-07-28"):
        replay = Replay(shared / "recorded/iso", dt.date.fromisoformat(day))
        assert poll(store, settings, PAGES, ids=[74197], replay=replay).error is None
        with store.read() as session:
            item = next(rows(session, "work-items"))
        seen.append(item["stage"])
    assert seen == ["40.60", "50.00", "50.20", "60.00", "60.60"]
    days = [(event["stage"], event["precision"]) for event in item["stage_history"]][-6:]
    assert days[-5:] == [(stage, "day") for stage in ("50.00", "50.20", "50.60", "60.00", "60.60")]
    assert item["stage_date"] == item["stage_history"][-1]["date"]
