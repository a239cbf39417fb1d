"""Backups of PostgreSQL: every table by COPY, out of one consistent state and back in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.runtime.migration import MigrationContext
from sqlmodel import Session

from workbench.db import VIEWER, Store, StoreError, alembic_config
from workbench.people.viewer import Viewer

_VERSION: Final = "alembic_version"
_PIECE: Final = 1 << 20
# Generated columns are computed anew and can't be written.
_COLUMNS: Final = sa.text(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = :name "
    "AND is_generated = 'NEVER' ORDER BY ordinal_position"
)


@dataclass(frozen=True)
class State:
    """One state of the database. `tables` are in the order of their references, each with its columns."""

    revision: str
    tables: dict[str, list[str]]
    session: Session

    def copy_out(self, table: str, columns: list[str]) -> Iterator[bytes]:
        """The rows of a table in the text format of COPY."""
        with _driver(self.session).cursor().copy(f"COPY {_named(self.session, table, columns)} TO STDOUT") as rows:
            for piece in rows:
                yield bytes(piece)


@contextmanager
def one_state(store: Store) -> Iterator[State]:
    """Everything as it is at one moment; writers need not wait."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with (
        store.engine.connect().execution_options(**options) as connection,
        Session(connection, info={VIEWER: Viewer.system()}) as session,
    ):
        names = [name for name, _ in sa.inspect(connection).get_sorted_table_and_fkc_names() if name is not None]
        tables = {
            name: list(connection.execute(_COLUMNS, {"name": name}).scalars()) for name in names if name != _VERSION
        }
        revision = MigrationContext.configure(connection).get_current_revision() or ""
        yield State(revision, tables, session)


@contextmanager
def filled(store: Store, revision: str, tables: Mapping[str, list[str]], folder: Path) -> Iterator[Session]:
    """The tables made at `revision`, filled from `folder` and brought up to date: kept at the end of the block only."""
    with store.write() as session:
        _migrate(session, revision)
        known = {name for name, _ in sa.inspect(session.connection()).get_sorted_table_and_fkc_names()}
        if unknown := sorted(tables.keys() - known):
            raise StoreError(f"table {unknown[0]} of the backup is not one of migration {revision}; use another backup")
        for table, columns in tables.items():
            try:
                _copy_in(session, table, columns, folder / f"{table}.copy")
            except session.get_bind().dialect.dbapi.Error as error:  # type: ignore[union-attr]
                told = " ".join(str(error).split("\n", 1)[0].split())
                raise StoreError(f"table {table} of the backup can't be read ({told}); use another backup") from error
            _advance(session, table, columns)
        _migrate(session, "head")
        yield session


def _copy_in(session: Session, table: str, columns: list[str], path: Path) -> None:
    statement = f"COPY {_named(session, table, columns)} FROM STDIN"
    with path.open("rb") as file, _driver(session).cursor().copy(statement) as rows:
        while piece := file.read(_PIECE):
            rows.write(piece)


def _migrate(session: Session, revision: str) -> None:
    """In the transaction of the session, so that it goes where that goes."""
    config = alembic_config("")
    config.attributes["connection"] = session.connection()
    command.upgrade(config, revision)


def _advance(session: Session, table: str, columns: list[str]) -> None:
    """Let counters go on behind the largest key."""
    cursor = _driver(session).cursor()
    named = _quote(session, table)
    for column in columns:
        counter = cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (named, column)).fetchone()[0]
        if counter is not None:
            largest = f"(SELECT max({_quote(session, column)}) FROM {named})"  # noqa: S608 - names of the database, quoted
            cursor.execute(f"SELECT setval(%s, coalesce({largest}, 1), {largest} IS NOT NULL)", (counter,))


def _named(session: Session, table: str, columns: list[str]) -> str:
    return f"{_quote(session, table)} ({', '.join(_quote(session, column) for column in columns)})"


def _quote(session: Session, name: str) -> str:
    return str(session.get_bind().dialect.identifier_preparer.quote_identifier(name))


def _driver(session: Session) -> Any:
    return session.connection().connection.driver_connection
