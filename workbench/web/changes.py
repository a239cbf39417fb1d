"""The change log: what became known, changed or vanished, each with its evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, render_template

from workbench.history import queries
from workbench.web.change_rows import change_rows
from workbench.web.context import session, workbench
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key

blueprint = Blueprint("changes", __name__, url_prefix="/changes")


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.CHANGE_FILTERS}
    refusal = None
    try:
        total = queries.count_changes(session(), in_zone(filters))
    except queries.FilterError as error:
        refusal, total = str(error), 0
    page = page_number(argument("page"))
    sort = sort_key(argument("sort"), ("at",), "-at")
    rows = []
    if refusal is None:
        found = queries.change_page(
            session(),
            in_zone(filters),
            descending=sort.startswith("-"),
            limit=PER_PAGE,
            offset=(page - 1) * PER_PAGE,
        )
        rows = change_rows(session(), found)
    listing = Listing(
        endpoint="changes.index",
        filters=filters,
        sort=sort,
        default_sort="-at",
        page=page,
        total=total,
        export_kind="changes",
    )
    sources, fields = queries.changed_values(session())
    return render_template(
        "web/changes.html",
        listing=listing,
        rows=rows,
        filters=filters,
        sources=sources,
        fields=fields,
        refusal=refusal,
    )


def in_zone(filters: Mapping[str, str]) -> dict[str, str]:
    """The filters with their days as days of the settings' zone; the query refuses a value that is no day."""
    zone = workbench().settings.zone
    found = dict(filters)
    for name, end in (("since", 0), ("until", 1)):
        try:
            day = dt.date.fromisoformat(found.get(name, "")) + dt.timedelta(days=end)
        except (ValueError, OverflowError):
            continue
        found[name] = dt.datetime.combine(day, dt.time(), zone).isoformat()
    return found
