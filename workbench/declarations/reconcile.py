"""Turns records of declarations into rows: insert, update or leave, each change logged."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, delete, select

from scrapers import records
from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StandardRef
from workbench.db import key_of
from workbench.declarations.models import Declaration, DeclaredPatent
from workbench.declarations.parties import keep_party
from workbench.history import rows
from workbench.history.log import ChangeLog, Outcome
from workbench.history.merge import Difference
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
            **rows.provenance(log, snapshot_id),
        )
    elsewhere = {"patents": [] if inserted else _patents(session, row)}
    differences = rows.update(row, record, log, leave_out=_NOT_FIELDS, source=record.source_format, elsewhere=elsewhere)
    row.deliverable_key = deliverable_key(row.deliverable, row.deliverable_raw)
    rows.see(row, log, snapshot_id)
    session.add(row)
    session.flush()
    for each in differences:
        if each.field == "patents":
            _write_patents(session, row, each.new)
    keep_party(session, row.holder, log.at)
    name = f"{row.holder}: {row.deliverable or row.deliverable_raw}"
    told = [_shown(each) for each in differences]
    outcome = log.reconciled(Entity.DECLARATION, row.key, name, told, snapshot_id, inserted=inserted)
    if outcome is not Outcome.UNCHANGED:
        put_search_entries(session, [_search_entry(session, row, name)])
    return row, outcome


def patents_of(session: Session, declaration_id: int) -> list[DeclaredPatent]:
    """The patents that a declaration names, in the register's order."""
    statement = select(DeclaredPatent).where(DeclaredPatent.declaration_id == declaration_id)
    return list(session.exec(statement.order_by(col(DeclaredPatent.position))))


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


def _shown(difference: Difference) -> Difference:
    """A difference as the log of changes shows it: patents as they are written."""
    if difference.field != "patents":
        return difference
    old, new = (
        [" ".join(filter(None, (each.get("country"), each["raw"]))) for each in patents or ()]
        for patents in (difference.old, difference.new)
    )
    return Difference(difference.field, old, new)


def _search_entry(session: Session, row: Declaration, name: str) -> SearchEntry:
    patents = patents_of(session, key_of(row))
    found = [row.statement, row.deliverable_raw, row.listed_in]
    for each in patents:
        found += [each.raw, each.publication, each.application, each.title]
    return SearchEntry(
        kind=Entity.DECLARATION,
        key=row.key,
        title=name,
        body="\n".join(text for text in found if text),
    )
