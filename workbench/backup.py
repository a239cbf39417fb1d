"""Everything the workbench keeps in one file, and back: the database in one consistent state, snapshots, mails, models.

The archive is a ZIP file whose `backup.json` lists every other member with its size and SHA-256. The hashes find what
was damaged; whoever can write the file can write the hashes too, so the newest hash of the audit trail is told at both
ends. The key that signs sessions (`secret.key`) is never in it: with the database it would open the second steps.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlmodel import Session

from workbench import __version__, backup_postgres
from workbench.backup_archive import (
    DATABASE,
    FORMAT,
    MANIFEST,
    Archive,
    BackupError,
    Manifest,
    pieces,
    private,
    unpack,
)
from workbench.db import Store, StoreError, known_revisions
from workbench.people.trail import record, verify
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings
from workbench.tables import METADATA


@dataclass(frozen=True)
class Summary:
    """What went into an archive or came out of it; `trail_head` is the newest hash of the audit trail in it."""

    files: int
    size: int
    trail_entries: int
    trail_head: str


def back_up(store: Store, target: Path, *, snapshots: bool = True, models: bool = False) -> Summary:
    """Write everything into the file `target`, which only its owner may read; all of it or nothing.

    The store is one opened for the workbench itself. It may be in use meanwhile: the database is that of one moment,
    and files are only ever added to. Raises BackupError where the file is there already or can't be written.
    """
    if target.exists():
        raise BackupError(f"{target}: is there already; give the name of a new file")
    with store.write() as session:
        told = {"snapshots": snapshots, "models": models}
        record(session, Viewer.system(), TrailAction.EXPORTED, "backup", target.name, told)
    part, copy = target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.db")
    try:
        try:
            with private(part) as file:
                summary = _write(file, store, copy, snapshots=snapshots, models=models)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            copy.unlink(missing_ok=True)
            part.unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror or error}; give a folder you may write to, with room") from error
    return summary


def restore(settings: Settings, source: Path) -> Summary:
    """Bring everything in the file `source` into the empty store of the settings; all of the database or nothing.

    Each file is checked against the archive's list, the audit trail against its chain, before anything is put in
    place. Raises BackupError, one line, where the store is not empty or the archive is not what was written.
    """
    store = Store(settings, Viewer.system())
    staged = settings.home / ".restore"
    try:
        _require_empty(store)
        shutil.rmtree(staged, ignore_errors=True)
        settings.home.mkdir(parents=True, exist_ok=True)
        staged.mkdir(mode=0o700)
        manifest = unpack(source, staged)
        _check_fits(manifest, store)
        with _prepared(store, staged, manifest) as prepared:
            _place(settings, staged, manifest.files)
        if store.is_sqlite:
            _fill_sqlite(store, staged / DATABASE)
        return Summary(len(manifest.files), sum(each.size for each in manifest.files.values()), *prepared)
    except OSError as error:
        raise BackupError(f"{source}: {error.strerror or error}; nothing of the database was changed") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        store.close()


def _write(file: IO[bytes], store: Store, copy: Path, *, snapshots: bool, models: bool) -> Summary:
    settings = store.settings
    with zipfile.ZipFile(file, "w") as packed:
        archive = Archive(packed)
        tables: dict[str, list[str]] = {}
        if store.is_sqlite:
            with private(copy):
                pass
            revision, trail = _copy_sqlite(store, copy)
            archive.add(DATABASE, pieces(copy))
        else:
            with backup_postgres.one_state(store) as state:
                revision, trail = state.revision, _trail(state.session)
                for table, columns in state.tables.items():
                    tables[table] = columns
                    archive.add(f"tables/{table}.copy", state.copy_out(table, columns))
        # What the database names was written before it was named, so the folders come second.
        archive.add_folder("mails", settings.home / "mails")
        if snapshots:
            archive.add_folder("snapshots", settings.home / "snapshots")
        if models:
            archive.add_folder("models", settings.models_folder)
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            made_at=dt.datetime.now(dt.UTC),
            dialect=_dialect(store),
            revision=revision,
            tables=tables,
            files=archive.members,
        )
        packed.writestr(MANIFEST, manifest.model_dump_json(), zipfile.ZIP_DEFLATED)
    return Summary(len(archive.members), sum(each.size for each in archive.members.values()), *trail)


def _copy_sqlite(store: Store, copy: Path) -> tuple[str, tuple[int, str]]:
    connection = store.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        with closing(sqlite3.connect(copy)) as target:
            driver.backup(target)
            # A copy in WAL mode would need the file beside it.
            target.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
    with _opened(store.settings, copy) as copied:
        return copied.revision() or "", _checked_trail(copied)


def _fill_sqlite(store: Store, database: Path) -> None:
    """Put the checked copy in place in one transaction of SQLite's own."""
    connection = store.engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        with closing(sqlite3.connect(database)) as source:
            source.backup(driver)
    finally:
        connection.close()


@contextmanager
def _opened(settings: Settings, database: Path) -> Iterator[Store]:
    """The store in a file of SQLite, for the workbench itself."""
    store = Store(settings.model_copy(update={"database_url": f"sqlite:///{database}"}), Viewer.system())
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _prepared(store: Store, staged: Path, manifest: Manifest) -> Iterator[tuple[int, str]]:
    """The database made ready and checked; gives entries and newest hash of its trail.

    On PostgreSQL it is in place once the block ends; on SQLite it still lies aside.
    """
    if store.is_sqlite:
        with _opened(store.settings, staged / DATABASE) as copied:
            try:
                _check_sqlite(copied.engine.url.database or "")
                copied.migrate()
                trail = _checked_trail(copied)
            except (sqlite3.DatabaseError, StoreError) as error:
                raise BackupError(f"the database of the backup is damaged ({error}); use another backup") from error
            with copied.write() as session:
                _note(session, manifest)
        with closing(sqlite3.connect(staged / DATABASE)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        yield trail
        return
    with backup_postgres.filled(store, manifest.revision, manifest.tables, staged / "tables") as session:
        trail = _trail(session)
        _note(session, manifest)
        yield trail


def _note(session: Session, manifest: Manifest) -> None:
    told = {"made_at": manifest.made_at.isoformat(), "version": manifest.version}
    record(session, Viewer.system(), TrailAction.IMPORTED, "backup", manifest.revision, told)


def _check_sqlite(database: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupError(f"the database of the backup is damaged ({found}); use another backup")


def _checked_trail(store: Store) -> tuple[int, str]:
    with store.read() as session:
        return _trail(session)


def _trail(session: Session) -> tuple[int, str]:
    found = verify(session)
    if not found.intact:
        raise BackupError(
            f"audit trail: entry {found.broken_at} was tampered with: {found.reason}; `workbench doctor` tells of it"
        )
    return found.entries, found.head


def _require_empty(store: Store) -> None:
    if store.revision() is None:
        return
    filled = next(iter(_filled_tables(store)), None)
    if filled is not None:
        raise BackupError(
            f"the store of the settings is not empty (table {filled} has rows); restore into a new one: set "
            "WORKBENCH_HOME, or WORKBENCH_DATABASE_URL, to one that holds nothing"
        )


def _filled_tables(store: Store) -> Iterator[str]:
    present = set(sa.inspect(store.engine).get_table_names())
    with store.read() as session:
        for name, table in METADATA.tables.items():
            if name in present and session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                yield name


def _check_fits(manifest: Manifest, store: Store) -> None:
    if manifest.dialect != _dialect(store):
        raise BackupError(
            f"the backup is of a {manifest.dialect} database, the settings name {_dialect(store)}; restore it into the "
            "same kind"
        )
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"the backup stands at migration {manifest.revision}, which this version of the workbench does not know; "
            f"use version {manifest.version} or newer"
        )


def _place(settings: Settings, staged: Path, files: Iterable[str]) -> None:
    """Move the files into the home folder; one that is there already, from an attempt before, is written again."""
    for name in files:
        first, _, rest = name.partition("/")
        if first not in ("snapshots", "mails", "models"):
            continue
        target = settings.models_folder / rest if first == "models" else settings.home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staged / name, target)


def _dialect(store: Store) -> str:
    return "sqlite" if store.is_sqlite else "postgresql"
