"""The mapping from either side: a clause's claims, a claim's clauses, free text beside both, the heat of a draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import Blueprint, Response, abort, current_app, render_template, request

from workbench import export
from workbench.mapping import directions
from workbench.mapping.claims_family import sources_by_language
from workbench.mapping.directions import ClauseHeat
from workbench.mapping.free_text import LONGEST, FoundClaims, FoundClause, FreeText
from workbench.mapping.sums import FOREMOST
from workbench.patents.queries import portfolio_names
from workbench.people.viewer import Viewer
from workbench.standards.models import Draft, WorkItem
from workbench.web.context import session, workbench
from workbench.web.export import note
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.mapping import encoder_of_pages

TOP: Final = 20
ROW: Final = 22
_BARS_FROM: Final = 320
_BARS_WIDTH: Final = 540
_DRAWN: Final = 150
_FREE_TEXT: Final = "workbench.free_text"

blueprint = Blueprint("mapping_directions", __name__, url_prefix="/mapping")


@dataclass(frozen=True)
class HeatBar:
    """A clause in the picture; `warmth` from 0 (none) to 5 says the share of the fullest clause once more."""

    heat: ClauseHeat
    y: int
    width: float
    warmth: int


@blueprint.app_context_processor
def _under_way() -> dict[str, Any]:
    return {"mapping_under_way": lambda: directions.mapping_under_way(session())}


@blueprint.get("/under-way")
def under_way() -> str:
    """How far the mapping is that runs now, as a part of a page."""
    return render_template("web/mapping/_under_way.html", under_way=directions.mapping_under_way(session()))


@blueprint.get("/clauses/<int:draft_id>/<int:order>")
def clause(draft_id: int, order: int) -> str:
    """Who could read on a clause."""
    found = directions.find_clause(session(), draft_id, order)
    if found is None:
        abort(404)
    clause, draft, item = found
    portfolio, page = argument("portfolio"), page_number(argument("page"))
    claims, families = directions.count_claims_of_clause(session(), clause, portfolio=portfolio)
    rows = directions.claims_of_clause(
        session(), clause, portfolio=portfolio, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    listing = Listing(
        endpoint="mapping_directions.clause",
        filters={"portfolio": portfolio},
        sort="",
        default_sort="",
        page=page,
        total=families,
        path={"draft_id": draft_id, "order": order},
    )
    return render_template(
        "web/mapping/clause.html",
        clause=clause,
        draft=draft,
        item=item,
        rows=rows,
        listing=listing,
        claims=claims,
        families=families,
        portfolios=[(name, name) for name in portfolio_names(session())],
    )


@blueprint.get("/claims/<int:claim_id>")
def claim(claim_id: int) -> str:
    """What a claim could read on, in every draft."""
    found = directions.find_claim(session(), claim_id)
    if found is None:
        abort(404)
    claim, publication = found
    read = sources_by_language(session(), claim.publication_id)
    return render_template(
        "web/mapping/claim.html",
        claim=claim,
        publication=publication,
        rankings=directions.rankings_of_claim(session(), claim),
        read_for_it={
            language: source
            for language, source in read.items()
            if (source.publication, source.language) != (claim.publication_id, claim.language)
        },
    )


@blueprint.get("/text")
def text() -> str:
    """Free text beside clauses and claims."""
    asked = " ".join(request.args.get("q", "")[:LONGEST].split())
    clauses: Sequence[FoundClause] = ()
    claims: FoundClaims | None = None
    if asked:
        reader = _free_text()
        clauses = reader.clauses(session(), asked, TOP)
        claims = reader.claims(session(), asked, clauses, TOP)
    return render_template("web/mapping/text.html", asked=asked, clauses=clauses, claims=claims, longest=LONGEST)


@blueprint.get("/heat/<int:draft_id>")
def heat(draft_id: int) -> str:
    """Where in a draft claims gather."""
    draft, item = _draft(draft_id)
    portfolio = argument("portfolio")
    rows = directions.heat_of_draft(session(), draft, portfolio=portfolio)
    bars = _bars([row for row in rows if row.claims][:_DRAWN] if len(rows) > _DRAWN else rows)
    return render_template(
        "web/mapping/heat.html",
        draft=draft,
        item=item,
        rows=rows,
        bars=bars,
        height=ROW * len(bars) + 8,
        bars_from=_BARS_FROM,
        versions=directions.versions_of(session(), item),
        portfolio=portfolio,
        portfolios=[(name, name) for name in portfolio_names(session())],
        foremost=FOREMOST,
        formats=tuple(export.FORMATS),
    )


@blueprint.get("/heat/<int:draft_id>.<format>")
def heat_export(draft_id: int, format: str) -> Response:  # noqa: A002
    """The rows of the heat as a file."""
    if format not in export.FORMATS:
        abort(404)
    draft, item = _draft(draft_id)
    body = b"".join(export.write(_heat_rows(draft, item, argument("portfolio")), format))
    note("heat", {"draft": str(draft_id), "portfolio": argument("portfolio")}, format)
    headers = {"Content-Disposition": f"attachment; filename=heat.{format}"}
    return Response(body, mimetype=export.FORMATS[format], headers=headers)


def _heat_rows(draft: Draft, item: WorkItem, portfolio: str) -> Iterator[dict[str, Any]]:
    for row in directions.heat_of_draft(session(), draft, portfolio=portfolio):
        yield {
            "work_item": item.reference,
            "draft": draft.label,
            "clause": row.clause.number,
            "title": row.clause.title,
            "claims": row.claims,
            "families": row.families,
            "best": row.best,
        }


def _draft(draft_id: int) -> tuple[Draft, WorkItem]:
    draft = session().get(Draft, draft_id)
    if draft is None:
        abort(404)
    return draft, session().get_one(WorkItem, draft.work_item_id)


def _bars(rows: Sequence[ClauseHeat]) -> list[HeatBar]:
    most = max((row.families for row in rows), default=0) or 1
    return [
        HeatBar(row, ROW * place, round(_BARS_WIDTH * row.families / most, 1), -(-5 * row.families // most))
        for place, row in enumerate(rows)
    ]


def _free_text() -> FreeText:
    found = current_app.extensions.get(_FREE_TEXT)
    if found is None:
        # Clauses are the same for everybody; which claims are compared is told by the session of who asks.
        store = workbench().store.on_behalf_of(Viewer.system())
        found = current_app.extensions[_FREE_TEXT] = FreeText(store, encoder_of_pages())
    return cast(FreeText, found)
