"""Turns records of committees and work items into rows: insert, update or leave, each change logged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from scrapers import records
from scrapers.records import Precision
from workbench.db import key_of
from workbench.history.log import ChangeLog, Outcome
from workbench.history.merge import merge
from workbench.history.models import Entity
from workbench.search import SearchEntry
from workbench.search import put as put_search_entries
from workbench.standards.models import (
    Committee,
    CommitteeMember,
    MemberKind,
    Relation,
    RelationKind,
    StageEvent,
    WorkItem,
)
from workbench.standards.stage_history import StageDate, combine

# A project page is asked for today and dates its stages; a catalogue file may be a week old.
_TRUSTED_ON_FIRST_WORD = ("stage", "reference")
_NOT_FIELDS = {"iso_id", "stage_history", "replaces", "replaced_by"}


def reconcile_work_item(
    session: Session, log: ChangeLog, record: records.WorkItem, snapshot_id: int | None
) -> tuple[WorkItem, Outcome]:
    """Bring the row of a work item up to what a source says of it at `log.at`.

    A source never takes back what another one said (see `workbench.history.merge`).
    """
    word = record.model_dump(mode="json", exclude_unset=True, exclude=_NOT_FIELDS)
    row = session.exec(select(WorkItem).where(WorkItem.iso_id == record.iso_id)).one_or_none()
    inserted = row is None
    if row is None:
        row = WorkItem(iso_id=record.iso_id, reference=record.reference, first_seen=log.at, last_seen=log.at)
    current = {field: getattr(row, field) for field in word} if not inserted else {}
    differences, row.said = merge(
        current, word, source=log.source, at=log.at, said=row.said, trusted=_TRUSTED_ON_FIRST_WORD
    )
    for difference in differences:
        setattr(row, difference.field, difference.new)
    row.last_seen = max(row.last_seen, log.at)
    row.first_seen = min(row.first_seen, log.at)
    session.add(row)
    session.flush()

    key = str(record.iso_id)
    changed = bool(differences)
    if inserted:
        log.new(Entity.WORK_ITEM, key, record.reference, snapshot_id)
    else:
        for difference in differences:
            log.changed(Entity.WORK_ITEM, key, difference.field, difference.old, difference.new, snapshot_id)
        if row.missing_since is not None:
            log.changed(Entity.WORK_ITEM, key, "missing_since", row.missing_since.isoformat(), None, snapshot_id)
            row.missing_since = None
            changed = True
    stage_moved = any(difference.field == "stage" for difference in differences)
    if _write_stages(session, log, row, record, snapshot_id, stage_moved=stage_moved or inserted) and not inserted:
        changed = True
    if _write_relations(session, log, record, snapshot_id, silent=inserted):
        changed = True
    put_search_entries(session, [_search_entry(row)])
    return row, Outcome.of(inserted=inserted, changed=changed)


def _search_entry(row: WorkItem) -> SearchEntry:
    body = " \n".join(filter(None, (row.title_en, row.title_fr, str(row.iso_id), row.scope)))
    return SearchEntry(kind="work_item", key=str(row.iso_id), title=row.reference, body=body)


def _write_stages(
    session: Session,
    log: ChangeLog,
    row: WorkItem,
    record: records.WorkItem,
    snapshot_id: int | None,
    *,
    stage_moved: bool,
) -> bool:
    """Write the combined history; returns whether the days read changed it."""
    rows = session.exec(select(StageEvent).where(StageEvent.work_item_id == row.id)).all()
    known = [StageDate(event.date, event.stage, event.precision) for event in rows]
    read = [StageDate(event.date, str(event.stage), event.precision) for event in record.stage_history]
    if stage_moved and row.stage is not None and row.stage not in {event.stage for event in read}:
        read.append(StageDate(log.at.date(), row.stage, Precision.OBSERVED))
    newest_word = row.said[log.source]["at"] == log.at.isoformat()
    history = combine(known, read, read_is_complete=newest_word and "stage_history" in record.model_fields_set)
    if set(history) == set(known):
        return False
    by_value = {StageDate(event.date, event.stage, event.precision): event for event in rows}
    for value, event in by_value.items():
        if value not in history:
            session.delete(event)
    session.flush()
    for value in history:
        if value not in by_value:
            session.add(
                StageEvent(
                    work_item_id=key_of(row),
                    stage=value.stage,
                    date=value.date,
                    precision=value.precision,
                    snapshot_id=snapshot_id,
                )
            )
    before = [f"{event.stage} {event.date}" for event in sorted(known) if event.precision is Precision.DAY]
    after = [f"{event.stage} {event.date}" for event in history if event.precision is Precision.DAY]
    if known and before != after:
        log.changed(Entity.WORK_ITEM, str(row.iso_id), "stage_history", before, after, snapshot_id)
        return True
    return False


def _write_relations(
    session: Session, log: ChangeLog, record: records.WorkItem, snapshot_id: int | None, *, silent: bool
) -> bool:
    """Add the relations that are new; one that a source stops naming stays, for it was true once."""
    read = {(RelationKind.REPLACES, other) for other in record.replaces}
    read |= {(RelationKind.REPLACED_BY, other) for other in record.replaced_by}
    known = {
        (relation.kind, relation.to_iso_id)
        for relation in session.exec(select(Relation).where(Relation.from_iso_id == record.iso_id))
    }
    for kind, other in sorted(read - known):
        session.add(Relation(from_iso_id=record.iso_id, kind=kind, to_iso_id=other))
        if not silent:
            log.changed(Entity.WORK_ITEM, str(record.iso_id), kind.value, None, other, snapshot_id)
    return bool(read - known) and not silent


def mark_missing(session: Session, log: ChangeLog, committees: Sequence[str], listed: Iterable[int]) -> int:
    """Note which items this source listed before and lists no more; returns how many. The rows stay."""
    listed = set(listed)
    rows = session.exec(
        select(WorkItem).where(col(WorkItem.committee).in_(committees), col(WorkItem.missing_since).is_(None))
    ).all()
    gone = [row for row in rows if log.source in row.said and row.iso_id not in listed and row.last_seen <= log.at]
    for row in gone:
        row.missing_since = log.at
        session.add(row)
        log.removed(Entity.WORK_ITEM, str(row.iso_id), row.reference, None)
    return len(gone)


def reconcile_committee(
    session: Session, log: ChangeLog, record: records.Committee, snapshot_id: int | None
) -> tuple[Committee, Outcome]:
    """Bring the row of a committee and the list of its members up to what the source says."""
    fields = record.model_dump(exclude_unset=True, exclude={"p_members", "o_members", "iso_id"})
    row = session.exec(select(Committee).where(Committee.iso_id == record.iso_id)).one_or_none()
    inserted = row is None
    if row is None:
        row = Committee(iso_id=record.iso_id, reference=record.reference, first_seen=log.at, last_seen=log.at)
        log.new(Entity.COMMITTEE, str(record.iso_id), record.reference, snapshot_id)
    changed = False
    for field, new in fields.items():
        old = getattr(row, field)
        setattr(row, field, new)
        if not inserted and old != new:
            log.changed(
                Entity.COMMITTEE,
                str(record.iso_id),
                field,
                to_jsonable_python(old),
                to_jsonable_python(new),
                snapshot_id,
            )
            changed = True
    row.last_seen = max(row.last_seen, log.at)
    session.add(row)
    session.flush()
    if _write_members(session, log, row, record, snapshot_id, silent=inserted):
        changed = True
    put_search_entries(
        session,
        [
            SearchEntry(
                kind="committee",
                key=str(row.iso_id),
                title=row.reference,
                body=f"{row.title_en or ''}\n{row.scope or ''}",
            )
        ],
    )
    return row, Outcome.of(inserted=inserted, changed=changed)


def _write_members(
    session: Session,
    log: ChangeLog,
    row: Committee,
    record: records.Committee,
    snapshot_id: int | None,
    *,
    silent: bool,
) -> bool:
    known = {
        member.iso_id: member
        for member in session.exec(select(CommitteeMember).where(CommitteeMember.committee_id == row.id))
    }
    read = {member.iso_id: (member, MemberKind.O) for member in record.o_members}
    read |= {member.iso_id: (member, MemberKind.P) for member in record.p_members}
    changed = False
    for iso_id in sorted(known.keys() | read.keys()):
        old, new = known.get(iso_id), read.get(iso_id)
        before = f"{old.acronym} ({old.kind})" if old else None
        after = f"{new[0].acronym} ({new[1]})" if new else None
        if before == after:
            continue
        changed = True
        if not silent:
            log.changed(Entity.COMMITTEE, str(record.iso_id), "members", before, after, snapshot_id)
        if old is not None and new is None:
            session.delete(old)
        elif new is not None:
            member = old or CommitteeMember(committee_id=key_of(row), iso_id=iso_id, acronym="", kind=new[1])
            member.acronym, member.kind = new[0].acronym, new[1]
            session.add(member)
    return changed
