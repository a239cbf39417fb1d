"""Search over everything, grouped by what was found."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template

from workbench import search
from workbench.web.context import session
from workbench.web.links import page_of
from workbench.web.listing import PER_PAGE, Listing, argument, page_number

KINDS: Final = ("work_item", "committee", "clause", "document", "publication", "declaration")
_SHOWN: Final = 8

blueprint = Blueprint("search", __name__, url_prefix="/search")


@blueprint.get("/")
def index() -> str:
    query, kind = argument("q"), argument("kind")
    counted = search.count(session(), query)
    order = [each for each in KINDS if each in counted] + sorted(counted.keys() - set(KINDS))
    totals = {each: counted[each] for each in order}
    groups, listing = [], None
    if kind in totals:
        page = page_number(argument("page"))
        listing = Listing(
            endpoint="search.index",
            filters={"q": query, "kind": kind},
            sort="",
            default_sort="",
            page=page,
            total=totals[kind],
        )
        hits = search.find(session(), query, kind=kind, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        groups.append((kind, totals[kind], hits))
    else:
        groups = [
            (each, total, search.find(session(), query, kind=each, limit=_SHOWN)) for each, total in totals.items()
        ]
    return render_template(
        "web/search.html",
        query=query,
        kind=kind if kind in totals else "",
        totals=totals,
        groups=groups,
        listing=listing,
        words=query.split(),
        page_of=page_of,
    )
