"""Killing the process at any moment leaves the state before the run or after it, and the next run completes."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from scrapers.registry import sources
from tests.postgres import address, administer
from tests.processes import begin, kill
from workbench import sample
from workbench.cli import main
from workbench.db import Store
from workbench.digest import verbs as digest
from workbench.digest.models import Mail, MailState, Recipient
from workbench.export import rows
from workbench.history.models import Run, RunState
from workbench.patents.imports import import_patents
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll

MOMENTS = 10  # on each database
REPLAY = sample.folder() / "replay"
WEEKLY = sample.folder() / "patents/uspto-weekly.sample.xml"
# The Monday after the first recording, so that there is something to tell.
MONDAY = sample.NOW - dt.timedelta(days=7)
State = dict[str, list[Any]]


@dataclass(frozen=True)
class Victim:
    """A command that is killed, the same work to be done again afterwards, and what it may leave behind."""

    arguments: tuple[str, ...]
    again: Callable[[Store, Settings], object]
    state: Callable[[Store, Settings], State]


def _facts(store: Store, settings: Settings) -> State:
    """Everything the store says, without the times and ids of its own book-keeping."""
    with store.read() as session:
        return {
            kind: [{key: value for key, value in row.items() if key != "at"} for row in rows(session, kind)]
            for kind in ("work-items", "changes", "publications")
        }


def _mails(store: Store, settings: Settings) -> State:
    with store.read() as session:
        found = session.exec(select(Mail, Recipient).join(Recipient).order_by(Recipient.name)).all()
    folder = settings.home / "mails"
    return {
        "composed": [(person.name, mail.week, mail.subject) for mail, person in found],
        "unsent": [person.name for mail, person in found if mail.state is not MailState.SENT],
        "files": sorted(path.suffix for path in folder.glob("*.eml")) if folder.is_dir() else [],
    }


def _poll_again(store: Store, settings: Settings) -> None:
    poll(store, settings, sources()["iso_open_data"], replay=Replay(REPLAY, sample.DAYS[1]))


def _send_again(store: Store, settings: Settings) -> None:
    # The killed sender's claim has to run out first; the clock goes on by an hour.
    digest.send(
        store,
        settings,
        None,
        MONDAY,
        progress=lambda _: None,
        clock=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
    )


VICTIMS = {
    "poll": Victim(
        ("poll", "iso_open_data", "--replay", str(REPLAY), "--as-of", sample.DAYS[1].isoformat()), _poll_again, _facts
    ),
    "import": Victim(
        ("import", "patents", str(WEEKLY)), lambda store, settings: import_patents(store, settings, WEEKLY), _facts
    ),
    "digest": Victim(
        ("digest", "send", "--at", MONDAY.astimezone(Settings().zone).strftime("%Y-%m-%dT%H:%M")), _send_again, _mails
    ),
}


def _prepare(settings: Settings) -> None:
    store = Store(settings, Viewer.system())
    store.migrate()
    poll(store, settings, sources()["iso_open_data"], replay=Replay(REPLAY, sample.DAYS[0]))
    with store.write() as session:
        digest.load_recipients(session, sample.folder() / "people.toml")
    store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Settings]]:
    """Makes fresh copies of one prepared workbench, each with a database of its own."""
    base = tmp_path_factory.mktemp("prepared") / "home"
    if request.param == "sqlite":
        _prepare(Settings(home=base))

        def copy_folder() -> Settings:
            home = base.with_name(uuid.uuid4().hex)
            shutil.copytree(base, home)
            return Settings(home=home)

        yield copy_folder
        return
    server: str = request.getfixturevalue("postgres_url")
    made: list[str] = []

    def create(template: str) -> str:
        name = f"copy_{uuid.uuid4().hex}"
        administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    prepared = create("template0")
    _prepare(Settings(home=base, database_url=address(server, prepared)))

    def copy_database() -> Settings:
        while made:  # a copy lasts until the next one: all of them together would be large
            administer(server, f'DROP DATABASE "{made.pop()}" WITH (FORCE)')
        made.append(create(prepared))
        home = base.with_name(uuid.uuid4().hex)
        shutil.copytree(base, home)
        return Settings(home=home, database_url=address(server, made[-1]))

    yield copy_database


def _work(arguments: tuple[str, ...], settings: Settings) -> None:
    os.environ["WORKBENCH_HOME"] = str(settings.home)
    if settings.database_url:
        os.environ["WORKBENCH_DATABASE_URL"] = settings.database_url
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        main(arguments, prog_name="workbench")


def _run(victim: Victim, settings: Settings, kill_after: float | None) -> bool:
    """Run the command in a process of its own; kill it after so many seconds. Returns whether it was still at work."""
    return kill(begin(_work, victim.arguments, settings), kill_after)


def _state(victim: Victim, settings: Settings) -> State:
    store = Store(settings, Viewer.system())
    try:
        return victim.state(store, settings)
    finally:
        store.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(VICTIMS))
def test_a_kill_leaves_the_state_before_or_after_and_the_next_run_completes(
    name: str, copies: Callable[[], Settings]
) -> None:
    victim = VICTIMS[name]
    whole = copies()
    before = _state(victim, whole)
    started = time.monotonic()
    _run(victim, whole, None)
    seconds = time.monotonic() - started
    after = _state(victim, whole)
    assert after != before
    moments = random.Random(name)
    kills = 0
    for _ in range(MOMENTS):
        settings = copies()
        started = time.monotonic()
        if _run(victim, settings, seconds * moments.uniform(0.02, 0.98)):
            kills += 1
        else:  # the machine has become quicker since
            seconds = min(seconds, time.monotonic() - started)
        left = _state(victim, settings)
        if victim.state is _facts:
            assert left in (before, after)
        else:
            assert len(left["composed"]) in range(len(after["composed"]) + 1)
            assert set(left["composed"]) <= set(after["composed"])
        store = Store(settings, Viewer.system())
        victim.again(store, settings)
        assert victim.state(store, settings) == after
        with store.read() as session:
            assert session.exec(select(Run).where(Run.state == RunState.RUNNING)).all() == []
        store.close()
    assert kills >= MOMENTS / 2
