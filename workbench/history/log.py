"""Writes runs, snapshots and changes. Callers bring the session; one run is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select, update

from workbench.db import Store, key_of
from workbench.history.merge import Difference
from workbench.history.models import Change, ChangeKind, Entity, Run, RunKind, RunState, Snapshot
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction


def start_run(
    store: Store,
    kind: RunKind,
    source: str,
    parser_version: str,
    clock: dt.datetime,
    *,
    permission: Permission | None = None,
    matter_id: int | None = None,
) -> int:
    """Note that a run has begun, in a transaction of its own, and close what an earlier, killed run left open.

    `permission` and `matter_id` say who may know of the run; see `Run`.
    """
    with store.write() as session:
        session.exec(
            update(Run)
            .where(col(Run.kind) == kind, col(Run.source) == source, col(Run.state) == RunState.RUNNING)
            .values(
                state=RunState.FAILED,
                finished_at=dt.datetime.now(dt.UTC),
                error="interrupted before its end; nothing of it was kept. The next run starts afresh.",
            )
        )
        run = Run(
            kind=kind,
            source=source,
            parser_version=parser_version,
            state=RunState.RUNNING,
            started_at=dt.datetime.now(dt.UTC),
            clock=clock,
            permission=permission,
            matter_id=matter_id,
        )
        session.add(run)
        session.flush()
        return key_of(run)


class Outcome(StrEnum):
    """What became of one record."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"

    @classmethod
    def of(cls, *, inserted: bool, changed: bool) -> Outcome:
        """The outcome for a row that is new, or changed, or neither."""
        if inserted:
            return cls.INSERTED
        return cls.UPDATED if changed else cls.UNCHANGED


@dataclass
class Counts:
    """What a run did to the rows of its main record type."""

    records: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def add(self, outcome: Outcome) -> None:
        self.records += 1
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)


def finish_run(
    session: Session,
    run_id: int,
    state: RunState,
    counts: Counts | None = None,
    *,
    warnings: list[str] | None = None,
    error: str | None = None,
    measures: Mapping[str, float] | None = None,
) -> Run:
    """Close a run in the transaction that holds its data; that a file was imported goes into the audit trail."""
    run = session.get_one(Run, run_id)
    run.state, run.error, run.warnings = state, error, warnings or []
    run.measures = dict(measures or {})
    run.finished_at = dt.datetime.now(dt.UTC)
    for name, value in vars(counts or Counts()).items():
        setattr(run, name, value)
    session.add(run)
    if run.kind is RunKind.IMPORT:
        details = {"status": state.value}
        if run.permission is None and run.matter_id is None:
            details["source"] = run.source
        by = viewer_of(session)
        record(session, by, TrailAction.IMPORTED, "run", run_id, details, matter_id=run.matter_id, at=run.finished_at)
    return run


def keep_snapshot(session: Session, snapshot: Snapshot) -> Snapshot:
    """The row of this body at this address: the one there is, seen again, or a new one."""
    found = session.exec(
        select(Snapshot).where(Snapshot.url == snapshot.url, Snapshot.sha256 == snapshot.sha256)
    ).one_or_none()
    if found is None:
        session.add(snapshot)
        session.flush()
        return snapshot
    if snapshot.last_fetched_at >= found.last_fetched_at:
        found.last_fetched_at = snapshot.last_fetched_at
        found.etag, found.last_modified = snapshot.etag, snapshot.last_modified
    found.believed = found.believed or snapshot.believed
    # What is also read in the open is a secret no more; what is read for fewer stays with those who had it.
    if snapshot.matter_id is None:
        found.matter_id = None
    if snapshot.permission is None:
        found.permission = None
    session.add(found)
    return found


@dataclass(frozen=True)
class ChangeWriter:
    """Writes to the change log: what a run found, or, with no run, what a person said."""

    session: Session
    run_id: int | None
    source: str
    at: dt.datetime

    def new(self, entity: Entity, key: str, name: str | None, snapshot_id: int | None) -> Change:
        return self._add(entity, key, ChangeKind.NEW, None, None, name, snapshot_id)

    def changed(self, entity: Entity, key: str, field: str, old: Any, new: Any, snapshot_id: int | None) -> Change:
        return self._add(entity, key, ChangeKind.CHANGED, field, old, new, snapshot_id)

    def removed(self, entity: Entity, key: str, name: str | None, snapshot_id: int | None) -> Change:
        return self._add(entity, key, ChangeKind.REMOVED, None, name, None, snapshot_id)

    def reconciled(
        self,
        entity: Entity,
        key: str,
        name: str | None,
        differences: Sequence[Difference],
        snapshot_id: int | None,
        *,
        inserted: bool,
    ) -> Outcome:
        """Write that a row is new, or else what differed in it; returns which."""
        if inserted:
            self.new(entity, key, name, snapshot_id)
            return Outcome.INSERTED
        for each in differences:
            self.changed(entity, key, each.field, each.old, each.new, snapshot_id)
        return Outcome.of(inserted=False, changed=bool(differences))

    def _add(
        self, entity: Entity, key: str, kind: ChangeKind, field: str | None, old: Any, new: Any, snapshot_id: int | None
    ) -> Change:
        change = Change(
            at=self.at,
            entity=entity,
            key=key,
            kind=kind,
            field=field,
            old=old,
            new=new,
            source=self.source,
            run_id=self.run_id,
            snapshot_id=snapshot_id,
        )
        self.session.add(change)
        return change


@dataclass(frozen=True)
class ChangeLog(ChangeWriter):
    """The change log of one run."""

    run_id: int
