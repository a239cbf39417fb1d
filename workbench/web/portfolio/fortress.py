"""Fortress: what of one party, or of two side by side, gathers at the clauses of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import abort, render_template

from workbench.cases.registers import own_names
from workbench.history.queries import FilterError
from workbench.people.completeness import IncompleteError
from workbench.people.walls_models import TrailAction
from workbench.portfolio import fortress_queries
from workbench.portfolio.fortress_queries import FORTRESS_FILTERS, ChosenClause, Holders, Measured
from workbench.portfolio.landscape_queries import TOP, TOPS, mapped_drafts
from workbench.web.context import record, session, today
from workbench.web.listing import Listing, argument, page_number
from workbench.web.portfolio.parts import blueprint, export_filters, same
from workbench.web.refusals import told_to_people

SUGGESTED: Final = 100
"""Parties that are offered by name, the largest ones."""
LIFE: Final = ((0, 5), (5, 10), (10, 15), (15, 99))
"""Years that are left, in groups."""
_DRAWN: Final = 60
_CLAUSES: Final = 200
"""On a page of the table."""
_ROW: Final = 22
_MIDDLE: Final = 330
_SIDE: Final = 260


@blueprint.get("/fortress")
def fortress() -> str:
    filters = {name: argument(name) for name in FORTRESS_FILTERS}
    drafts = mapped_drafts(session())
    if not filters["draft"] and drafts:
        filters["draft"] = str(drafts[0][0].id)
    holders = Holders(session())
    largest = holders.largest(SUGGESTED)
    if not filters["party"]:
        ours = own_names(session())
        filters["party"] = next((name for name, _ in largest if name in ours), "")
    measured, refusal = None, None
    if drafts:
        try:
            measured = fortress_queries.measured(session(), filters, holders, today())
        except FilterError as error:
            refusal = str(error)
        except IncompleteError as error:
            refusal = told_to_people(error)
        if measured is None and refusal is None:
            abort(404)
    if measured is not None and measured.held:
        told = {"draft": measured.draft.id, "parties": [each.party for each in measured.held]}
        record(TrailAction.SAW, "portfolio_view", "fortress", told)
    clauses = measured.clauses if measured else ()
    drawn = [clause for clause in clauses if measured and any(each.families for each in measured.on(clause))]
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="portfolio.fortress",
        filters=filters,
        sort="order",
        default_sort="order",
        page=page,
        total=len(clauses),
        export_kind="fortress",
        export_filters=export_filters(filters, measured.draft, measured.item) if measured else None,
        per_page=_CLAUSES,
    )
    return render_template(
        "web/portfolio/fortress.html",
        listing=listing,
        shown=clauses[(page - 1) * _CLAUSES : page * _CLAUSES],
        measured=measured,
        filters=filters,
        refusal=refusal,
        drafts=[(draft.id, f"{item.reference}, {draft.label}") for draft, item in drafts],
        parties=largest,
        tops=same(TOPS),
        listed_top=TOP,
        bars=_bars(measured, drawn[:_DRAWN]) if measured else [],
        undrawn=max(0, len(drawn) - _DRAWN),
        height=_ROW * min(len(drawn), _DRAWN) + 26,
        middle=_MIDDLE,
        life=LIFE,
        given={name: value for name, value in filters.items() if value},
    )


def _bars(measured: Measured, clauses: Sequence[ChosenClause]) -> list[dict[str, Any]]:
    most = max((each.fortress.deepest for each in measured.held), default=0) or 1
    bars = []
    for place, clause in enumerate(clauses):
        sides = []
        for side, here in enumerate(measured.on(clause)):
            width = round(_SIDE * len(here.families) / most, 1)
            left = _MIDDLE + 6 if side == 0 else _MIDDLE + 6 + _SIDE + 40
            covering = len(here.covering)
            sides.append({"x": left, "width": width, "count": len(here.families), "covering": covering, "side": side})
        bars.append({"clause": clause, "y": 20 + _ROW * place, "sides": sides})
    return bars
