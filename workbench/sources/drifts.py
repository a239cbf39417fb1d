"""Drift reports: which selector or field stopped matching, and the snapshots in which it last did and now does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.checks import LostField
from scrapers.context import Context
from scrapers.errors import DriftError, ExpectationError, ScraperError
from scrapers.set_aside import Drift
from workbench.history.models import DriftReport, Run, RunKind, RunState, Snapshot

MOST_REPORTS: Final = 20
COMPARED_RUNS: Final = 20
"""So many believed runs are looked at for what a source used to say, so that a drift is told for more than a day."""


def drifts_of_failure(context: Context, error: ScraperError) -> list[Drift]:
    """What to report of a run that failed: what the source noted, else what its error says of the last answer."""
    if context.drifts or not isinstance(error, (DriftError, ExpectationError)):
        return context.drifts
    if isinstance(error, DriftError):
        context.drift(error)
        (noted,) = context.drifts
        last = context.snapshot_ids[-1] if context.snapshot_ids else None
        return [Drift(noted.selector, noted.reason, noted.snapshot_id or last)]
    counted = context.manifest.expectations.counts
    return [Drift(counted, str(error), each) for each in context.snapshot_ids or (None,)]


def drifts_of_fields(context: Context, lost: Sequence[LostField]) -> list[Drift]:
    """What to report of lost fields, each with the snapshot of a record that lacks it."""
    return [Drift(each.field, each.told, context.records[each.example].snapshot_id) for each in lost]


def earlier_field_counts(session: Session, source: str, parser_version: str) -> list[dict[str, int]]:
    """What the records of believed runs held, newest first; only of runs that read as today's parser does."""
    statement = (
        select(Run)
        .where(
            Run.source == source,
            Run.kind == RunKind.POLL,
            Run.parser_version == parser_version,
            col(Run.state).in_((RunState.OK, RunState.UNCHANGED)),
        )
        .order_by(sa.desc(col(Run.id)))
        .limit(COMPARED_RUNS)
    )
    return [run.field_counts for run in session.exec(statement)]


def keep_drifts(session: Session, run_id: int, drifts: Sequence[Drift], snapshots: Mapping[str, Snapshot]) -> None:
    """Write a report for each selector and address; of more than MOST_REPORTS the first ones."""
    seen: set[tuple[str, str | None]] = set()
    for drift in drifts:
        bad = snapshots.get(drift.snapshot_id or "")
        identity = (drift.selector, bad.url if bad is not None else None)
        if identity in seen or len(seen) >= MOST_REPORTS:
            continue
        seen.add(identity)
        good = _last_good(session, bad) if bad is not None else None
        session.add(
            DriftReport(
                run_id=run_id,
                selector=drift.selector,
                reason=drift.reason,
                good_snapshot_id=good,
                bad_snapshot_id=bad.id if bad is not None else None,
            )
        )
    session.flush()


def _last_good(session: Session, bad: Snapshot) -> int | None:
    """The newest believed snapshot of the address in which nothing was reported to have drifted."""
    reported = sa.select(col(DriftReport.bad_snapshot_id)).where(col(DriftReport.bad_snapshot_id).is_not(None))
    return session.exec(
        select(Snapshot.id)
        .where(
            Snapshot.url == bad.url,
            Snapshot.id != bad.id,
            col(Snapshot.believed),
            col(Snapshot.id).not_in(reported),
        )
        .order_by(sa.desc(col(Snapshot.last_fetched_at)), sa.desc(col(Snapshot.id)))
    ).first()


def reports_of_runs(session: Session, runs: Sequence[Run]) -> dict[int, list[DriftReport]]:
    """The reports of some runs, by run; those without any are left out."""
    found: dict[int, list[DriftReport]] = {}
    keys = [run.id for run in runs]
    statement = select(DriftReport).where(col(DriftReport.run_id).in_(keys)).order_by(col(DriftReport.id))
    for report in session.exec(statement):
        found.setdefault(report.run_id, []).append(report)
    return found
