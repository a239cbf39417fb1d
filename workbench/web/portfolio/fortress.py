"""Fortress: what of one party, or of two side by side, gathers at the clauses of a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, abort, render_template

from workbench import export
from workbench.cases.registers import own_names
from workbench.history.queries import FilterError
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.portfolio.fortress import Fortress, OnClause
from workbench.portfolio.fortress_queries import (
    FORTRESS_FILTERS,
    ChosenClause,
    Holders,
    Terms,
    chosen_clauses,
    fortress_of,
    terms_of,
)
from workbench.portfolio.landscape_queries import TOPS, mapped_drafts
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import record, session, today, viewer
from workbench.web.listing import Listing, argument, page_number
from workbench.web.portfolio.files import as_file
from workbench.web.portfolio.parts import blueprint, same

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
_NOTHING: Final = OnClause()


@dataclass(frozen=True)
class Held:
    """A party and its measures."""

    party: str
    fortress: Fortress


@dataclass(frozen=True)
class Measured:
    """What a page shows: a draft, the clauses that are meant, one or two parties; `missing` are names of nobody."""

    draft: Draft
    item: WorkItem
    terms: Terms
    clauses: Sequence[ChosenClause]
    held: Sequence[Held]
    missing: Sequence[str]

    def on(self, clause: ChosenClause) -> list[OnClause]:
        """What gathers at a clause, by party."""
        return [each.fortress.by_clause.get(clause.order, _NOTHING) for each in self.held]


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
            measured = _measured(filters, holders)
        except FilterError as error:
            refusal = str(error)
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
        bars=_bars(measured, drawn[:_DRAWN]) if measured else [],
        undrawn=max(0, len(drawn) - _DRAWN),
        height=_ROW * min(len(drawn), _DRAWN) + 26,
        middle=_MIDDLE,
        life=LIFE,
        others_hidden=not viewer().may(Permission.READ_OTHERS_CLAIMS),
        may_export=viewer().may(Permission.EXPORT_CONFIDENTIAL),
        formats=tuple(export.FORMATS),
        given={name: value for name, value in filters.items() if value},
    )


@blueprint.get("/fortress.<format>")
def fortress_export(format: str) -> Response:  # noqa: A002
    """What gathers at each clause, one row a party and clause."""
    filters = {name: argument(name) for name in FORTRESS_FILTERS}
    return as_file("fortress", format, filters, _rows(filters))


def _measured(filters: Mapping[str, str], holders: Holders) -> Measured | None:
    terms = terms_of(filters)
    draft = session().get(Draft, terms.draft_id)
    if draft is None:
        abort(404)
    clauses = chosen_clauses(session(), terms)
    asked = [name for name in (filters["party"], filters["other"]) if name]
    known = [(name, holders.named(name)) for name in asked]
    held = [
        Held(party, fortress_of(session(), draft, terms, clauses, holders, party, today()))
        for party in dict.fromkeys(party for _, party in known if party is not None)
    ]
    missing = [name for name, party in known if party is None]
    return Measured(draft, session().get_one(WorkItem, draft.work_item_id), terms, clauses, held, missing)


def _rows(filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    measured = _measured(filters, Holders(session()))
    if measured is None:
        return
    for clause in measured.clauses:
        for held, here in zip(measured.held, measured.on(clause), strict=True):
            yield {
                "work_item": measured.item.reference,
                "draft": measured.draft.label,
                "party": held.party,
                "clause": clause.number,
                "title": clause.title,
                "best_clauses_of_a_claim": measured.terms.top,
                "candidate_families": sorted(here.families),
                "independent_claims": here.independent,
                "assessed_families": sorted(here.assessed),
                "covering_families": sorted(here.covering),
            }


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
