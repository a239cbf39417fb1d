"""Coverage: every draft version with its counts, the matrix of clauses and families of one, its cells one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from flask import Response, abort, render_template
from sqlmodel import col

from workbench import export
from workbench.history.queries import FilterError
from workbench.patents.models import Publication
from workbench.patents.queries import portfolio_names
from workbench.people.permissions import Permission
from workbench.portfolio import listed, overview
from workbench.portfolio.choosing import FILTERS, OWN, Wanted, wanted_of
from workbench.portfolio.coverage import Cell
from workbench.portfolio.grid import Grid, grid_of
from workbench.portfolio.matrix import SORTS, By, Layout, matrix_of
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import session, viewer
from workbench.web.export import note
from workbench.web.labels import label
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.portfolio.parts import DRAFT, Address, blueprint, draft_of, matter_choices

_LAYOUT: Final = ("by", "depth", "sort")
_MOST_SHEET_ROWS: Final = 1_000_000
"""A sheet of XLSX holds 1,048,576 rows."""


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
    given = {**filters, **{name: argument(name) for name in _LAYOUT}}
    return render_template(
        "web/portfolio/matrix.html",
        **_common(draft, item, filters, refusal, grid),
        matrix=shown,
        layout=layout,
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
    listing = Listing("portfolio.entries", filters, "", "", page, len(grid.pairs), path={"draft_id": draft_id})
    return render_template(
        "web/portfolio/entries.html",
        **_common(draft, item, filters, refusal, grid),
        listing=listing,
        rows=list(found),
        matrix_url=Address("portfolio.matrix", {"draft_id": draft_id}, filters).to(),
    )


@blueprint.get(f"/entries/{DRAFT}.<format>")
def entries_export(draft_id: int, format: str) -> Response:  # noqa: A002
    """The cells as a file."""
    draft, item = draft_of(draft_id)
    filters, refusal, grid = _grid(draft)
    if format not in export.FORMATS or not viewer().may(Permission.EXPORT_CONFIDENTIAL):
        abort(404)
    if refusal or format not in _formats(grid):
        abort(400)
    body = b"".join(export.write(listed.rows(session(), grid, item), format))
    note("coverage", {"draft": str(draft_id), **filters}, format)
    headers = {"Content-Disposition": f"attachment; filename=coverage.{format}"}
    return Response(body, mimetype=export.FORMATS[format], headers=headers)


def filters_and_wanted(names: Iterable[str] = FILTERS) -> tuple[dict[str, str], str | None, Wanted]:
    """The filters of the address, what is wrong with them, and what they ask for: everything where they are wrong."""
    filters = {name: argument(name) for name in names}
    try:
        return filters, None, wanted_of(filters)
    except FilterError as error:
        return filters, str(error), Wanted()


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


def _formats(grid: Grid) -> list[str]:
    return [form for form in export.FORMATS if form != "xlsx" or len(grid.pairs) <= _MOST_SHEET_ROWS]


def _common(draft: Draft, item: WorkItem, filters: dict[str, str], refusal: str | None, grid: Grid) -> dict[str, Any]:
    formats = _formats(grid) if viewer().may(Permission.EXPORT_CONFIDENTIAL) and len(grid.pairs) else []
    return {
        "draft": draft,
        "item": item,
        "filters": filters,
        "refusal": refusal,
        "grid": grid,
        "counts": grid.counts(),
        "tally": grid.tally(),
        "cells": list(Cell),
        "exports": [(form, _taken(draft, form, filters)) for form in formats],
        "left_out": bool(formats) and "xlsx" not in formats,
        **filter_choices(),
    }


def _taken(draft: Draft, form: str, filters: dict[str, str]) -> str:
    return Address("portfolio.entries_export", {"draft_id": draft.id, "format": form}, filters).to()
