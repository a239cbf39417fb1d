"""Imports lists of patent registers: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.records import Declaration
from scrapers.registers import PARSER_VERSION, load_map, read_declarations
from workbench.db import Store
from workbench.declarations.reconcile import reconcile_declaration
from workbench.history.files import keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState
from workbench.settings import Settings

MAX_WARNINGS = 200


def import_declarations(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    columns: Path | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Import one list; returns the finished run. `progress` hears how many declarations were written so far.

    `columns` is a file that says what the columns of the list are; without it, the list is that of a known register.
    A row that cannot be read, and what is doubtful in one that can, is a warning naming its place and reason. A file in
    which no declaration can be read is a failed run that changes nothing.
    """
    clock = now()
    run_id = start_run(store, RunKind.IMPORT, f"file:{path.name}", PARSER_VERSION, clock)
    warnings: list[str] = []
    found: list[Declaration] = []
    further = 0
    try:
        snapshot = keep_file(settings, path, clock)
        for each in read_declarations(path, None if columns is None else load_map(columns)):
            if not isinstance(each, Refusal):
                found.append(each)
            elif len(warnings) < MAX_WARNINGS:
                warnings.append(f"{each.place}: {each.reason}")
            else:
                further += 1
        if further:
            warnings.append(f"{further} further warnings are not listed")
        if not found:
            raise UnreadableFileError(
                f"{path}: nothing was imported; {warnings[0] if warnings else 'it holds no declaration'}"
            )
    except ScraperError as error:
        with store.write() as session:
            return finish_run(session, run_id, RunState.FAILED, warnings=warnings, error=str(error))
    with store.write() as session:
        log = ChangeLog(session, run_id, f"file:{path.name}", clock)
        snapshot_id = keep_snapshot(session, snapshot).id
        counts = Counts()
        for record in found:
            counts.add(reconcile_declaration(session, log, record, snapshot_id)[1])
            progress(counts.records)
        state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
        return finish_run(session, run_id, state, counts, warnings=warnings)
