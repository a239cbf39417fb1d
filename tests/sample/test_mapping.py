"""The ranking that `workbench map` uses puts the clauses that the publications were written for near the top."""

from __future__ import annotations

import statistics

import pytest

from scrapers.drafts import read_draft
from scrapers.patents import read_patents
from scrapers.records import Publication
from tests.sample.expected import Expected, expectations
from workbench import sample
from workbench.mapping.ranking import ClaimText, ClauseText, Match, rank

TOP = 5


def _clauses(file: str) -> list[ClauseText]:
    draft = read_draft(sample.folder() / "drafts" / file)
    return [
        ClauseText(
            each.number or each.title,
            each.title,
            " ".join(block.text for block in each.blocks),
            draft.reference,
            each.kind.value,
        )
        for each in draft.clauses
    ]


@pytest.fixture(scope="module")
def ranked() -> dict[Expected, list[Match]]:
    """The best clauses for claim 1 of each publication, in the draft of the claim's language."""
    _, english, japanese = (_clauses(draft.file) for draft in sample.DRAFTS)
    claims = {}
    for path in sorted((sample.folder() / "patents").glob("*.xml")):
        for each in read_patents(path):
            assert isinstance(each, Publication)
            if each.claims:
                first = each.claims[0]
                claims[each.number] = ClaimText(each.number, first.text, None, first.language)
    return {
        each: rank([claims[each.number]], japanese if each.language == "ja" else english, top=TOP)[0]
        for each in expectations()
    }


def test_the_intended_clause_is_among_the_first_five_for_most(ranked: dict[Expected, list[Match]]) -> None:
    wanted = {each: matches for each, matches in ranked.items() if each.clause is not None}
    found = [each for each, matches in wanted.items() if each.clause in {match.clause for match in matches}]

    assert len(wanted) == 31
    assert len(found) >= 0.9 * len(wanted)


def test_unrelated_publications_score_low(ranked: dict[Expected, list[Match]]) -> None:
    best = {each: matches[0].score if matches else 0.0 for each, matches in ranked.items()}
    intended = [score for each, score in best.items() if each.clause is not None]
    unrelated = [score for each, score in best.items() if each.clause is None]

    assert len(unrelated) == 11
    assert max(unrelated) < statistics.median(intended)
