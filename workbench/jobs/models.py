"""Table of the schedule: a row is claimed before a job runs, so that it runs once however many schedulers there are."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from workbench.db import checked


class JobState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(SQLModel, table=True):
    """The run of a job that was due at a moment; the unique key is the lease."""

    __tablename__ = "job_run"
    __table_args__ = (sa.UniqueConstraint("job", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(index=True)
    due_at: dt.datetime
    owner: str
    state: JobState = Field(sa_type=checked(JobState))
    attempts: int = 1
    lease_until: dt.datetime
    started_at: dt.datetime
    finished_at: dt.datetime | None = None
    error: str | None = None
