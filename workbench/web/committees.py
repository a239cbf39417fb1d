"""One committee with its members."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from workbench.standards import queries
from workbench.web.context import session

blueprint = Blueprint("committees", __name__, url_prefix="/committees")


@blueprint.get("/<int(max=2147483647):iso_id>")
def item(iso_id: int) -> str:
    row = queries.committee(session(), iso_id)
    if row is None:
        abort(404)
    parent = queries.committee(session(), row.parent_iso_id) if row.parent_iso_id else None
    return render_template(
        "web/committees/item.html",
        committee=row,
        parent=parent,
        members=queries.members(session(), row),
        total=queries.count_work_items(session(), {"committee": row.reference}),
    )
