"""White space: the normative clauses of a draft that no family covers, searched ones apart from those not searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask import Response, abort, render_template

from workbench import export
from workbench.declarations.queries import declarations_of_item
from workbench.people.permissions import Permission
from workbench.portfolio.grid import grid_of
from workbench.portfolio.white_space import WHITE, Search, Space, SpaceLine, search_of, tally, white_space
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import session, viewer
from workbench.web.export import note
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.portfolio.matrix import filter_choices, filters_and_wanted
from workbench.web.portfolio.parts import DRAFT, Address, blueprint, draft_of

_FILTERS: Final = ("clause", "party", "office", "portfolio", "own")


@blueprint.get(f"/white-space/{DRAFT}")
def space(draft_id: int) -> str:
    """The clauses, and what was searched for them."""
    draft, item = draft_of(draft_id)
    filters, refusal, lines, search = _found(draft)
    shown = _chosen(lines, filters["space"])
    page = page_number(argument("page"))
    listing = Listing("portfolio.space", filters, "", "", page, len(shown), path={"draft_id": draft_id})
    given = {name: value for name, value in filters.items() if name != "space"}
    formats = export.FORMATS if viewer().may(Permission.EXPORT_CONFIDENTIAL) and shown else {}
    return render_template(
        "web/portfolio/white_space.html",
        draft=draft,
        item=item,
        filters=filters,
        refusal=refusal,
        listing=listing,
        rows=shown[(page - 1) * PER_PAGE : page * PER_PAGE],
        tally=tally(lines),
        normative=len(lines),
        search=search,
        white=WHITE,
        spaces=list(Space),
        declarations=declarations_of_item(session(), item),
        entries=Address("portfolio.entries", {"draft_id": draft_id}, given),
        here=Address("portfolio.space", {"draft_id": draft_id}, given),
        exports=[
            (form, Address("portfolio.space_export", {"draft_id": draft_id, "format": form}, filters).to())
            for form in formats
        ],
        **filter_choices(),
    )


@blueprint.get(f"/white-space/{DRAFT}.<format>")
def space_export(draft_id: int, format: str) -> Response:  # noqa: A002
    """The clauses as a file."""
    draft, item = draft_of(draft_id)
    filters, refusal, lines, search = _found(draft)
    if format not in export.FORMATS or not viewer().may(Permission.EXPORT_CONFIDENTIAL):
        abort(404)
    if refusal:
        abort(400)
    body = b"".join(export.write(_rows(draft, item, _chosen(lines, filters["space"]), search), format))
    note("white-space", {"draft": str(draft_id), **filters}, format)
    headers = {"Content-Disposition": f"attachment; filename=white-space.{format}"}
    return Response(body, mimetype=export.FORMATS[format], headers=headers)


def _found(draft: Draft) -> tuple[dict[str, str], str | None, list[SpaceLine], Search]:
    filters, refusal, wanted = filters_and_wanted(_FILTERS)
    filters["space"] = argument("space")
    search = search_of(session(), draft, wanted)
    return filters, refusal, white_space(grid_of(session(), draft, wanted), search), search


def _chosen(lines: list[SpaceLine], chosen: str) -> list[SpaceLine]:
    """Those of a kind, all of them, or those that are white space where nothing is asked for."""
    if chosen == "all":
        return lines
    return [line for line in lines if (line.space.value == chosen if chosen else line.space in WHITE)]


def _rows(draft: Draft, item: WorkItem, lines: list[SpaceLine], search: Search) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            "work_item": item.reference,
            "draft": draft.label,
            "clause": line.clause.number,
            "title": line.clause.title,
            "space": line.space.value,
            "families_counting": line.covering,
            "families_other": line.candidates,
            "searched_at": None if search.at is None else search.at.isoformat(),
            "searched_families": search.families,
            "searched_claims": search.claims,
        }
