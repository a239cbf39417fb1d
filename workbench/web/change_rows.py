"""Changes made ready for pages: each with the name and the page of the thing it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from workbench.history.models import Change, Entity, Snapshot
from workbench.standards.queries import committee_references, references
from workbench.web.links import page_of


@dataclass(frozen=True)
class ChangeRow:
    """`name` is how people know the thing: the reference of a work item, the number of a publication."""

    change: Change
    snapshot: Snapshot | None
    name: str
    address: str | None


def change_rows(session: Session, changes: Iterable[tuple[Change, Snapshot | None]]) -> list[ChangeRow]:
    """Two queries for all names, however many changes there are."""
    pairs = list(changes)
    items = references(session, _ids(pairs, Entity.WORK_ITEM, Entity.DRAFT))
    committees = committee_references(session, _ids(pairs, Entity.COMMITTEE))

    def name(change: Change) -> str:
        iso_id, _, rest = change.key.partition("/")
        known = committees if change.entity is Entity.COMMITTEE else items
        if change.entity is Entity.PUBLICATION or not iso_id.isdecimal() or int(iso_id) not in known:
            return change.key
        return " ".join(filter(None, (known[int(iso_id)], rest)))

    return [ChangeRow(each, snapshot, name(each), page_of(each.entity, each.key)) for each, snapshot in pairs]


def _ids(pairs: list[tuple[Change, Snapshot | None]], *entities: Entity) -> set[int]:
    keys = (change.key.partition("/")[0] for change, _ in pairs if change.entity in entities)
    return {int(key) for key in keys if key.isdecimal()}
