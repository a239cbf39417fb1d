"""What the portfolio views share: the blueprint, the list of views, and the draft that a page is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, abort, url_for

from workbench.i18n import mark
from workbench.patents.walls import reads_others
from workbench.people import trail
from workbench.people.matters import matters_seen
from workbench.people.walls_models import TrailAction
from workbench.portfolio.grid import Grid
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import now, session, viewer, workbench
from workbench.web.permissions import may_open, openable

blueprint = Blueprint("portfolio", __name__, url_prefix="/portfolio")

VIEWS: Final = (
    (mark("Coverage"), "portfolio.index"),
    (mark("Landscape"), "portfolio.landscape"),
    (mark("Fortress"), "portfolio.fortress"),
    (mark("Dormant patents"), "portfolio.dormant"),
    (mark("Metrics"), "portfolio.metrics"),
)
"""Name and first page of each view, in the order of the tabs; a page that is not there or not open shows no tab."""
DRAFT: Final = "<int(max=2147483647):draft_id>"


@dataclass(frozen=True)
class Address:
    """A page and what its address says, from which the addresses of its links are made."""

    endpoint: str
    path: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def _page(self) -> str:
        return url_for(self.endpoint, **self.path)

    def to(self, **changes: Any) -> str:
        """The same page with some values changed; None and empty ones are left out."""
        values = {name: value for name, value in {**self.given, **changes}.items() if value not in (None, "")}
        # A matrix has more than a thousand of these: routing each would take longer than all the rest of the page.
        return f"{self._page}?{urlencode(values)}" if values else self._page


@blueprint.app_context_processor
def _portfolio_values() -> dict[str, Any]:
    return {
        "may_read_portfolio": may_open("portfolio.index", viewer()),
        "own_only": not reads_others(viewer()),
        "portfolio_views": lambda: [(name, view) for name, view in VIEWS if openable([view], viewer())],
    }


def draft_of(draft_id: int) -> tuple[Draft, WorkItem]:
    """The draft version of the address with its work item; 404 where there is none."""
    draft = session().get(Draft, draft_id)
    if draft is None:
        abort(404)
    return draft, session().get_one(WorkItem, draft.work_item_id)


def export_filters(filters: Mapping[str, str], draft: Draft | None, item: WorkItem | None) -> dict[str, Any]:
    """The filters of a page as exports take them: a draft by its work item and label in the place of its key."""
    named = {} if draft is None or item is None else {"work_item": item.iso_id, "label": draft.label}
    return {**{name: value for name, value in filters.items() if name != "draft"}, **named}


def note_look(page: str, grid: Grid) -> None:
    """Tell the trail who saw on a page how assessments stand: an entry for each matter, none where there is none."""
    if grid.assessed:
        with workbench().store.write(viewer()) as written:
            for matter, keys in grid.assessed.items():
                told = {"draft": grid.draft.id, "assessments": len(keys)}
                trail.record(
                    written, viewer(), TrailAction.SAW, "portfolio_view", page, told, matter_id=matter, at=now()
                )


def matter_choices() -> list[tuple[int, str]]:
    """The matters that the viewer is in, by name."""
    return [
        (each.id or 0, each.name)
        for each in matters_seen(session())
        if viewer().unlimited or each.id in viewer().matters
    ]


def same(values: Iterable[object]) -> list[tuple[object, object]]:
    """Values that are their own words, for a select field."""
    return [(value, value) for value in values]
