"""Releases and watched pages: polled at people's own addresses, stored once, their history in the log of changes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlmodel import select

from scrapers.records import PageWatch, Repository
from scrapers.registry import sources
from tests.pages import FOLDER
from workbench.db import Store
from workbench.export import rows
from workbench.history.models import Change, RunState
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll
from workbench.watched.models import Release, WatchedPage
from workbench.watched.queries import page_versions, select_pages

GAUGE = Repository(name="gauge", url="https://code.example.org/api/repos/sample-org/gauge/releases")
NEWS = PageWatch(name="news", url="https://body.example.org/news", selector="#news", work_item=990001)
TEXTS = (
    "<p>Plenary on <b>10</b> October.</p>",
    "<div><p>Plenary  on 10 October.</p></div>",
    "<p>Plenary on 12 October.</p>",
)


def pages(folder: Path) -> Replay:
    """The page on three days: once, with other markup, with another day."""
    index = {}
    for number, text in enumerate(TEXTS, start=1):
        (folder / f"{number}.html").write_text(f"<html><nav>{number}</nav><main id='news'>{text}</main></html>")
        index[f"{number}.html"] = {
            "url": NEWS.url,
            "http_status": 200,
            "content_type": "text/html",
            "recorded_at": f"2026-03-0{number}",
        }
    (folder / "index.json").write_text(json.dumps(index))
    return Replay(folder)


def test_releases_are_stored_once(store: Store, settings: Settings) -> None:
    configured = settings.model_copy(update={"repositories": (GAUGE,)})
    replay = Replay(FOLDER / "releases", dt.date(2026, 3, 2))
    first = poll(store, configured, sources()["releases"], replay=replay)
    again = poll(store, configured, sources()["releases"], replay=replay)
    assert (first.state, first.inserted, again.state) == (RunState.OK, 2, RunState.UNCHANGED)
    with store.read() as session:
        found = list(rows(session, "releases", {"repository": GAUGE.url}))
        assert [change.key for change in session.exec(select(Change))] == [f"{GAUGE.url} v1.1", f"{GAUGE.url} v1.2rc1"]
        assert session.exec(select(Release.snapshot_id)).first() is not None
    assert [(each["tag"], each["date"], each["licence"], each["prerelease"]) for each in found] == [
        ("v1.2rc1", "2026-02-20", "Apache-2.0", True),
        ("v1.1", "2026-02-01", "Apache-2.0", False),
    ]


def test_a_page_keeps_what_it_said(store: Store, settings: Settings, tmp_path: Path) -> None:
    configured = settings.model_copy(update={"pages": (NEWS,)})
    replay = pages(tmp_path)
    states = [
        poll(store, configured, sources()["standards_pages"], replay=Replay(replay.folder, dt.date(2026, 3, day))).state
        for day in (1, 2, 3)
    ]
    assert states == [RunState.OK, RunState.UNCHANGED, RunState.OK], "other markup is no other text"
    with store.read() as session:
        [row] = select_pages(session, {"q": "plenary"})
        versions = page_versions(session, row, limit=9)
        [exported] = rows(session, "pages")
    assert (row.text, row.changed_at.day, row.last_seen.day, row.work_item) == ("Plenary on 12 October.", 3, 3, 990001)
    assert [(each.before, each.text, each.at.day) for each in versions] == [
        ("Plenary on 10 October.", "Plenary on 12 October.", 3),
        (None, "Plenary on 10 October.", 1),
    ]
    assert all(each.snapshot for each in versions)
    assert exported["text"] == row.text


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://localhost:1/", "http://169.254.169.254/", "http://[::1]/"]
)
def test_a_private_address_is_never_asked(sole_store: Store, address: str) -> None:
    settings = sole_store.settings.model_copy(
        update={"contact": "sample@example.org", "pages": (PageWatch(name="x", url=address, selector="p"),)}
    )
    run = poll(sole_store, settings, sources()["standards_pages"])
    assert run.state is RunState.FAILED
    assert "not a public address" in (run.error or "")
    with sole_store.read() as session:
        assert session.exec(select(WatchedPage)).all() == []


@pytest.fixture
def sole_store(tmp_path: Path) -> Store:
    """For what cannot differ between databases."""
    store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    store.migrate()
    return store


def test_settings_refuse_what_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="no address that can be asked"):
        Settings.model_validate(
            {"home": tmp_path, "pages": [{"name": "x", "url": "file:///etc/passwd", "selector": "p"}]}
        )
    with pytest.raises(ValidationError):
        Settings.model_validate({"home": tmp_path, "pages": [{"name": "x", "url": "https://x.example.org"}]})
