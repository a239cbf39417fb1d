"""Reads a record in quarantine again from its stored snapshot, the way it would have gone at first."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

from scrapers.ballots import BallotMap
from scrapers.column_maps import Columns
from scrapers.context import Context
from scrapers.documents import DocumentMap
from scrapers.errors import FetchError, ScraperError
from scrapers.fetching import Response
from scrapers.patents import ColumnMap
from scrapers.registers import RegisterMap
from scrapers.registry import Source
from scrapers.set_aside import MAX_PLACE, one_line
from workbench.ballots.imports import import_ballots
from workbench.comments.imports import import_comments
from workbench.db import Store
from workbench.declarations.imports import import_declarations
from workbench.documents.verbs import import_documents
from workbench.history.log import ChangeLog, Counts, finish_run, start_run
from workbench.history.models import QuarantinedRecord, QuarantineState, Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import QuarantineError
from workbench.history.snapshots import SnapshotFolder
from workbench.patents.imports import import_patents
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.sources.options import credentials_of
from workbench.sources.writers import write
from workbench.standards.drafts import import_draft


def retry(
    store: Store,
    settings: Settings,
    record_id: int,
    *,
    known: Mapping[str, Source],
    by: str | None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> QuarantinedRecord:
    """Read a waiting record again with today's parser; returns its row, which still waits where that failed anew.

    What is read counts as said when its snapshot was fetched, so that it never overrides what was learnt since. `by`
    names who asked. Raises QuarantineError where the record does not wait or can't be read again.
    """
    with store.read() as session:
        row = session.get(QuarantinedRecord, record_id)
        if row is None or row.state is not QuarantineState.WAITING:
            raise QuarantineError("the record is not waiting")
        snapshot = session.get(Snapshot, row.snapshot_id) if row.snapshot_id is not None else None
        met = session.get_one(Run, row.run_id).clock
    if snapshot is None or not SnapshotFolder(settings.home).path(snapshot.sha256).is_file():
        raise QuarantineError("its snapshot is no longer in the folder of the workbench; restore it from a backup")
    name = Path(row.source.removeprefix("file:")).name if row.source.startswith("file:") else "answer"
    # Who asked may see the record; what is read from it is written by the workbench, as a poll or an import would.
    store = store.on_behalf_of(Viewer.system())
    with _unpacked(settings, snapshot, name or "file") as file:
        if row.source.startswith("file:"):
            _import(store, settings, row, file, met)
        else:
            _reread(store, settings, row, snapshot, file, known.get(row.source))
    with store.write() as session:
        row = session.get_one(QuarantinedRecord, record_id)
        if row.state is QuarantineState.RETRIED:
            row.decided_at, row.decided_by = now(), by
            session.add(row)
        return row


@contextmanager
def _unpacked(settings: Settings, snapshot: Snapshot, name: str) -> Iterator[Path]:
    """The body of a snapshot as a plain file of a name, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="workbench-retry-") as folder:
        path = Path(folder) / name
        with SnapshotFolder(settings.home).open(snapshot.sha256) as packed, path.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        yield path


_TABLES: Final[Mapping[str, tuple[Callable[..., Run], type[Columns[Any]]]]] = {
    "declarations": (import_declarations, RegisterMap),
    "ballots": (import_ballots, BallotMap),
    "documents": (import_documents, DocumentMap),
}
"""Tables that are read by a column map, by the word of `FileKind.name`."""


def _import(store: Store, settings: Settings, row: QuarantinedRecord, file: Path, met: dt.datetime) -> None:
    """Import the file as before; the import itself settles what it can read now."""
    options = row.options
    match options.get("import"):
        case "patents":
            columns = options.get("columns")
            import_patents(
                store,
                settings,
                file,
                format=options["format"],
                portfolio=options["portfolio"],
                matter=options.get("matter"),
                columns=None if columns is None else ColumnMap.model_validate(columns),
                now=lambda: met,
            )
        case "declarations" | "ballots" | "documents" as name:
            import_table, kind = _TABLES[name]
            given = options.get("columns")
            columns = None if given is None else kind.model_validate(given)
            import_table(store, settings, file, columns=columns, now=lambda: met)
        case "draft":
            dated = options["dated"]
            import_draft(
                store,
                settings,
                file,
                work_item=options["work_item"],
                label=options["label"],
                dated=None if dated is None else dt.date.fromisoformat(dated),
                format=options["format"],
                now=lambda: met,
            )
        case "comments":
            import_comments(
                store, settings, file, work_item=options["work_item"], label=options["label"], now=lambda: met
            )
        case _:
            raise QuarantineError("it is not known how the file was imported; import it again")


class _Nothing:
    """A retry reads what is stored and asks nobody."""

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> NoReturn:
        del head_first, max_bytes
        raise FetchError(f"{url}: a record in quarantine is read from its snapshot alone; poll the source again")

    def head(self, url: str) -> NoReturn:
        self.get(url)


def _reread(
    store: Store, settings: Settings, row: QuarantinedRecord, snapshot: Snapshot, file: Path, source: Source | None
) -> None:
    """Let the source read its stored answer anew, in a run of its own that counts as an import, not as a poll."""
    if source is None or source.reread is None:
        raise QuarantineError("this source can't read one record again; its next poll reads everything")
    response = Response(
        snapshot.url,
        snapshot.url,
        200,
        {"content-type": snapshot.content_type or ""},
        file,
        snapshot.last_fetched_at,
    )
    options = {"credentials": credentials_of(settings, source)}
    context = Context(source.manifest, _Nothing(), store_snapshot=lambda _: "", options=options)
    context.keep(response)
    run_id = start_run(
        store,
        RunKind.IMPORT,
        source.name,
        source.parser_version,
        snapshot.last_fetched_at,
        permission=snapshot.permission,
        matter_id=snapshot.matter_id,
    )
    reason: str | None = None
    try:
        source.reread(context, response, row.place)
        reason = next((bad.reason for bad in context.bad_records if bad.place == row.place), None)
        if reason is None and not context.records:
            reason = "nothing was read at its place"
    except ScraperError as error:
        reason = str(error)
    with store.write() as session:
        held = session.get_one(QuarantinedRecord, row.id)
        held.run_id, held.parser_version = run_id, source.parser_version
        counts = Counts()
        if reason is None:
            log = ChangeLog(session, run_id, source.name, snapshot.last_fetched_at)
            for each in context.records:
                counts.add(write(session, log, each.record, snapshot.id))
            held.state = QuarantineState.RETRIED
        else:
            held.reason = one_line(reason, MAX_PLACE)
        session.add(held)
        news = counts.inserted + counts.updated
        state = RunState.FAILED if reason else RunState.OK if news else RunState.UNCHANGED
        finish_run(session, run_id, state, counts, warnings=context.warnings, error=reason)
