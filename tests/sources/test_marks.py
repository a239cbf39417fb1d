"""What a believed run has read moves the next one on; a run that is not believed moves nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from scrapers.context import Context
from scrapers.errors import DriftError
from scrapers.manifest import Expectations, Registration
from scrapers.records import Watch
from scrapers.registry import Source, sources
from workbench.db import Store
from workbench.history.models import RunState
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll
from workbench.watched.queries import reading_marks

SECRET = "a-secret-key-of-the-sample"
WATCHES = (
    Watch(name="gauges", cpc=("G01D",)),
    Watch(name="scales", applicants=("Sample AG",), since=dt.date(2026, 2, 20)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    recorded = {"url": "https://example.org/", "content_type": "text/plain", "recorded_at": "2026-01-01"}
    (tmp_path / "index.json").write_text(json.dumps({"x.txt": recorded}))
    (tmp_path / "x.txt").write_text("sample")
    return tmp_path


def source_of(crawl: Callable[[Context], None], minimum: int = 0) -> Source:
    real = sources()["uspto_odp"]
    manifest = real.manifest.model_copy(
        update={
            "expectations": Expectations(counts="Publication", minimum=minimum),
            "overlap_days": 5,
            "credentials": Registration(names=("api_key",), register_url="https://example.org/"),
        }
    )
    return replace(real, manifest=manifest, crawl=crawl)


def with_watches(settings: Settings, *watches: Watch) -> Settings:
    credentials = {"uspto_odp": {"api_key": SecretStr(SECRET)}}
    return settings.model_copy(update={"watches": watches, "credentials": credentials})


def test_each_watch_starts_some_days_before_the_end_of_its_last_reading(
    store: Store, settings: Settings, folder: Path
) -> None:
    seen: list[dict[str, dt.date | None]] = []

    def crawl(context: Context) -> None:
        seen.append({watch.name: watch.since for watch in context.watches})
        for watch in context.watches:
            context.finish_watch(watch.name, context.asker.time().date())

    configured = with_watches(settings, *WATCHES)
    for day in (dt.date(2026, 3, 1), dt.date(2026, 2, 22), dt.date(2026, 3, 8)):
        run = poll(store, configured, source_of(crawl), replay=Replay(folder, day))
        assert (run.state, run.error) == (RunState.UNCHANGED, None)
    first = {"gauges": None, "scales": dt.date(2026, 2, 20)}
    assert seen == [
        first,
        {"gauges": dt.date(2026, 2, 24), "scales": dt.date(2026, 2, 24)},
        {"gauges": dt.date(2026, 2, 24), "scales": dt.date(2026, 2, 24)},
    ], "an earlier day takes nothing back"
    # Another wording is another watch, and is read from its own beginning.
    other = with_watches(settings, WATCHES[0].model_copy(update={"words": ("needle",)}), WATCHES[1])
    poll(store, other, source_of(crawl), replay=Replay(folder, dt.date(2026, 3, 15)))
    assert seen[-1] == {"gauges": None, "scales": dt.date(2026, 3, 3)}


def fail(context: Context) -> None:
    context.finish_watch("gauges", dt.date(2026, 3, 1))
    raise DriftError("the page was rebuilt")


def too_few(context: Context) -> None:
    context.finish_watch("gauges", dt.date(2026, 3, 1))


def crash(context: Context) -> None:
    context.finish_watch("gauges", dt.date(2026, 3, 1))
    raise RuntimeError(f"asked with key {context.credentials['api_key']}\nand failed")


@pytest.mark.parametrize(
    ("crawl", "minimum", "state"),
    [(fail, 0, RunState.FAILED), (too_few, 1, RunState.REJECTED), (crash, 0, RunState.FAILED)],
)
def test_a_run_that_is_not_believed_moves_nothing(
    store: Store, settings: Settings, folder: Path, crawl: Callable[[Context], None], minimum: int, state: RunState
) -> None:
    configured = with_watches(settings, *WATCHES)
    run = poll(store, configured, source_of(crawl, minimum), replay=Replay(folder, dt.date(2026, 3, 1)))
    assert run.state is state
    with store.read() as session:
        assert reading_marks(session, "uspto_odp") == {}


def test_a_crash_is_told_on_one_line_without_credentials(store: Store, settings: Settings, folder: Path) -> None:
    run = poll(store, with_watches(settings), source_of(crash), replay=Replay(folder, dt.date(2026, 3, 1)))
    error = run.error or ""
    assert "RuntimeError: asked with key ••• and failed (at test_marks.py, line" in error
    assert SECRET not in error
    assert "\n" not in error
