"""Watched pages, with what they said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, render_template

from workbench.standards.models import WorkItem
from workbench.standards.queries import work_item
from workbench.standards.word_diff import DiffPiece, word_diff
from workbench.watched import queries
from workbench.web.context import session
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number

SHOWN_VERSIONS: Final = 20

blueprint = Blueprint("pages", __name__, url_prefix="/pages")


@dataclass(frozen=True)
class _Version:
    """What a page said from a moment on, against what it said before; the first reading has no pieces."""

    version: queries.PageVersion
    pieces: list[DiffPiece]


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.PAGE_FILTERS}
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="pages.index",
        filters=filters,
        sort="",
        default_sort="",
        page=page,
        total=queries.count_pages(session(), filters),
        export_kind="pages",
    )
    rows = queries.select_pages(session(), filters, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    items = {each.work_item: _item(each.work_item) for each in rows}
    return render_template("web/pages/index.html", listing=listing, rows=rows, filters=filters, items=items)


@blueprint.get("/<int(max=2147483647):page_id>")
def page(page_id: int) -> str:
    row = queries.page(session(), page_id)
    if row is None:
        abort(404)
    versions = queries.page_versions(session(), row, limit=SHOWN_VERSIONS)
    return render_template(
        "web/pages/page.html",
        row=row,
        item=_item(row.work_item),
        address=outside(row.url),
        versions=[
            _Version(each, word_diff(each.before, each.text) if each.before is not None else []) for each in versions
        ],
    )


def _item(iso_id: int | None) -> WorkItem | None:
    return None if iso_id is None else work_item(session(), iso_id)
