"""Imports files of publications: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlmodel import Session

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.patents import PARSER_VERSION, Refusal, load_map, read_patents
from scrapers.records import Publication
from workbench.db import Store
from workbench.history.files import keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState
from workbench.patents.portfolios import put_into
from workbench.patents.reconcile import reconcile_publication
from workbench.settings import Settings

MAX_WARNINGS = 200


def import_patents(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    format: str = "auto",  # noqa: A002
    portfolio: str | None = None,
    columns: Path | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Import one file; returns the finished run. `progress` hears how many publications were read so far.

    `columns` is a file that says what the columns of a table of one's own are.
    A single bad record is a warning naming its place and reason. A file in which nothing can be read is a failed run
    that changes nothing.
    """
    clock = now()
    run_id = start_run(store, RunKind.IMPORT, f"file:{path.name}", PARSER_VERSION, clock)
    # Read to the end before the first write: a file that breaks off changes nothing, and no writer waits for a parser.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        warnings: list[str] = []
        count = 0
        try:
            snapshot = keep_file(settings, path, clock)
            column_map = None if columns is None else load_map(columns)
            for each in read_patents(path, format, column_map):
                if isinstance(each, Refusal):
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
                return finish_run(session, run_id, RunState.FAILED, warnings=warnings, error=str(error))
        spool.seek(0)
        with store.write() as session:
            log = ChangeLog(session, run_id, f"file:{path.name}", clock)
            snapshot_id = keep_snapshot(session, snapshot).id
            counts = _write(session, log, _spooled(spool), snapshot_id, portfolio)
            state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
            return finish_run(session, run_id, state, counts, warnings=warnings)


def _spooled(lines: Iterator[str]) -> Iterator[Publication]:
    for line in lines:
        yield Publication.model_validate_json(line)


def _write(
    session: Session,
    log: ChangeLog,
    publications: Iterator[Publication],
    snapshot_id: int | None,
    portfolio: str | None,
) -> Counts:
    counts = Counts()
    for record in publications:
        row, outcome = reconcile_publication(session, log, record, snapshot_id)
        counts.add(outcome)
        if portfolio is not None:
            put_into(session, portfolio, [row])
    return counts
