"""Turns what offices say of applications into rows: insert, update or leave.

What a person wants to know is logged as a change of the publications of the application: a new legal event, another
status, a new member of the extended family. The first reading of an application, however many events it brings, is no
news and is not logged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from scrapers import records
from workbench.history import rows
from workbench.history.log import ChangeLog, Outcome
from workbench.history.models import Entity
from workbench.patents.applications import application_forms, application_key
from workbench.patents.models import (
    ApplicationStatus,
    CitedDocument,
    ExtendedFamilyMember,
    FiledClaims,
    LegalEvent,
    Publication,
)

_Row = TypeVar("_Row", LegalEvent, CitedDocument, FiledClaims)


def reconcile_family(
    session: Session, log: ChangeLog, record: records.PatentFamily, snapshot_id: int | None
) -> tuple[list[ExtendedFamilyMember], Outcome]:
    """Bring the extended family of a publication up to what the office lists.

    A member that is no longer listed keeps its row, with the day it was last seen.
    """
    asked = select(ExtendedFamilyMember).where(ExtendedFamilyMember.asked == record.number)
    known = {row.number: row for row in session.exec(asked)}
    newest = max((row.last_seen for row in known.values()), default=None)
    if newest is not None and log.at < newest:
        return list(known.values()), Outcome.UNCHANGED
    changed, members = False, []
    for member in record.members:
        row = known.get(member.number)
        fields = member.model_dump(exclude_unset=True, exclude={"number"})
        if row is None:
            row = ExtendedFamilyMember(asked=record.number, number=member.number, **rows.provenance(log, snapshot_id))
            changed = True
            if known:
                log.changed(Entity.PUBLICATION, record.number, "extended_family", None, member.number, snapshot_id)
        changed = _set(row, fields) or changed
        row.last_seen, row.source, row.snapshot_id = log.at, log.source, snapshot_id
        session.add(row)
        members.append(row)
    listed = {member.number for member in record.members}
    for number, row in known.items():
        if number not in listed and row.last_seen == newest:
            changed = True
            log.changed(Entity.PUBLICATION, record.number, "extended_family", number, None, snapshot_id)
    session.flush()
    return members, Outcome.of(inserted=not known, changed=changed)


def reconcile_event(
    session: Session, log: ChangeLog, record: records.LegalEvent, snapshot_id: int | None
) -> tuple[LegalEvent, Outcome]:
    """Bring a legal event up to what the office says of it."""
    key = application_key(record.application)
    fingerprint = _fingerprint(key, record.office, record.code, record.date, record.text)
    row = session.exec(select(LegalEvent).where(LegalEvent.fingerprint == fingerprint)).one_or_none()
    if row is not None:
        # The same event is listed with each publication of the application: the first one stays.
        return row, _seen(session, log, row, {"description": record.description, "effect": record.effect}, snapshot_id)
    earlier = select(LegalEvent.id).where(
        LegalEvent.application_key == key, LegalEvent.source == log.source, col(LegalEvent.first_seen) < log.at
    )
    followed = session.exec(earlier.limit(1)).first() is not None
    row = LegalEvent(
        **record.model_dump(),
        fingerprint=fingerprint,
        **_provenance(log, key, snapshot_id),
    )
    session.add(row)
    session.flush()
    if followed:
        said = " ".join(filter(None, (record.office, record.code, record.description)))
        told = f"{record.date.isoformat()} {said}" if record.date else said
        for number in _publications(session, record.application, [record.number] if record.number else []):
            log.changed(Entity.PUBLICATION, number, "legal_event", None, told, snapshot_id)
    return row, Outcome.INSERTED


def reconcile_status(
    session: Session, log: ChangeLog, record: records.ApplicationStatus, snapshot_id: int | None
) -> tuple[ApplicationStatus, Outcome]:
    """Bring the status of an application up to what a register says; what the register leaves out stays as it is."""
    key = application_key(record.application)
    row = session.exec(select(ApplicationStatus).where(ApplicationStatus.application_key == key)).one_or_none()
    inserted = row is None
    if row is None:
        row = ApplicationStatus(application=record.application, **_provenance(log, key, snapshot_id))
    differences = rows.update(row, record, log, leave_out=("application",))
    rows.see(row, log, snapshot_id)
    session.add(row)
    session.flush()
    if row.first_seen < log.at:
        for number in _publications(session, record.application, row.publications) if differences else ():
            for difference in differences:
                log.changed(
                    Entity.PUBLICATION,
                    number,
                    f"register_{difference.field}",
                    difference.old,
                    difference.new,
                    snapshot_id,
                )
    return row, Outcome.of(inserted=inserted, changed=bool(differences))


def reconcile_citation(
    session: Session, log: ChangeLog, record: records.CitedDocument, snapshot_id: int | None
) -> tuple[CitedDocument, Outcome]:
    """Bring a cited document up to what the office lists."""
    key = application_key(record.application)
    # Patents and other documents are counted apart by the office.
    fingerprint = _fingerprint(key, record.date, record.kind, record.order, record.is_patent)
    row = session.exec(select(CitedDocument).where(CitedDocument.fingerprint == fingerprint)).one_or_none()
    if row is not None:
        return row, _seen(session, log, row, {"document": record.document}, snapshot_id)
    return _insert(
        session, CitedDocument(**record.model_dump(), fingerprint=fingerprint, **_provenance(log, key, snapshot_id))
    )


def reconcile_filed_claims(
    session: Session, log: ChangeLog, record: records.FiledClaims, snapshot_id: int | None
) -> tuple[FiledClaims, Outcome]:
    """Bring the claims of a paper in the file of an application up to what the office has."""
    key = application_key(record.application)
    fields = record.model_dump(mode="json")
    row = session.exec(
        select(FiledClaims).where(
            FiledClaims.application_key == key,
            FiledClaims.document_number == record.document_number,
            FiledClaims.part == record.part,
        )
    ).one_or_none()
    if row is not None:
        told = {name: fields[name] for name in ("document_code", "claims")}
        return row, _seen(session, log, row, told, snapshot_id)
    return _insert(session, FiledClaims(**fields, **_provenance(log, key, snapshot_id)))


def _publications(session: Session, application: str, numbers: Iterable[str]) -> Sequence[str]:
    """The publications of an application that the store has; where it has none, the numbers themselves, one of them.

    `numbers` are in docdb form, the kind left out where the office prints none.
    """
    named = [number.split(".") for number in dict.fromkeys(numbers)]
    without_kind = {(parts[0], parts[1]) for parts in named if len(parts) == 2}
    with_kind = [".".join(parts) for parts in named if len(parts) > 2]
    known = session.exec(
        select(Publication.number)
        .where(
            sa.or_(
                col(Publication.application).in_(application_forms(application)),
                col(Publication.number).in_(with_kind),
                *(
                    sa.and_(col(Publication.country) == country, col(Publication.doc_number) == number)
                    for country, number in sorted(without_kind)
                ),
            )
        )
        .order_by(col(Publication.number))
    ).all()
    return known or [".".join(parts) for parts in named[:1]] or [application]


def _provenance(log: ChangeLog, key: str, snapshot_id: int | None) -> dict[str, Any]:
    return {"application_key": key, **rows.provenance(log, snapshot_id)}


def _insert(session: Session, row: _Row) -> tuple[_Row, Outcome]:
    session.add(row)
    session.flush()
    return row, Outcome.INSERTED


def _seen(session: Session, log: ChangeLog, row: _Row, told: dict[str, Any], snapshot_id: int | None) -> Outcome:
    """Take over what a reading that is not older than the last one tells of a row there is."""
    if log.at < row.last_seen:
        return Outcome.UNCHANGED
    changed = _set(row, told)
    row.last_seen = log.at
    if changed:
        row.source, row.snapshot_id = log.source, snapshot_id
    session.add(row)
    return Outcome.of(inserted=False, changed=changed)


def _set(row: SQLModel, fields: dict[str, Any]) -> bool:
    """Set the fields that the row has otherwise; what the office leaves empty stays. Returns whether any was set."""
    new = {name: value for name, value in fields.items() if value is not None and getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    return bool(new)


def _fingerprint(*parts: object) -> str:
    written = json.dumps([str(part) if isinstance(part, dt.date) else part for part in parts], ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()
