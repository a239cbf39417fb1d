"""What the portfolio views share: the blueprint, the list of views, and the draft that a page is about."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, abort

from workbench.i18n import mark
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import session, viewer
from workbench.web.permissions import may_open, openable

blueprint = Blueprint("portfolio", __name__, url_prefix="/portfolio")

VIEWS: Final = ((mark("Coverage"), "portfolio.index"),)
"""Name and first page of each view, in the order of the tabs; a page that is not there or not open shows no tab."""
DRAFT: Final = "<int(max=2147483647):draft_id>"


@blueprint.app_context_processor
def _portfolio_values() -> dict[str, Any]:
    return {
        "may_read_portfolio": may_open("portfolio.index", viewer()),
        "portfolio_views": lambda: [(name, view) for name, view in VIEWS if openable([view], viewer())],
    }


def draft_of(draft_id: int) -> tuple[Draft, WorkItem]:
    """The draft version of the address with its work item; 404 where there is none."""
    draft = session().get(Draft, draft_id)
    if draft is None:
        abort(404)
    return draft, session().get_one(WorkItem, draft.work_item_id)
