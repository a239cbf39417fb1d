"""Mapping: how far each draft is mapped, the matches, and one claim beside one clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, render_template

from workbench.history.queries import FilterError
from workbench.mapping import queries
from workbench.mapping.elements import split_elements
from workbench.mapping.queries import MatchRow, Pair
from workbench.mapping.terms import Term
from workbench.patents.queries import portfolio_names
from workbench.standards import draft_queries
from workbench.standards.carried import before_of
from workbench.standards.drafts import UnknownWorkItemError
from workbench.standards.models import Provision
from workbench.web.context import session
from workbench.web.lineage import reason
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.reading import Piece, marked_pieces, marked_spans, provision_anchor, reading_blocks

TOP_CHOICES: Final = (1, 3, 5, 10)

blueprint = Blueprint("mapping", __name__, url_prefix="/mapping")


@dataclass(frozen=True)
class ElementRow:
    """An element of a claim and the provision that answers it best, each in pieces with the shared words marked.

    `provision` is None where none shares a word with the element.
    """

    index: int
    text: list[Piece]
    provision: Provision | None
    provision_text: list[Piece]
    score: float


@dataclass(frozen=True)
class TermRow:
    """A shared word and its part of the score; `share` is a number from 0 to 100, of the heaviest word."""

    term: str
    weight: float
    share: float


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.MATCH_FILTERS}
    sort = sort_key(argument("sort"), queries.MATCH_SORTS, "rank")
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[MatchRow] = []
    try:
        total = queries.count_matches(session(), filters)
        rows = queries.select_matches(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except (FilterError, UnknownWorkItemError) as error:
        refusal = str(error)
    listing = Listing(
        endpoint="mapping.index",
        filters=filters,
        sort=sort,
        default_sort="rank",
        page=page,
        total=total,
        export_kind="matches",
    )
    drafts = queries.draft_mappings(session())
    return render_template(
        "web/mapping/index.html",
        listing=listing,
        rows=rows,
        filters=filters,
        refusal=refusal,
        drafts=drafts,
        draft_choices=[(str(each.draft.id), f"{each.item.reference}, {each.draft.label}") for each in drafts],
        portfolios=[(name, name) for name in portfolio_names(session())],
        tops=TOP_CHOICES,
    )


@blueprint.get("/matches/<int:draft_id>/<int:claim_id>/<int:clause_order>")
def match(draft_id: int, claim_id: int, clause_order: int) -> str:
    """A claim beside a clause. The address holds when the draft is mapped anew, whether or not they match then."""
    pair = queries.find_pair(session(), draft_id, claim_id, clause_order)
    if pair is None:
        abort(404)
    terms = _terms(pair)
    provisions = draft_queries.provisions_of(session(), [pair.clause]).get(pair.clause.id or 0, [])
    heaviest = max((term.weight for term in terms), default=1.0) or 1.0
    ranking = queries.ranking_of(session(), draft_id, claim_id)
    at = next((place for place, (_, clause) in enumerate(ranking) if clause.id == pair.clause.id), None)
    return render_template(
        "web/mapping/match.html",
        pair=pair,
        claim_pieces=_marked(pair.claim.text, terms),
        title_pieces=_marked(pair.clause.title or "", terms),
        groups=reading_blocks(pair.clause, provisions, marked_spans(pair.clause.text, terms)),
        provision_anchor=provision_anchor,
        terms=[TermRow(term.term, term.weight, 100 * term.weight / heaviest) for term in terms],
        elements=_elements(pair, provisions),
        ranking=ranking,
        previous=ranking[at - 1] if at else None,
        next=ranking[at + 1] if at is not None and at + 1 < len(ranking) else None,
        before=before_of(session(), pair.draft, clause_order),
        reason=reason,
    )


def _terms(pair: Pair) -> list[Term]:
    return [] if pair.match is None else [Term(str(term), float(weight)) for term, weight in pair.match.terms]


def _elements(pair: Pair, provisions: list[Provision]) -> list[ElementRow]:
    """The elements of the claim as it is now, with what the engine found for each when the draft was mapped."""
    by_index = {provision.index: provision for provision in provisions}
    found = {} if pair.match is None else {int(each["index"]): each for each in pair.match.elements}
    rows = []
    for element in split_elements(pair.claim.text, pair.claim.language):
        answer = found.get(element.index, {})
        terms = [Term(str(term), float(weight)) for term, weight in answer.get("terms", ())]
        provision = by_index.get(answer.get("provision", -1)) if terms else None
        rows.append(
            ElementRow(
                element.index,
                _marked(element.text, terms),
                provision,
                _marked(provision.text, terms) if provision else [],
                float(answer.get("score", 0)),
            )
        )
    return rows


def _marked(text: str, terms: list[Term]) -> list[Piece]:
    return marked_pieces(text, 0, len(text), marked_spans(text, terms))
