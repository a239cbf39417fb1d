"""What can be taken out of registers of patent declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import Field
from sqlmodel import Session

from workbench.db import key_of
from workbench.declarations.queries import DECLARATION_FILTERS, declaration_page
from workbench.declarations.reconcile import patents_of
from workbench.export.base import Day, Kind, Moment, Row, Shape, cut, iso
from workbench.i18n import mark
from workbench.standards.drafts import find_work_item

DECLARATION_EXPORT_FILTERS: Final = (*DECLARATION_FILTERS, "work_item")

_PATENT_FIELDS: Final = ("raw", "country", "publication", "application", "reason", "status", "title")
_BATCH: Final = 500


class DeclaredPatentPart(Shape):
    raw: str | None
    country: str | None
    publication: str | None
    application: str | None
    reason: str | None
    status: str | None
    title: str | None


class DeclarationRow(Shape):
    key: str
    register_: str = Field(alias="register")
    statement: str | None
    policy: str | None
    form_version: str | None
    holder: str
    party: str | None
    deliverable: str | None
    deliverable_raw: str | None
    work_items: list[int]
    option: str | None
    option_raw: str | None
    reciprocity: bool | None
    date: Day | None
    patents: list[DeclaredPatentPart]
    url: str | None
    source: str
    first_seen: Moment
    last_seen: Moment


def _declarations(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Declarations with their patents, by holder. Raises FilterError, UnknownWorkItemError."""
    wanted = {name: value for name, value in filters.items() if name != "work_item"}
    if "work_item" in filters:
        wanted["deliverable"] = find_work_item(session, filters["work_item"]).reference
    offset = 0
    while page := declaration_page(session, wanted, sort="holder", limit=_BATCH, offset=offset):
        offset += len(page)
        for row in page:
            each = row.declaration
            yield {
                "key": each.key,
                "register": each.listed_in,
                "statement": each.statement,
                "policy": each.policy,
                "form_version": each.form_version,
                "holder": each.holder,
                "party": row.party,
                "deliverable": each.deliverable,
                "deliverable_raw": each.deliverable_raw,
                "work_items": [item.iso_id for item in row.items],
                "option": each.option,
                "option_raw": each.option_raw,
                "reciprocity": each.reciprocity,
                "date": iso(each.date),
                "patents": [
                    {field: getattr(patent, field) for field in _PATENT_FIELDS}
                    for patent in patents_of(session, key_of(each))
                ],
                "url": each.url,
                "source": each.source,
                "first_seen": each.first_seen.isoformat(),
                "last_seen": each.last_seen.isoformat(),
            }


KINDS = {
    "declarations": Kind(
        cut(_declarations),
        frozenset(DECLARATION_EXPORT_FILTERS),
        DeclarationRow,
        ("key",),
        mark("Patent declarations as registers list them, by holder."),
    ),
}
