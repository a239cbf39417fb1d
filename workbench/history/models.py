"""Tables of provenance: runs, snapshots, changes, bad records in quarantine, drifts."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import AutoString, Field, SQLModel

import workbench.people.walls_models  # noqa: F401 - the matters that foreign keys below name
from workbench.db import checked
from workbench.people.gate import confidential
from workbench.people.permissions import Permission
from workbench.people.rules import in_matter, needs_what_it_says, of_open_run
from workbench.people.viewer import Viewer


class RunKind(StrEnum):
    POLL = "poll"
    IMPORT = "import"
    MAP = "map"


class RunState(StrEnum):
    """`rejected`: finished but missed its expectations; like `failed`, it wrote nothing."""

    RUNNING = "running"
    OK = "ok"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    FAILED = "failed"


class Entity(StrEnum):
    WORK_ITEM = "work_item"
    COMMITTEE = "committee"
    PUBLICATION = "publication"
    DECLARATION = "declaration"
    DRAFT = "draft"
    RELEASE = "release"
    PAGE = "page"
    BALLOT = "ballot"
    DOCUMENT = "document"


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


@confidential(needs_what_it_says(), in_matter())
class Run(SQLModel, table=True):
    """One poll of a source, one import of a file or one mapping, with its counts.

    `permission` is the one that is needed to see the run, if any; a run of a matter is seen by the matter's members.
    """

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    kind: RunKind = Field(sa_type=checked(RunKind))
    source: str = Field(index=True)
    parser_version: str
    state: RunState = Field(sa_type=checked(RunState))
    started_at: dt.datetime
    finished_at: dt.datetime | None = None
    clock: dt.datetime = Field(description="The product's time for this run: now, or the day of a replay.")
    records: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    warnings: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    error: str | None = None
    measures: dict[str, float] = Field(
        default_factory=dict, sa_type=sa.JSON, description="Numbers about the run itself, such as the quota used."
    )
    permission: Permission | None = Field(default=None, sa_type=AutoString)
    matter_id: int | None = Field(default=None, foreign_key="matter.id")
    field_counts: dict[str, int] = Field(
        default_factory=dict,
        sa_type=sa.JSON,
        description="How many records of each type there were, and how many held each field.",
    )


class QuarantineState(StrEnum):
    """`retried`: read since, by a retry or by a later run; `dismissed`: a person decided that it need not be read."""

    WAITING = "waiting"
    RETRIED = "retried"
    DISMISSED = "dismissed"


@confidential(needs_what_it_says(), in_matter())
class Snapshot(SQLModel, table=True):
    """A body as it was read; the bytes lie compressed in the home folder under their hash.

    `permission` and `matter_id` say who sees it, as those of a run do.
    """

    __tablename__ = "snapshot"
    __table_args__ = (sa.UniqueConstraint("url", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(index=True)
    sha256: str = Field(index=True)
    fetched_at: dt.datetime
    last_fetched_at: dt.datetime
    http_status: int | None = None
    content_type: str | None = None
    size: int
    etag: str | None = None
    last_modified: str | None = None
    believed: bool = Field(default=False, description="True once a run that used it passed its checks.")
    permission: Permission | None = Field(default=None, sa_type=AutoString)
    matter_id: int | None = Field(default=None, foreign_key="matter.id")


def _of_readable_entity(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    entity = model.entity  # type: ignore[attr-defined]
    return sa.true() if viewer.may(Permission.READ_PATENTS) else entity != Entity.PUBLICATION


@confidential(_of_readable_entity, of_open_run())
class Change(SQLModel, table=True):
    """One fact that became known, changed or vanished; what digest, feeds and history pages read.

    A change without a run is what a person said.
    """

    __tablename__ = "change"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(index=True)
    entity: Entity = Field(sa_type=checked(Entity))
    key: str = Field(index=True)
    kind: ChangeKind = Field(sa_type=checked(ChangeKind))
    field: str | None = None
    old: Any = Field(default=None, sa_type=sa.JSON)
    new: Any = Field(default=None, sa_type=sa.JSON)
    source: str
    run_id: int | None = Field(default=None, foreign_key="run.id", index=True)
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")


@confidential(of_open_run())
class QuarantinedRecord(SQLModel, table=True):
    """A record that could not be read while others were, kept until it is read or dismissed.

    `place` says where it stands in what was read, `excerpt` is the beginning of its raw text. `options` are those of
    the import that met it, so that a retry goes the same way. Times are those of the product's clock.
    """

    __tablename__ = "quarantined_record"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(max_length=64, unique=True, description="Tells whether a bad record was met before.")
    source: str = Field(index=True)
    place: str
    reason: str
    excerpt: str
    parser_version: str
    options: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    state: QuarantineState = Field(default=QuarantineState.WAITING, sa_type=checked(QuarantineState), index=True)
    first_seen: dt.datetime
    last_seen: dt.datetime
    decided_at: dt.datetime | None = None
    decided_by: str | None = Field(default=None, description="Who retried or dismissed it; unset for a later run.")
    note: str | None = Field(default=None, description="Why it was dismissed.")
    run_id: int = Field(foreign_key="run.id", index=True, description="The run that met it last.")
    snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")


@confidential(of_open_run())
class DriftReport(SQLModel, table=True):
    """A selector or field that no longer matched in a run, with the snapshots in which it last did and did not."""

    __tablename__ = "drift_report"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", index=True)
    selector: str
    reason: str
    good_snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
    bad_snapshot_id: int | None = Field(default=None, foreign_key="snapshot.id")
