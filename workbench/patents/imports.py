"""Imports files of publications: read and checked first, then written in one transaction a file."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.patents import PARSER_VERSION, ColumnMap, Refusal, load_map, read_patents
from scrapers.records import Publication
from scrapers.set_aside import MAX_SET_ASIDE
from workbench.db import Store
from workbench.history.file_imports import keep_refusals
from workbench.history.files import beginning_of, keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import settle
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
    source, permission = f"file:{path.name}", Permission.READ_PATENTS
    run_id = start_run(store, RunKind.IMPORT, source, PARSER_VERSION, clock, permission=permission, matter_id=matter_id)
    options: dict[str, Any] = {"import": "patents", "format": format, "portfolio": portfolio, "matter": matter}
    snapshot: Snapshot | None = None
    # Read to the end before the first write: a file that breaks off changes nothing, and no writer waits for a parser.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
        content = _Content(spool)
        try:
            snapshot = keep_file(settings, path, clock, permission=permission, matter_id=matter_id)
            column_map = load_map(columns) if isinstance(columns, Path) else columns
            options["columns"] = None if column_map is None else column_map.model_dump(mode="json")
            content.read(path, read_patents(path, format, column_map), progress)
        except ScraperError as error:
            with store.write() as session:
                if snapshot is not None:
                    snapshot.believed = False
                    log = ChangeLog(session, run_id, source, clock)
                    whole = Refusal(place=path.name, reason=str(error), excerpt=beginning_of(path))
                    kept = keep_snapshot(session, snapshot)
                    keep_refusals(log, PARSER_VERSION, kept, content.refused or [whole], options)
                return finish_run(session, run_id, RunState.FAILED, warnings=content.warnings, error=str(error))
        with store.write() as session:
            log = ChangeLog(session, run_id, source, clock)
            kept = keep_snapshot(session, snapshot)
            counts = _write(session, log, content.publications(), kept.id, portfolio, matter_id)
            fingerprints = keep_refusals(log, PARSER_VERSION, kept, content.refused, options)
            if content.refusals == len(content.refused):
                settle(session, log, [kept], fingerprints)
            state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
            return finish_run(session, run_id, state, counts, warnings=content.warnings)


@dataclass
class _Content:
    """What a file holds: publications, aside in `spool`, and as many refusals and warnings as are kept of them."""

    spool: IO[str]
    count: int = 0
    refusals: int = 0
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self, path: Path, found: Iterable[Publication | Refusal], progress: Callable[[int], None]) -> None:
        """Read to the end. Raises UnreadableFileError where there is no publication."""
        for each in found:
            if isinstance(each, Refusal):
                self._refuse(each)
                continue
            self.spool.write(each.model_dump_json(exclude_unset=True) + "\n")
            self.count += 1
            progress(self.count)
        if self.count == 0:
            reason = self.warnings[0] if self.warnings else "it holds no publication"
            raise UnreadableFileError(f"{path}: nothing was imported; {reason}")

    def publications(self) -> Iterator[Publication]:
        self.spool.seek(0)
        for line in self.spool:
            yield Publication.model_validate_json(line)

    def _refuse(self, refusal: Refusal) -> None:
        self.refusals += 1
        if len(self.refused) < MAX_SET_ASIDE:
            self.refused.append(refusal)
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(f"{refusal.place}: {refusal.reason}")


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
