"""What can be taken out of the log of changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import Session

from workbench.export.base import Kind, Moment, Row, Shape, Window
from workbench.history.models import ChangeKind, Entity
from workbench.history.queries import CHANGE_FILTERS, change_page
from workbench.i18n import mark


class ReadFrom(Shape):
    url: str
    sha256: str


class ChangeRow(Shape):
    at: Moment
    entity: Entity
    key: str
    kind: ChangeKind
    field: str | None
    old: Any
    new: Any
    source: str
    snapshot: ReadFrom | None


def _changes(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
    for change, snapshot in change_page(session, filters, descending=False, limit=window.limit, offset=window.offset):
        yield {
            "at": change.at.isoformat(),
            "entity": change.entity.value,
            "key": change.key,
            "kind": change.kind.value,
            "field": change.field,
            "old": change.old,
            "new": change.new,
            "source": change.source,
            "snapshot": None if snapshot is None else {"url": snapshot.url, "sha256": snapshot.sha256},
        }


KINDS = {
    "changes": Kind(
        _changes,
        frozenset(CHANGE_FILTERS),
        ChangeRow,
        ("at", "entity", "key", "kind", "field"),
        mark("What changed, oldest first, each with the snapshot it was read from."),
    ),
}
