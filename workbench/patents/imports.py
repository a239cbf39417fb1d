"""Imports files of publications: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.patents import PARSER_VERSION, ColumnMap, Refusal, load_map, read_patents
from scrapers.records import Publication
from scrapers.set_aside import MAX_PLACE, MAX_SET_ASIDE, BadRecord, one_line
from workbench.db import Store
from workbench.history.files import beginning_of, keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import keep_bad_records, settle
from workbench.patents.portfolios import put_into
from workbench.patents.reconcile import reconcile_publication
from workbench.people.matters import matter_named
from workbench.people.permissions import Permission
from workbench.settings import Settings

MAX_WARNINGS = 200


def import_patents(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    format: str = "auto",  # noqa: A002
    portfolio: str | None = None,
    matter: str | None = None,
    columns: Path | ColumnMap | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Import one file; returns the finished run. `progress` hears how many publications were read so far.

    The portfolio is one of the matter, if a matter is named; then the run and the file are known to its members only.
    `columns` is a map that says what the columns of a table of one's own are, or the file of one.
    A single bad record is a warning naming its place and reason, and goes into quarantine. A file in which nothing can
    be read is a failed run that changes nothing. Raises UnknownMatterError.
    """
    clock = now()
    matter_id = None
    if matter is not None:
        with store.read() as session:
            matter_id = matter_named(session, matter)
    run_id = start_run(
        store,
        RunKind.IMPORT,
        f"file:{path.name}",
        PARSER_VERSION,
        clock,
        permission=Permission.READ_PATENTS,
        matter_id=matter_id,
    )
    # Read to the end before the first write: a file that breaks off changes nothing, and no writer waits for a parser.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        warnings: list[str] = []
        refused: list[Refusal] = []
        count, refusals = 0, 0
        snapshot: Snapshot | None = None
        options: dict[str, Any] = {"import": "patents", "format": format, "portfolio": portfolio, "matter": matter}
        try:
            snapshot = keep_file(settings, path, clock, permission=Permission.READ_PATENTS, matter_id=matter_id)
            column_map = load_map(columns) if isinstance(columns, Path) else columns
            options["columns"] = None if column_map is None else column_map.model_dump(mode="json")
            for each in read_patents(path, format, column_map):
                if isinstance(each, Refusal):
                    refusals += 1
                    if len(refused) < MAX_SET_ASIDE:
                        refused.append(each)
                    if len(warnings) < MAX_WARNINGS:
                        warnings.append(f"{each.place}: {each.reason}")
                    continue
                spool.write(each.model_dump_json(exclude_unset=True) + "\n")
                count += 1
                progress(count)
            if count == 0:
                reason = warnings[0] if warnings else "it holds no publication"
                raise UnreadableFileError(f"{path}: nothing was imported; {reason}")
        except ScraperError as error:
            with store.write() as session:
                if snapshot is not None:
                    snapshot.believed = False
                    log = ChangeLog(session, run_id, f"file:{path.name}", clock)
                    whole = Refusal(place=path.name, reason=str(error), excerpt=beginning_of(path))
                    _quarantine(session, log, keep_snapshot(session, snapshot), refused or [whole], options)
                return finish_run(session, run_id, RunState.FAILED, warnings=warnings, error=str(error))
        spool.seek(0)
        with store.write() as session:
            log = ChangeLog(session, run_id, f"file:{path.name}", clock)
            kept = keep_snapshot(session, snapshot)
            counts = _write(session, log, _spooled(spool), kept.id, portfolio, matter_id)
            fingerprints = _quarantine(session, log, kept, refused, options)
            if refusals == len(refused):
                settle(session, log, [kept], fingerprints)
            state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
            return finish_run(session, run_id, state, counts, warnings=warnings)


def _quarantine(
    session: Session, log: ChangeLog, snapshot: Snapshot, refused: Sequence[Refusal], options: Mapping[str, Any]
) -> set[str]:
    bad = [
        BadRecord(
            one_line(each.place, MAX_PLACE), one_line(each.reason, MAX_PLACE), each.excerpt, snapshot.sha256, each.place
        )
        for each in refused
    ]
    return keep_bad_records(session, log, PARSER_VERSION, bad, {snapshot.sha256: snapshot}, options=options)


def _spooled(lines: Iterator[str]) -> Iterator[Publication]:
    for line in lines:
        yield Publication.model_validate_json(line)


def _write(
    session: Session,
    log: ChangeLog,
    publications: Iterator[Publication],
    snapshot_id: int | None,
    portfolio: str | None,
    matter_id: int | None,
) -> Counts:
    counts = Counts()
    for record in publications:
        row, outcome = reconcile_publication(session, log, record, snapshot_id)
        counts.add(outcome)
        if portfolio is not None:
            put_into(session, portfolio, [row], matter_id=matter_id)
    return counts
