"""Comments as exports take them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from sqlmodel import Session

from workbench.comments.queries import COMMENT_FILTERS, export_rows
from workbench.export.base import Kind, Moment, Row, Shape, Window
from workbench.i18n import mark


class CommentShape(Shape):
    id: int
    work_item: str
    iso_id: int
    draft: str
    member: str
    number: str
    line: str
    clause: str
    paragraph: str
    type: Literal["ge", "te", "ed"]
    text: str
    proposed_change: str
    start: int | None
    end: int | None
    quote: str | None
    wording: str | None
    origin: Literal["own", "imported"]
    owner: str
    state: Literal["draft", "agreed", "submitted", "resolved", "withdrawn"]
    observation: str
    outcome: Literal["accepted", "accepted_with_modifications", "noted", "rejected"] | None
    merged_into: int | None
    restates: int | None
    created_at: Moment


def _comments(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
    yield from export_rows(session, filters, limit=window.limit, offset=window.offset)


KINDS = {
    "comments": Kind(
        _comments,
        frozenset(COMMENT_FILTERS),
        CommentShape,
        ("id",),
        mark("Comments on drafts, ours and those of others, with the secretariat's observations, in clause order."),
    ),
}
