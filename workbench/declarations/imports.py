"""Imports lists of patent registers: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.records import Declaration
from scrapers.registers import PARSER_VERSION, Doubt, RegisterMap, load_map, read_declarations
from scrapers.set_aside import MAX_PLACE, MAX_SET_ASIDE, BadRecord, one_line
from workbench.db import Store
from workbench.declarations.reconcile import reconcile_declaration
from workbench.history.files import beginning_of, keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import keep_bad_records, settle
from workbench.settings import Settings

MAX_WARNINGS = 200


def import_declarations(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    columns: Path | RegisterMap | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Import one list; returns the finished run. `progress` hears how many declarations were written so far.

    `columns` says what the columns of the list are, or is the file of a map that does; without it, the list is that of
    a known register. A row that cannot be read is a warning naming its place and reason, and goes into quarantine; what
    is doubtful in one that can be read is a warning. A file in which no declaration can be read is a failed run that
    changes nothing.
    """
    clock = now()
    run_id = start_run(store, RunKind.IMPORT, f"file:{path.name}", PARSER_VERSION, clock)
    refusals: list[Refusal] = []
    found: list[Declaration] = []
    snapshot: Snapshot | None = None
    options: dict[str, Any] = {"import": "declarations"}
    try:
        snapshot = keep_file(settings, path, clock)
        column_map = load_map(columns) if isinstance(columns, Path) else columns
        options["columns"] = None if column_map is None else column_map.model_dump(mode="json", by_alias=True)
        for each in read_declarations(path, column_map):
            if isinstance(each, Refusal):
                refusals.append(each)
            else:
                found.append(each)
        if not found:
            reason = refusals[0].reason if refusals else "it holds no declaration"
            raise UnreadableFileError(f"{path}: nothing was imported; {reason}")
    except ScraperError as error:
        with store.write() as session:
            if snapshot is not None:
                snapshot.believed = False
                log = ChangeLog(session, run_id, f"file:{path.name}", clock)
                whole = Refusal(place=path.name, reason=str(error), excerpt=beginning_of(path))
                _quarantine(session, log, keep_snapshot(session, snapshot), refusals or [whole], options)
            return finish_run(session, run_id, RunState.FAILED, warnings=_warnings(refusals), error=str(error))
    with store.write() as session:
        log = ChangeLog(session, run_id, f"file:{path.name}", clock)
        kept = keep_snapshot(session, snapshot)
        counts = Counts()
        for record in found:
            counts.add(reconcile_declaration(session, log, record, kept.id)[1])
            progress(counts.records)
        fingerprints = _quarantine(session, log, kept, refusals, options)
        if len(refusals) <= MAX_SET_ASIDE:
            settle(session, log, [kept], fingerprints)
        state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
        return finish_run(session, run_id, state, counts, warnings=_warnings(refusals))


def _quarantine(
    session: Session, log: ChangeLog, snapshot: Snapshot, refusals: Sequence[Refusal], options: Mapping[str, Any]
) -> set[str]:
    """Keep the rows that could not be read; a doubt about one that could is a warning only."""
    bad = [
        BadRecord(
            one_line(each.place, MAX_PLACE), one_line(each.reason, MAX_PLACE), each.excerpt, snapshot.sha256, each.place
        )
        for each in refusals[:MAX_SET_ASIDE]
        if not isinstance(each, Doubt)
    ]
    return keep_bad_records(session, log, PARSER_VERSION, bad, {snapshot.sha256: snapshot}, options=options)


def _warnings(refusals: Sequence[Refusal]) -> list[str]:
    told = [f"{each.place}: {each.reason}" for each in refusals[:MAX_WARNINGS]]
    further = len(refusals) - len(told)
    return [*told, f"{further} further warnings are not listed"] if further else told
