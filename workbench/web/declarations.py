"""Patent declarations of the registers: the list, one of them with its evidence, and names to be reviewed."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workbench.declarations import queries
from workbench.declarations.models import AliasState
from workbench.declarations.parties import AliasError, Parties, decide_alias
from workbench.history.models import Entity
from workbench.history.queries import FilterError, change_page, count_changes
from workbench.people.permissions import Permission
from workbench.web.change_rows import change_rows
from workbench.web.context import now, session, viewer, writing
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key

SHOWN_CHANGES: Final = 20

blueprint = Blueprint("declarations", __name__, url_prefix="/declarations")


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.DECLARATION_FILTERS}
    sort = sort_key(argument("sort"), queries.DECLARATION_SORTS, "-date")
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[queries.DeclarationRow] = []
    try:
        total = queries.count_declarations(session(), filters)
        rows = queries.declaration_page(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except FilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="declarations.index",
        filters=filters,
        sort=sort,
        default_sort="-date",
        page=page,
        total=total,
        export_kind="declarations",
    )
    return render_template(
        "web/declarations/index.html",
        listing=listing,
        rows=rows,
        filters=filters,
        registers=[(name, name) for name in queries.registers(session())],
        waiting=queries.count_aliases(session(), {"state": AliasState.SUGGESTED}),
        refusal=refusal,
    )


@blueprint.get("/<int(max=2147483647):declaration_id>")
def declaration(declaration_id: int) -> str:
    row = queries.declaration(session(), declaration_id)
    if row is None:
        abort(404)
    own_changes = {"entity": Entity.DECLARATION.value, "key": row.key}
    parties = Parties(session())
    return render_template(
        "web/declarations/declaration.html",
        row=row,
        party=parties.of(row.holder),
        address=outside(row.url),
        items=queries.work_items_by_key(session(), [row.deliverable_key]).get(row.deliverable_key, []),
        patents=queries.patent_rows(session(), row),
        others=queries.same_document(session(), row),
        changes=change_rows(session(), change_page(session(), own_changes, limit=SHOWN_CHANGES)),
        change_total=count_changes(session(), own_changes),
        own_changes=own_changes,
    )


@blueprint.get("/keyed")
def keyed() -> Response:
    """To the page of the declaration with a key, as the change log and the search name it."""
    row = queries.declaration_keyed(session(), request.args.get("key", "")[:2000])
    if row is None:
        abort(404)
    return redirect(url_for("declarations.declaration", declaration_id=row.id), 302)


@blueprint.get("/parties")
def parties() -> str:
    return _parties(None)


@blueprint.post("/parties/<int(max=2147483647):alias_id>")
def decide(alias_id: int) -> Response | tuple[str, int]:
    """Accept or reject that two names are one party, as the person who asks."""
    state = request.form.get("state", "")
    if state not in (AliasState.ACCEPTED, AliasState.REJECTED):
        abort(400)
    try:
        with writing() as transaction:
            decide_alias(transaction, alias_id, AliasState(state), viewer(), now())
    except AliasError as error:
        return _parties(str(error)), 409
    kept: dict[str, Any] = {name: value for name in queries.ALIAS_FILTERS if (value := argument(name))}
    return redirect(url_for("declarations.parties", **kept), 303)


def _parties(refusal: str | None) -> str:
    filters = {name: argument(name) for name in queries.ALIAS_FILTERS}
    page = page_number(argument("page"))
    total, rows = 0, []
    try:
        total = queries.count_aliases(session(), filters)
        rows = queries.alias_page(session(), filters, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except FilterError as error:
        refusal = str(error)
    listing = Listing(
        endpoint="declarations.parties", filters=filters, sort="", default_sort="", page=page, total=total
    )
    return render_template(
        "web/declarations/parties.html",
        listing=listing,
        rows=rows,
        filters=filters,
        may_decide=viewer().may(Permission.EDIT_PARTIES),
        refusal=refusal,
    )
