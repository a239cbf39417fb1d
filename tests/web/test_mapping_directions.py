"""The mapping from either side on the pages: a clause's claims, a claim's clauses, free text, the heat of a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlmodel import select

from tests.conftest import empty_database
from tests.mapping.fake_encoder import WordEncoder
from tests.mapping.invented import add_draft, add_publications
from tests.web.library import NOW, Library
from workbench.db import Store, key_of
from workbench.history.log import finish_run, start_run
from workbench.history.models import Run, RunKind, RunState
from workbench.mapping import runs
from workbench.mapping.models import Match, TextVectors
from workbench.patents.models import Claim, Family, Publication
from workbench.patents.portfolios import put_into
from workbench.people.viewer import Viewer
from workbench.standards.models import Clause
from workbench.web import create_app
from workbench.web import mapping as mapping_pages


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def mapped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Eight publications with sixty claims in seven families, mapped onto a draft; tests only read it."""
    with (
        pytest.MonkeyPatch.context() as patch,
        empty_database(request.param, request, tmp_path_factory.mktemp("mapped"), migrated=True) as settings,
    ):
        for module in (runs, mapping_pages):
            patch.setattr(module, "installed_encoder", lambda settings: WordEncoder())
        settings = settings.model_copy(update={"dependent_claims": True})
        store = Store(settings, Viewer.system())
        store.migrate()
        add_publications(store, 8 * 15)
        draft = add_draft(store, 10)
        with store.write() as session:
            family = Family(family_id="1")
            session.add(family)
            session.flush()
            first, second, *_ = publications = session.exec(select(Publication)).all()
            first.family_ref = second.family_ref = family.id
            session.add_all(publications)
            put_into(session, "Ours", [first])
        runs.map_draft(store, draft)
        app = create_app(settings, store, open_local=True, clock=lambda: NOW)
        yield Library(store, app.test_client())
        store.close()


def _fullest(library: Library) -> tuple[Clause, list[Match]]:
    """The clause with the most matches, and these."""
    with library.store.read() as session:
        found: dict[int, list[Match]] = {}
        for match in session.exec(select(Match)):
            found.setdefault(match.clause_id, []).append(match)
        key, matches = max(found.items(), key=lambda each: (len(each[1]), each[0]))
        return session.get_one(Clause, key), matches


def test_the_claims_of_a_clause_are_folded_by_family_best_first(mapped: Library) -> None:
    clause, matches = _fullest(mapped)
    with mapped.store.read() as session:
        best: dict[int, float] = {}
        for match in matches:
            publication = session.get_one(Publication, session.get_one(Claim, match.claim_id).publication_id)
            family = publication.family_ref or -key_of(publication)
            best[family] = max(best.get(family, match.score), match.score)
    page = mapped.page(f"/mapping/clauses/{clause.draft_id}/{clause.order}")
    shown = [float(each) for each in re.findall(r'class="number" data-name="Reading priority">([\d.]+)<', page)]
    assert shown == [pytest.approx(score, abs=0.051) for score in sorted(best.values(), reverse=True)]
    assert f"{len(matches)} claims in all" in page
    ours = mapped.page(f"/mapping/clauses/{clause.draft_id}/{clause.order}?portfolio=Ours")
    assert ours.count('data-name="Reading priority"') <= 1
    assert mapped.client.get(f"/mapping/clauses/{clause.draft_id}/999").status_code == 404


def test_a_claim_shows_its_clauses_in_order_of_rank(mapped: Library) -> None:
    _, matches = _fullest(mapped)
    page = mapped.page(f"/mapping/claims/{matches[0].claim_id}")
    ranks = [int(rank) for rank in re.findall(r'data-name="Rank">(\d+)<', page)]
    assert ranks == list(range(1, len(ranks) + 1))
    assert ranks
    assert mapped.client.get("/mapping/claims/999999").status_code == 404


def test_the_heat_counts_families_in_picture_table_and_file(mapped: Library) -> None:
    clause, _ = _fullest(mapped)
    page = mapped.page(f"/mapping/heat/{clause.draft_id}")
    table = re.findall(r'data-name="(Families|Claims)">(\d+)<', page)
    drawn = re.findall(r'<text class="soft"[^>]*>(\d+)</text>', page)
    assert [int(value) for name, value in table if name == "Families"] == [int(value) for value in drawn]
    lines = mapped.page(f"/mapping/heat/{clause.draft_id}.csv").splitlines()
    assert len(lines) == 1 + len(drawn)
    with mapped.store.read() as session:
        foremost = [match for match in session.exec(select(Match)) if match.rank <= 3]
    assert sum(int(value) for name, value in table if name == "Claims") == len(foremost)
    assert mapped.client.get(f"/mapping/heat/{clause.draft_id}.exe").status_code == 404
    assert mapped.client.get("/mapping/heat/999").status_code == 404


@pytest.mark.parametrize("most", [20_000, 10])
def test_text_finds_the_clause_and_the_claim_it_was_taken_from_and_is_not_kept(
    mapped: Library, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.mapping.free_text.MOST_CLAIMS", most)
    clause, matches = _fullest(mapped)
    best = max(matches, key=lambda match: match.score)
    with mapped.store.read() as session:
        claim = session.get_one(Claim, best.claim_id)
        kept = len(session.exec(select(TextVectors)).all())
    page = mapped.client.get("/mapping/text", query_string={"q": clause.text}).text
    first = re.search(r'href="(/mapping/clauses/[^"]*)"', page)
    assert first is not None
    assert first[1] == f"/mapping/clauses/{clause.draft_id}/{clause.order}"
    page = mapped.client.get("/mapping/text", query_string={"q": claim.text}).text
    first = re.search(r'href="(/mapping/claims/[^"]*)"', page)
    assert first is not None
    assert most == 10 or first[1] == f"/mapping/claims/{claim.id}"
    with mapped.store.read() as session:
        assert len(session.exec(select(TextVectors)).all()) == kept


@pytest.mark.parametrize("asked", ["", "評価手法", "\0x", "%", "zzz " * 3000])
def test_any_text_is_answered(mapped: Library, asked: str) -> None:
    answer = mapped.client.get("/mapping/text", query_string={"q": asked})
    assert answer.status_code == 200
    assert "zzz " * 1300 not in answer.text


def test_a_draft_that_is_not_mapped_says_how(mapped: Library) -> None:
    with mapped.store.read() as session:
        seeds = len(session.exec(select(Clause)).all())
    draft = add_draft(mapped.store, 2, seed=seeds)
    assert set(re.findall(r'data-name="Families">(\d+)<', mapped.page(f"/mapping/heat/{draft.draft_id}"))) == {"0"}
    assert "workbench map" in mapped.page(f"/mapping/clauses/{draft.draft_id}/0")


def test_a_mapping_under_way_is_told_with_the_time_left(mapped: Library) -> None:
    assert "reading claims" not in mapped.page("/mapping/")
    run_id = start_run(mapped.store, RunKind.MAP, "map:ISO/IEC CD 1/CD 1", "x", NOW)
    assert "minute" not in mapped.page("/mapping/under-way")
    with mapped.store.write() as session:
        run = session.get_one(Run, run_id)
        run.measures = {"stage": 1, "done": 1000, "total": 650000, "seconds_left": 600}
        session.add(run)
    for page in (mapped.page("/mapping/"), mapped.page("/mapping/under-way")):
        assert "ISO/IEC CD 1/CD 1: reading claims, 1,000 of 650,000." in page
        assert "About 10 minutes left." in page
    with mapped.store.write() as session:
        finish_run(session, run_id, RunState.FAILED)
    assert "minutes left" not in mapped.page("/mapping/")
