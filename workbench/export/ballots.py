"""Ballots as exports take them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from sqlmodel import Session

from scrapers.ballots.records import Kind as BallotKindName
from scrapers.ballots.records import Result, VoteAnswer
from scrapers.ballots.records import State as BallotStateName
from workbench.ballots.queries import BALLOT_FILTERS, ballot_views, export_rows, filtered, followed_items
from workbench.ballots.rulebook import load_rulebook
from workbench.db import settings_of
from workbench.export.base import Day, Kind, Row, Shape, cut, day_of
from workbench.i18n import mark
from workbench.people.gate import viewer_of
from workbench.standards.drafts import find_work_item

BALLOT_EXPORT_FILTERS: Final = (*BALLOT_FILTERS, "work_item", "as_of")
BasisName = Literal["announced", "estimated"]


class BallotRow(Shape):
    work_item: str
    iso_id: int
    kind: BallotKindName
    iteration: int
    state: BallotStateName
    opens_on: Day | None
    closes_on: Day | None
    closes_on_basis: BasisName
    national_close: Day | None
    national_close_basis: BasisName | None
    company_close: Day | None
    company_close_basis: BasisName | None
    position: VoteAnswer | None
    national_position: VoteAnswer | None
    result: Result | None


def _ballots(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Announced ballots and open estimated ones, as on the day `as_of` (default: today); `followed` is the viewer's.

    Raises FilterError, UnknownWorkItemError.
    """
    rules = load_rulebook(settings_of(session))
    followed = followed_items(session, account_id=viewer_of(session).account_id)
    views = filtered(ballot_views(session, rules, day_of(session, filters)), filters, followed)
    if "work_item" in filters:
        iso_id = find_work_item(session, filters["work_item"]).iso_id
        views = [view for view in views if view.item.iso_id == iso_id]
    yield from export_rows(views)


KINDS = {
    "ballots": Kind(
        cut(_ballots),
        frozenset(BALLOT_EXPORT_FILTERS),
        BallotRow,
        ("iso_id", "kind", "iteration"),
        mark(
            "Ballots with their three deadlines and our positions, by the company's deadline; announced or estimated."
        ),
    ),
}
