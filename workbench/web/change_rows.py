"""Changes made ready for pages: each with the name and the page of the thing it speaks of."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from workbench.history.models import Change, ChangeKind, Entity, Snapshot
from workbench.standards.queries import committee_names, names
from workbench.web.links import page_of


@dataclass(frozen=True)
class ChangeRow:
    """`name` is how people know the thing: the reference of a work item, the number of a publication."""

    change: Change
    snapshot: Snapshot | None
    name: str
    title: str
    address: str | None


@dataclass(frozen=True)
class ChangeGroup:
    """What one reading of a source changed about one thing."""

    first: ChangeRow
    rows: list[ChangeRow]


def change_rows(session: Session, changes: Iterable[tuple[Change, Snapshot | None]]) -> list[ChangeRow]:
    """Two queries for all names, however many changes there are."""
    pairs = list(changes)
    items = names(session, _ids(pairs, Entity.WORK_ITEM, Entity.DRAFT, Entity.BALLOT))
    committees = committee_names(session, _ids(pairs, Entity.COMMITTEE))

    def row(change: Change, snapshot: Snapshot | None) -> ChangeRow:
        iso_id, _, rest = change.key.partition("/")
        known = committees if change.entity is Entity.COMMITTEE else items
        name, title = change.key, ""
        if change.entity is not Entity.PUBLICATION and iso_id.isdecimal() and int(iso_id) in known:
            reference, title = known[int(iso_id)]
            if change.entity is Entity.BALLOT:
                rest = rest.removesuffix("/1").replace("/", " ")
            name = " ".join(filter(None, (reference, rest)))
        elif change.kind is ChangeKind.NEW:
            title = str(change.new or "")
        return ChangeRow(change, snapshot, name, title, page_of(change.entity, change.key, change.id))

    return [row(change, snapshot) for change, snapshot in pairs]


def grouped(rows: Iterable[ChangeRow]) -> list[ChangeGroup]:
    """Neighbours that speak of the same thing, from the same reading, together; the stage first."""

    def reading(row: ChangeRow) -> tuple[object, ...]:
        return row.change.entity, row.change.key, row.change.at, row.change.snapshot_id

    groups = []
    for _, neighbours in itertools.groupby(rows, key=reading):
        together = sorted(neighbours, key=lambda row: (row.change.field != "stage", row.change.id))
        groups.append(ChangeGroup(together[0], together))
    return groups


def _ids(pairs: list[tuple[Change, Snapshot | None]], *entities: Entity) -> set[int]:
    keys = (change.key.partition("/")[0] for change, _ in pairs if change.entity in entities)
    return {int(key) for key in keys if key.isdecimal()}
