"""Turns records of documents into rows; what somebody types is a record too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sqlmodel import Session, select

from scrapers.documents import PARSER_VERSION, DocumentMap, ListedDocument, load_map, read_documents
from workbench.db import Store
from workbench.documents.models import CommitteeDocument
from workbench.documents.queries import document_key
from workbench.history import rows
from workbench.history.file_imports import FileKind, import_file
from workbench.history.log import ChangeLog, ChangeWriter, Counts, Outcome
from workbench.history.models import Entity, Run, Snapshot
from workbench.people import trail
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.settings import Settings

DOCUMENTS: Final = FileKind("documents", PARSER_VERSION, load_map, read_documents)
TYPED: Final = "person"


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
            counts.add(reconcile_document(session, log, record, snapshot.id)[1])
        return ()

    return import_file(store, settings, DOCUMENTS, path, write, columns=columns, clock=now())


def type_document(
    session: Session, viewer: Viewer, record: ListedDocument, now: dt.datetime
) -> tuple[CommitteeDocument, Outcome]:
    """Keep a document that somebody typed; one that is known under its body and number is corrected."""
    row, outcome = reconcile_document(session, ChangeWriter(session, None, TYPED, now), record, None)
    session.flush()
    action = TrailAction.CREATED if outcome is Outcome.INSERTED else TrailAction.CHANGED
    trail.record(session, viewer, action, "document", row.id, {"title": row.title}, at=now)
    return row, outcome


def reconcile_document(
    session: Session, log: ChangeWriter, record: ListedDocument, snapshot_id: int | None
) -> tuple[CommitteeDocument, Outcome]:
    """Bring the row of a document up to what a list says; what the list leaves out stays as it is."""
    row = session.exec(
        select(CommitteeDocument).where(
            CommitteeDocument.body == record.body, CommitteeDocument.number == record.number
        )
    ).one_or_none()
    inserted = row is None
    if row is None:
        row = CommitteeDocument(
            body=record.body,
            number=record.number,
            title=record.title,
            kind=record.kind,
            **rows.provenance(log, snapshot_id),
        )
    trusted = type(record).model_fields if log.source == TYPED else ()
    differences = rows.update(row, record, log, leave_out=("body", "number"), trusted=trusted)
    rows.see(row, log, snapshot_id)
    session.add(row)
    key = document_key(row.body, row.number)
    return row, log.reconciled(Entity.DOCUMENT, key, row.title, differences, snapshot_id, inserted=inserted)
