"""Engine, sessions and column types: the only place besides search that knows the two dialects apart."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel

from workbench.resources import resource
from workbench.settings import Settings, mask_password

if TYPE_CHECKING:
    from alembic.config import Config

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BUSY_TIMEOUT_MS = 30_000
VIEWER = "workbench_viewer"
"""Where a session keeps for whom it was opened; `workbench.people.gate` reads it."""
# PostgreSQL: one writer at a time, as in SQLite, so that "compare, then write" is safe on both.
_WRITER_LOCK = 4_242_001
_SETTINGS = "workbench_settings"


_Item = TypeVar("_Item")


class StoreError(Exception):
    """The database cannot be used; `str(error)` says why and what to do."""


def checked(values: type[StrEnum]) -> sa.Enum:
    """A text column that takes only the values of an enumeration, kept by a CHECK constraint on both dialects."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=values.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def key_of(row: Any) -> int:
    """The primary key of a row that has been flushed."""
    if row.id is None:
        raise ValueError(f"{type(row).__name__} has no key yet; flush the session first")
    return int(row.id)


def in_blocks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The items in order, `size` at a time, as statements name few enough values; the last block may be shorter."""
    left = iter(items)
    while block := list(islice(left, size)):
        yield block


class Store:
    """The database of one workbench. Reading and writing are separate; each `write` is one transaction.

    A store is opened for a viewer (`workbench.people.viewer`); one that is opened for nobody gives sessions that may
    not touch confidential rows.
    """

    def __init__(self, settings: Settings, viewer: object | None = None) -> None:
        self.settings = settings
        self._viewer = viewer
        url = make_url(settings.database)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite and url.database:
            settings.home.mkdir(parents=True, exist_ok=True)
        try:
            self.engine = sa.create_engine(url, pool_pre_ping=not self.is_sqlite, json_serializer=_json)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"no driver for {mask_password(settings.database)}: install standards-workbench[postgres]"
            ) from error
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        self._reading = self.engine.execution_options(workbench_reading=True)

    def on_behalf_of(self, viewer: object | None) -> Store:
        """The same database, opened for another viewer."""
        other = copy.copy(self)
        other._viewer = viewer
        return other

    @contextmanager
    def read(self, viewer: object | None = None) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing; for the store's viewer or another."""
        with Session(self._reading, info=self._info(viewer)) as session:
            yield session

    @contextmanager
    def write(self, viewer: object | None = None) -> Iterator[Session]:
        """A session whose changes are all kept at the end of the block, or none where it raises."""
        with Session(self.engine, expire_on_commit=False, info=self._info(viewer)) as session:
            if not self.is_sqlite:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
            yield session
            session.commit()

    def analyse(self, *models: type[SQLModel]) -> None:
        """Let the database look how the rows of these tables are spread, after very many were written.

        It looks at some rows of each index only: a moment, whatever the size.
        """
        with self.engine.begin() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
            for model in models:
                connection.exec_driver_sql(f"ANALYZE {model.__tablename__}")

    def _info(self, viewer: object | None) -> dict[str, object]:
        return {VIEWER: viewer or self._viewer, _SETTINGS: self.settings}

    def close(self) -> None:
        self.engine.dispose()

    def revision(self) -> str | None:
        """The migration the database stands at, None where it is empty."""
        try:
            with self._reading.connect() as connection:
                if not sa.inspect(connection).has_table("alembic_version"):
                    return None
                found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
                return found
        except sa.exc.OperationalError as error:
            raise StoreError(
                f"cannot open the database {mask_password(self.settings.database)}: {' '.join(str(error.orig).split())}"
            ) from error

    def migrate(self) -> str:
        """Create the tables or upgrade them to the newest migration; returns its name."""
        newest = newest_revision()
        current = self.revision()
        if current == newest:
            return newest
        if current is not None and current not in known_revisions():
            raise StoreError(
                f"the database stands at {current}, which this version of the workbench does not know; "
                "use the newer version that wrote it"
            )
        from alembic import command

        command.upgrade(alembic_config(self.settings.database), "head")
        return newest

    def require_current(self) -> None:
        """Upgrade SQLite by itself; on PostgreSQL say that `workbench migrate` is needed."""
        if self.revision() == newest_revision():
            return
        if not self.is_sqlite:
            raise StoreError("the database is not at the newest migration; run `workbench migrate` first")
        self.migrate()


def settings_of(session: Session) -> Settings:
    """The settings of the store that opened a session, for reads that depend on files of rules."""
    settings: Settings = session.info[_SETTINGS]
    return settings


def alembic_config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resource("migrations")))
    config.attributes["url"] = url
    return config


@functools.cache
def known_revisions() -> frozenset[str]:
    """Every migration this version of the workbench can start from: the numbers that their files begin with."""
    return frozenset(file.name[:4] for file in (resource("migrations") / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    """The newest migration that comes with this version. Raises StoreError where there is none."""
    if not known_revisions():
        raise StoreError("no migrations found; the installation is incomplete, install the workbench again")
    return max(known_revisions())


def _json(value: Any) -> str:
    """JSON as people write it, so that lists of names can be searched in Japanese too."""
    return json.dumps(value, ensure_ascii=False)


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001
    # The driver must not open transactions by itself: `begin` below decides between read and write.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("workbench_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
