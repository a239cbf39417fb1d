"""Coverage: every draft version with its counts, the matrix of clauses and families of one, its cells one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from flask import render_template
from sqlmodel import col

from workbench.history.queries import FilterError
from workbench.patents.models import Publication
from workbench.patents.queries import portfolio_names
from workbench.patents.walls import reads_others
from workbench.portfolio import listed, overview
from workbench.portfolio.choosing import FILTERS, OWN, Wanted, wanted_of
from workbench.portfolio.coverage import Cell
from workbench.portfolio.grid import Grid, grid_of
from workbench.portfolio.matrix import SORTS, By, Layout, matrix_of
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import session, viewer
from workbench.web.labels import label
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.portfolio.parts import (
    DRAFT,
    Address,
    blueprint,
    draft_of,
    export_filters,
    matter_choices,
    note_look,
)

_LAYOUT: Final = ("by", "depth", "sort")


@blueprint.get("/")
def index() -> str:
    """The draft versions, each with how far it is covered."""
    return render_template("web/portfolio/index.html", drafts=overview.drafts(session()))


@blueprint.get(f"/matrix/{DRAFT}")
def matrix(draft_id: int) -> str:
    """Clauses and families of a draft version."""
    draft, item = draft_of(draft_id)
    filters, refusal, grid = _grid(draft)
    lines, columns = page_number(argument("lines")), page_number(argument("columns"))
    by, depth = argument("by"), argument("depth")
    layout = Layout(
        By(by) if by in set(By) else None,
        int(depth) if depth.isascii() and depth.isdigit() and 0 < int(depth) < 100 else None,
        sort_key(argument("sort"), SORTS, "covered").removeprefix("-"),
        lines,
        columns,
    )
    shown = matrix_of(session(), grid, layout)
    note_look("matrix", grid)
    given = {**filters, **{name: argument(name) for name in _LAYOUT}}
    return render_template(
        "web/portfolio/matrix.html",
        **_common(draft, item, filters, refusal, grid),
        matrix=shown,
        layout=layout,
        listing=_listing("portfolio.matrix", draft, item, filters, grid),
        address=Address("portfolio.matrix", {"draft_id": draft_id}, given),
        entries=Address("portfolio.entries", {"draft_id": draft_id}, filters),
        words={cell: label("cell", cell) for cell in Cell},
        marks={cell: label("cell_mark", cell) for cell in Cell},
    )


@blueprint.get(f"/entries/{DRAFT}")
def entries(draft_id: int) -> str:
    """The cells one by one: what stands behind the numbers of the matrix."""
    draft, item = draft_of(draft_id)
    filters, refusal, grid = _grid(draft)
    page = page_number(argument("page"))
    found = listed.entries(session(), grid, (page - 1) * PER_PAGE, PER_PAGE)
    note_look("entries", grid)
    return render_template(
        "web/portfolio/entries.html",
        **_common(draft, item, filters, refusal, grid),
        listing=_listing("portfolio.entries", draft, item, filters, grid, page),
        rows=list(found),
        matrix_url=Address("portfolio.matrix", {"draft_id": draft_id}, filters).to(),
    )


def filters_and_wanted(names: Iterable[str] = FILTERS) -> tuple[dict[str, str], str | None, Wanted]:
    """The filters of the address, what is wrong with them, and what they ask for: everything where they are wrong.

    Who may not know what others claim asks for our own families, if for none.
    """
    filters = {name: argument(name) for name in names}
    own_only = not reads_others(viewer())
    if own_only and not filters["own"]:
        filters["own"] = "own"
    try:
        return filters, None, wanted_of(filters)
    except FilterError as error:
        return filters, str(error), Wanted(own=own_only or None)


def filter_choices() -> dict[str, Any]:
    """What the filters of families can be."""
    countries = sa.select(col(Publication.country)).distinct().order_by(col(Publication.country))
    return {
        "portfolios": [(name, name) for name in dict.fromkeys(portfolio_names(session()))],
        "offices": [(each, each) for each in session().execute(countries).scalars()],
        "matters": matter_choices(),
        "owners": OWN,
    }


def _grid(draft: Draft) -> tuple[dict[str, str], str | None, Grid]:
    filters, refusal, wanted = filters_and_wanted()
    return filters, refusal, grid_of(session(), draft, wanted)


def _listing(
    endpoint: str, draft: Draft, item: WorkItem, filters: dict[str, str], grid: Grid, page: int = 1
) -> Listing:
    """The cells one by one, which an export takes out from either page."""
    return Listing(
        endpoint,
        filters,
        "",
        "",
        page,
        len(grid.pairs),
        "coverage",
        export_filters(filters, draft, item),
        path={"draft_id": draft.id},
    )


def _common(draft: Draft, item: WorkItem, filters: dict[str, str], refusal: str | None, grid: Grid) -> dict[str, Any]:
    return {
        "draft": draft,
        "item": item,
        "filters": filters,
        "refusal": refusal,
        "grid": grid,
        "counts": grid.counts(),
        "tally": grid.tally(),
        "cells": list(Cell),
        **filter_choices(),
    }
