"""Reads of committee documents, for pages, exports and mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.documents import DocumentKind
from workbench.db import in_blocks, key_of
from workbench.documents.models import CommitteeDocument, FormerKey
from workbench.history.models import Change, Entity
from workbench.history.queries import FilterError, day_of, filled, with_words
from workbench.standards.models import Committee

FILTERS: Final = ("q", "body", "kind", "reference", "from", "to", "due_from", "taken_away")
"""Documents that were taken away are listed where `taken_away` says something, and there alone."""
SORTS: Final = ("body", "number", "issued", "due", "seen")
TAKEN_AWAY: Final = "yes"
_ASKED_AT_ONCE: Final = 5_000
_KEPT: Final = col(CommitteeDocument.taken_away_at).is_(None)
_WRITTEN: Final = col(CommitteeDocument.body) + " " + col(CommitteeDocument.number)


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
    statement = select(CommitteeDocument.body).where(_KEPT).distinct().order_by(col(CommitteeDocument.body))
    return session.exec(statement).all()


def find_document(session: Session, body: str, number: str) -> CommitteeDocument | None:
    """The document of this body and number, both as a record writes them; none that was taken away."""
    return session.exec(
        select(CommitteeDocument).where(CommitteeDocument.body == body, CommitteeDocument.number == number, _KEPT)
    ).one_or_none()


def last_change(session: Session, row: CommitteeDocument) -> int:
    """The key of the last change of a document in the log; 0 where there is none."""
    newest = sa.select(sa.func.max(Change.id)).where(changes_of(session, row))
    return session.execute(newest).scalar_one() or 0


def with_successors(session: Session, rows: Iterable[CommitteeDocument]) -> list[DocumentView]:
    """The documents with what supersedes each, under its own number or one that it had and no other has now."""
    shown = list(rows)
    found = []
    for some in in_blocks(shown, _ASKED_AT_ONCE):
        names: dict[int, list[tuple[str, str]]] = {key_of(row): [(row.body, row.number)] for row in some}
        for former in _left_alone(session, names):
            names[former.document_id].append((former.body, former.number))
        asked = {name for several in names.values() for name in several}
        newer = session.exec(
            select(CommitteeDocument)
            .where(
                col(CommitteeDocument.body).in_({body for body, _ in asked}),
                col(CommitteeDocument.supersedes).in_({number for _, number in asked}),
                _KEPT,
            )
            .order_by(col(CommitteeDocument.issued_on).nulls_first(), col(CommitteeDocument.id))
        )
        by_name: dict[tuple[str, str | None], list[CommitteeDocument]] = {}
        for row in newer:
            by_name.setdefault((row.body, row.supersedes), []).append(row)
        for row in some:
            successors = [each for name in names[key_of(row)] for each in by_name.get(name, ()) if each is not row]
            found.append(DocumentView(row, successors[-1] if successors else None))
    return found


def _left_alone(session: Session, documents: Collection[int]) -> Sequence[FormerKey]:
    """The former keys of documents that no document has now."""
    taken = sa.exists().where(
        col(CommitteeDocument.body) == col(FormerKey.body),
        col(CommitteeDocument.number) == col(FormerKey.number),
        _KEPT,
    )
    return session.exec(select(FormerKey).where(col(FormerKey.document_id).in_(documents), ~taken)).all()


def former_keys(session: Session, row: CommitteeDocument) -> list[str]:
    """The keys that a document was known by, without the one it has, the newest first."""
    statement = select(FormerKey).where(FormerKey.document_id == row.id).order_by(col(FormerKey.id).desc())
    keys = dict.fromkeys(document_key(each.body, each.number) for each in session.exec(statement))
    return [key for key in keys if key != document_key(row.body, row.number)]


def changes_of(session: Session, row: CommitteeDocument) -> sa.ColumnElement[bool]:
    """Which changes of the log are of a document: those under each of its keys while that was its own."""
    own = document_key(row.body, row.number)
    conditions = []
    for key, spans in _spans(session, {own, *former_keys(session, row)}).items():
        before = 0
        for last, document in spans:
            if document == row.id:
                conditions.append(sa.and_(col(Change.key) == key, col(Change.id) > before, col(Change.id) <= last))
            before = last
        if key == own and row.taken_away_at is None:
            conditions.append(sa.and_(col(Change.key) == key, col(Change.id) > before))
    return sa.and_(col(Change.entity) == Entity.DOCUMENT, sa.or_(*conditions))


def document_at(session: Session, key: str, change: int | None = None) -> CommitteeDocument | None:
    """The document that has or had a key of the change log, by default the last one; that of a change, by its key."""
    spans = _spans(session, {key})[key]
    if change is not None:
        for last, document in spans:
            if change <= last:
                return session.get_one(CommitteeDocument, document)
    kept = session.exec(select(CommitteeDocument).where(_WRITTEN.in_([key]), _KEPT)).first()
    if kept is None and spans:
        return session.get_one(CommitteeDocument, spans[-1][1])
    return kept


def _spans(session: Session, keys: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Up to which change each key stood for which document, in order; after that it stands for whoever has it."""
    written = col(FormerKey.body) + " " + col(FormerKey.number)
    found: dict[str, list[tuple[int, int]]] = {key: [] for key in keys}
    for some in in_blocks(keys, _ASKED_AT_ONCE):
        statement = select(FormerKey).where(written.in_(some)).order_by(col(FormerKey.last_change))
        for each in session.exec(statement):
            found[document_key(each.body, each.number)].append((each.last_change, each.document_id))
    return found


def asking(session: Session, since: dt.date, until: dt.date) -> Sequence[CommitteeDocument]:
    """Documents that ask for an answer by a day from `since` to `until` and that none supersedes, the nearest first."""
    rows = session.exec(
        select(CommitteeDocument)
        .where(col(CommitteeDocument.due_on) >= since, col(CommitteeDocument.due_on) <= until, _KEPT)
        .order_by(col(CommitteeDocument.due_on), col(CommitteeDocument.id))
    ).all()
    return [each.row for each in with_successors(session, rows) if each.superseded_by is None]


def documents_told(session: Session, changes: Iterable[Change]) -> list[CommitteeDocument]:
    """The documents of which changes of the log speak, in their order, each once; none that was taken away."""
    told = list(changes)
    keys = dict.fromkeys(change.key for change in told)
    spans = _spans(session, keys)
    kept: dict[str, CommitteeDocument] = {}
    for some in in_blocks(keys, _ASKED_AT_ONCE):
        rows = session.exec(select(CommitteeDocument).where(_WRITTEN.in_(some), _KEPT))
        kept.update((document_key(row.body, row.number), row) for row in rows)
    found: dict[int, CommitteeDocument] = {}
    for change in told:
        former = next((document for last, document in spans[change.key] if key_of(change) <= last), None)
        row = kept.get(change.key) if former is None else session.get_one(CommitteeDocument, former)
        if row is not None and row.taken_away_at is None:
            found.setdefault(key_of(row), row)
    return list(found.values())


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
    given = filled(filters)
    conditions: list[sa.ColumnElement[bool]] = [~_KEPT if "taken_away" in given else _KEPT]
    for name, value in given.items():
        match name:
            case "taken_away":
                if value != TAKEN_AWAY:
                    raise FilterError(f"taken_away: {value!r} is not {TAKEN_AWAY}")
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
