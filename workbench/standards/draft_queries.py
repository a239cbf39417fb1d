"""Reads of drafts for pages: versions, trees of clauses, provisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.records import ClauseKind
from workbench.db import key_of
from workbench.history.models import Snapshot
from workbench.standards.cross_references import Targets, targets_of
from workbench.standards.models import Clause, Draft, Provision, WorkItem
from workbench.standards.provisions import ProvisionKind


@dataclass(frozen=True)
class DraftLine:
    """A draft version with its counts; `provisions` counts by kind, statements included."""

    draft: Draft
    item: WorkItem
    clauses: int
    provisions: Mapping[ProvisionKind, int]


@dataclass(frozen=True)
class Heading:
    """A clause without its text; `parent` is the `order` of the clause above it."""

    order: int
    parent: int | None
    number: str | None
    title: str | None
    level: int
    kind: ClauseKind
    normative: bool


def draft_lines(session: Session) -> list[DraftLine]:
    """Every draft version, the last imported first."""
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
    clauses = dict(
        session.execute(sa.select(col(Clause.draft_id), sa.func.count()).group_by(col(Clause.draft_id))).all()
    )
    provisions = _provision_counts(session)
    return [
        DraftLine(draft, item, clauses.get(key_of(draft), 0), provisions.get(key_of(draft), {}))
        for draft, item in session.exec(statement.order_by(col(Draft.id).desc()))
    ]


def first_offered() -> tuple[sa.ColumnElement[Any], ...]:
    """The order of drafts where nobody named one: the newest English text, which is what bodies vote on, before others.

    A translation is often imported last, and has few claims in its language.
    """
    return (sa.case((col(Draft.language) == "en", 0), else_=1), col(Draft.id).desc())


def find_draft(session: Session, draft_id: int) -> tuple[Draft, WorkItem] | None:
    """A draft and its work item."""
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
    return session.exec(statement.where(Draft.id == draft_id)).one_or_none()


def versions(session: Session, item: WorkItem) -> Sequence[Draft]:
    """The drafts of a work item, the first imported first."""
    return session.exec(select(Draft).where(Draft.work_item_id == item.id).order_by(col(Draft.id))).all()


def snapshot_of(session: Session, draft: Draft) -> Snapshot | None:
    """The file that the draft was read from."""
    return session.get(Snapshot, draft.snapshot_id)


def provision_counts(session: Session, draft_id: int) -> Mapping[ProvisionKind, int]:
    """How many provisions of each kind the draft has."""
    return _provision_counts(session, draft_id).get(draft_id, {})


def headings(session: Session, draft_id: int) -> list[Heading]:
    """The tree of clauses in reading order, without texts."""
    statement = (
        sa.select(
            col(Clause.id),
            col(Clause.parent_id),
            col(Clause.order),
            col(Clause.number),
            col(Clause.title),
            col(Clause.level),
            col(Clause.kind),
            col(Clause.normative),
        )
        .where(col(Clause.draft_id) == draft_id)
        .order_by(col(Clause.order))
    )
    orders: dict[int, int] = {}
    found = []
    for key, parent_key, order, number, title, level, kind, normative in session.execute(statement):
        orders[key or 0] = order
        parent = None if parent_key is None else orders.get(parent_key)
        found.append(Heading(order, parent, number, title, level, kind, normative))
    return found


def clauses_between(session: Session, draft_id: int, first: int, last: int) -> Sequence[Clause]:
    """The clauses from one `order` to another, both included."""
    statement = select(Clause).where(Clause.draft_id == draft_id, col(Clause.order).between(first, last))
    return session.exec(statement.order_by(col(Clause.order))).all()


def clause_at(session: Session, draft_id: int, order: int) -> Clause | None:
    """The clause of a draft at a place in its reading order."""
    return session.exec(select(Clause).where(Clause.draft_id == draft_id, Clause.order == order)).one_or_none()


def cited_targets(session: Session, draft_id: int) -> Targets:
    """What can be cited in a draft."""
    statement = (
        select(Clause.order, Clause.number, Clause.blocks)
        .where(Clause.draft_id == draft_id)
        .order_by(col(Clause.order))
    )
    return targets_of(session.exec(statement))


def orders_with(session: Session, draft_id: int, kind: ProvisionKind) -> list[int]:
    """The places of the clauses that hold a provision of this kind."""
    statement = (
        select(Clause.order)
        .join(Provision, col(Provision.clause_id) == Clause.id)
        .where(Clause.draft_id == draft_id, Provision.kind == kind)
    )
    return sorted(set(session.exec(statement)))


def provisions_of(session: Session, clauses: Iterable[Clause]) -> dict[int, list[Provision]]:
    """The provisions of these clauses, by key of the clause, in reading order."""
    found: dict[int, list[Provision]] = {}
    keys = [key_of(clause) for clause in clauses]
    statement = select(Provision).where(col(Provision.clause_id).in_(keys)).order_by(col(Provision.index))
    for provision in session.exec(statement):
        found.setdefault(provision.clause_id, []).append(provision)
    return found


def reading_pages(entries: Sequence[Heading], size: int) -> list[Sequence[Heading]]:
    """A long draft cut into pages of at most `size` clauses, at clauses of level 1 wherever they fit."""
    pages: list[Sequence[Heading]] = []
    page: list[Heading] = []
    for part in _parts(entries):
        if page and len(page) + len(part) > size:
            pages.append(page)
            page = []
        for entry in part:
            if len(page) == size:
                pages.append(page)
                page = []
            page.append(entry)
    return [*pages, page] if page else pages


def _parts(entries: Sequence[Heading]) -> Iterable[list[Heading]]:
    part: list[Heading] = []
    for entry in entries:
        if part and entry.level == 1:
            yield part
            part = []
        part.append(entry)
    if part:
        yield part


def _provision_counts(session: Session, draft_id: int | None = None) -> dict[int, dict[ProvisionKind, int]]:
    statement = (
        sa.select(col(Clause.draft_id), col(Provision.kind), sa.func.count())
        .join(Provision, col(Provision.clause_id) == col(Clause.id))
        .group_by(col(Clause.draft_id), col(Provision.kind))
    )
    if draft_id is not None:
        statement = statement.where(col(Clause.draft_id) == draft_id)
    counts: dict[int, dict[ProvisionKind, int]] = {}
    for draft, kind, number in session.execute(statement):
        counts.setdefault(draft, {})[ProvisionKind(kind)] = int(number)
    return counts
