"""Killing a mapping at any moment leaves the matches before it or after it, and the next one completes it."""

from __future__ import annotations

import random
import shutil
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from tests.mapping.fake_encoder import WordEncoder
from tests.mapping.invented import add_draft, add_publications
from tests.processes import begin, kill
from workbench.db import Store
from workbench.history.models import Run, RunState
from workbench.mapping import draft_pass, readings, runs, sweep, vectors
from workbench.mapping.models import DraftPass, Match
from workbench.people.viewer import Viewer
from workbench.settings import Settings

MOMENTS = 10  # on each database
CLAIMS = 60
Matches = list[tuple[object, ...]]


def _prepare(settings: Settings) -> None:
    store = Store(settings, Viewer.system())
    store.migrate()
    add_publications(store, CLAIMS)
    for seed in (1, 2):
        add_draft(store, 12, seed)
    store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def copies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Settings]]:
    """Makes fresh copies of one prepared workbench, each with a database of its own."""
    base = tmp_path_factory.mktemp("prepared")
    if request.param == "sqlite":
        _prepare(Settings(home=base / "home", dependent_claims=True))

        def copy_folder() -> Settings:
            home = base / uuid.uuid4().hex
            shutil.copytree(base / "home", home)
            return Settings(home=home, dependent_claims=True)

        yield copy_folder
        return
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)

    def create(template: str) -> Settings:
        name = f"mapped_{uuid.uuid4().hex}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        url = server.set(database=name).render_as_string(hide_password=False)
        return Settings(home=base, database_url=url, dependent_claims=True)

    prepared = create("template0")
    _prepare(prepared)
    yield lambda: create(str(sa.make_url(prepared.database).database))


def _cut_small(patch: pytest.MonkeyPatch) -> None:
    """Many blocks and a slow encoder, so that there are many moments to be killed in."""
    patch.setattr(runs, "installed_encoder", lambda settings: WordEncoder(seconds=0.0005))
    patch.setattr(readings, "BLOCK", 12)
    patch.setattr(sweep, "BLOCK", 12)
    patch.setattr(vectors, "BLOCK", 4)
    for name in ("_WRITTEN_AT_ONCE", "_IN_A_TURN"):
        patch.setattr(draft_pass, name, 80)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    _cut_small(monkeypatch)


def _map(settings: Settings) -> None:
    store = Store(settings, Viewer.system())
    with store.read() as session:
        drafts = runs.drafts_of(session, None)
    for run in runs.map_drafts(store, drafts):
        assert run.state in (RunState.OK, RunState.UNCHANGED)
    store.close()


def _work(settings: Settings) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _cut_small(patch)
        _map(settings)


def _matches(settings: Settings) -> dict[int, Matches]:
    """By draft, everything that its matches say, in the order they are kept in."""
    columns = (Match.draft_id, Match.claim_id, Match.clause_id, Match.rank, Match.score, Match.words, Match.meaning)
    store = Store(settings, Viewer.system())
    found: dict[int, Matches] = {}
    with store.read() as session:
        for row in session.execute(sa.select(*map(col, columns)).order_by(col(Match.id))):
            found.setdefault(row.draft_id, []).append(tuple(row))
    store.close()
    return found


def _being_written(settings: Settings) -> set[int]:
    """The drafts that were left while their matches were being written."""
    store = Store(settings, Viewer.system())
    with store.read() as session:
        found = set(session.exec(select(DraftPass.draft_id).where(DraftPass.engine == "")))
    store.close()
    return found


def _open_runs(settings: Settings) -> list[Run]:
    store = Store(settings, Viewer.system())
    with store.read() as session:
        found = list(session.exec(select(Run).where(Run.state == RunState.RUNNING)))
    store.close()
    return found


@pytest.mark.slow
def test_a_resumed_mapping_ends_byte_for_byte_as_an_uninterrupted_one(copies: Callable[[], Settings]) -> None:
    whole = copies()
    started = time.monotonic()
    assert not kill(begin(_work, whole), 300)
    seconds = time.monotonic() - started
    expected = _matches(whole)
    assert len(expected) == 2
    moments = random.Random("mapping")
    kills = 0
    for _ in range(MOMENTS):
        settings = copies()
        started = time.monotonic()
        if kill(begin(_work, settings), seconds * moments.uniform(0.02, 0.98)):
            kills += 1
        else:  # the machine has become quicker since
            seconds = min(seconds, time.monotonic() - started)
        left = _matches(settings)
        begun = _being_written(settings)
        assert all(left[draft] == expected[draft] for draft in left if draft not in begun)
        _map(settings)
        assert _matches(settings) == expected
        assert _open_runs(settings) == []
    assert kills >= MOMENTS / 2


def test_two_mappings_at_once_end_as_one(copies: Callable[[], Settings]) -> None:
    settings = copies()
    for child in [begin(_work, settings) for _ in range(2)]:
        child.join()
    # Without the lease of the command both run; who was taken over wrote nothing, and one of them got through.
    _map(settings)
    whole = copies()
    _map(whole)
    assert _matches(settings) == _matches(whole)
