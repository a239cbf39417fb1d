"""The watched folder: files dropped there are imported by what their cover says, and are never moved or deleted."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from scrapers import records
from scrapers.drafts import read_draft
from scrapers.errors import ScraperError, UnreadableFileError
from workbench.db import Store
from workbench.history.files import keep_file
from workbench.history.log import keep_snapshot
from workbench.history.models import Run, RunState, Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.settings import Settings
from workbench.standards.drafts import UnknownWorkItemError, find_work_item, import_draft
from workbench.standards.models import Draft, WorkItem
from workbench.standards.tasks import TaskError, complete, file_known, file_waits, waiting_task

SETTLED_SECONDS: Final = 10
"""A file that changed within so many seconds is left for the next time: it may still be being copied."""
MAX_FILES: Final = 10_000
_LABEL: Final = re.compile(
    r"(?<![A-Za-z])(PWI|NP|AWI|WD|CDV|CD|FDIS|DIS|FDAM|DAM|PDTS|PDTR|DTS|DTR|DPAS|PRF)(?:[ .]?(\d)(?!\d))?(?![A-Za-z])"
)


class NotRecognisedError(Exception):
    """A file's cover does not say which version of which work item it is; `str(error)` says what is missing."""


@dataclass(frozen=True)
class Dropped:
    """What became of a file: a `run` where its import was tried, else a `reason` why it waits for a person."""

    file: str
    run: Run | None
    reason: str | None

    @property
    def told(self) -> str:
        """One line for the log and the command line."""
        if self.run is None:
            return f"{self.file}: waits for a person on the page of this week: {self.reason}"
        return f"{self.file}: {self.run.state.value}, {self.run.inserted} clauses"


@dataclass(frozen=True)
class Recognised:
    """Which version of which work item a file is."""

    item: WorkItem
    label: str


def import_folder(
    store: Store,
    settings: Settings,
    folder: Path,
    *,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Iterator[Dropped]:
    """Import the files of a folder that were not seen before, one after the other; what is not recognised gets a task.

    A file is known by its content, so that it is imported once under whatever name. Hidden files, links, folders and
    what changed a moment ago are left alone. Raises UnreadableFileError where the folder cannot be read.
    """
    for path in _files(folder, now()):
        try:
            sha256 = _hash(path)
        except OSError as error:
            yield Dropped(path.name, None, f"{path.name}: cannot be read ({error.strerror or error})")
            continue
        with store.read() as session:
            known = file_known(session, sha256) or _imported(session, sha256)
        if not known:
            yield _drop(store, settings, path, sha256, now)


def recognise(session: Session, draft: records.Draft) -> Recognised:
    """Which version of which work item a draft is by its cover. Raises NotRecognisedError."""
    if draft.reference is None:
        raise NotRecognisedError("its cover names no reference of a document")
    try:
        item = find_work_item(session, draft.reference)
    except UnknownWorkItemError as error:
        raise NotRecognisedError(str(error)) from error
    label = _label(draft)
    if label is None:
        raise NotRecognisedError(f"its cover says {draft.reference}, but not at which stage")
    taken = session.exec(select(Draft.id).where(Draft.work_item_id == item.id, Draft.label == label)).first()
    if taken is not None:
        raise NotRecognisedError(f"{item.reference} has another text under the label {label!r}")
    return Recognised(item, label)


def import_waiting(
    store: Store,
    settings: Settings,
    task_id: int,
    *,
    work_item: str,
    label: str,
    dated: dt.date | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Import the file of a task as a person says, from the copy that was kept; the task is done where that succeeds.

    Raises TaskError where the task is settled or its file is lost.
    """
    with store.read() as session:
        task = waiting_task(session, task_id)
        snapshot = None if task.snapshot_id is None else session.get(Snapshot, task.snapshot_id)
        name = Path(task.file or "file").name
    if snapshot is None:
        raise TaskError("this task has no file; import one with `workbench import draft`")
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside, name)
        try:
            path.write_bytes(SnapshotFolder(settings.home).read(snapshot.sha256))
        except OSError as error:
            raise TaskError(f"the copy of {name} is lost; drop the file again under another name") from error
        run = import_draft(store, settings, path, work_item=work_item, label=label, dated=dated, now=now)
    if run.state in (RunState.OK, RunState.UNCHANGED):
        with store.write() as session:
            complete(session, task_id, _newest(session, snapshot), now())
    return run


def _newest(session: Session, snapshot: Snapshot) -> Draft:
    statement = select(Draft).join(Snapshot, col(Snapshot.id) == Draft.snapshot_id)
    found = session.exec(statement.where(Snapshot.sha256 == snapshot.sha256).order_by(col(Draft.id).desc())).first()
    if found is None:
        raise TaskError("the file was read, but its draft is gone; load the page again")
    return found


def _drop(store: Store, settings: Settings, path: Path, sha256: str, now: Callable[[], dt.datetime]) -> Dropped:
    draft: records.Draft | None = None
    try:
        draft = read_draft(path)
        with store.read() as session:
            which = recognise(session, draft)
            iso_id, label = str(which.item.iso_id), which.label
        run = import_draft(store, settings, path, work_item=iso_id, label=label, known=draft, now=now)
        if run.state is not RunState.FAILED:
            return Dropped(path.name, run, None)
        reason = run.error or "the import failed"
    except (ScraperError, NotRecognisedError) as error:
        reason = str(error)
    found = {} if draft is None else _found(draft)
    with store.write() as session:
        snapshot = None if draft is None else keep_snapshot(session, keep_file(settings, path, now()))
        session.flush()
        file_waits(session, sha256, path.name, reason, found, snapshot.id if snapshot else None, now())
    return Dropped(path.name, None, reason)


def _found(draft: records.Draft) -> dict[str, str]:
    said = {"reference": draft.reference, "title": draft.title, "label": _label(draft), "language": draft.language}
    return {name: value for name, value in said.items() if value}


def _label(draft: records.Draft) -> str | None:
    """The label of a version as people write it (`CD 2`, `DIS`), with its language unless that is English."""
    found = next(filter(None, (_LABEL.search(text or "") for text in (draft.reference, draft.stage))), None)
    if found is not None:
        label = f"{found[1]} {found[2]}" if found[2] else found[1]
    elif draft.stage in ("IS", "60.60", "published") or re.search(r":\s?\d{4}", draft.reference or ""):
        label = "published"
    else:
        return None
    return label if draft.language == "en" else f"{label} {draft.language}"


def _files(folder: Path, at: dt.datetime) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise UnreadableFileError(
            f"{folder}: {error.strerror or error}; set `drafts_folder` to a folder that can be read"
        ) from error
    if len(paths) > MAX_FILES:
        raise UnreadableFileError(f"{folder}: more than {MAX_FILES:,} files; name a folder for drafts alone")
    found = []
    for path in paths:
        if path.name.startswith((".", "~$")) or path.is_symlink() or not path.is_file():
            continue
        if at.timestamp() - path.stat().st_mtime >= SETTLED_SECONDS:
            found.append(path)
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _imported(session: Session, sha256: str) -> bool:
    statement = select(Draft.id).join(Snapshot, col(Snapshot.id) == Draft.snapshot_id)
    return session.exec(statement.where(Snapshot.sha256 == sha256)).first() is not None
