"""White space: the normative clauses of a draft that no family covers, searched ones apart from those not searched."""

from __future__ import annotations

from flask import render_template

from workbench.declarations.queries import declarations_of_item
from workbench.history.queries import FilterError
from workbench.portfolio.grid import grid_of
from workbench.portfolio.white_space import SPACE_FILTERS, WHITE, Space, lines_of, search_of, tally, white_space
from workbench.web.context import session
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.portfolio.matrix import filter_choices, filters_and_wanted
from workbench.web.portfolio.parts import DRAFT, Address, blueprint, draft_of, export_filters, note_look


@blueprint.get(f"/white-space/{DRAFT}")
def space(draft_id: int) -> str:
    """The clauses, and what was searched for them."""
    draft, item = draft_of(draft_id)
    filters, refusal, wanted = filters_and_wanted(SPACE_FILTERS)
    grid = grid_of(session(), draft, wanted)
    search = search_of(session(), grid)
    lines = white_space(grid, search)
    try:
        shown = lines_of(lines, filters["space"])
    except FilterError as error:
        refusal, shown = str(error), lines
    note_look("white-space", grid)
    page = page_number(argument("page"))
    given = {name: value for name, value in filters.items() if name != "space"}
    return render_template(
        "web/portfolio/white_space.html",
        draft=draft,
        item=item,
        filters=filters,
        refusal=refusal,
        listing=Listing(
            "portfolio.space",
            filters,
            "",
            "",
            page,
            len(shown),
            "white-space",
            export_filters(filters, draft, item),
            path={"draft_id": draft_id},
        ),
        rows=shown[(page - 1) * PER_PAGE : page * PER_PAGE],
        tally=tally(lines),
        normative=len(lines),
        search=search,
        white=WHITE,
        spaces=list(Space),
        declarations=declarations_of_item(session(), item),
        entries=Address("portfolio.entries", {"draft_id": draft_id}, given),
        here=Address("portfolio.space", {"draft_id": draft_id}, given),
        **filter_choices(),
    )
