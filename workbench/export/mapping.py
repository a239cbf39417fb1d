"""What can be taken out of the mapping: matches with their evidence, and what people decided of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlmodel import Session

from workbench.export.base import Kind, Moment, Row, Shape, Window, cut
from workbench.i18n import mark
from workbench.mapping.decisions_models import Verdict
from workbench.mapping.decisions_queries import DECISION_FILTERS, select_decisions
from workbench.mapping.evidence_reader import EvidenceReader, evidence_rows
from workbench.mapping.queries import MATCH_FILTERS, select_matches

_WEIGHT_DIGITS = 6


class ElementPart(Shape):
    index: int
    text: str
    clause: str | None
    provision: str | None
    score: float
    terms: list[str]
    coverage: float
    support: str


class MatchRow(Shape):
    publication: str
    claim: int
    work_item: str
    draft: str
    clause: str | None
    clause_title: str | None
    rank: int
    score: float
    signals: dict[str, float]
    terms: list[tuple[str, float]]
    elements: list[ElementPart]


class DecisionRow(Shape):
    id: int
    publication: str
    claim: int
    language: str
    claim_hash: str
    work_item: str
    iso_id: int
    draft: str
    clause: str | None
    clause_order: int
    clause_hash: str
    verdict: Verdict
    note: str
    by: str
    at: Moment
    replaces: int | None


def _matches(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
    """Matches with their evidence in words; what an encoder finds near in meaning is on the page of a match only."""
    rows = select_matches(session, filters, sort="draft", limit=window.limit, offset=window.offset)
    reader = EvidenceReader()
    for row, evidence in zip(rows, evidence_rows(session, rows, reader), strict=True):
        name = row.clause.number or row.clause.title
        yield {
            "publication": row.publication.number,
            "claim": row.claim.number,
            "work_item": row.item.reference,
            "draft": row.draft.label,
            "clause": name,
            "clause_title": row.clause.title,
            "rank": row.match.rank,
            "score": row.match.score,
            "signals": {
                name: value
                for name in ("words", "characters", "meaning")
                if (value := getattr(row.match, name)) is not None
            },
            "terms": [
                [each.term, round(each.weight, _WEIGHT_DIGITS)]
                for each in reader.shared(session, row.claim, row.clause)
            ],
            "elements": [
                {
                    "index": each.element.index,
                    "text": each.element.text,
                    "clause": name,
                    "provision": each.provision_text,
                    "score": round(each.score, _WEIGHT_DIGITS),
                    "terms": [term.term for term in each.terms],
                    "coverage": round(each.coverage, _WEIGHT_DIGITS),
                    "support": each.support.value,
                }
                for each in evidence
            ],
        }


def _decisions(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    for decision, draft, item, clause in select_decisions(session, filters):
        yield {
            "id": decision.id,
            "publication": decision.publication,
            "claim": decision.claim,
            "language": decision.language,
            "claim_hash": decision.claim_hash,
            "work_item": item.reference,
            "iso_id": item.iso_id,
            "draft": draft.label,
            "clause": clause.number or clause.title,
            "clause_order": decision.clause_order,
            "clause_hash": decision.clause_hash,
            "verdict": decision.verdict.value,
            "note": decision.note,
            "by": decision.by,
            "at": decision.at.isoformat(),
            "replaces": decision.replaces,
        }


KINDS = {
    "matches": Kind(
        _matches,
        frozenset(MATCH_FILTERS),
        MatchRow,
        ("publication", "claim", "work_item", "draft", "clause", "clause_title"),
        mark("What the engine suggests: claims and clauses with the evidence in words."),
        told=True,
    ),
    "decisions": Kind(
        cut(_decisions),
        frozenset(DECISION_FILTERS),
        DecisionRow,
        ("id",),
        mark("What people decided of matches, in order."),
        told=True,
    ),
}
