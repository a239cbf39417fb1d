"""A source that breaks is noticed: on its page, by the doctor, and in the digest."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from click.testing import CliRunner
from sqlmodel import Session

from scrapers.registry import sources
from tests.catalogues import compile_catalogues
from tests.web.test_pages import text_of
from workbench.cli import main
from workbench.db import Store
from workbench.digest import verbs as digest
from workbench.digest.models import Edition, Language, Recipient
from workbench.history.models import Run, RunKind, RunState
from workbench.settings import Settings
from workbench.sources.health import SourceState, Verdict, failed_at_once, source_states
from workbench.web import create_app

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
FREE = sorted(name for name, source in sources().items() if source.manifest.credentials is None)
LOCKED = sorted(name for name, source in sources().items() if source.manifest.credentials is not None)


def _run(session: Session, source: str, state: RunState, at: dt.datetime) -> None:
    # Only the product's clock counts: a replay finishes on another day than it speaks of.
    finished = at + dt.timedelta(days=30)
    session.add(
        Run(
            kind=RunKind.POLL,
            source=source,
            parser_version="1",
            state=state,
            started_at=finished,
            finished_at=finished,
            clock=at,
            error="the server answered 503" if state is RunState.FAILED else None,
            measures={"weekly_quota_percent": 12.5} if state is RunState.OK else {},
        )
    )
    session.flush()


def _states(store: Store, settings: Settings, now: dt.datetime = NOW) -> dict[str, SourceState]:
    with store.read() as session:
        return {state.source.name: state for state in source_states(session, settings, sources(), now)}


def test_a_source_without_credentials_is_not_configured_and_no_alarm(store: Store, settings: Settings) -> None:
    states = _states(store, settings)
    assert {name for name, state in states.items() if state.verdict is Verdict.NOT_CONFIGURED} == set(LOCKED)
    assert {states[name].verdict for name in FREE} == {Verdict.NEVER}
    assert not any(state.verdict.alarming for state in states.values())


@pytest.mark.parametrize(
    ("runs", "verdict"),
    [
        ([(RunState.OK, 1)], Verdict.OK),
        ([(RunState.UNCHANGED, 1)], Verdict.OK),
        ([(RunState.OK, 1_000)], Verdict.STALE),
        ([(RunState.OK, 2), (RunState.FAILED, 1)], Verdict.FAILING),
        ([(RunState.OK, 1_000), (RunState.REJECTED, 1)], Verdict.FAILING),
        ([(RunState.FAILED, 2), (RunState.OK, 1)], Verdict.OK),
    ],
)
def test_the_last_runs_tell_how_a_source_fares(
    store: Store, settings: Settings, runs: list[tuple[RunState, int]], verdict: Verdict
) -> None:
    with store.write() as session:
        for state, days in runs:
            _run(session, "iso_open_data", state, NOW - dt.timedelta(days=days))
    assert _states(store, settings)["iso_open_data"].verdict is verdict


def _fail(store: Store, settings: Settings, failing: int, hours_apart: int) -> list[SourceState]:
    with store.write() as session:
        for number, name in enumerate(FREE):
            state = RunState.FAILED if number < failing else RunState.OK
            _run(session, name, state, NOW - dt.timedelta(hours=hours_apart * number))
    return failed_at_once(list(_states(store, settings).values()))


def test_many_failures_at_once_are_our_fault(store: Store, settings: Settings) -> None:
    assert len(FREE) >= 3
    half = (len(FREE) + 1) // 2
    assert len(_fail(store, settings, half, 1)) == half


def test_a_few_failures_or_failures_apart_are_not(store: Store, settings: Settings) -> None:
    assert _fail(store, settings, (len(FREE) - 1) // 2, 1) == []
    with store.write() as session:
        for number, name in enumerate(FREE):
            _run(session, name, RunState.FAILED, NOW - dt.timedelta(days=2 * number))
    assert failed_at_once(list(_states(store, settings).values())) == []


def test_a_broken_source_is_seen_on_the_page_by_the_doctor_and_in_the_digest(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_catalogues()
    now = dt.datetime.now(dt.UTC)
    with store.write() as session:
        _run(session, "iso_open_data", RunState.OK, now - dt.timedelta(days=3))
        _run(session, "iso_open_data", RunState.FAILED, now - dt.timedelta(hours=2))
        session.add(
            Recipient(name="A", email="a@example.com", language=Language.EN, edition=Edition.DELEGATE, active=True)
        )
    client = create_app(settings, store, open_local=True, clock=lambda: now).test_client()
    page = text_of(client.get("/sources/").text)
    assert re.search(r"ISO Open Data Last error: the server answered 503 Licence: .{0,120} Failed", page)

    monkeypatch.setenv("WORKBENCH_HOME", str(settings.home))
    monkeypatch.setenv("WORKBENCH_DATABASE_URL", settings.database)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    assert result.exit_code == 1
    assert "workbench: sources that need somebody: iso_open_data" in result.stderr
    checks = [json.loads(line) for line in result.stdout.splitlines()]
    found = {check["source"]: check for check in checks if check["check"] == "source"}
    assert (found["iso_open_data"]["state"], found["iso_open_data"]["ok"]) == ("failing", False)
    assert {found[name]["state"] for name in LOCKED} == {"not_configured"}

    (mail,) = digest.preview(store, settings, None, now)
    assert re.search(r"ISO Open Data\W+could not be read on", mail.text)
    assert not any(sources()[name].manifest.title in mail.text for name in LOCKED)


def test_pages_name_the_fault_the_registration_and_the_quota(store: Store, settings: Settings) -> None:
    compile_catalogues()
    with store.write() as session:
        for name in FREE:
            _run(session, name, RunState.FAILED, NOW)
        _run(session, LOCKED[0], RunState.OK, NOW)
    client = create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()
    assert f"Stop {len(FREE)} of {len(FREE)} sources failed within a day" in text_of(client.get("/sources/").text)
    markup = client.get(f"/sources/{LOCKED[0]}").text
    registration = sources()[LOCKED[0]].manifest.credentials
    assert registration is not None
    assert f'href="{registration.register_url}"' in markup
    assert "Not configured: this source is polled once the settings hold" in text_of(markup)
    assert "Weekly quota used 12.5 %" in text_of(markup)
    assert "2026-11-16" in markup
    assert "in 1 month" not in markup, "the success is dated by the clock of its run"
