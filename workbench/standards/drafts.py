"""Imports a draft: one version of the text of a work item, its tree of clauses and their provisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from scrapers import records
from scrapers.drafts import PARSER_VERSION, read_draft
from scrapers.errors import InvalidIdentifierError, ScraperError, UnreadableFileError
from scrapers.identifiers import StandardRef
from scrapers.set_aside import BadRecord
from workbench.db import Store, key_of
from workbench.history.files import beginning_of, keep_file
from workbench.history.log import ChangeLog, Counts, finish_run, keep_snapshot, start_run
from workbench.history.models import Entity, Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import keep_bad_records, settle
from workbench.search import SearchEntry
from workbench.search import put as put_search_entries
from workbench.settings import Settings
from workbench.standards.lineage_runs import align_draft
from workbench.standards.models import Clause, Draft, Provision, WorkItem
from workbench.standards.provisions import block_spans, clause_text, find_provisions
from workbench.standards.tasks import draft_arrived

_MOST_DIGITS: Final = 9


class UnknownWorkItemError(Exception):
    """No work item, or several, go by the name given; `str(error)` says what to do."""


def find_work_item(session: Session, name: str) -> WorkItem:
    """The work item of an ISO id or a reference; a reference is found whatever stage or year it was written with.

    Raises UnknownWorkItemError.
    """
    if name.isdecimal():
        # A number that no database column holds is nobody's.
        known = select(WorkItem).where(WorkItem.iso_id == int(name)) if len(name) <= _MOST_DIGITS else None
        row = None if known is None else session.exec(known).one_or_none()
        if row is None:
            raise UnknownWorkItemError(f"no work item has the ISO id {name}; see `workbench export work-items`")
        return row
    rows = session.exec(select(WorkItem).where(WorkItem.reference == name)).all() or _same_document(session, name)
    if len(rows) == 1:
        return rows[0]
    if rows:
        several = ", ".join(f"{row.reference} ({row.iso_id})" for row in rows)
        raise UnknownWorkItemError(f"several work items go by {name!r}: {several}; give the ISO id instead")
    raise UnknownWorkItemError(
        f"no work item goes by {name!r}; give its ISO id, the number in the address of its page at iso.org/standard"
    )


def _same_document(session: Session, name: str) -> list[WorkItem]:
    try:
        wanted = StandardRef.parse(name).undated
    except InvalidIdentifierError as error:
        raise UnknownWorkItemError(f"{error}; give a reference such as ISO/IEC DIS 42001, or an ISO id") from error
    found = []
    for row in session.exec(select(WorkItem).order_by(col(WorkItem.iso_id))):
        try:
            if StandardRef.parse(row.reference).undated == wanted:
                found.append(row)
        except InvalidIdentifierError:
            continue  # a source's odd reference; it can still be found as it stands, or by its ISO id
    return found


def import_draft(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    work_item: str,
    label: str,
    dated: dt.date | None = None,
    format: str = "auto",  # noqa: A002
    known: records.Draft | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Import one file as the version `label` of a work item; returns the finished run, which counts clauses.

    An ISO id that is not in the store yet gets a work item with the draft's own reference and title. The same file
    under the same label again changes nothing; another text under a label that is taken is refused. The draft is then
    aligned with the versions before and after it, and settles the tasks that asked for it. `known` is the file as read
    already.
    """
    clock = now()
    label = " ".join(label.split())
    run_id = start_run(store, RunKind.IMPORT, f"file:{path.name}", PARSER_VERSION, clock)
    snapshot: Snapshot | None = None
    unreadable = False
    try:
        if not label:
            raise UnreadableFileError(f"{path}: a draft needs a label, such as --label 'CD 1'")
        snapshot = keep_file(settings, path, clock)
        unreadable = True
        draft = known or read_draft(path, format)
        unreadable = False
        with store.write() as session:
            log = ChangeLog(session, run_id, f"file:{path.name}", clock)
            item = _work_item(session, log, work_item, draft)
            row, counts = _write(session, log, item, label, dated, draft, keep_snapshot(session, snapshot), path)
            state = RunState.OK if counts.inserted else RunState.UNCHANGED
            settle(session, log, [snapshot], set())
            run = finish_run(session, run_id, state, counts)
    except (ScraperError, UnknownWorkItemError) as error:
        with store.write() as session:
            if unreadable and snapshot is not None:
                options = {
                    "import": "draft",
                    "work_item": work_item,
                    "label": label,
                    "dated": None if dated is None else dated.isoformat(),
                    "format": format,
                }
                snapshot.believed = False
                log = ChangeLog(session, run_id, f"file:{path.name}", clock)
                bad = BadRecord(path.name, str(error), beginning_of(path), snapshot.sha256)
                kept = {snapshot.sha256: keep_snapshot(session, snapshot)}
                keep_bad_records(session, log, PARSER_VERSION, [bad], kept, options=options)
            return finish_run(session, run_id, RunState.FAILED, error=str(error))
    align_draft(store, key_of(row), now=lambda: clock)
    return run


def _work_item(session: Session, log: ChangeLog, name: str, draft: records.Draft) -> WorkItem:
    if (
        name.isdecimal()
        and len(name) <= _MOST_DIGITS
        and not session.exec(select(WorkItem).where(WorkItem.iso_id == int(name))).first()
    ):
        reference = draft.reference or f"ISO project {name}"
        row = WorkItem(iso_id=int(name), reference=reference, title_en=draft.title, first_seen=log.at, last_seen=log.at)
        session.add(row)
        log.new(Entity.WORK_ITEM, name, reference, None)
        return row
    return find_work_item(session, name)


def _write(
    session: Session,
    log: ChangeLog,
    item: WorkItem,
    label: str,
    dated: dt.date | None,
    draft: records.Draft,
    snapshot: Snapshot,
    path: Path,
) -> tuple[Draft, Counts]:
    session.flush()
    counts = Counts(records=len(draft.clauses))
    held = session.exec(select(Draft).where(Draft.work_item_id == item.id, Draft.label == label)).one_or_none()
    if held is not None:
        if held.snapshot_id == snapshot.id:
            counts.unchanged = counts.records
            return held, counts
        raise UnreadableFileError(
            f"{path}: {item.reference} has another text under the label {label!r}; a draft is never changed after "
            "import, so give this one a label of its own, such as 'CD 2'"
        )
    row = Draft(
        work_item_id=key_of(item),
        label=label,
        dated=dated,
        format=draft.format,
        reference=draft.reference,
        title=draft.title,
        language=draft.language,
        copyright=draft.copyright,
        confidentiality=draft.confidentiality,
        parser_version=PARSER_VERSION,
        snapshot_id=key_of(snapshot),
        imported_at=log.at,
    )
    session.add(row)
    session.flush()
    clauses = _write_clauses(session, row, draft)
    log.new(Entity.DRAFT, f"{item.iso_id}/{label}", draft.title or item.reference, snapshot.id)
    draft_arrived(session, item, row, log.at)
    put_search_entries(session, (_search_entry(item, row, clause) for clause in clauses))
    counts.inserted = len(clauses)
    return row, counts


def _write_clauses(session: Session, row: Draft, draft: records.Draft) -> list[Clause]:
    clauses: list[Clause] = []
    for order, each in enumerate(draft.clauses):
        clause = Clause(
            draft_id=key_of(row),
            parent_id=None if each.parent is None else key_of(clauses[each.parent]),
            order=order,
            number=each.number,
            title=each.title,
            level=each.level,
            kind=each.kind,
            normative=each.normative,
            text=clause_text(each.blocks),
            blocks=[
                {
                    "kind": block.kind.value,
                    "label": block.label,
                    "start": start,
                    "end": end,
                    "references": [[link.start, link.end, link.clause] for link in block.references],
                }
                for block, (start, end) in zip(each.blocks, block_spans(each.blocks), strict=True)
            ],
        )
        session.add(clause)
        session.flush()
        clauses.append(clause)
        provisions = find_provisions(
            each.blocks, kind=each.kind, normative=each.normative, language=draft.language, title=each.title
        )
        for index, found in enumerate(provisions):
            session.add(
                Provision(
                    clause_id=key_of(clause),
                    index=index,
                    kind=found.kind,
                    text=found.text,
                    start=found.start,
                    end=found.end,
                    binds=found.binds,
                    flag=found.flag,
                    doubt=found.doubt,
                    reason=found.reason,
                )
            )
    return clauses


def _search_entry(item: WorkItem, draft: Draft, clause: Clause) -> SearchEntry:
    name = " ".join(part for part in (clause.number, clause.title) if part) or clause.kind.value
    title = f"{item.reference} {draft.label}: {name}"
    return SearchEntry(kind="clause", key=f"{draft.id}/{clause.order}", title=title, body=clause.text)
