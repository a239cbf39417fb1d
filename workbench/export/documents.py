"""What can be taken out of committee documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from workbench.documents.queries import FILTERS, select_documents
from workbench.export.base import Day, Kind, Moment, Row, Shape, cut, iso
from workbench.i18n import mark


class DocumentRow(Shape):
    body: str
    number: str
    title: str
    kind: str
    issued_on: Day | None
    due_on: Day | None
    supersedes: str | None
    superseded_by: str | None
    reference: str | None
    address: str | None
    source: str
    first_seen: Moment
    last_seen: Moment
    taken_away_at: Moment | None


def _documents(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Committee documents, the one first seen last first. Raises FilterError."""
    for each in select_documents(session, filters):
        row = each.row
        yield {
            "body": row.body,
            "number": row.number,
            "title": row.title,
            "kind": row.kind.value,
            "issued_on": iso(row.issued_on),
            "due_on": iso(row.due_on),
            "supersedes": row.supersedes,
            "superseded_by": each.superseded_by.number if each.superseded_by else None,
            "reference": row.reference,
            "address": row.address,
            "source": row.source,
            "first_seen": row.first_seen.isoformat(),
            "last_seen": row.last_seen.isoformat(),
            "taken_away_at": row.taken_away_at.isoformat() if row.taken_away_at else None,
        }


KINDS = {
    "documents": Kind(
        cut(_documents),
        frozenset(FILTERS),
        DocumentRow,
        ("body", "number"),
        mark("Committee documents by number and title, the one first seen last first; those taken away apart."),
    ),
}
