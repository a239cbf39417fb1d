"""Turns records of releases and of watched pages into rows; keeps how far a source has read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlmodel import Session, select

from scrapers import records
from workbench.db import key_of
from workbench.history import rows
from workbench.history.log import ChangeLog, Outcome
from workbench.history.models import Entity
from workbench.watched.models import ReadingMark, Release, WatchedPage


def reconcile_release(
    session: Session, log: ChangeLog, record: records.Release, snapshot_id: int | None
) -> tuple[Release, Outcome]:
    """Bring the row of a release up to what its host says; what the host leaves out stays as it is."""
    row = session.exec(
        select(Release).where(Release.repository == record.repository, Release.tag == record.tag)
    ).one_or_none()
    inserted = row is None
    if row is None:
        row = Release(repository=record.repository, tag=record.tag, **rows.provenance(log, snapshot_id))
    differences = rows.update(row, record, log, leave_out=("repository", "tag"))
    rows.see(row, log, snapshot_id)
    session.add(row)
    key = f"{row.repository} {row.tag}"
    return row, log.reconciled(Entity.RELEASE, key, row.title, differences, snapshot_id, inserted=inserted)


def reconcile_page(
    session: Session, log: ChangeLog, record: records.PageExcerpt, snapshot_id: int | None
) -> tuple[WatchedPage, Outcome]:
    """Bring a watched page up to what it says now. Line breaks and spaces are no change; a change keeps both texts."""
    row = session.exec(
        select(WatchedPage).where(WatchedPage.url == record.url, WatchedPage.selector == record.selector)
    ).one_or_none()
    if row is None:
        row = WatchedPage(**record.model_dump(), **rows.provenance(log, snapshot_id), changed_at=log.at)
        session.add(row)
        session.flush()
        key = str(key_of(row))
        log.new(Entity.PAGE, key, row.name, snapshot_id)
        log.changed(Entity.PAGE, key, "text", None, row.text, snapshot_id)
        return row, Outcome.INSERTED
    if log.at < row.last_seen:
        return row, Outcome.UNCHANGED
    row.name, row.work_item = record.name, record.work_item
    row.last_seen, row.source = log.at, log.source
    changed = row.sha256 != record.sha256
    if changed:
        log.changed(Entity.PAGE, str(key_of(row)), "text", row.text, record.text, snapshot_id)
        row.text, row.sha256 = record.text, record.sha256
        row.changed_at, row.snapshot_id = log.at, snapshot_id
    session.add(row)
    return row, Outcome.of(inserted=False, changed=changed)


def keep_marks(session: Session, source: str, marks: Mapping[str, dt.date], run_id: int) -> None:
    """Keep until when a believed run has read what; a mark never goes back."""
    known = {row.name: row for row in session.exec(select(ReadingMark).where(ReadingMark.source == source))}
    for name, until in marks.items():
        row = known.get(name) or ReadingMark(source=source, name=name, until=until, run_id=run_id)
        if row.id is None or until > row.until:
            row.until, row.run_id = until, run_id
            session.add(row)
