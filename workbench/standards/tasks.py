"""Tasks about drafts: a new stage asks for the new text, and a person answers by an import or with a reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.history.models import Change, ChangeKind, Entity
from workbench.i18n import mark
from workbench.standards.models import Draft, StageEvent, WorkItem
from workbench.standards.task_models import Task, TaskKind, TaskState

MOST_REMARK: Final = 500
OVERTAKEN: Final = mark("overtaken by a later stage")
BRINGS_TEXT: Final = frozenset({"20.20", "30.20", "40.20", "50.20", "60.60"})
"""Stages at which a new text is circulated or published (ISO/IEC Directives Part 1, harmonized stage codes): a study or
ballot of a working, committee, enquiry or final draft is initiated, or the document is published."""
# A text may reach the delegates before its stage reaches the catalogue.
_BEFORE_STAGE: Final = dt.timedelta(days=30)
_GROUPS: Final = (
    (60, re.compile(r"\b(?:IS|published|final text)\b", re.IGNORECASE)),
    (50, re.compile(r"FDIS|FDAM|FDTS|FDTR|\bPRF\b")),
    (40, re.compile(r"\bDIS|DAM\b|\bDTS|\bDTR|DPAS|\bCDV|\bENQ")),
    (30, re.compile(r"\bCD|PDTS|PDTR|PDAM")),
    (20, re.compile(r"\bP?WD|\bAWI")),
)


class TaskError(Exception):
    """A task cannot be settled that way; `str(error)` says why."""


@dataclass(frozen=True)
class TaskRow:
    """A task with the work item that it is about, if it is about one."""

    task: Task
    item: WorkItem | None


def stage_group(text: str | None) -> int | None:
    """The group of stages (20, 30, 40, 50, 60) of a draft by its label or reference; None where that does not say."""
    return next((group for group, pattern in _GROUPS if pattern.search(text or "")), None)


def open_tasks(session: Session, item: WorkItem | None = None) -> list[TaskRow]:
    """The tasks that wait, of all or of one work item, the newest first."""
    statement = select(Task, WorkItem).join(WorkItem, col(WorkItem.id) == Task.work_item_id, isouter=True)
    statement = statement.where(Task.state == TaskState.OPEN)
    if item is not None:
        statement = statement.where(Task.work_item_id == item.id)
    rows = session.exec(statement.order_by(col(Task.since).desc(), col(Task.id).desc()))
    return [TaskRow(task, found) for task, found in rows]


def every_item(session: Session) -> Sequence[WorkItem]:
    """The work items that a file can be a draft of."""
    return session.exec(select(WorkItem)).all()


def ask_for_drafts(session: Session, at: dt.datetime) -> list[Task]:
    """Ask for the new text of each work item that moved to a stage which brings one; asked once a move.

    A stage that was known from the first time on asks for nothing. Older questions about the same item are dismissed
    as overtaken.
    """
    statement = select(WorkItem).where(col(WorkItem.stage).in_(BRINGS_TEXT), col(WorkItem.missing_since).is_(None))
    asked = []
    moves = _last_moves(session)
    for item in session.exec(statement.order_by(col(WorkItem.iso_id))):
        move = moves.get(str(item.iso_id))
        if move is None or move.new != item.stage:
            continue
        since = _reached(session, item) or move.at.date()
        # Not by the day, which a source may tell more exactly later.
        key = f"draft:{item.iso_id}:{item.stage}:{move.id}"
        if session.exec(select(Task.id).where(Task.key == key)).first() is not None:
            continue
        for older in _waiting(session, item):
            _settle(older, TaskState.DISMISSED, at, remark=OVERTAKEN)
        if _has_text(session, item, since):
            continue
        task = Task(
            kind=TaskKind.DRAFT_EXPECTED,
            key=key,
            work_item_id=key_of(item),
            stage=item.stage,
            since=since,
            opened_at=at,
        )
        session.add(task)
        asked.append(task)
    session.flush()
    return asked


def draft_arrived(session: Session, item: WorkItem, draft: Draft, at: dt.datetime) -> None:
    """Settle what a new draft answers: the questions for a text of its stage or an earlier one."""
    group = stage_group(draft.label) or stage_group(draft.reference)
    for task in _waiting(session, item):
        if group is None or group >= int((task.stage or "00")[:2]):
            _settle(task, TaskState.DONE, at, draft=draft)


def file_waits(
    session: Session,
    sha256: str,
    file: str,
    reason: str,
    found: dict[str, str],
    snapshot_id: int | None,
    at: dt.datetime,
) -> Task:
    """Ask what a file is, unless that was asked before."""
    key = f"file:{sha256}"
    task = session.exec(select(Task).where(Task.key == key)).one_or_none()
    if task is None:
        task = Task(
            kind=TaskKind.FILE_NOT_RECOGNISED,
            key=key,
            since=at.date(),
            file=file,
            reason=reason,
            found=found,
            snapshot_id=snapshot_id,
            opened_at=at,
        )
        session.add(task)
        session.flush()
    return task


def file_known(session: Session, sha256: str) -> bool:
    """Whether it was asked what a file is, whatever became of that."""
    return session.exec(select(Task.id).where(Task.key == f"file:{sha256}")).first() is not None


def dismiss(session: Session, task_id: int, remark: str, at: dt.datetime) -> Task:
    """Close a task without a draft; `remark` says why. Raises TaskError."""
    task = waiting_task(session, task_id)
    remark = " ".join(remark.split())[:MOST_REMARK]
    if not remark:
        raise TaskError("a task is dismissed with a reason; give one")
    _settle(task, TaskState.DISMISSED, at, remark=remark)
    return task


def complete(session: Session, task_id: int, draft: Draft, at: dt.datetime) -> None:
    """Close a task by a draft. Raises TaskError."""
    _settle(waiting_task(session, task_id), TaskState.DONE, at, draft=draft)


def waiting_task(session: Session, task_id: int) -> Task:
    """A task that is open. Raises TaskError."""
    task = session.get(Task, task_id)
    if task is None or task.state is not TaskState.OPEN:
        raise TaskError("there is no such task, or it was settled already; load the page again")
    return task


def _settle(task: Task, state: TaskState, at: dt.datetime, *, draft: Draft | None = None, remark: str = "") -> None:
    task.state, task.settled_at, task.remark = state, at, remark
    task.draft_id = None if draft is None else key_of(draft)


def _waiting(session: Session, item: WorkItem) -> Sequence[Task]:
    statement = select(Task).where(
        Task.work_item_id == item.id, Task.kind == TaskKind.DRAFT_EXPECTED, Task.state == TaskState.OPEN
    )
    return session.exec(statement).all()


def _last_moves(session: Session) -> dict[str, Change]:
    statement = select(Change).where(
        Change.entity == Entity.WORK_ITEM, Change.kind == ChangeKind.CHANGED, Change.field == "stage"
    )
    return {change.key: change for change in session.exec(statement.order_by(col(Change.id)))}


def _reached(session: Session, item: WorkItem) -> dt.date | None:
    statement = select(StageEvent).where(StageEvent.work_item_id == item.id, StageEvent.stage == item.stage)
    event = session.exec(statement.order_by(col(StageEvent.date).desc())).first()
    return None if event is None else event.date


def _has_text(session: Session, item: WorkItem, since: dt.date) -> bool:
    """Whether a text of the stage, imported or dated about when it was reached, is there already."""
    group = int((item.stage or "00")[:2])
    for draft in session.exec(select(Draft).where(Draft.work_item_id == item.id)):
        own = stage_group(draft.label) or stage_group(draft.reference)
        day = draft.dated or draft.imported_at.date()
        if own is not None and own >= group and day >= since - _BEFORE_STAGE:
            return True
    return False
