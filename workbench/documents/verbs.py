"""Turns records of documents into rows that the search finds; what somebody types is a record too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from sqlmodel import Session

from scrapers.documents import PARSER_VERSION, DocumentMap, ListedDocument, load_map, read_documents
from workbench.db import Store, key_of
from workbench.documents.models import CommitteeDocument
from workbench.documents.queries import document_key, find_document, last_change
from workbench.history import rows
from workbench.history.file_imports import FileKind, import_file
from workbench.history.log import ChangeLog, ChangeWriter, Counts, Outcome
from workbench.history.models import Entity, Run, Snapshot
from workbench.i18n import ToldError, mark
from workbench.people import trail
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.search import SearchEntry
from workbench.search import put as put_search_entries
from workbench.settings import Settings

DOCUMENTS: Final = FileKind("documents", PARSER_VERSION, load_map, read_documents)
TYPED: Final = "person"
_LISTS: Final = "list"
"""All lists are one source: a secretariat's next list has another file name, and repeats what the last one said."""


class DocumentError(ToldError):
    """What was typed of a document cannot be kept; `str(error)` says why and what to do, and is in the catalogues."""


def import_documents(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    columns: Path | DocumentMap | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Import one list; returns the finished run. Rows that cannot be read are warnings and go into quarantine.

    A file in which no document can be read is a failed run that changes nothing.
    """

    def write(
        session: Session, log: ChangeLog, snapshot: Snapshot, found: Sequence[ListedDocument], counts: Counts
    ) -> Sequence[str]:
        for record in found:
            counts.add(reconcile_document(session, log, record, snapshot.id))
        return ()

    return import_file(store, settings, DOCUMENTS, path, write, columns=columns, clock=now())


def type_document(session: Session, viewer: Viewer, record: ListedDocument, now: dt.datetime) -> CommitteeDocument:
    """Keep a document that somebody typed. Raises DocumentError where it is known; `correct_document` changes it."""
    if find_document(session, record.body, record.number) is not None:
        raise DocumentError(mark("this document is known already; what is kept of it can be changed on its page"))
    log = ChangeWriter(session, None, TYPED, now)
    row = _new(log, record, None)
    _bring_up(session, log, row, record, None, inserted=True)
    _note(session, viewer, TrailAction.CREATED, row, now)
    return row


def correct_document(
    session: Session, viewer: Viewer, row: CommitteeDocument, record: ListedDocument, now: dt.datetime, *, seen: int
) -> Outcome:
    """Change what somebody typed otherwise; None in a field takes away what it held.

    `seen` is the last change of the document (`last_change`) when the form was made. Raises DocumentError where the
    document changed since, and where `record` is another one.
    """
    if (row.body, row.number) != (record.body, record.number) or last_change(session, row) != seen:
        raise DocumentError(mark("somebody changed the document meanwhile; look at it and decide again"))
    # Only what was changed is the person's word; the rest of the form is what others said.
    same = {field for field in record.model_fields_set if getattr(row, field) == getattr(record, field)}
    if same == record.model_fields_set:
        return Outcome.UNCHANGED
    log = ChangeWriter(session, None, TYPED, now)
    outcome = _bring_up(session, log, row, record, None, inserted=False, leave_out=same)
    _note(session, viewer, TrailAction.CHANGED, row, now)
    return outcome


def reconcile_document(session: Session, log: ChangeWriter, record: ListedDocument, snapshot_id: int | None) -> Outcome:
    """Bring the row of a document up to what a list says; what the list leaves out stays as it is."""
    row = find_document(session, record.body, record.number)
    if row is not None:
        return _bring_up(session, log, row, record, snapshot_id, inserted=False)
    return _bring_up(session, log, _new(log, record, snapshot_id), record, snapshot_id, inserted=True)


def _new(log: ChangeWriter, record: ListedDocument, snapshot_id: int | None) -> CommitteeDocument:
    return CommitteeDocument(
        body=record.body,
        number=record.number,
        title=record.title,
        kind=record.kind,
        **rows.provenance(log, snapshot_id),
    )


def _bring_up(
    session: Session,
    log: ChangeWriter,
    row: CommitteeDocument,
    record: ListedDocument,
    snapshot_id: int | None,
    *,
    inserted: bool,
    leave_out: Collection[str] = (),
) -> Outcome:
    source = _LISTS
    if log.source == TYPED:
        # What a person types counts, even where he typed the same before and a list said something else since.
        source = TYPED
        row.said = {name: word for name, word in row.said.items() if name != TYPED}
    told = type(record).model_fields
    differences = rows.update(row, record, log, leave_out={"body", "number", *leave_out}, source=source, trusted=told)
    rows.see(row, log, snapshot_id)
    session.add(row)
    session.flush()
    key = document_key(row.body, row.number)
    put_search_entries(session, [SearchEntry(kind=Entity.DOCUMENT, key=str(key_of(row)), title=key, body=row.title)])
    return log.reconciled(Entity.DOCUMENT, key, row.title, differences, snapshot_id, inserted=inserted)


def _note(session: Session, viewer: Viewer, action: TrailAction, row: CommitteeDocument, at: dt.datetime) -> None:
    trail.record(session, viewer, action, "document", key_of(row), {"title": row.title}, at=at)
