"""Bad records in quarantine: kept when a run meets them, settled when a later one reads them, dismissed by a person."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.set_aside import BadRecord
from workbench.db import Store
from workbench.history.log import ChangeLog
from workbench.history.models import QuarantinedRecord, QuarantineState, Run, Snapshot
from workbench.history.queries import FilterError

QUARANTINE_FILTERS: Final = ("state", "source", "run")
MOST_NOTE: Final = 500


class QuarantineError(Exception):
    """A record in quarantine cannot be retried or dismissed; `str(error)` says why."""


def keep_bad_records(
    session: Session,
    log: ChangeLog,
    parser_version: str,
    bad_records: Iterable[BadRecord],
    snapshots: Mapping[str, Snapshot],
    *,
    options: Mapping[str, Any] | None = None,
) -> set[str]:
    """Keep what a run could not read; returns the fingerprints. `snapshots` are by the ids that the records have.

    A record that was met before keeps its row: it waits again where it was read meanwhile, or where it was dismissed
    for another reason than the one it has now.
    """
    kept = set()
    of_file = log.source.startswith("file:")
    matter = session.get_one(Run, log.run_id).matter_id
    for bad in bad_records:
        snapshot = snapshots.get(bad.snapshot_id or "")
        # What a publisher has at an address is replaced by a newer version; a file of the same name is another file.
        where = (snapshot.sha256 if of_file else snapshot.url) if snapshot is not None else ""
        fingerprint = hashlib.sha256(
            "\0".join((log.source, where, bad.key or bad.place, str(matter or ""))).encode()
        ).hexdigest()
        kept.add(fingerprint)
        row = session.exec(select(QuarantinedRecord).where(QuarantinedRecord.fingerprint == fingerprint)).first()
        if row is None:
            row = QuarantinedRecord(
                fingerprint=fingerprint,
                source=log.source,
                place=bad.place,
                reason=bad.reason,
                excerpt=bad.excerpt,
                parser_version=parser_version,
                first_seen=log.at,
                last_seen=log.at,
                run_id=log.run_id,
            )
        elif row.state is not QuarantineState.DISMISSED or row.reason != bad.reason:
            row.state = QuarantineState.WAITING
            row.decided_at = row.decided_by = row.note = None
        row.place, row.reason, row.excerpt = bad.place, bad.reason, bad.excerpt
        row.parser_version, row.run_id = parser_version, log.run_id
        row.last_seen = max(row.last_seen, log.at)
        row.snapshot_id = snapshot.id if snapshot is not None else None
        row.options = dict(options or {})
        session.add(row)
        session.flush()
    return kept


def settle(session: Session, log: ChangeLog, snapshots: Iterable[Snapshot], kept: set[str]) -> int:
    """Take from the waiting what a run went over without meeting it again; returns how many records that are.

    `snapshots` are those that the run read, `kept` the fingerprints of what it could not read.
    """
    read = list(snapshots)
    of_file = log.source.startswith("file:")
    waiting = (
        sa.select(QuarantinedRecord)
        .join(Snapshot, col(Snapshot.id) == col(QuarantinedRecord.snapshot_id))
        .where(
            col(QuarantinedRecord.source) == log.source,
            col(QuarantinedRecord.state) == QuarantineState.WAITING,
            col(Snapshot.sha256).in_({each.sha256 for each in read})
            if of_file
            else col(Snapshot.url).in_({each.url for each in read}),
        )
    )
    settled = [row for row in session.execute(waiting).scalars() if row.fingerprint not in kept]
    for row in settled:
        row.state, row.decided_at = QuarantineState.RETRIED, log.at
        session.add(row)
    return len(settled)


def dismiss(store: Store, record_id: int, note: str, *, by: str | None, at: dt.datetime) -> QuarantinedRecord:
    """Take a record from the waiting with a reason. Raises QuarantineError where it does not wait or none is given."""
    reason = " ".join(note.split())[:MOST_NOTE]
    if not reason:
        raise QuarantineError("dismissing a record needs a reason")
    with store.write() as session:
        row = session.get(QuarantinedRecord, record_id)
        if row is None or row.state is not QuarantineState.WAITING:
            raise QuarantineError("the record is not waiting")
        row.state, row.note = QuarantineState.DISMISSED, reason
        row.decided_at, row.decided_by = at, by
        session.add(row)
        return row


def quarantine_page(
    session: Session, filters: Mapping[str, str], *, limit: int, offset: int = 0
) -> Sequence[QuarantinedRecord]:
    """Records in quarantine, the last seen first. Raises FilterError."""
    statement = select(QuarantinedRecord).where(*_conditions(filters))
    newest = (sa.desc(col(QuarantinedRecord.last_seen)), sa.desc(col(QuarantinedRecord.id)))
    return session.exec(statement.order_by(*newest).limit(limit).offset(offset)).all()


def count_quarantine(session: Session, filters: Mapping[str, str]) -> int:
    """How many there are. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(QuarantinedRecord).where(*_conditions(filters))
    return int(session.execute(counted).scalar_one())


def waiting_by_source(session: Session) -> dict[str, int]:
    """How many records wait, by source; those without any are left out."""
    counted = (
        sa.select(col(QuarantinedRecord.source), sa.func.count())
        .where(col(QuarantinedRecord.state) == QuarantineState.WAITING)
        .group_by(col(QuarantinedRecord.source))
        .order_by(col(QuarantinedRecord.source))
    )
    return {str(source): int(number) for source, number in session.execute(counted)}


def quarantine_sources(session: Session) -> list[str]:
    """The sources that ever had a record in quarantine."""
    listed = sa.select(col(QuarantinedRecord.source)).distinct().order_by(col(QuarantinedRecord.source))
    return list(session.execute(listed).scalars())


def _conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filters.items():
        if not value:
            continue
        match name:
            case "state":
                try:
                    conditions.append(col(QuarantinedRecord.state) == QuarantineState(value))
                except ValueError as error:
                    raise FilterError(f"state: {value!r} is none of: {', '.join(QuarantineState)}") from error
            case "source":
                conditions.append(col(QuarantinedRecord.source) == value)
            case "run":
                if not (value.isascii() and value.isdigit() and len(value) < 10):
                    raise FilterError(f"run: {value!r} is no number of a run")
                conditions.append(col(QuarantinedRecord.run_id) == int(value))
            case _:
                raise FilterError(
                    f"the quarantine cannot be filtered by {name}; it can by: {', '.join(QUARANTINE_FILTERS)}"
                )
    return conditions
