"""What can be taken out of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import Session

from workbench.export.base import Kind, Moment, Row, Shape, Window
from workbench.history.queries import FilterError
from workbench.i18n import mark
from workbench.people.trail_queries import TRAIL_FILTERS, TrailFilterError, as_row, select_entries


class TrailRow(Shape):
    id: int
    at: Moment
    account_id: int | None
    name: str
    roles: list[str]
    address: str | None
    action: str
    entity: str
    key: str
    matter_id: int | None
    details: dict[str, Any]
    previous: str
    hash: str


def _trail(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
    try:
        found = select_entries(session, filters, limit=window.limit, offset=window.offset, descending=False)
        yield from map(as_row, found)
    except TrailFilterError as error:
        raise FilterError(str(error)) from error


KINDS = {
    "trail": Kind(
        _trail,
        frozenset(TRAIL_FILTERS),
        TrailRow,
        ("id",),
        mark("The audit trail, from its first entry on."),
        told=True,
    ),
}
