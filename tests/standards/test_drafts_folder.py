"""The watched folder: recognised by the cover, imported once, nothing moved, and a person is asked about the rest."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlmodel import select

from scrapers.errors import UnreadableFileError
from workbench import sample
from workbench.cli import main
from workbench.db import Store, key_of
from workbench.history.models import RunState
from workbench.settings import Settings
from workbench.standards.drafts_folder import Dropped, import_folder, import_waiting
from workbench.standards.models import Draft, WorkItem
from workbench.standards.task_models import Task, TaskState
from workbench.standards.tasks import TaskError, open_tasks

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
DRAFTS = sample.folder() / "drafts"
CD, DIS, JAPANESE = (
    DRAFTS / f"iso-iec-{name}.xml" for name in ("cd-99001.sample", "dis-99001.sample", "dis-99001.sample.ja")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "dropped"
    found.mkdir()
    return found


def drop(folder: Path, source: Path | bytes, name: str, *, seconds_ago: int = 3600) -> Path:
    path = folder / name
    if isinstance(source, bytes):
        path.write_bytes(source)
    else:
        shutil.copy(source, path)
    moment = NOW.timestamp() - seconds_ago
    os.utime(path, (moment, moment))
    return path


def follow(store: Store, reference: str = "ISO/IEC CD 99001") -> None:
    with store.write() as session:
        session.add(WorkItem(iso_id=9900001, reference=reference, first_seen=NOW, last_seen=NOW))


def look(store: Store, settings: Settings, folder: Path) -> list[Dropped]:
    return list(import_folder(store, settings, folder, now=lambda: NOW))


def labels(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(session.exec(select(Draft.label)))


def test_drafts_are_recognised_by_their_covers_and_imported_once(
    store: Store, settings: Settings, folder: Path
) -> None:
    follow(store)
    for at, file in enumerate((CD, DIS, JAPANESE)):
        drop(folder, file, f"scan {at}.dat")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    found = look(store, settings, folder)
    assert [each.run and each.run.state for each in found] == [RunState.OK] * 3
    assert labels(store) == ["CD", "DIS", "DIS ja"]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    drop(folder, CD, "the same under another name.xml")
    assert look(store, settings, folder) == []


def test_what_is_still_copied_hidden_or_linked_is_left_alone(store: Store, settings: Settings, folder: Path) -> None:
    follow(store)
    drop(folder, CD, "new.xml", seconds_ago=2)
    drop(folder, CD, ".hidden.xml")
    drop(folder, CD, "~$open.docx")
    (folder / "link.xml").symlink_to(CD)
    (folder / "below").mkdir()
    assert look(store, settings, folder) == []


def test_what_is_not_recognised_waits_with_the_reason_and_is_asked_once(
    store: Store, settings: Settings, folder: Path
) -> None:
    drop(folder, CD, "unknown item.xml")
    drop(folder, b"%PDF-1.7\nnothing", "broken.pdf")
    found = {each.file: each for each in look(store, settings, folder)}
    assert "no work item goes by" in (found["unknown item.xml"].reason or "")
    assert "not a whole PDF" in (found["broken.pdf"].reason or "")
    assert look(store, settings, folder) == []
    with store.read() as session:
        rows = {row.task.file: row.task for row in open_tasks(session)}
    assert rows["unknown item.xml"].found["label"] == "CD"
    assert rows["broken.pdf"].snapshot_id is None


def task_of(store: Store, file: str) -> Task:
    with store.read() as session:
        return session.exec(select(Task).where(Task.file == file)).one()


def test_a_person_says_what_a_file_is(store: Store, settings: Settings, folder: Path) -> None:
    path = drop(folder, CD, "unknown item.xml")
    look(store, settings, folder)
    path.unlink()
    follow(store, "ISO/IEC AWI 42999")
    key = key_of(task_of(store, "unknown item.xml"))
    failed = import_waiting(store, settings, key, work_item="ISO 1", label="CD 1", now=lambda: NOW)
    assert failed.state is RunState.FAILED
    assert task_of(store, "unknown item.xml").state is TaskState.OPEN
    run = import_waiting(store, settings, key, work_item="9900001", label="CD 1", now=lambda: NOW)
    assert run.state is RunState.OK
    assert run.source == "file:unknown item.xml"
    task = task_of(store, "unknown item.xml")
    assert (task.state, task.draft_id is None) == (TaskState.DONE, False)
    with pytest.raises(TaskError):
        import_waiting(store, settings, key, work_item="9900001", label="CD 1", now=lambda: NOW)


def test_another_text_under_a_label_that_is_taken_waits(store: Store, settings: Settings, folder: Path) -> None:
    follow(store)
    drop(folder, CD, "one.xml")
    drop(folder, CD.read_bytes().replace(b"<p>", b"<p>Changed. ", 1), "two.xml")
    found = look(store, settings, folder)
    assert [each.run is None for each in found] == [False, True]
    assert "another text under the label 'CD'" in (found[1].reason or "")
    assert "waits for a person" in found[1].told


def test_a_folder_that_is_not_there_is_one_line(store: Store, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="drafts_folder"):
        look(store, settings, tmp_path / "none")


def test_the_command_reads_the_folder_of_the_settings(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    nowhere = CliRunner().invoke(main, ["import", "folder"])
    assert (nowhere.exit_code, "set drafts_folder" in nowhere.stderr) == (2, True)
    monkeypatch.setenv("WORKBENCH_DRAFTS_FOLDER", str(folder))
    drop(folder, CD, "cd.xml")
    result = CliRunner().invoke(main, ["import", "folder", "--json"])
    assert result.exit_code == 1
    assert "waits for a person" in result.stderr
    assert CliRunner().invoke(main, ["import", "folder"]).exit_code == 0
