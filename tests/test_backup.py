"""Backup and restore: the same store again on both databases, nothing of a damaged file, nothing half after a kill."""

from __future__ import annotations

import hashlib
import json
import signal
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.conftest import empty_database
from tests.web.seed import seed
from workbench.backup import back_up, restore
from workbench.backup_archive import DATABASE, MANIFEST, BackupError
from workbench.cli import main
from workbench.db import Store
from workbench.digest.models import Recipient
from workbench.history.snapshots import SnapshotFolder
from workbench.people.trail import verify
from workbench.people.viewer import Viewer
from workbench.settings import Settings, session_secret
from workbench.tables import METADATA

Rows = dict[str, list[Any]]
CONTENT = b"what a publisher said"


@pytest.fixture
def filled(store: Store, settings: Settings) -> Store:
    """A store with rows, a snapshot, a mail, a model and a secret key."""
    seed(store)
    SnapshotFolder(settings.home).add([CONTENT])
    for name in ("mails/1.eml", "mails/2026-03-02T08:00 <a@b>.eml", "models/tiny/model.onnx", "uploads/waiting.csv"):
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    session_secret(settings)
    return store


@pytest.fixture
def other(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Settings of another workbench with an empty database of the same kind."""
    with empty_database(dialect, request, tmp_path / "other") as settings:
        yield settings


def everything(store: Store) -> Rows:
    """Each table's rows; the trail without its newest entry, which tells of the restoring itself."""
    with store.read() as session:
        found = {
            name: sorted(map(str, session.execute(sa.select(table)).all())) for name, table in METADATA.tables.items()
        }
    return {name: rows for name, rows in found.items() if not name.startswith("trail_")}


def opened(settings: Settings) -> Store:
    return Store(settings, Viewer.system())


def test_everything_comes_back(filled: Store, settings: Settings, other: Settings, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    written = back_up(filled, target, models=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = everything(filled)
    read = restore(other, target)
    assert read == written
    store = opened(other)
    try:
        assert everything(store) == before
        assert any(before.values())
        with store.read() as session:
            found = verify(session)
            assert found.intact
            assert found.entries == written.trail_entries + 1
        # Keys go on behind those that came back.
        seed_more(store)
    finally:
        store.close()
    home = other.home
    assert SnapshotFolder(home).read(hashlib.sha256(CONTENT).hexdigest()) == CONTENT
    assert (home / "mails/1.eml").read_bytes() == b"mails/1.eml"
    assert (home / "models/tiny/model.onnx").is_file()
    assert not (home / "uploads").exists()
    assert not (home / "secret.key").exists()
    assert session_secret(settings).encode() not in target.read_bytes()


def seed_more(store: Store) -> None:
    with store.write() as session:
        for number in range(3):
            session.add(Recipient(name=f"later {number}", email=f"later{number}@example.org"))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_snapshots_are_left_out_where_told(filled: Store, tmp_path: Path) -> None:
    target = tmp_path / "small.zip"
    back_up(filled, target, snapshots=False)
    with zipfile.ZipFile(target) as packed:
        firsts = {name.partition("/")[0] for name in packed.namelist()}
    assert not firsts & {"snapshots", "models"}
    assert "mails" in firsts


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_neither_overwrites_anything(filled: Store, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    back_up(filled, target)
    held = target.read_bytes()
    with pytest.raises(BackupError, match="is there already"):
        back_up(filled, target)
    assert target.read_bytes() == held
    before = everything(filled)
    with pytest.raises(BackupError, match="is not empty"):
        restore(settings, target)
    assert everything(filled) == before


# What is done to the archive, and the word that the error must have; the same on both databases.
DAMAGES: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "a changed file": (lambda held: held.update({first(held, "mails/"): b"mails/2.eml"}), "not what was written"),
    "a file more": (lambda held: held.update({"mails/more.eml": b"x"}), "differ"),
    "a file less": (lambda held: _none(held.pop(first(held, "snapshots/"))), "differ"),
    "no list": (lambda held: _none(held.pop(MANIFEST)), "no backup.json"),
    "a list that is none": (lambda held: held.update({MANIFEST: b"{}"}), "changed or damaged"),
    "a way out": (lambda held: listed(held, "mails/../../out", b"x"), "no name a backup may hold"),
    "a way to the root": (lambda held: listed(held, "/etc/out", b"x"), "no name a backup may hold"),
    "a foreign name": (lambda held: listed(held, "secret.key", b"x"), "no name a backup may hold"),
    "a newer store": (lambda held: edited(held, revision="9999"), "does not know"),
    "another format": (lambda held: edited(held, format=99), "format 99"),
    "another database": (lambda held: edited(held, dialect="oracle", tables={}), "backup may hold|same kind"),
}


def _none(value: object) -> None:
    """So that a lambda gives nothing."""


def first(held: dict[str, bytes], start: str) -> str:
    return next(name for name in held if name.startswith(start))


def edited(held: dict[str, bytes], **values: Any) -> None:
    held[MANIFEST] = json.dumps(json.loads(held[MANIFEST]) | values).encode()


def listed(held: dict[str, bytes], name: str, content: bytes) -> None:
    """Put a file in with its right hash, as somebody who means harm would."""
    files = json.loads(held[MANIFEST])["files"]
    edited(held, files=files | {name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}})
    held[name] = content


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(source) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    change(held)
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in held.items():
            packed.writestr(name, content)
    return target


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_of_a_damaged_archive_nothing_is_taken(filled: Store, other: Settings, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    back_up(filled, whole)
    for number, (name, (change, said)) in enumerate(DAMAGES.items()):
        with pytest.raises(BackupError, match=said) as caught:
            restore(other, rewritten(whole, tmp_path / f"{number}.zip", change))
        assert "\n" not in str(caught.value), name
        assert untouched(other), name
    (tmp_path / "no.zip").write_bytes(b"not an archive")
    with pytest.raises(BackupError, match="is no backup"):
        restore(other, tmp_path / "no.zip")
    (tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:-2000])
    with pytest.raises(BackupError, match="is no backup"):
        restore(other, tmp_path / "cut.zip")
    assert untouched(other)
    assert not (tmp_path / "out").exists()


def untouched(settings: Settings) -> bool:
    """Whether the store holds no row and the home folder no file of a backup."""
    store = opened(settings)
    try:
        empty = store.revision() is None or not any(everything(store).values())
    finally:
        store.close()
    left = [path for path in settings.home.rglob("*") if path.is_file() and not path.name.startswith("workbench.db")]
    return empty and not left


def test_a_trail_that_was_tampered_with_is_not_brought_back(filled: Store, other: Settings, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    back_up(filled, target)

    def tamper(held: dict[str, bytes]) -> None:
        if DATABASE not in held:
            listed(held, "tables/trail_entry.copy", held["tables/trail_entry.copy"].replace(b"exported", b"imported"))
            return
        path = tmp_path / "tampered.db"
        path.write_bytes(held[DATABASE])
        with sqlite3.connect(path) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                if name.startswith("trail"):
                    connection.execute(f"DROP TRIGGER {name}")
            connection.execute("UPDATE trail_entry SET action = 'imported'")
        connection.close()
        listed(held, DATABASE, path.read_bytes())

    with pytest.raises(BackupError, match="entry 1 was tampered with"):
        restore(other, rewritten(target, tmp_path / "tampered.zip", tamper))
    assert untouched(other)


KILLED = """
import os, signal, sys
from pathlib import Path
from workbench import backup
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
target, home, url, what = sys.argv[1:]
settings = Settings(home=Path(home), database_url=url or None)
if what == "backup":
    backup.Archive.add_folder = die
    backup.back_up(Store(settings, Viewer.system()), Path(target))
else:
    setattr(backup, what, die)
    backup.restore(settings, Path(target))
"""


def kill(target: Path, settings: Settings, what: str) -> None:
    """Do it in a process of its own that is killed at the place named."""
    told = [sys.executable, "-c", KILLED, str(target), str(settings.home), settings.database_url or "", what]
    done = subprocess.run(told, check=False, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_kill_leaves_nothing_half(filled: Store, settings: Settings, other: Settings, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    if filled.is_sqlite:  # what happens to the file is the same on both
        kill(target, settings, "backup")
        assert not target.exists()
    written = back_up(filled, target)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["all.zip"]
    # After the database was filled (PostgreSQL) or made ready (SQLite), before it is kept.
    kill(target, other, "_place")
    store = opened(other)
    assert store.revision() is None or not any(everything(store).values())
    store.close()
    assert restore(other, target) == written
    assert not (other.home / ".restore").exists()


def test_the_commands(sqlite_pair: tuple[Settings, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = sqlite_pair
    target = tmp_path / "all.zip"
    run = CliRunner()
    monkeypatch.setenv("WORKBENCH_HOME", str(one.home))
    made = run.invoke(main, ["backup", str(target)])
    assert made.exit_code == 0, made.output
    again = run.invoke(main, ["backup", str(target)])
    assert again.exit_code == 1
    assert "is there already" in again.output
    monkeypatch.setenv("WORKBENCH_HOME", str(two.home))
    back = run.invoke(main, ["restore", str(target)])
    assert back.exit_code == 0, back.output
    assert made.output.splitlines()[1] in back.output
    assert "is not empty" in run.invoke(main, ["restore", str(target)]).output


@pytest.fixture
def sqlite_pair(tmp_path: Path) -> tuple[Settings, Settings]:
    return Settings(home=tmp_path / "one"), Settings(home=tmp_path / "two")


def test_doctor_warns_of_secrets_that_others_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('secret_key = "SECRETKEY"\n', encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    for mode, warned in ((0o644, True), (0o600, False)):
        path.chmod(mode)
        done = CliRunner().invoke(main, ["doctor"])
        assert ("chmod 600" in done.output) is warned
        assert "SECRETKEY" not in done.output
