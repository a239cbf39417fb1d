"""Mapping: how far each draft is mapped, the matches, and one claim beside one clause with what people decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from workbench.assessments.verbs import triage
from workbench.history.queries import FilterError
from workbench.mapping import decisions_queries, queries
from workbench.mapping.claims import Note, Twin, ancestors, notes, twins
from workbench.mapping.claims_family import ClaimSource, claim_sources, sources_by_language
from workbench.mapping.decisions import MAX_NOTE, DecisionError
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.mapping.decisions_queries import CHOICES, Standing
from workbench.mapping.encoder import Encoder, ModelError, installed_encoder
from workbench.mapping.evidence import SUPPORT_MEANING, SUPPORT_WORDS, ElementEvidence, missing, places
from workbench.mapping.evidence_reader import EvidenceReader, text_above, texts_above
from workbench.mapping.models import Match
from workbench.mapping.queries import MatchRow, Pair
from workbench.mapping.terms import Term
from workbench.patents.models import Claim
from workbench.patents.portfolios import matters_of_publication
from workbench.patents.queries import claims_of, portfolio_names, publication
from workbench.people.gate import HiddenError
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.standards import draft_queries
from workbench.standards.carried import before_of
from workbench.standards.drafts import UnknownWorkItemError
from workbench.standards.models import Clause, Draft, Provision
from workbench.web import mapping_learning as learning
from workbench.web.context import now, record, session, viewer, workbench, writing
from workbench.web.labels import label
from workbench.web.lineage import reason
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.reading import Piece, marked_pieces, marked_spans, provision_anchor, reading_blocks

TOP_CHOICES: Final = (1, 3, 5, 10)
LONG_TEXT: Final = 2500
"""Characters from which a claim or a clause is read in a pane that scrolls by itself."""
MANY_ELEMENTS: Final = 8
"""Elements from which they are listed beside, to jump to."""
MANY_JUMPS: Final = 30
"""Answered elements up to which the links to their provisions are unfolded."""
_SIGNALS: Final = ("words", "characters", "meaning")
_READER: Final = "workbench.evidence"

blueprint = Blueprint("mapping", __name__, url_prefix="/mapping")


@dataclass(frozen=True)
class ElementRow:
    """An element of a claim and the provision that answers it best, each in pieces with the shared words marked.

    `provision` is None where none answers it; `notes` say what is particular about the element.
    """

    evidence: ElementEvidence
    text: list[Piece]
    provision: Provision | None
    provision_text: list[Piece]
    notes: Sequence[Note] = ()


@dataclass(frozen=True)
class ClaimRows:
    """The elements of a claim beside the clause, and those of them that nothing there supports."""

    claim: Claim
    elements: list[ElementRow]
    missing: list[ElementEvidence]


@dataclass(frozen=True)
class TermRow:
    """A shared word and its weight; `share` is a number from 0 to 100, of the heaviest word."""

    term: str
    weight: float
    share: float


@dataclass(frozen=True)
class SignalRow:
    """A signal of a match: its value, and the clause's place by it among the clauses kept for the claim."""

    name: str
    value: float
    place: int


def encoder_of_pages() -> Encoder | None:
    """The sentence encoder; None where there is none, or where it cannot be used: words are better than no page."""
    try:
        return installed_encoder(workbench().settings)
    except ModelError as error:
        current_app.logger.warning("pages go by words alone: %s", error)
        return None


def evidence_reader() -> EvidenceReader:
    """The reader of this application; it remembers from request to request."""
    found = current_app.extensions.get(_READER)
    if found is None:
        found = current_app.extensions[_READER] = EvidenceReader(encoder_of_pages())
    return cast(EvidenceReader, found)


@blueprint.app_context_processor
def _shared_words() -> dict[str, Any]:
    def shared_words(row: MatchRow, above: Mapping[int, str] | None = None) -> tuple[Term, ...]:
        """`above`: of the claims of the page, what they take over (`texts_above`), where that is known."""
        known = texts_above(session(), [row.claim]) if above is None else above
        return evidence_reader().shared(session(), row.claim, row.clause, known.get(row.match.claim_id, ""))

    return {"shared_words": shared_words}


@blueprint.get("/")
def index() -> str:
    asked = {name: argument(name) for name in queries.MATCH_FILTERS}
    filters = queries.in_one_draft(session(), asked)
    learned = learning.state()
    default = "rank" if learned.weights is None else "learned"
    sort = sort_key(argument("sort"), queries.MATCH_SORTS, default)
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[MatchRow] = []
    try:
        total = queries.count_matches(session(), filters)
        rows = queries.select_matches(
            session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, learned=learned.weights
        )
    except (FilterError, UnknownWorkItemError) as error:
        refusal = str(error)
    listing = Listing(
        endpoint="mapping.index",
        filters=filters,
        sort=sort,
        default_sort=default,
        page=page,
        total=total,
        export_kind="matches",
    )
    drafts = queries.draft_mappings(session())
    return render_template(
        "web/mapping/index.html",
        listing=listing,
        rows=rows,
        above=texts_above(session(), [row.claim for row in rows]),
        filters=filters,
        asked=any(asked.values()),
        newest=queries.in_one_draft(session(), {**asked, "draft": ""}).get("draft"),
        refusal=refusal,
        drafts=drafts,
        draft_choices=[(str(each.draft.id), f"{each.item.reference}, {each.draft.label}") for each in drafts],
        portfolios=[(name, name) for name in portfolio_names(session())],
        tops=TOP_CHOICES,
        decisions=queries.decisions_on(session(), rows),
        decision_choices=[(each, label("verdict", each)) for each in CHOICES],
        may_decide=viewer().may(Permission.DECIDE),
        homeless=_homeless(filters["draft"]),
        read_for_it={} if rows else _read_for(filters["publication"]),
        learned=learned if sort == "learned" and learned.weights is not None else None,
    )


def _read_for(number: str) -> dict[str, ClaimSource]:
    """Whose claims are ranked in place of those of a publication, by the language of drafts."""
    found = publication(session(), number.upper()) if number else None
    key = 0 if found is None else found.id or 0
    read = sources_by_language(session(), key) if key else {}
    return {language: source for language, source in read.items() if source.publication != key}


def _homeless(draft_id: str) -> list[Standing]:
    """The decisions whose clause is gone in the draft that is filtered for."""
    draft = (
        session().get(Draft, int(draft_id))
        if draft_id.isascii() and draft_id.isdigit() and len(draft_id) < 10
        else None
    )
    return [] if draft is None else decisions_queries.without_place(session(), draft)


@blueprint.get("/matches/<int:draft_id>/<int:claim_id>/<int:clause_order>")
def match(draft_id: int, claim_id: int, clause_order: int) -> str:
    """A claim beside a clause. The address holds when the draft is mapped anew, whether or not they match then."""
    pair = _found(draft_id, claim_id, clause_order)
    for matter_id in matters_of_publication(session(), pair.publication):
        key = f"{pair.publication.number} {pair.claim.number}, {pair.item.reference} {pair.draft.label} {clause_order}"
        record(TrailAction.SAW, "match", key, matter_id=matter_id)
    return _match_page(pair)


@blueprint.post("/matches/<int:draft_id>/<int:claim_id>/<int:clause_order>/decision")
def decide(draft_id: int, claim_id: int, clause_order: int) -> AnyResponse | tuple[str, int]:
    """Keep what a person decides of a claim on a clause, and go on where the person came from."""
    if not viewer().may(Permission.DECIDE):
        abort(404)
    pair = _found(draft_id, claim_id, clause_order)
    verdict = request.form.get("verdict", "")
    seen = [text for text in request.form.getlist("seen")[:100] if text.isascii() and text.isdigit() and len(text) < 10]
    if verdict not in set(Verdict):
        abort(400)
    try:
        with writing() as written:
            triage(
                written,
                viewer(),
                pair.claim,
                pair.clause,
                Verdict(verdict),
                request.form.get("note", ""),
                seen=[int(text) for text in seen],
                at=now(),
            )
    except HiddenError:
        abort(404)  # a publication of a matter that he is not in
    except DecisionError as error:
        return _match_page(_found(draft_id, claim_id, clause_order), str(error)), 409
    back = request.form.get("back", "")
    page = url_for("mapping.match", draft_id=draft_id, claim_id=claim_id, clause_order=clause_order, _anchor="triage")
    places = (url_for("mapping.index"), url_for("assessments.triage"))
    own = back.startswith(places) and not back.startswith("//") and "\\" not in back
    return redirect(back if own else page, 303)


def _found(draft_id: int, claim_id: int, clause_order: int) -> Pair:
    pair = queries.find_pair(session(), draft_id, claim_id, clause_order)
    if pair is None:
        abort(404)
    return pair


def _match_page(pair: Pair, refusal: str | None = None) -> str:
    provisions = draft_queries.provisions_of(session(), [pair.clause]).get(pair.clause.id or 0, [])
    reader = evidence_reader()
    siblings = claims_of(session(), pair.publication)[pair.claim.language]
    terms = list(reader.shared(session(), pair.claim, pair.clause, text_above(pair.claim, siblings)))
    own, *taken_over = claim_rows(pair.claim, pair.clause, siblings, provisions)
    heaviest = max((term.weight for term in terms), default=1.0) or 1.0
    ranking = queries.ranking_of(session(), pair.clause.draft_id, pair.claim.id or 0)
    at = next((place for place, (_, clause) in enumerate(ranking) if clause.id == pair.clause.id), None)
    standing = decisions_queries.standing_on(
        session(), pair.draft, pair.clause.order, pair.claim, pair.publication.number
    )
    return render_template(
        "web/mapping/match.html",
        pair=pair,
        claim_pieces=_marked(pair.claim.text, terms),
        title_pieces=_marked(pair.clause.title or "", terms),
        groups=reading_blocks(pair.clause, provisions, marked_spans(pair.clause.text, terms)),
        provision_anchor=provision_anchor,
        terms=[TermRow(term.term, term.weight, 100 * term.weight / heaviest) for term in terms],
        own=own,
        taken_over=taken_over,
        lacking=sum(len(part.missing) for part in (own, *taken_over)),
        twins=_twins(pair.claim, siblings),
        signals=_signals(pair, ranking),
        thresholds=(SUPPORT_WORDS, SUPPORT_MEANING),
        has_encoder=reader.has_encoder,
        long_text=LONG_TEXT,
        many_elements=MANY_ELEMENTS,
        many_jumps=MANY_JUMPS,
        ranking=ranking,
        previous=ranking[at - 1] if at else None,
        next=ranking[at + 1] if at is not None and at + 1 < len(ranking) else None,
        before=before_of(session(), pair.draft, pair.clause.order),
        reason=reason,
        standing=standing,
        homeless=[
            each
            for each in decisions_queries.without_place(session(), pair.draft)
            if (each.decision.publication, each.decision.claim, each.decision.language)
            == (pair.publication.number, pair.claim.number, pair.claim.language)
        ],
        history=_history(standing),
        source=_source(pair),
        refusal=refusal,
        most_note=MAX_NOTE,
        may_decide=viewer().may(Permission.DECIDE),
    )


def element_rows(evidence: Sequence[ElementEvidence], provisions: Sequence[Provision]) -> list[ElementRow]:
    """Elements as a page shows them, each beside the provision that answers it best."""
    by_index = {provision.index: provision for provision in provisions}
    rows = []
    for each in evidence:
        terms = list(each.terms)
        provision = None if each.provision is None else by_index[each.provision]
        rows.append(
            ElementRow(
                each,
                _marked(each.element.text, terms),
                provision,
                _marked(provision.text, terms) if provision else [],
            )
        )
    return rows


def claim_rows(
    own: Claim, clause: Clause, siblings: Sequence[Claim], provisions: Sequence[Provision]
) -> list[ClaimRows]:
    """The claim and behind it those that it depends on, whose elements it has too, the nearest first.

    `siblings` are the claims of its publication and language.
    """
    by_number = {claim.number: claim for claim in siblings}
    chain = ancestors(siblings, own.number) if own.depends_on else []
    found = []
    for claim in (own, *(by_number[number] for number in chain)):
        evidence = evidence_reader().elements(session(), claim, clause, provisions)
        told = [sorted(each) for each in notes(claim.text, claim.language)]
        rows = [replace(row, notes=said) for row, said in zip(element_rows(evidence, provisions), told, strict=True)]
        found.append(ClaimRows(claim, rows, missing(evidence)))
    return found


def _twins(own: Claim, siblings: Sequence[Claim]) -> list[tuple[Claim, Twin]]:
    """The claims of the publication that claim the same, as method, system or medium."""
    by_number = {claim.number: claim for claim in siblings}
    return [(by_number[each.number], each) for each in twins(siblings, own.number)]


def _signals(pair: Pair, ranking: Sequence[tuple[Match, Clause]]) -> list[SignalRow]:
    """The signals of the match, the one by which the clause stands highest first."""
    if pair.match is None:
        return []
    ranked = [(row.clause_id, {name: getattr(row, name) for name in _SIGNALS}) for row, _ in ranking]
    found = places(ranked, pair.match.clause_id)
    # A signal of nothing, such as the meaning of Japanese to an English encoder, tells no place.
    rows = [
        SignalRow(name, value, place)
        for name, place in found.items()
        if (value := float(getattr(pair.match, name))) > 0
    ]
    return sorted(rows, key=lambda row: (row.place, _SIGNALS.index(row.name)))


def _history(standing: Sequence[Standing]) -> list[Decision]:
    """What was decided before, on this draft and on earlier ones, the newest first."""
    earlier = [row for each in standing for row in decisions_queries.chain(session(), each.decision)[1:]]
    return sorted({row.id: row for row in earlier}.values(), key=lambda row: -(row.id or 0))


def _source(pair: Pair) -> ClaimSource | None:
    """The publication of the family, and the language, whose claims are ranked on the draft in place of this one."""
    key = pair.claim.publication_id
    found = claim_sources(session(), [key], pair.draft.language).get(key)
    return None if found is None or (found.publication, found.language) == (key, pair.claim.language) else found


def _marked(text: str, terms: list[Term]) -> list[Piece]:
    return marked_pieces(text, 0, len(text), marked_spans(text, terms))
