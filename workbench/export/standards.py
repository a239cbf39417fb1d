"""What can be taken out of the standards side: work items, drafts, clauses with their provisions, lineage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field
from sqlmodel import Session, col, select

from scrapers.records import ClauseKind, Precision
from workbench.db import key_of
from workbench.export.base import Day, Kind, Moment, Row, Shape, UnknownExportError, cut, iso
from workbench.i18n import mark
from workbench.standards.drafts import find_work_item
from workbench.standards.lineage import LinkKind, lineage_rows
from workbench.standards.lineage_queries import clause_nodes_of, links_of
from workbench.standards.models import Clause, Draft, Provision, Relation, RelationKind, StageEvent, WorkItem
from workbench.standards.provisions import Binds, ProvisionKind
from workbench.standards.queries import WORK_ITEM_FILTERS, select_work_items
from workbench.standards.status import status_of


class StageReached(Shape):
    stage: str
    date: Day
    precision: Precision


class WorkItemRow(Shape):
    iso_id: int
    reference: str
    title_en: str | None
    title_fr: str | None
    committee: str | None
    deliverable_type: str | None
    supplement_type: str | None
    stage: str | None = Field(description="An international harmonized stage code, such as 40.20.")
    stage_date: Day | None
    stage_history: list[StageReached]
    edition: int | None
    publication_date: str | None
    ics: list[str]
    replaces: list[int]
    replaced_by: list[int]
    amends: str | None
    status: str | None
    url: str | None
    first_seen: Moment
    last_seen: Moment


class DraftRow(Shape):
    work_item: str
    iso_id: int
    draft: str
    dated: Day | None
    format: str
    reference: str | None
    title: str | None
    language: str
    copyright: str | None
    confidentiality: str | None
    imported_at: Moment


class ProvisionPart(Shape):
    index: int
    kind: ProvisionKind
    text: str
    start: int
    end: int
    binds: Binds
    flag: str | None
    doubt: bool


class ClauseRow(Shape):
    work_item: str
    draft: str
    number: str | None
    title: str | None
    level: int
    parent: str | None
    order: int
    kind: ClauseKind
    normative: bool
    text: str
    provisions: list[ProvisionPart]
    copyright: str | None
    confidentiality: str | None


class LineageRow(Shape):
    from_: str | None = Field(alias="from")
    to: str | None
    kind: LinkKind
    similarity: float
    reason: str
    by: str
    from_title: str | None
    to_title: str | None


def _work_items(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    events: dict[int, list[StageEvent]] = {}
    for event in session.exec(select(StageEvent).order_by(col(StageEvent.date), col(StageEvent.stage))):
        events.setdefault(event.work_item_id, []).append(event)
    relations: dict[tuple[int, RelationKind], list[int]] = {}
    for relation in session.exec(select(Relation).order_by(col(Relation.to_iso_id))):
        relations.setdefault((relation.from_iso_id, relation.kind), []).append(relation.to_iso_id)
    for item in select_work_items(session, filters):
        history = events.get(item.id or 0, [])
        dates = [each.date for each in history if each.stage == item.stage and each.precision is Precision.DAY]
        yield {
            "iso_id": item.iso_id,
            "reference": item.reference,
            "title_en": item.title_en,
            "title_fr": item.title_fr,
            "committee": item.committee,
            "deliverable_type": item.deliverable_type,
            "supplement_type": item.supplement_type,
            "stage": item.stage,
            "stage_date": dates[-1].isoformat() if dates else None,
            "stage_history": [
                {"stage": each.stage, "date": each.date.isoformat(), "precision": each.precision.value}
                for each in history
            ],
            "edition": item.edition,
            "publication_date": item.publication_date,
            "ics": item.ics,
            "replaces": relations.get((item.iso_id, RelationKind.REPLACES), []),
            "replaced_by": relations.get((item.iso_id, RelationKind.REPLACED_BY), []),
            "amends": item.amends,
            "status": status_of(item.stage),
            "url": item.url,
            "first_seen": item.first_seen.isoformat(),
            "last_seen": item.last_seen.isoformat(),
        }


def drafts_of(session: Session, filters: Mapping[str, str]) -> list[tuple[Draft, WorkItem]]:
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id).order_by(col(Draft.id))
    if "work_item" in filters:
        statement = statement.where(Draft.work_item_id == find_work_item(session, filters["work_item"]).id)
    if "label" in filters:
        statement = statement.where(Draft.label == filters["label"])
    return list(session.exec(statement))


def one_draft(session: Session, filters: Mapping[str, str], label: str = "label") -> tuple[Draft, WorkItem]:
    """The draft of `work_item` with the label that a filter holds. Raises UnknownWorkItemError, UnknownExportError."""
    item = find_work_item(session, filters["work_item"])
    drafts = {draft.label: draft for draft in session.exec(select(Draft).where(Draft.work_item_id == item.id))}
    if filters[label] not in drafts:
        raise UnknownExportError(
            f"{item.reference} has no draft {filters[label]!r}; there are: {', '.join(sorted(drafts)) or 'none yet'}"
        )
    return drafts[filters[label]], item


def _draft_rows(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    for draft, item in drafts_of(session, filters):
        yield {
            "work_item": item.reference,
            "iso_id": item.iso_id,
            "draft": draft.label,
            "dated": iso(draft.dated),
            "format": draft.format,
            "reference": draft.reference,
            "title": draft.title,
            "language": draft.language,
            "copyright": draft.copyright,
            "confidentiality": draft.confidentiality,
            "imported_at": draft.imported_at.isoformat(),
        }


def _clauses(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    for draft, item in drafts_of(session, filters):
        clauses = session.exec(select(Clause).where(Clause.draft_id == draft.id).order_by(col(Clause.order))).all()
        names = {clause.id: clause.number or clause.title for clause in clauses}
        provisions: dict[int, list[Provision]] = {}
        found = select(Provision).join(Clause, col(Clause.id) == Provision.clause_id).where(Clause.draft_id == draft.id)
        for provision in session.exec(found.order_by(col(Provision.index))):
            provisions.setdefault(provision.clause_id, []).append(provision)
        for clause in clauses:
            yield {
                "work_item": item.reference,
                "draft": draft.label,
                "number": clause.number,
                "title": clause.title,
                "level": clause.level,
                "parent": names.get(clause.parent_id),
                "order": clause.order,
                "kind": clause.kind.value,
                "normative": clause.normative,
                "text": clause.text,
                "provisions": [
                    {
                        "index": each.index,
                        "kind": each.kind.value,
                        "text": each.text,
                        "start": each.start,
                        "end": each.end,
                        "binds": each.binds.value,
                        "flag": each.flag,
                        "doubt": each.doubt,
                    }
                    for each in provisions.get(clause.id or 0, [])
                ],
                "copyright": draft.copyright,
                "confidentiality": draft.confidentiality,
            }


def _lineage(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    old, new = (key_of(one_draft(session, filters, name)[0]) for name in ("from", "to"))
    links = links_of(session, old, new)
    yield from lineage_rows(links, clause_nodes_of(session, old), clause_nodes_of(session, new))


KINDS = {
    "work-items": Kind(
        cut(_work_items),
        frozenset(WORK_ITEM_FILTERS),
        WorkItemRow,
        ("iso_id",),
        mark("Work items, by document number."),
    ),
    "drafts": Kind(
        cut(_draft_rows),
        frozenset({"work_item", "label"}),
        DraftRow,
        ("iso_id", "draft"),
        mark("Versions of the text of work items, as they were imported; without their text."),
    ),
    "clauses": Kind(
        cut(_clauses),
        frozenset({"work_item", "label"}),
        ClauseRow,
        ("work_item", "draft", "order"),
        mark("Clauses of drafts with their text and provisions."),
    ),
    "lineage": Kind(
        cut(_lineage),
        frozenset({"work_item", "from", "to"}),
        LineageRow,
        ("from", "to", "from_title", "to_title"),
        mark("What became of the clauses of one draft in another; the three filters are all needed."),
        ("work_item", "from", "to"),
    ),
}
