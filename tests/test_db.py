"""The store: migrations, constraints, transactions, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import select

from workbench.db import Store, StoreError, alembic_config, known_revisions, newest_revision
from workbench.history.models import Run, RunKind, RunState
from workbench.settings import Settings
from workbench.tables import METADATA

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
REVISIONS = sorted(known_revisions())


def _run() -> Run:
    return Run(kind=RunKind.POLL, source="x", parser_version="1", state=RunState.OK, started_at=NOW, clock=NOW)


def test_the_migrations_give_exactly_the_tables_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, kind, _: not str(name).startswith("search_fts")},
        )
        assert compare_metadata(context, METADATA) == []


def test_migrations_are_numbered_in_the_order_of_their_chain() -> None:
    chain = [script.revision for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()]
    assert chain == REVISIONS[::-1]


def test_every_migration_goes_on_from_the_one_before(unmigrated: Settings) -> None:
    store = Store(unmigrated)
    assert store.revision() is None
    for revision in REVISIONS:
        command.upgrade(alembic_config(unmigrated.database), revision)
        assert store.revision() == revision
    assert store.migrate() == newest_revision()
    store.close()


@pytest.mark.parametrize("revision", [REVISIONS[0], REVISIONS[len(REVISIONS) // 2]])
def test_an_earlier_store_is_upgraded_at_once(unmigrated: Settings, revision: str) -> None:
    store = Store(unmigrated)
    command.upgrade(alembic_config(unmigrated.database), revision)
    assert store.migrate() == newest_revision() == store.revision()
    store.close()


def test_a_store_from_a_newer_version_is_refused_and_left_alone(store: Store) -> None:
    with store.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        store.migrate()
    assert store.revision() == "9999"


def test_an_enumeration_is_checked_by_the_database_itself(store: Store) -> None:
    with store.write() as session:
        session.add(_run())
    with pytest.raises(sa.exc.IntegrityError), store.write() as session:
        session.execute(sa.text("UPDATE run SET state = 'perhaps'"))


def test_a_write_that_raises_keeps_nothing(store: Store) -> None:
    def half_done() -> None:
        with store.write() as session:
            session.add(_run())
            session.flush()
            raise RuntimeError("half done")

    with pytest.raises(RuntimeError, match="half done"):
        half_done()
    with store.read() as session:
        assert session.exec(select(Run)).all() == []


def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    with store.write() as session:
        run = _run()
        run.clock = dt.datetime(2026, 11, 16, 17, tzinfo=dt.timezone(dt.timedelta(hours=9)))
        session.add(run)
    with store.read() as session:
        clock = session.exec(select(Run)).one().clock
    assert clock == NOW
    assert clock.utcoffset() == dt.timedelta(0)
