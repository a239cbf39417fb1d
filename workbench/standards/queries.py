"""Reads of committees and work items, for pages and exports."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.records import Precision
from workbench.db import key_of
from workbench.standards.ballots import BallotRule, EstimatedBallot, estimate_ballot
from workbench.standards.models import Committee, CommitteeMember, Draft, Relation, StageEvent, WorkItem
from workbench.standards.stage_history import StageDate
from workbench.standards.status import Status, stages_with

WORK_ITEM_FILTERS: Final = ("q", "stage", "committee", "type", "status")
WORK_ITEM_SORTS: Final = ("reference", "title", "stage", "since", "committee")


@dataclass(frozen=True)
class ItemRow:
    """A work item with the day it came to its stage, and how that day is known."""

    item: WorkItem
    since: dt.date | None
    precision: Precision | None


@dataclass(frozen=True)
class OpenBallot:
    """A ballot that is open by the stage of its work item, with its estimated dates."""

    item: WorkItem
    ballot: EstimatedBallot


@dataclass(frozen=True)
class Related:
    """The other end of a relation: `item` is None where it is not followed; `kind` as seen from here."""

    kind: str
    iso_id: int
    item: WorkItem | None


def natural_order(reference: str) -> tuple[Any, ...]:
    """A key that sorts references by document number, part and supplement, whatever stage prefix they carry.

    `ISO/IEC CD 5259-2` comes after `ISO/IEC 5259-1:2024` and before `ISO/IEC 22989`.
    """
    found = re.search(r"(?<![0-9])([0-9]{3,6})(?:-([0-9]{1,4}))?", reference, re.ASCII)
    if found is None:
        return (1, reference)
    return (0, int(found[1]), int(found[2] or 0), reference[found.end() :], reference)


def select_work_items(session: Session, filters: Mapping[str, str]) -> list[WorkItem]:
    """Every work item that the filters (`WORK_ITEM_FILTERS`) leave, by document number; an empty filter is none."""
    found = session.exec(select(WorkItem).where(*_conditions(filters))).all()
    return sorted(found, key=lambda item: natural_order(item.reference))


def count_work_items(session: Session, filters: Mapping[str, str]) -> int:
    counted = sa.select(sa.func.count()).select_from(WorkItem).where(*_conditions(filters))
    return int(session.execute(counted).scalar_one())


def work_item_page(
    session: Session, filters: Mapping[str, str], *, sort: str, limit: int, offset: int
) -> list[ItemRow]:
    """A page of work items; `sort` is one of `WORK_ITEM_SORTS`, with `-` before it for descending order."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key == "reference":
        names = session.execute(sa.select(col(WorkItem.id), col(WorkItem.reference)).where(*_conditions(filters)))
        ordered = sorted(names, key=lambda pair: natural_order(pair[1]), reverse=descending)
        ids = [identity for identity, _ in ordered[offset : offset + limit]]
        found = {item.id: item for item in session.exec(select(WorkItem).where(col(WorkItem.id).in_(ids)))}
        return _with_dates(session, [found[identity] for identity in ids])
    columns: dict[str, sa.SQLColumnExpression[Any]] = {
        "title": sa.func.lower(col(WorkItem.title_en)),
        "stage": col(WorkItem.stage),
        "committee": col(WorkItem.committee),
        "since": sa.select(sa.func.max(StageEvent.date))
        .where(col(StageEvent.work_item_id) == col(WorkItem.id), col(StageEvent.stage) == col(WorkItem.stage))
        .scalar_subquery(),
    }
    column = columns[key]
    order = sa.desc(column) if descending else sa.asc(column)
    statement = select(WorkItem).where(*_conditions(filters)).order_by(order.nulls_last(), col(WorkItem.iso_id))
    return _with_dates(session, session.exec(statement.limit(limit).offset(offset)).all())


def item_choices(session: Session) -> tuple[list[str], list[str]]:
    """The committees and the types that work items have: deliverable types, then supplement types."""
    committees = session.exec(select(WorkItem.committee).distinct().order_by(col(WorkItem.committee))).all()
    types = session.exec(select(WorkItem.deliverable_type, WorkItem.supplement_type).distinct()).all()
    deliverables = sorted({deliverable for deliverable, _ in types if deliverable})
    supplements = sorted({supplement for _, supplement in types if supplement})
    return [name for name in committees if name], deliverables + supplements


def work_item(session: Session, iso_id: int) -> WorkItem | None:
    return session.exec(select(WorkItem).where(WorkItem.iso_id == iso_id)).one_or_none()


def names(session: Session, iso_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Reference and title of work items by ISO id; the title is empty where none is known."""
    rows = session.exec(select(WorkItem).where(col(WorkItem.iso_id).in_(set(iso_ids))))
    return {row.iso_id: (row.reference, row.title_en or row.title_fr or "") for row in rows}


def committee_names(session: Session, iso_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Reference and title of committees by ISO id."""
    rows = session.exec(select(Committee).where(col(Committee.iso_id).in_(set(iso_ids))))
    return {row.iso_id: (row.reference, row.title_en or row.title_fr or "") for row in rows}


def stage_events(session: Session, item: WorkItem) -> Sequence[StageEvent]:
    """The history of stages, oldest first."""
    statement = select(StageEvent).where(StageEvent.work_item_id == item.id)
    return session.exec(statement.order_by(col(StageEvent.date), col(StageEvent.stage))).all()


def relations(session: Session, item: WorkItem) -> list[Related]:
    """What the item replaces and is replaced by, as either end says it; each related document once."""
    rows = session.exec(
        select(Relation)
        .where(sa.or_(col(Relation.from_iso_id) == item.iso_id, col(Relation.to_iso_id) == item.iso_id))
        .order_by(col(Relation.kind), col(Relation.to_iso_id))
    ).all()
    inverse = {"replaces": "replaced_by", "replaced_by": "replaces"}
    ends: dict[tuple[str, int], None] = {}
    for row in rows:
        if row.from_iso_id == item.iso_id:
            ends[row.kind.value, row.to_iso_id] = None
        else:
            ends[inverse[row.kind.value], row.from_iso_id] = None
    found = session.exec(select(WorkItem).where(col(WorkItem.iso_id).in_({iso_id for _, iso_id in ends}))).all()
    items = {other.iso_id: other for other in found}
    return [Related(kind, iso_id, items.get(iso_id)) for kind, iso_id in ends]


def amendments(session: Session, item: WorkItem) -> Sequence[WorkItem]:
    """The amendments and corrigenda of a document."""
    statement = select(WorkItem).where(WorkItem.amends == item.reference)
    return session.exec(statement.order_by(col(WorkItem.reference))).all()


def drafts(session: Session, item: WorkItem) -> Sequence[Draft]:
    """The imported drafts, newest first."""
    statement = select(Draft).where(Draft.work_item_id == item.id)
    return session.exec(statement.order_by(sa.desc(col(Draft.id)))).all()


def ballot_of(
    item: WorkItem, events: Iterable[StageEvent], rules: Sequence[BallotRule], today: dt.date
) -> EstimatedBallot | None:
    """The open ballot of an item or the next one, estimated."""
    history = [StageDate(event.date, event.stage, event.precision) for event in events]
    return estimate_ballot(item.deliverable_type, item.supplement_type, item.stage, history, rules, today)


def open_ballots(session: Session, rules: Sequence[BallotRule], today: dt.date) -> list[OpenBallot]:
    """Every ballot that is open by the stage of its work item; earliest estimated close first, unknown ones last."""
    stages = {rule.stage for rule in rules}
    balloted = (col(WorkItem.stage).in_(stages), col(WorkItem.missing_since).is_(None))
    items = session.exec(select(WorkItem).where(*balloted)).all()
    events: dict[int, list[StageEvent]] = {}
    history = select(StageEvent).join(WorkItem, col(WorkItem.id) == StageEvent.work_item_id).where(*balloted)
    for event in session.exec(history):
        events.setdefault(event.work_item_id, []).append(event)
    found = []
    for item in items:
        ballot = ballot_of(item, events.get(key_of(item), []), rules, today)
        if ballot is not None and ballot.is_open:
            found.append(OpenBallot(item, ballot))
    return sorted(found, key=lambda entry: (entry.ballot.closes_on or dt.date.max, entry.item.iso_id))


def committee(session: Session, iso_id: int) -> Committee | None:
    return session.exec(select(Committee).where(Committee.iso_id == iso_id)).one_or_none()


def committee_named(session: Session, reference: str) -> Committee | None:
    return session.exec(select(Committee).where(Committee.reference == reference)).first()


def members(session: Session, row: Committee) -> Sequence[CommitteeMember]:
    """Participating members, then observing ones, each by name."""
    statement = select(CommitteeMember).where(CommitteeMember.committee_id == row.id)
    return session.exec(statement.order_by(sa.desc(col(CommitteeMember.kind)), col(CommitteeMember.acronym))).all()


def _with_dates(session: Session, items: Sequence[WorkItem]) -> list[ItemRow]:
    ids = [key_of(item) for item in items]
    best: dict[int, StageEvent] = {}
    statement = (
        select(StageEvent)
        .join(WorkItem, col(WorkItem.id) == StageEvent.work_item_id)
        .where(col(StageEvent.work_item_id).in_(ids), col(StageEvent.stage) == col(WorkItem.stage))
    )
    for event in session.exec(statement):
        held = best.get(event.work_item_id)
        if held is None or (event.date, event.precision is Precision.DAY) > (
            held.date,
            held.precision is Precision.DAY,
        ):
            best[event.work_item_id] = event
    rows = []
    for item in items:
        event_of = best.get(key_of(item))
        rows.append(ItemRow(item, event_of.date if event_of else None, event_of.precision if event_of else None))
    return rows


def _conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for word in filters.get("q", "").split()[:12]:
        columns = (WorkItem.reference, WorkItem.title_en, WorkItem.title_fr)
        texts = [col(column).icontains(word, autoescape=True) for column in columns]
        conditions.append(sa.or_(*texts, sa.cast(WorkItem.iso_id, sa.String) == word))
    if stage := filters.get("stage"):
        conditions.append(col(WorkItem.stage).startswith(stage, autoescape=True))
    if name := filters.get("committee"):
        conditions.append(col(WorkItem.committee) == name)
    if kind := filters.get("type"):
        conditions.append(sa.or_(col(WorkItem.deliverable_type) == kind, col(WorkItem.supplement_type) == kind))
    if status := filters.get("status"):
        stages = stages_with(Status(status)) if status in set(Status) else ()
        conditions.append(col(WorkItem.stage).in_(stages))
    return conditions
