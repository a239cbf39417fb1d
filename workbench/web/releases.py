"""Releases of the software that is followed."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, render_template

from workbench.history.models import Entity
from workbench.history.queries import FilterError, change_page
from workbench.watched import queries
from workbench.watched.models import Release
from workbench.web.change_rows import change_rows
from workbench.web.context import session
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key

SHOWN_CHANGES: Final = 20

blueprint = Blueprint("releases", __name__, url_prefix="/releases")


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.RELEASE_FILTERS}
    sort = sort_key(argument("sort"), queries.RELEASE_SORTS, "-date")
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[Release] = []
    try:
        total = queries.count_releases(session(), filters)
        rows = list(
            queries.select_releases(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        )
    except FilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="releases.index",
        filters=filters,
        sort=sort,
        default_sort="-date",
        page=page,
        total=total,
        export_kind="releases",
    )
    repositories, licences = queries.release_choices(session())
    return render_template(
        "web/releases/index.html",
        listing=listing,
        rows=rows,
        filters=filters,
        repositories=[(each, each) for each in repositories],
        licences=[(each, each) for each in licences],
        refusal=refusal,
    )


@blueprint.get("/<int(max=2147483647):release_id>")
def release(release_id: int) -> str:
    row = session().get(Release, release_id)
    if row is None:
        abort(404)
    own_changes = {"entity": Entity.RELEASE.value, "key": f"{row.repository} {row.tag}"}
    return render_template(
        "web/releases/release.html",
        row=row,
        address=outside(row.url),
        repository=outside(row.repository),
        changes=change_rows(session(), change_page(session(), own_changes, limit=SHOWN_CHANGES)),
    )
