"""Reads of committee documents, for pages, exports and mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.documents import DocumentKind
from workbench.db import in_blocks
from workbench.documents.models import CommitteeDocument
from workbench.history.models import Change, Entity
from workbench.history.queries import FilterError, day_of, filled, with_words
from workbench.standards.models import Committee

FILTERS: Final = ("q", "body", "kind", "reference", "from", "to", "due_from")
SORTS: Final = ("body", "number", "issued", "due", "seen")
_ASKED_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document; `superseded_by` is the newest one of its body that says it takes its place."""

    row: CommitteeDocument
    superseded_by: CommitteeDocument | None = None


def select_documents(
    session: Session,
    filters: Mapping[str, str],
    *,
    sort: str = "-seen",
    limit: int | None = None,
    offset: int = 0,
) -> list[DocumentView]:
    """The documents that the filters (`FILTERS`) leave. Raises FilterError."""
    statement = select(CommitteeDocument).where(*_conditions(filters)).order_by(*_order(sort))
    return with_successors(session, session.exec(statement.limit(limit).offset(offset)).all())


def count_documents(session: Session, filters: Mapping[str, str]) -> int:
    """How many documents the filters leave. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(CommitteeDocument).where(*_conditions(filters))
    return int(session.execute(counted).scalar_one())


def bodies(session: Session) -> Sequence[str]:
    """The bodies of which documents are known, in order."""
    return session.exec(select(CommitteeDocument.body).distinct().order_by(col(CommitteeDocument.body))).all()


def find_document(session: Session, body: str, number: str) -> CommitteeDocument | None:
    """The document of this body and number, both as a record writes them."""
    return session.exec(
        select(CommitteeDocument).where(CommitteeDocument.body == body, CommitteeDocument.number == number)
    ).one_or_none()


def last_change(session: Session, row: CommitteeDocument) -> int:
    """The key of the last change of a document in the log; 0 where there is none."""
    key = document_key(row.body, row.number)
    newest = sa.select(sa.func.max(Change.id)).where(col(Change.entity) == Entity.DOCUMENT, col(Change.key) == key)
    return session.execute(newest).scalar_one() or 0


def with_successors(session: Session, rows: Iterable[CommitteeDocument]) -> list[DocumentView]:
    """The documents with what supersedes each."""
    shown = list(rows)
    successors: dict[tuple[str, str | None], CommitteeDocument] = {}
    for some in in_blocks(shown, _ASKED_AT_ONCE):
        newer = session.exec(
            select(CommitteeDocument)
            .where(
                col(CommitteeDocument.body).in_({row.body for row in some}),
                col(CommitteeDocument.supersedes).in_({row.number for row in some}),
            )
            .order_by(col(CommitteeDocument.issued_on).nulls_first(), col(CommitteeDocument.id))
        )
        successors.update(((row.body, row.supersedes), row) for row in newer)
    return [DocumentView(row, successors.get((row.body, row.number))) for row in shown]


def asking(session: Session, since: dt.date, until: dt.date) -> Sequence[CommitteeDocument]:
    """Documents that ask for an answer by a day from `since` to `until` and that none supersedes, the nearest first."""
    rows = session.exec(
        select(CommitteeDocument)
        .where(col(CommitteeDocument.due_on) >= since, col(CommitteeDocument.due_on) <= until)
        .order_by(col(CommitteeDocument.due_on), col(CommitteeDocument.id))
    ).all()
    return [each.row for each in with_successors(session, rows) if each.superseded_by is None]


def documents_by_key(session: Session, keys: Iterable[str]) -> dict[str, CommitteeDocument]:
    """The documents of these keys of the change log, see `document_key`."""
    written = col(CommitteeDocument.body) + " " + col(CommitteeDocument.number)
    found: dict[str, CommitteeDocument] = {}
    for some in in_blocks(keys, _ASKED_AT_ONCE):
        rows = session.exec(select(CommitteeDocument).where(written.in_(some)))
        found.update((document_key(row.body, row.number), row) for row in rows)
    return found


def document_key(body: str, number: str) -> str:
    """The key of a document in the change log, such as `ISO/IEC JTC 1/SC 42 N 1234`."""
    return f"{body} {number}"


def followed_bodies(session: Session) -> tuple[str, ...]:
    """The committees that are followed; what another body says is news of a related one."""
    return tuple(session.exec(select(Committee.reference).order_by(col(Committee.reference))))


def is_of(body: str, committees: Iterable[str]) -> bool:
    """Whether a body is one of the committees or a group below one, such as `ISO/IEC JTC 1/SC 42/WG 1`."""
    return any(body == each or body.startswith(f"{each}/") for each in committees)


def _conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filled(filters).items():
        match name:
            case "q":
                texts = (CommitteeDocument.number, CommitteeDocument.title, CommitteeDocument.body)
                conditions += with_words(texts, value)
            case "body":
                conditions.append(col(CommitteeDocument.body) == value)
            case "reference":
                conditions.append(col(CommitteeDocument.reference).icontains(value, autoescape=True))
            case "kind":
                if value not in set(DocumentKind):
                    raise FilterError(f"kind: {value!r} is none of {', '.join(DocumentKind)}")
                conditions.append(col(CommitteeDocument.kind) == DocumentKind(value))
            case "due_from":
                conditions.append(col(CommitteeDocument.due_on) >= day_of(name, value))
            case "from":
                conditions.append(col(CommitteeDocument.issued_on) >= day_of(name, value))
            case "to":
                conditions.append(col(CommitteeDocument.issued_on) <= day_of(name, value))
            case _:
                raise FilterError(f"documents cannot be filtered by {name}; they can by: {', '.join(FILTERS)}")
    return conditions


def _order(sort: str) -> tuple[Any, ...]:
    key, turn = sort.removeprefix("-"), sa.desc if sort.startswith("-") else sa.asc
    number = col(CommitteeDocument.number)
    columns: dict[str, tuple[sa.SQLColumnExpression[Any], ...]] = {
        "body": (sa.func.lower(col(CommitteeDocument.body)),),
        # `N 9` stands before `N 10`.
        "number": (sa.func.length(number), number),
        "issued": (col(CommitteeDocument.issued_on),),
        "due": (col(CommitteeDocument.due_on),),
        "seen": (col(CommitteeDocument.first_seen),),
    }
    keys = (turn(column).nulls_last() for column in columns[key])
    return *keys, col(CommitteeDocument.body).asc(), col(CommitteeDocument.id).desc()
