"""Table of tasks: what the workbench asks a person to do about drafts."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.db import checked


class TaskKind(StrEnum):
    """`draft_expected`: a work item reached a stage at which a new text is circulated; `file_not_recognised`: a file in
    the watched folder could not be imported by itself."""

    DRAFT_EXPECTED = "draft_expected"
    FILE_NOT_RECOGNISED = "file_not_recognised"


class TaskState(StrEnum):
    """`done` by the import of a draft; `dismissed` by a person, or overtaken by a later stage."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


class Task(SQLModel, table=True):
    """Something to be done, asked once: `key` tells whether it was asked before. Never deleted.

    A draft is asked for with `work_item_id` and `stage`. A file has its name, what stands in the way (`reason`), what
    its cover says (`found`: reference, label, title) and the snapshot that keeps it.
    """

    __tablename__ = "task"

    id: int | None = Field(default=None, primary_key=True)
    kind: TaskKind = Field(sa_type=checked(TaskKind))
    key: str = Field(unique=True)
    work_item_id: int | None = Field(default=None, foreign_key="work_item.id", index=True)
    stage: str | None = Field(default=None, max_length=5)
    since: dt.date
    file: str | None = None
    reason: str | None = None
    found: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    state: TaskState = Field(default=TaskState.OPEN, sa_type=checked(TaskState), index=True)
    opened_at: dt.datetime
    settled_at: dt.datetime | None = None
    draft_id: int | None = Field(default=None, foreign_key="draft.id")
    remark: str = Field(default="", description="Why it was dismissed.")
