"""Landscape: who has patents where and since when, and the list behind each number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, url_for

from workbench.history.queries import FilterError
from workbench.patents.queries import publication_choices
from workbench.people.permissions import Permission
from workbench.portfolio import landscape_queries as queries
from workbench.portfolio.landscape import YEARS, Axis, Landscape, Record, Row, Unit, YearOf
from workbench.portfolio.landscape_queries import BEHIND_FILTERS, LANDSCAPE_FILTERS, UNKNOWN, Wanted, wanted_of
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import session, today, viewer
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.portfolio.parts import blueprint, export_filters, same

OTHERS: Final = "*"
"""In addresses: the row of all parties that have none of their own."""
_BAR_ROOM: Final = 140
_LEFT: Final = 44
_WIDTH: Final = 850


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a column of the table."""

    year: int | None
    count: int
    x: float
    y: float
    width: float
    height: float
    incomplete: bool


@blueprint.get("/landscape")
def landscape() -> str:
    filters, refusal = _asked(LANDSCAPE_FILTERS), None
    try:
        wanted = wanted_of(filters)
    except FilterError as error:
        refusal, wanted = str(error), Wanted()
    table = queries.landscape_of(session(), wanted, today())
    known = publication_choices(session())
    drafts = queries.mapped_drafts(session()) if viewer().may(Permission.READ_MATCHES) else []
    draft = next((pair for pair in drafts if pair[0].id == wanted.draft_id), None)
    return render_template(
        "web/portfolio/landscape.html",
        table=table,
        wanted=wanted,
        filters=filters,
        refusal=refusal,
        bars=_bars(table),
        room=_BAR_ROOM,
        offices=same(known.countries),
        portfolios=same(known.portfolios),
        drafts=drafts,
        draft_options=[(draft.id, f"{item.reference}, {draft.label}") for draft, item in drafts],
        draft=draft,
        tops=same(queries.TOPS),
        behind=lambda row, column: _behind_address(filters, row, column),
        first_column=today().year - YEARS,
        warmth=lambda count: -(-5 * count // table.highest),
        listing=Listing(
            "portfolio.landscape",
            filters,
            "",
            "",
            1,
            table.total,
            "landscape",
            export_filters(filters, *(draft or (None, None))),
        ),
        units=Unit,
        years=YearOf,
        axes=Axis,
        no_party=queries.NO_PARTY,
        given={name: value for name, value in filters.items() if value},
    )


@blueprint.get("/landscape/list")
def behind() -> str:
    """The families or publications that a number of the landscape counts."""
    filters, page, refusal = _asked(BEHIND_FILTERS), page_number(argument("page")), None
    groups: list[list[Record]] = []
    wanted = Wanted()
    try:
        wanted = wanted_of(filters)
        records = queries.behind(session(), wanted, filters["row"], filters["column"], today())
        groups = queries.grouped(records, wanted.unit)
    except FilterError as error:
        refusal = str(error)
    draft = None if wanted.draft_id is None else session().get(Draft, wanted.draft_id)
    item = None if draft is None else session().get_one(WorkItem, draft.work_item_id)
    listing = Listing(
        endpoint="portfolio.behind",
        filters=filters,
        sort="-year",
        default_sort="-year",
        page=page,
        total=len(groups),
        export_kind="landscape-list",
        export_filters=export_filters(filters, draft, item),
    )
    return render_template(
        "web/portfolio/behind.html",
        listing=listing,
        rows=queries.shown(session(), groups[(page - 1) * PER_PAGE : page * PER_PAGE]),
        wanted=wanted,
        filters=filters,
        refusal=refusal,
        others=filters["row"] == OTHERS,
        unknown=UNKNOWN,
        first_column=today().year - YEARS,
        back=_address("portfolio.landscape", {name: filters[name] for name in LANDSCAPE_FILTERS}),
    )


def _asked(names: Iterable[str]) -> dict[str, str]:
    """The filters of the address; who may not read matches asks for no draft."""
    filters = {name: argument(name) for name in names}
    return filters if viewer().may(Permission.READ_MATCHES) else {**filters, "draft": "", "clause": ""}


def _behind_address(filters: Mapping[str, str], row: Row | None, column: int | str | None) -> str:
    """The list behind a number; no row for all of them, no column (`""`) for all years."""
    name = "" if row is None else OTHERS if row.name is None else row.name
    year = UNKNOWN if column is None else str(column)
    return _address("portfolio.behind", {**filters, "row": name, "column": year})


def _address(endpoint: str, filters: Mapping[str, str]) -> str:
    given: dict[str, Any] = {name: value for name, value in filters.items() if value}
    return url_for(endpoint, **given)


def _bars(table: Landscape) -> Sequence[Bar]:
    most = max(table.totals.values(), default=0) or 1
    step = _WIDTH / max(1, len(table.years))
    bars = []
    for place, year in enumerate(table.years):
        count = table.totals.get(year, 0)
        height = round(_BAR_ROOM * count / most, 1)
        x = round(_LEFT + place * step, 1)
        bars.append(
            Bar(
                year,
                count,
                x,
                20 + _BAR_ROOM - height,
                round(min(44, step - 6), 1),
                height,
                table.is_incomplete(year),
            )
        )
    return bars
