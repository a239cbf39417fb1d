"""The list of comments."""

from __future__ import annotations

from flask import render_template

from scrapers.comments import CommentType
from workbench.comments import queries
from workbench.comments.models import CommentOrigin, CommentState
from workbench.comments.queries import CommentLine
from workbench.history.queries import FilterError
from workbench.standards import draft_queries
from workbench.standards.drafts import UnknownWorkItemError
from workbench.standards.models import Draft, WorkItem
from workbench.web.comments.base import blueprint, number
from workbench.web.context import session
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.COMMENT_FILTERS}
    sort = sort_key(argument("sort"), queries.COMMENT_SORTS, "draft")
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[CommentLine] = []
    try:
        total = queries.count_comments(session(), filters)
        rows = queries.select_comments(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except (FilterError, UnknownWorkItemError) as error:
        refusal = str(error)
    return render_template(
        "web/comments/index.html",
        listing=Listing(
            endpoint="comments.index",
            filters=filters,
            sort=sort,
            default_sort="draft",
            page=page,
            total=total,
            export_kind="comments",
        ),
        rows=rows,
        filters=filters,
        refusal=refusal,
        types=CommentType,
        states=CommentState,
        origins=CommentOrigin,
        drafts=[(str(line.draft.id), f"{line.item.reference}, {line.draft.label}") for line in _draft_lines()],
        chosen=_chosen(filters["draft"]),
        waiting=queries.waiting_rows(session()),
    )


def _chosen(draft_id: str) -> tuple[Draft, WorkItem, dict[str, int]] | None:
    key = number(draft_id)
    found = None if key is None else draft_queries.find_draft(session(), key)
    return None if found is None or key is None else (*found, queries.agreed_of(session(), key))


def _draft_lines() -> list[draft_queries.DraftLine]:
    return draft_queries.draft_lines(session())
