"""A record that cannot be read is kept, can be looked at, read again or dismissed, and is settled when it is read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from scrapers import records
from scrapers.context import Context
from scrapers.fetching import Response
from scrapers.patents import Refusal, read_patents
from scrapers.registry import Source, sources
from tests.sources.test_poll import OPEN_DATA, PAGES, Feed, _item
from tests.web.conftest import token
from workbench.db import Store
from workbench.history import quarantine
from workbench.history.models import QuarantinedRecord, QuarantineState, Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import QuarantineError
from workbench.history.snapshots import SnapshotFolder
from workbench.patents import imports
from workbench.patents.imports import import_patents
from workbench.patents.models import Publication
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll
from workbench.sources.retry import retry
from workbench.standards.drafts import import_draft
from workbench.standards.models import WorkItem
from workbench.web import create_app

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
GRANT = '<us-patent-grant lang="EN"><us-bibliographic-data-grant>{id}</us-bibliographic-data-grant></us-patent-grant>'
NUMBER = (
    "<publication-reference><document-id><country>US</country><doc-number>{0}</doc-number></document-id>"
    "</publication-reference>"
)


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path / "feed")


def _rows(store: Store) -> list[QuarantinedRecord]:
    with store.read() as session:
        return list(session.exec(select(QuarantinedRecord).order_by(QuarantinedRecord.id)))  # type: ignore[arg-type]


def _lines(feed: Feed, day: str, *lines: str) -> None:
    """Make the file of a day anew from lines as they are."""
    (feed.folder / f"deliverables@{day}.jsonl").write_text("".join(f"{line}\n" for line in lines))


GOOD, ODD = json.dumps(_item(9_900_001)), json.dumps(_item(9_900_002, currentStage=None) | {"reference": 17})


def test_a_bad_line_waits_with_its_raw_text_and_is_settled_by_the_poll_that_reads_it(
    store: Store, settings: Settings, feed: Feed
) -> None:
    for day in ("2026-11-02", "2026-11-03", "2026-11-04"):
        feed.on(day, [])
    _lines(feed, "2026-11-02", GOOD, ODD)
    _lines(feed, "2026-11-03", "", GOOD, ODD)
    _lines(feed, "2026-11-04", GOOD, json.dumps(_item(9_900_002)))
    first = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    (row,) = _rows(store)
    assert (first.state, row.state, row.source) == (RunState.OK, QuarantineState.WAITING, "iso_open_data")
    assert row.place == "deliverable line 2, id 9900002"
    assert "reference is 17; expected a text" in row.reason
    assert json.loads(row.excerpt) == json.loads(ODD)
    second = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-03"))
    (row,) = _rows(store)
    assert (row.place, row.run_id) == ("deliverable line 3, id 9900002", second.id), "the same record, on another line"
    assert row.first_seen < row.last_seen
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-04"))
    (row,) = _rows(store)
    assert (row.state, row.decided_by) == (QuarantineState.RETRIED, None)


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_page_that_drifted_is_read_again_from_its_snapshot_once_the_parser_can(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    folder = Path(__file__).parent.parent / "pages" / "iso_pages"
    good = (folder / "90001@2024-02-02.html").read_text("utf-8")
    replay = tmp_path / "pages"
    replay.mkdir()
    index = {}
    for number, text in ((90001, good), (90011, good.replace("90001", "90011").replace("stage-date", "day"))):
        (replay / f"{number}.html").write_text(text, "utf-8")
        url = f"https://www.iso.org/standard/{number}.html"
        index[f"{number}.html"] = {"url": url, "http_status": 200, "recorded_at": "2026-11-02"}
    (replay / "index.json").write_text(json.dumps(index))
    run = poll(store, settings, PAGES, ids=(90001, 90011), replay=Replay(replay))
    (row,) = _rows(store)
    assert (run.records, row.place) == (1, "project 90011")
    assert "found none" in row.reason
    with store.read() as session:
        snapshot = session.get_one(Snapshot, row.snapshot_id)
    assert not snapshot.believed
    assert row.excerpt.startswith("<!"), "the page as it came"
    still = retry(store, settings, row.id or 0, known=sources(), by="Ida", now=lambda: NOW)
    assert (still.state, still.run_id > (run.id or 0)) == (QuarantineState.WAITING, True)

    def reread(context: Context, response: Response, place: str) -> None:
        assert place == "project 90011"
        context.emit(records.WorkItem(iso_id=90011, reference="ISO/IEC 90011"), snapshot=response)

    known = {**sources(), "iso_pages": dataclasses.replace(PAGES, reread=reread, parser_version="3")}
    done = retry(store, settings, row.id or 0, known=known, by="Ida", now=lambda: NOW)
    assert (done.state, done.decided_by, done.decided_at, done.parser_version) == (
        QuarantineState.RETRIED,
        "Ida",
        NOW,
        "3",
    )
    with store.read() as session:
        item = session.exec(select(WorkItem).where(WorkItem.iso_id == 90011)).one()
        last = session.exec(select(Run).where(Run.kind == RunKind.POLL)).all()
    assert item.last_seen == snapshot.last_fetched_at, "said when it was fetched, not today"
    assert len(last) == 1, "a retry is no poll: it neither heals nor spoils the health of the source"
    with pytest.raises(QuarantineError, match="not waiting"):
        retry(store, settings, row.id or 0, known=known, by="Ida")


def _weekly(folder: Path, second: str = "no number") -> Path:
    path = folder / "week.xml"
    texts = (NUMBER.format("10999001"), second)
    path.write_text("\n".join(f'<?xml version="1.0"?>\n{GRANT.format(id=text)}' for text in texts), "utf-8")
    return path


def test_a_refused_publication_of_a_file_waits_and_the_same_file_read_by_a_better_parser_settles_it(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = import_patents(store, settings, _weekly(tmp_path), portfolio="Ours", now=lambda: NOW)
    (row,) = _rows(store)
    assert (run.records, row.place, row.source) == (1, "week.xml, document 2, line 3", "file:week.xml")
    assert "no number" in row.excerpt
    assert row.options["portfolio"] == "Ours"
    again = retry(store, settings, row.id or 0, known={}, by=None)
    assert again.state is QuarantineState.WAITING

    def better(path: Path, format: str, columns: Any) -> Any:  # noqa: A002
        for each in read_patents(path, format, columns):
            if isinstance(each, Refusal):
                yield next(iter(read_patents(_weekly(tmp_path / "better", NUMBER.format("10999002")), format, columns)))
            else:
                yield each

    (tmp_path / "better").mkdir()
    monkeypatch.setattr(imports, "read_patents", better)
    assert retry(store, settings, row.id or 0, known={}, by="Ida").state is QuarantineState.RETRIED
    with store.read() as session:
        (publication,) = session.exec(select(Publication))
    assert publication.last_seen == NOW, "read as of its first import"


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_file_of_which_nothing_is_read_waits_as_a_whole(store: Store, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "odd.xml"
    path.write_text("<unknown/>")
    assert import_patents(store, settings, path, now=lambda: NOW).state is RunState.FAILED
    draft = tmp_path / "draft.docx"
    draft.write_bytes(b"PK\x03\x04 no archive\x00")
    assert import_draft(store, settings, draft, work_item="90001", label="CD 1").state is RunState.FAILED
    rows = _rows(store)
    assert [(row.place, row.excerpt[:9]) for row in rows] == [
        ("odd.xml", "<unknown/"),
        ("draft.docx", "PK\x03\x04 no a"),
    ]
    for row in rows:
        assert retry(store, settings, row.id or 0, known={}, by=None).state is QuarantineState.WAITING
    assert len(_rows(store)) == 2, "the same file is the same record"
    gone = import_patents(store, settings, tmp_path / "missing.xml")
    assert (gone.state, len(_rows(store))) == (RunState.FAILED, 2), "what is not there is nothing to keep"


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_what_was_dismissed_stays_so_until_the_reason_changes(store: Store, settings: Settings, feed: Feed) -> None:
    for day in ("2026-11-02", "2026-11-03", "2026-11-04"):
        feed.on(day, [])
    _lines(feed, "2026-11-02", GOOD, ODD)
    _lines(feed, "2026-11-03", GOOD, ODD)
    _lines(feed, "2026-11-04", GOOD, json.dumps(_item(9_900_002) | {"reference": None}))
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    (row,) = _rows(store)
    with pytest.raises(QuarantineError, match="needs a reason"):
        quarantine.dismiss(store, row.id or 0, "  ", by="Ida", at=NOW)
    quarantine.dismiss(store, row.id or 0, "A test record of\nthe publisher", by="Ida", at=NOW)
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-03"))
    (row,) = _rows(store)
    assert (row.state, row.note) == (QuarantineState.DISMISSED, "A test record of the publisher")
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-04"))
    (row,) = _rows(store)
    assert (row.state, row.note) == (QuarantineState.WAITING, None)


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_rejected_run_puts_nothing_into_quarantine(store: Store, settings: Settings, feed: Feed) -> None:
    feed.on("2026-11-02", [_item(9_900_001, id="no number") for _ in range(3)])
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    assert run.state is RunState.REJECTED
    assert _rows(store) == []


def test_a_record_is_seen_retried_and_dismissed_on_the_pages(store: Store, settings: Settings, feed: Feed) -> None:
    hostile = json.dumps(_item(9_900_003) | {"reference": None, "scope": "<script>alert(1)</script>"})
    feed.on("2026-11-02", [])
    _lines(feed, "2026-11-02", GOOD, hostile)
    run = poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    (row,) = _rows(store)
    client = create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()
    address = "/sources/quarantine/?state=waiting&amp;source=iso_open_data"
    assert address in client.get("/sources/").text
    assert address in client.get("/sources/iso_open_data").text
    assert f"/sources/quarantine/?run={run.id}" in client.get(f"/sources/runs/{run.id}").text
    listed = client.get("/sources/quarantine/?state=waiting").text
    assert "deliverable line 2, id 9900003" in listed
    assert "deliverable line 2" not in client.get("/sources/quarantine/?state=dismissed").text
    assert "is none of: waiting" in client.get("/sources/quarantine/?state=odd").text
    shown = client.get(f"/sources/quarantine/{row.id}").text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    form = {"csrf_token": token(client)}
    tried = client.post(f"/sources/quarantine/{row.id}/retry", data=form, follow_redirects=True).text
    assert "failed again" in tried
    assert client.post(f"/sources/quarantine/{row.id}/dismiss", data=form).status_code == 400
    client.post(f"/sources/quarantine/{row.id}/dismiss", data=form | {"note": "Not ours"})
    assert _rows(store)[0].state is QuarantineState.DISMISSED
    assert client.post(f"/sources/quarantine/{row.id}/retry", data=form).status_code == 409
    assert client.get("/sources/quarantine/99").status_code == 404


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_lost_snapshot_is_said(store: Store, settings: Settings, feed: Feed) -> None:
    feed.on("2026-11-02", [])
    _lines(feed, "2026-11-02", GOOD, ODD)
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    (row,) = _rows(store)
    with store.read() as session:
        SnapshotFolder(settings.home).path(session.get_one(Snapshot, row.snapshot_id).sha256).unlink()
    with pytest.raises(QuarantineError, match="restore it from a backup"):
        retry(store, settings, row.id or 0, known=sources(), by=None)


@pytest.mark.parametrize("dialect", ["sqlite"])  # the same on both databases
def test_a_source_that_reads_no_single_record_says_so(store: Store, settings: Settings, feed: Feed) -> None:
    feed.on("2026-11-02", [])
    _lines(feed, "2026-11-02", GOOD, ODD)
    poll(store, settings, OPEN_DATA, replay=feed.as_of("2026-11-02"))
    known: dict[str, Source] = {"iso_open_data": dataclasses.replace(OPEN_DATA, reread=None)}
    with pytest.raises(QuarantineError, match="its next poll reads everything"):
        retry(store, settings, _rows(store)[0].id or 0, known=known, by=None)
