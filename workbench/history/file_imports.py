"""Imports a file of records: read and checked first, then written in one transaction.

What cannot be read is a warning with its place and goes into quarantine. A file in which nothing can be read is a
failed run that changes nothing; its bytes are kept, so that it can be read again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from sqlmodel import Session

from scrapers.column_maps import Columns
from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.records import Record
from scrapers.set_aside import MAX_PLACE, MAX_SET_ASIDE, BadRecord, one_line
from workbench.db import Store
from workbench.history.files import beginning_of, keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import keep_bad_records, settle
from workbench.settings import Settings

MAX_WARNINGS: Final = 200

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=Columns[Any])
Write = Callable[[Session, ChangeLog, Snapshot, Sequence[R], Counts], Sequence[str]]
"""Writes the records of a file, adds to the counts what became of each, and returns further warnings."""


@dataclass(frozen=True, slots=True)
class FileKind(Generic[R, M]):
    """A kind of file: `name` is the plural of its records, as in `workbench import NAME`.

    `read` gives records and refusals, with a column map or without; `is_bad` says which refusals are of records that
    could not be read, by default all.
    """

    name: str
    parser_version: str
    load_map: Callable[[Path], M]
    read: Callable[[Path, M | None], Iterator[R | Refusal]]
    is_bad: Callable[[Refusal], bool] = lambda _: True


@dataclass
class FileContent(Generic[R]):
    """What a file holds."""

    records: list[R] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def warnings(self) -> list[str]:
        """A line for each refusal, at most MAX_WARNINGS and how many more there are."""
        told = [f"{each.place}: {each.reason}" for each in self.refusals[:MAX_WARNINGS]]
        further = len(self.refusals) - len(told)
        return [*told, f"{further} further warnings are not listed"] if further else told


def read_file(
    kind: FileKind[R, M], path: Path, columns: M | None, content: FileContent[R] | None = None
) -> FileContent[R]:
    """Read a whole file and write nothing. Raises UnreadableFileError where it holds no record.

    `content` is filled as far as the file could be read, so that a caller has it where the rest could not.
    """
    content = FileContent() if content is None else content
    for each in kind.read(path, columns):
        if isinstance(each, Refusal):
            content.refusals.append(each)
        else:
            content.records.append(each)
    if not content.records:
        reason = content.refusals[0].reason if content.refusals else f"it holds no {kind.name}"
        raise UnreadableFileError(f"{path.name}: nothing was imported; {reason}")
    return content


def import_file(
    store: Store,
    settings: Settings,
    kind: FileKind[R, M],
    path: Path,
    write: Write[R],
    *,
    columns: Path | M | None,
    clock: dt.datetime,
) -> Run:
    """Import one file; returns the finished run. `columns` is a column map or its file, for tables of other layouts."""
    source = f"file:{path.name}"
    run_id = start_run(store, RunKind.IMPORT, source, kind.parser_version, clock)
    content: FileContent[R] = FileContent()
    snapshot: Snapshot | None = None
    options: dict[str, Any] = {"import": kind.name}
    try:
        snapshot = keep_file(settings, path, clock)
        column_map = kind.load_map(columns) if isinstance(columns, Path) else columns
        options["columns"] = None if column_map is None else column_map.model_dump(mode="json", by_alias=True)
        read_file(kind, path, column_map, content)
    except ScraperError as error:
        with store.write() as session:
            if snapshot is not None:
                snapshot.believed = False
                whole = Refusal(place=path.name, reason=str(error), excerpt=beginning_of(path))
                kept = keep_snapshot(session, snapshot)
                log = ChangeLog(session, run_id, source, clock)
                keep_refusals(log, kind.parser_version, kept, _bad(kind, content.refusals or [whole]), options)
            return finish_run(session, run_id, RunState.FAILED, warnings=content.warnings(), error=str(error))
    with store.write() as session:
        log = ChangeLog(session, run_id, source, clock)
        kept, counts = keep_snapshot(session, snapshot), Counts()
        notes = write(session, log, kept, content.records, counts)
        fingerprints = keep_refusals(log, kind.parser_version, kept, _bad(kind, content.refusals), options)
        if len(content.refusals) <= MAX_SET_ASIDE:
            settle(session, log, [kept], fingerprints)
        state = RunState.OK if counts.inserted + counts.updated else RunState.UNCHANGED
        warnings = [*content.warnings(), *notes][: MAX_WARNINGS + 1]
        return finish_run(session, run_id, state, counts, warnings=warnings)


def keep_refusals(
    log: ChangeLog, parser_version: str, snapshot: Snapshot, refusals: Sequence[Refusal], options: Mapping[str, Any]
) -> set[str]:
    """Put what could not be read of a file into quarantine; returns the fingerprints. `options` read it once more."""
    bad = [
        BadRecord(
            one_line(each.place, MAX_PLACE), one_line(each.reason, MAX_PLACE), each.excerpt, snapshot.sha256, each.place
        )
        for each in refusals
    ]
    return keep_bad_records(log.session, log, parser_version, bad, {snapshot.sha256: snapshot}, options=options)


def _bad(kind: FileKind[R, M], refusals: Sequence[Refusal]) -> list[Refusal]:
    return [each for each in refusals[:MAX_SET_ASIDE] if kind.is_bad(each)]
