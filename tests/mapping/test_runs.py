"""Mapping a draft stores what the engine suggests, once, and follows the claims when they change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from workbench import sample
from workbench.db import Store
from workbench.export import rows
from workbench.history.models import RunState
from workbench.mapping.models import Match
from workbench.mapping.runs import TOP, DraftName, UnknownPortfolioError, drafts_of, map_draft
from workbench.patents.imports import import_patents
from workbench.settings import Settings
from workbench.standards.drafts import import_draft

DRAFT = sample.folder() / "drafts/iso-iec-dis-99001.sample.xml"
WEEKLY = sample.folder() / "patents/uspto-weekly.sample.xml"


@pytest.fixture
def filled(store: Store, settings: Settings) -> Store:
    import_draft(store, settings, DRAFT, work_item="9900001", label="DIS")
    import_patents(store, settings, WEEKLY, portfolio="ours")
    return store


def _draft(store: Store) -> DraftName:
    with store.read() as session:
        return drafts_of(session, None)[0]


def test_every_match_says_why_in_the_claims_own_words(filled: Store) -> None:
    run = map_draft(filled, _draft(filled))
    assert run.state is RunState.OK
    with filled.read() as session:
        matches = list(rows(session, "matches", {"top": "3"}))
        claims = {
            (row["number"], claim["number"]): claim["text"]
            for row in rows(session, "publications")
            for claim in row["claims"]
        }
    assert matches
    for match in matches:
        text = claims[match["publication"], match["claim"]]
        assert match["rank"] in (1, 2, 3)
        assert sum(weight for _, weight in match["terms"]) == pytest.approx(match["score"], abs=1e-3)
        assert match["elements"]
        for element in match["elements"]:
            assert element["text"] in text
            assert (element["provision"] is None) == (element["score"] == 0)


def test_mapping_again_changes_nothing_and_a_portfolio_maps_only_its_own(filled: Store) -> None:
    first = map_draft(filled, _draft(filled))
    again = map_draft(filled, _draft(filled), portfolio="ours")
    assert (again.state, again.unchanged) == (RunState.UNCHANGED, first.inserted)
    with pytest.raises(UnknownPortfolioError, match="ours"):
        map_draft(filled, _draft(filled), portfolio="theirs")


def test_no_claim_has_more_than_the_kept_number_of_matches_and_ranks_have_no_gaps(filled: Store) -> None:
    map_draft(filled, _draft(filled))
    with filled.read() as session:
        ranks: dict[int, list[int]] = {}
        for match in session.exec(select(Match)):
            ranks.setdefault(match.claim_id, []).append(match.rank)
    assert ranks
    assert all(sorted(held) == list(range(1, len(held) + 1)) and len(held) <= TOP for held in ranks.values())


def test_a_claim_that_goes_takes_its_matches_along(filled: Store, settings: Settings, tmp_path: Path) -> None:
    map_draft(filled, _draft(filled))
    with filled.read() as session:
        before = len(list(rows(session, "matches", {"top": "20"})))
    documents = WEEKLY.read_text(encoding="utf-8").split("<?xml ")
    cut = tmp_path / "cut.xml"
    kept = [documents[0]]
    for document in documents[1:]:
        start = document.find("<claim ")
        end = document.find("</claim>", start) + len("</claim>")
        kept.append(document[:start] + document[end:])
    cut.write_text("<?xml ".join(kept), encoding="utf-8")
    run = import_patents(filled, settings, cut)
    assert run.updated > 0
    with filled.read() as session:
        present = {row["number"]: {each["number"] for each in row["claims"]} for row in rows(session, "publications")}
        matches = list(rows(session, "matches", {"top": "20"}))
    assert all(match["claim"] in present[match["publication"]] for match in matches)
    assert 0 < len(matches) < before
    assert map_draft(filled, _draft(filled)).state in (RunState.OK, RunState.UNCHANGED)
