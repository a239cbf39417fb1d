"""Turns records of documents into rows that the search finds; what somebody types is a record too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlmodel import Session, col, select

from scrapers.documents import PARSER_VERSION, DocumentMap, ListedDocument, load_map, read_documents
from scrapers.set_aside import one_line
from workbench.db import Store, key_of
from workbench.documents.models import CommitteeDocument, FormerKey
from workbench.documents.queries import document_key, find_document, last_change
from workbench.history import rows
from workbench.history.file_imports import FileKind, import_file
from workbench.history.log import ChangeLog, ChangeWriter, Counts, Outcome
from workbench.history.models import Change, Entity, Run, Snapshot
from workbench.i18n import ToldError, mark
from workbench.people import trail
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.search import SearchEntry
from workbench.search import put as put_search_entries
from workbench.search import remove as remove_search_entries
from workbench.settings import Settings

DOCUMENTS: Final = FileKind("documents", PARSER_VERSION, load_map, read_documents)
TYPED: Final = "person"
MOST_WHY: Final = 500
"""Characters of the reason why a document was taken away."""
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
        renamed = set(session.exec(select(FormerKey.document_id).where(col(FormerKey.listed))))
        for record in found:
            counts.add(reconcile_document(session, log, record, snapshot.id, renamed=renamed))
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
    """Change what somebody typed otherwise, body and number included; None in a field takes away what it held.

    `seen` is the last change of the document (`last_change`) when the form was made. Raises DocumentError where the
    document changed since or was taken away, and where another one has the body and number.
    """
    _require_seen(session, row, seen)
    if row.taken_away_at is not None:
        raise DocumentError(mark("the document was taken away; put it back first"))
    # Only what was changed is the person's word; the rest of the form is what others said.
    same = {field for field in record.model_fields_set if getattr(row, field) == getattr(record, field)}
    if same == record.model_fields_set:
        return Outcome.UNCHANGED
    log = ChangeWriter(session, None, TYPED, now)
    told = {"was": document_key(row.body, row.number)}
    renamed = not {"body", "number"} <= same
    if renamed:
        _rename(session, log, row, record)
    outcome = _bring_up(session, log, row, record, None, inserted=False, leave_out=same)
    _note(session, viewer, TrailAction.CHANGED, row, now, told if renamed else {})
    return Outcome.UPDATED if renamed else outcome


def take_away(
    session: Session, viewer: Viewer, row: CommitteeDocument, why: str, now: dt.datetime, *, seen: int
) -> None:
    """Take a document away that was entered by mistake: it is kept with its history, and its number is free.

    `seen` as for `correct_document`. Raises DocumentError where the document changed since or is taken away already.
    """
    _require_seen(session, row, seen)
    if row.taken_away_at is not None:
        raise DocumentError(mark("the document was taken away already"))
    log = ChangeWriter(session, None, TYPED, now)
    _give_up_key(session, row, log.removed(Entity.DOCUMENT, document_key(row.body, row.number), row.title, None))
    row.taken_away_at, row.taken_away_by, row.taken_away_why = now, viewer.name, one_line(why, MOST_WHY) or None
    session.add(row)
    remove_search_entries(session, Entity.DOCUMENT, [str(key_of(row))])
    _note(session, viewer, TrailAction.DELETED, row, now, {"reason": row.taken_away_why})


def put_back(session: Session, viewer: Viewer, row: CommitteeDocument, now: dt.datetime) -> None:
    """Undo that a document was taken away. Raises DocumentError where it was not, or another one has its number."""
    if row.taken_away_at is None:
        raise DocumentError(mark("the document was put back already"))
    _require_free(session, row.body, row.number)
    log = ChangeWriter(session, None, TYPED, now)
    key = document_key(row.body, row.number)
    log.changed(Entity.DOCUMENT, key, "taken_away_at", row.taken_away_at.isoformat(), None, None)
    row.taken_away_at = row.taken_away_by = row.taken_away_why = None
    session.add(row)
    session.flush()
    _put_into_search(session, row)
    _note(session, viewer, TrailAction.CHANGED, row, now, {"put_back": True})


def reconcile_document(
    session: Session,
    log: ChangeWriter,
    record: ListedDocument,
    snapshot_id: int | None,
    *,
    renamed: Collection[int] = (),
) -> Outcome:
    """Bring the row of a document up to what a list says; what the list leaves out stays as it is.

    `renamed` are the keys of the documents that lists know by a former number. What a list repeats under that number
    is of the same document, until the list has the new one too; of one that was taken away nothing is taken up.
    """
    row = find_document(session, record.body, record.number)
    if row is None and renamed:
        row = _listed_before(session, record)
        if row is not None and row.taken_away_at is not None:
            return Outcome.UNCHANGED
    elif row is not None and row.id in renamed:
        for former in session.exec(select(FormerKey).where(FormerKey.document_id == row.id)):
            former.listed = False
            session.add(former)
    if row is not None:
        return _bring_up(session, log, row, record, snapshot_id, inserted=False)
    return _bring_up(session, log, _new(log, record, snapshot_id), record, snapshot_id, inserted=True)


def _listed_before(session: Session, record: ListedDocument) -> CommitteeDocument | None:
    """The document that lists knew under this body and number before it was corrected or taken away."""
    former = session.exec(
        select(FormerKey)
        .where(FormerKey.body == record.body, FormerKey.number == record.number, col(FormerKey.listed))
        .order_by(col(FormerKey.id).desc())
    ).first()
    return None if former is None else session.get_one(CommitteeDocument, former.document_id)


def _require_seen(session: Session, row: CommitteeDocument, seen: int) -> None:
    if last_change(session, row) != seen:
        raise DocumentError(mark("somebody changed the document meanwhile; look at it and decide again"))


def _require_free(session: Session, body: str, number: str) -> None:
    if find_document(session, body, number) is not None:
        taken = mark("%(key)s is the number of another document; correct or take away that one first")
        raise DocumentError(taken, key=document_key(body, number))


def _rename(session: Session, log: ChangeWriter, row: CommitteeDocument, record: ListedDocument) -> None:
    _require_free(session, record.body, record.number)
    key = document_key(row.body, row.number)
    names = {"body": record.body, "number": record.number}
    told = [
        log.changed(Entity.DOCUMENT, key, field, getattr(row, field), new, None)
        for field, new in names.items()
        if getattr(row, field) != new
    ]
    _give_up_key(session, row, told[-1])
    row.body, row.number = record.body, record.number


def _give_up_key(session: Session, row: CommitteeDocument, last: Change) -> None:
    session.flush()
    others = session.exec(select(FormerKey.listed).where(FormerKey.document_id == row.id)).all()
    listed = _LISTS in row.said and not any(others)
    former = FormerKey(
        document_id=key_of(row), body=row.body, number=row.number, last_change=key_of(last), listed=listed
    )
    session.add(former)


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
    _put_into_search(session, row)
    return log.reconciled(Entity.DOCUMENT, key, row.title, differences, snapshot_id, inserted=inserted)


def _put_into_search(session: Session, row: CommitteeDocument) -> None:
    key = document_key(row.body, row.number)
    put_search_entries(session, [SearchEntry(kind=Entity.DOCUMENT, key=str(key_of(row)), title=key, body=row.title)])


def _note(
    session: Session,
    viewer: Viewer,
    action: TrailAction,
    row: CommitteeDocument,
    at: dt.datetime,
    details: Mapping[str, object] = MappingProxyType({}),
) -> None:
    told = {"title": row.title, **{name: value for name, value in details.items() if value is not None}}
    trail.record(session, viewer, action, "document", key_of(row), told, at=at)
