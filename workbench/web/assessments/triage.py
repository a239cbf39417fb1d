"""The queue of triage: one candidate a page, decided with a key; and which portfolios are the company's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response

from workbench.assessments.queue import BEST, Wanted, mapped_drafts, place_in_queue, take_back, throughput
from workbench.db import key_of
from workbench.declarations.models import Party
from workbench.declarations.parties import Parties
from workbench.mapping.decisions import MAX_NOTE
from workbench.mapping.evidence_reader import text_above
from workbench.mapping.queries import MatchRow
from workbench.mapping.terms import Term
from workbench.patents.models import Portfolio, Publication
from workbench.patents.portfolios import mark_own as mark_own_portfolio
from workbench.patents.portfolios import matters_of_publication
from workbench.patents.queries import claims_of, portfolio_names
from workbench.people.walls_models import TrailAction
from workbench.standards import draft_queries
from workbench.web.assessments.parts import blueprint
from workbench.web.context import local, now, record, session, viewer, writing
from workbench.web.listing import Listing, argument, page_number
from workbench.web.mapping import ClaimRows, claim_rows, evidence_reader

FILTERS: Final = ("draft", "clause", "family", "party", "portfolio", "own", "normative", "best")
MOST_TERMS: Final = 30
_OWN: Final = {"own": True, "others": False}


@dataclass(frozen=True)
class Candidate:
    """What a page shows of a match: the elements of the claim beside provisions and, behind them, those of the claims
    that it depends on; the words that they share with the clause; how many elements nothing supports."""

    parts: list[ClaimRows]
    terms: Sequence[Term]
    lacking: int


@blueprint.get("/triage")
def triage() -> str:
    """The candidate at place `at` of the queue that the filters leave."""
    filters = {name: argument(name) for name in FILTERS}
    drafts = mapped_drafts(session())
    chosen = next((draft for draft, _ in drafts if str(draft.id) == filters["draft"]), drafts[0][0] if drafts else None)
    place, total = None, 0
    if chosen is not None:
        place, total = place_in_queue(session(), _wanted(key_of(chosen), filters), page_number(argument("at")) - 1)
    if place is not None:
        publication = place.row.publication
        for matter_id in matters_of_publication(session(), publication):
            key = f"{publication.number} {place.row.claim.number}, {place.row.item.reference} {place.row.draft.label}"
            record(TrailAction.SAW, "match", f"{key} {place.row.clause.order}", matter_id=matter_id)
    listing = Listing("assessments.triage", filters, "", "", 1, total)
    midnight = local(now()).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(dt.UTC)
    return render_template(
        "web/assessments/triage.html",
        place=place,
        total=total,
        chosen=chosen,
        listing=listing,
        filters=filters,
        candidate=None if place is None else _candidate(place.row),
        drafts=[(str(draft.id), f"{item.reference}, {draft.label}") for draft, item in drafts],
        parties=[(name, name) for name in session().exec(select(Party.name).order_by(col(Party.name)))],
        portfolios=[(name, name) for name in portfolio_names(session())],
        speed=throughput(session(), viewer(), now(), midnight),
        marked=session().exec(select(Portfolio.id).where(col(Portfolio.own).is_(True)).limit(1)).first() is not None,
        most_note=MAX_NOTE,
        best=BEST,
        address=_address,
    )


@blueprint.post("/triage/undo")
def undo() -> Response:
    """Take back the last decision of this person."""
    with writing() as written:
        take_back(written, viewer(), now())
    back = request.form.get("back", "")
    place = url_for("assessments.triage")
    own = back.startswith(place) and "\\" not in back
    return redirect(back if own else place, 303)


@blueprint.get("/own")
def own() -> str:
    """The portfolios, and which of them hold the company's own patents."""
    rows = session().exec(select(Portfolio).order_by(col(Portfolio.name), col(Portfolio.id))).all()
    return render_template("web/assessments/own.html", portfolios=rows)


@blueprint.post("/own")
def mark_own() -> Response:
    """Say which portfolios are the company's own: those whose keys are `own`, of those that are `shown`."""
    shown, ours = set(request.form.getlist("shown")[:1000]), set(request.form.getlist("own")[:1000])
    with writing() as written:
        for row in written.exec(select(Portfolio)):
            if str(row.id) in shown:
                mark_own_portfolio(written, viewer(), row, own=str(row.id) in ours, at=now())
    return redirect(url_for("assessments.own"), 303)


def _address(at: int) -> str:
    """This queue at another place, counted from 0."""
    given: dict[str, Any] = {name: argument(name) for name in FILTERS if argument(name)}
    if at:
        given["at"] = at + 1
    return url_for("assessments.triage", **given)


def _wanted(draft_id: int, filters: dict[str, str]) -> Wanted:
    names = None
    if filters["party"]:
        known = {name for row in session().exec(select(Publication.applicants)) for name in row}
        names = Parties(session()).names(filters["party"], known) or [filters["party"]]
    return Wanted(
        draft_id,
        clause=filters["clause"],
        family=filters["family"],
        names=names,
        portfolio=filters["portfolio"],
        own=_OWN.get(filters["own"]),
        normative=bool(filters["normative"]),
        best=page_number(filters["best"]) if filters["best"] else BEST,
    )


def _candidate(row: MatchRow) -> Candidate:
    provisions = draft_queries.provisions_of(session(), [row.clause]).get(row.clause.id or 0, [])
    siblings = claims_of(session(), row.publication)[row.claim.language]
    parts = claim_rows(row.claim, row.clause, siblings, provisions)
    terms = evidence_reader().shared(session(), row.claim, row.clause, text_above(row.claim, siblings))
    return Candidate(parts, terms[:MOST_TERMS], sum(len(part.missing) for part in parts))
