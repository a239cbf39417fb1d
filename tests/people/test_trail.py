"""The trail is appended to, never changed, and finds out who went around the database's refusal."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from tests.people.walled import NOW, person, plant
from workbench.cli import main
from workbench.db import Store
from workbench.history.log import finish_run, start_run
from workbench.history.models import RunKind, RunState
from workbench.people.permissions import Role
from workbench.people.trail import START, entry_hash, record, verify
from workbench.people.trail_queries import TrailFilterError, count_entries, select_entries
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction, TrailEntry


def fill(store: Store, count: int = 5) -> None:
    with store.write() as session:
        for number in range(count):
            record(session, Viewer.local("192.0.2.7"), TrailAction.CHANGED, "thing", number, {"n": number}, at=NOW)


def tamper(store: Store, statement: str) -> None:
    """Change the trail as somebody would who owns the database."""
    with store.engine.begin() as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS trail_entry_no_update")
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS trail_entry_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE trail_entry DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)


def test_entries_are_numbered_without_gaps_and_chained(store: Store) -> None:
    fill(store, 3)
    with store.read() as session:
        entries = session.exec(select(TrailEntry).order_by(sa.asc("id"))).all()
        assert [entry.id for entry in entries] == [1, 2, 3]
        assert entries[0].previous == START
        assert all(later.previous == earlier.hash for earlier, later in itertools.pairwise(entries))
        assert (entries[0].name, entries[0].address, entries[0].at) == ("local", "192.0.2.7", NOW)
        found = verify(session)
        assert found.intact
        assert (found.entries, found.head) == (3, entries[-1].hash)


def test_an_empty_trail_is_intact(store: Store) -> None:
    with store.read() as session:
        assert verify(session).intact


def test_what_is_rolled_back_leaves_no_gap(store: Store) -> None:
    fill(store, 1)
    with store.write() as session:
        record(session, Viewer.local(), TrailAction.CHANGED, "thing", "lost", at=NOW)
        session.rollback()
    fill(store, 1)
    with store.read() as session:
        assert verify(session).entries == 2
        assert verify(session).intact


@pytest.mark.parametrize("statement", ["UPDATE trail_entry SET name = 'x' WHERE id = 2", "DELETE FROM trail_entry"])
def test_the_database_refuses_to_change_it(store: Store, statement: str) -> None:
    fill(store)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "place", "reason"),
    [
        ("UPDATE trail_entry SET name = 'somebody else' WHERE id = 3", 3, "content"),
        ("UPDATE trail_entry SET details = '{\"n\": 9}' WHERE id = 1", 1, "content"),
        ("UPDATE trail_entry SET at = '2026-11-25 04:00:00+00:00' WHERE id = 4", 4, "content"),
        ("UPDATE trail_entry SET hash = previous WHERE id = 2", 2, "content"),
        ("UPDATE trail_entry SET previous = hash WHERE id = 5", 5, "follow"),
        ("DELETE FROM trail_entry WHERE id = 3", 3, "missing"),
        ("DELETE FROM trail_entry WHERE id = 1", 1, "missing"),
        ("DELETE FROM trail_entry WHERE id = 5", 5, "missing"),
        ("DELETE FROM trail_entry", 1, "missing"),
        ("UPDATE trail_head SET entries = 4", 5, "ended"),
        ("DELETE FROM trail_head", 5, "ended"),
    ],
)
def test_tampering_is_found_and_located(store: Store, statement: str, place: int, reason: str) -> None:
    fill(store)
    tamper(store, statement)
    with store.read() as session:
        found = verify(session)
    assert found.broken_at == place
    assert found.reason is not None
    assert reason in found.reason


def test_doctor_says_where_it_was_tampered_with(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    tamper(store, "UPDATE trail_entry SET action = 'saw' WHERE id = 2")
    monkeypatch.setenv("WORKBENCH_HOME", str(store.settings.home))
    if store.settings.database_url:
        monkeypatch.setenv("WORKBENCH_DATABASE_URL", store.settings.database_url)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    told = next(line for line in lines if line["check"] == "trail")
    assert (told["ok"], told["broken_at"]) == (False, 2)
    assert result.exit_code == 1
    assert "entry 2" in result.stderr


def test_any_viewer_writes_but_few_read(store: Store) -> None:
    with store.write(person(Role.READER)) as session:
        record(session, person(Role.READER), TrailAction.SAW, "thing", 1, at=NOW)
    with store.on_behalf_of(None).write() as session:
        record(session, Viewer(None, "stranger"), TrailAction.SIGN_IN_FAILED, "account", "x", at=NOW)
    for role, seen in ((Role.READER, 0), (Role.IP_ANALYST, 0), (Role.IP_COUNSEL, 2), (Role.ADMINISTRATOR, 2)):
        with store.read(person(role)) as session:
            assert count_entries(session, {}) == seen, role


def test_entries_of_a_matter_and_of_matches_are_for_those_who_may_know(store: Store) -> None:
    with store.write() as session:
        record(session, Viewer.system(), TrailAction.SAW, "matter", 7, matter_id=7, at=NOW)
        record(session, Viewer.system(), TrailAction.DECIDED, "decision", 1, at=NOW)
    counted = {}
    for viewer in (person(Role.ADMINISTRATOR), person(Role.IP_COUNSEL), person(Role.IP_COUNSEL, 7)):
        with store.read(viewer) as session:
            counted[viewer.roles, viewer.matters] = [entry.entity for entry in select_entries(session, {})]
    assert list(counted.values()) == [[], ["decision"], ["decision", "matter"]]


def test_filters(store: Store) -> None:
    fill(store, 3)
    with store.write() as session:
        record(session, Viewer(9, "Ann"), TrailAction.EXPORTED, "export", "matches", at=NOW + dt.timedelta(days=2))
    with store.read() as session:
        for filters, count in (
            ({"who": "an"}, 1),
            ({"action": "changed"}, 3),
            ({"entity": "export", "key": "matches"}, 1),
            ({"since": "2026-11-26"}, 1),
            ({"until": "2026-11-25"}, 3),
        ):
            assert count_entries(session, filters) == count, filters
        with pytest.raises(TrailFilterError, match="2026-12-04"):
            count_entries(session, {"since": "yesterday"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.text(), key=st.text(), details=st.dictionaries(st.text(), JSON, max_size=3))
def test_whatever_is_recorded_can_be_hashed_and_written_as_json(name: str, key: str, details: dict[str, Any]) -> None:
    """Texts with NUL or halves of characters, numbers that are none: both databases could refuse them."""
    from workbench.people.trail import _plain

    for value in (_plain(name), _plain(key), _plain(details)):
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        assert "\x00" not in written
        assert json.loads(written.encode().decode()) == value
    entry = TrailEntry(
        id=1, at=NOW, name=_plain(name), action="saw", entity="x", key=_plain(key), details=_plain(details),
        previous=START, hash="",
    )  # fmt: skip
    assert len(entry_hash(entry)) == 64


def test_hostile_texts_are_kept_and_verify(store: Store) -> None:
    with store.write() as session:
        details = {"\x00": float("nan"), "text": "\ud800 \x00 評価 " + "x" * 5000, "list": [1, {"a": None}]}
        record(session, Viewer(None, "a\x00b"), TrailAction.SAW, "x\x00", "\udfff", details, at=NOW)
    with store.read() as session:
        assert verify(session).intact


def test_imports_are_on_it_and_those_of_a_matter_are_for_its_members(store: Store) -> None:
    with store.write() as session:
        matter_id = plant(session).matter
    for source, of in (("file:open.xml", None), ("file:walled.xml", matter_id)):
        run_id = start_run(store, RunKind.IMPORT, source, "1", NOW, matter_id=of)
        with store.write() as session:
            finish_run(session, run_id, RunState.OK)
    with store.read(person(Role.ADMINISTRATOR)) as session:
        (entry,) = select_entries(session, {"action": "imported"})
    assert (entry.name, entry.details) == (Viewer.system().name, {"status": "ok", "source": "file:open.xml"})
    with store.read(person(Role.IP_COUNSEL, matter_id)) as session:
        told = [entry.details for entry in select_entries(session, {"action": "imported"})]
    assert told[0] == {"status": "ok"}
