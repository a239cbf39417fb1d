"""Turns records of declarations into rows: insert, update or leave, each change logged."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Session, col, delete, select

from scrapers import records
from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StandardRef
from workbench.db import key_of
from workbench.declarations.models import Declaration, DeclaredPatent
from workbench.declarations.parties import keep_party
from workbench.history.log import ChangeLog, Outcome
from workbench.history.merge import merge
from workbench.history.models import Entity
from workbench.search import SearchEntry
from workbench.search import put as put_search_entries

_NOT_FIELDS = {"key", "source_format"}


def deliverable_key(deliverable: str | None, raw: str) -> str:
    """What declarations of one document share, whatever its stage, edition and year."""
    try:
        return str(StandardRef.parse(deliverable or raw).undated)
    except InvalidIdentifierError:
        return " ".join(raw.casefold().split())


def reconcile_declaration(
    session: Session, log: ChangeLog, record: records.Declaration, snapshot_id: int | None
) -> tuple[Declaration, Outcome]:
    """Bring the row of a declaration up to what a register lists; what the register leaves out stays as it is."""
    word = record.model_dump(mode="json", exclude_unset=True, exclude=_NOT_FIELDS)
    row = session.exec(select(Declaration).where(Declaration.key == record.key)).one_or_none()
    inserted = row is None
    if row is None:
        row = Declaration(
            key=record.key,
            listed_in=record.listed_in,
            policy=record.policy,
            holder=record.holder,
            deliverable_raw=record.deliverable_raw,
            deliverable_key="",
            source_format=record.source_format,
            source=log.source,
            snapshot_id=snapshot_id,
            first_seen=log.at,
            last_seen=log.at,
        )
        current: dict[str, Any] = {}
    else:
        current = {field: _patents(session, row) if field == "patents" else _json(row, field) for field in word}
    differences, row.said = merge(current, word, source=record.source_format, at=log.at, said=row.said)
    told = {difference.field: difference.new for difference in differences}
    for field, value in told.items():
        if field != "patents":
            setattr(row, field, dt.date.fromisoformat(value) if field == "date" and value else value)
    row.deliverable_key = deliverable_key(row.deliverable, row.deliverable_raw)
    if log.at >= row.last_seen:
        row.last_seen, row.source, row.snapshot_id = log.at, log.source, snapshot_id
    session.add(row)
    session.flush()
    if "patents" in told:
        _write_patents(session, row, told["patents"])
    keep_party(session, row.holder, log.at)
    if inserted:
        log.new(Entity.DECLARATION, row.key, f"{row.holder}: {row.deliverable or row.deliverable_raw}", snapshot_id)
    else:
        for each in differences:
            old, new = (_shown(each.old), _shown(each.new)) if each.field == "patents" else (each.old, each.new)
            log.changed(Entity.DECLARATION, row.key, each.field, old, new, snapshot_id)
    if inserted or differences:
        put_search_entries(session, [_search_entry(session, row)])
    if inserted:
        return row, Outcome.INSERTED
    return row, Outcome.UPDATED if differences else Outcome.UNCHANGED


def patents_of(session: Session, declaration_id: int) -> list[DeclaredPatent]:
    """The patents that a declaration names, in the register's order."""
    statement = select(DeclaredPatent).where(DeclaredPatent.declaration_id == declaration_id)
    return list(session.exec(statement.order_by(col(DeclaredPatent.position))))


def _json(row: Declaration, field: str) -> Any:
    value = getattr(row, field)
    return value.isoformat() if isinstance(value, dt.date) else value


def _patents(session: Session, row: Declaration) -> list[dict[str, Any]]:
    """The patents of a row as the record has them, what is not known left out."""
    fields = records.DeclaredPatent.model_fields
    return [
        {name: value for name in fields if (value := getattr(each, name)) is not None}
        for each in patents_of(session, key_of(row))
    ]


def _write_patents(session: Session, row: Declaration, patents: list[dict[str, Any]] | None) -> None:
    session.exec(delete(DeclaredPatent).where(col(DeclaredPatent.declaration_id) == row.id))
    for position, each in enumerate(patents or ()):
        session.add(DeclaredPatent(declaration_id=key_of(row), position=position, **each))
    session.flush()


def _shown(patents: list[dict[str, Any]] | None) -> list[str]:
    return [" ".join(filter(None, (each.get("country"), each["raw"]))) for each in patents or ()]


def _search_entry(session: Session, row: Declaration) -> SearchEntry:
    patents = patents_of(session, key_of(row))
    found = [row.statement, row.deliverable_raw, row.listed_in]
    for each in patents:
        found += [each.raw, each.publication, each.application, each.title]
    return SearchEntry(
        kind=Entity.DECLARATION,
        key=row.key,
        title=f"{row.holder}: {row.deliverable or row.deliverable_raw}",
        body="\n".join(text for text in found if text),
    )
