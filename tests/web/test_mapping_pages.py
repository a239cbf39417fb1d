"""The page of the mapping and the page of one match."""

from __future__ import annotations

import json
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests.web.conftest import token
from tests.web.library import NOW, TWO_LANGUAGES, Library, counted_queries, fill_with_a_long_pair, portfolio_of
from workbench import sample
from workbench.db import Store, key_of
from workbench.history.queries import FilterError
from workbench.mapping.evidence import missing
from workbench.mapping.evidence_reader import EvidenceReader, texts_above
from workbench.mapping.models import DraftPass, Match
from workbench.mapping.queries import MATCH_SORTS, count_matches, find_pair, in_one_draft, select_matches
from workbench.patents.models import Claim, Publication
from workbench.settings import Settings
from workbench.standards.draft_queries import provisions_of
from workbench.standards.models import Clause, Draft
from workbench.web import create_app

ADDRESS = re.compile(r'<a class="open" href="(/mapping/matches/\d+/\d+/\d+)"')
PORTFOLIO = portfolio_of(next(iter(sorted((sample.folder() / "patents").glob("*.xml")))))


def best(library: Library) -> Match:
    """The match with the highest score of all."""
    with library.store.read() as session:
        return session.exec(select(Match).order_by(col(Match.score).desc())).first() or pytest.fail("nothing is mapped")


def address(library: Library, match: Match) -> str:
    with library.store.read() as session:
        clause = session.get_one(Clause, match.clause_id)
    return f"/mapping/matches/{match.draft_id}/{match.claim_id}/{clause.order}"


def test_drafts_show_how_far_they_are_mapped(library: Library) -> None:
    page = library.page("/mapping/")
    with library.store.read() as session:
        claims = {(match.draft_id, match.claim_id) for match in session.exec(select(Match))}
        drafts = {key_of(draft): draft.label for draft in session.exec(select(Draft))}
    for key, label in drafts.items():
        row = page[page.index(f", {label}</a>") :]
        assert f'data-name="Claims mapped">{sum(draft == key for draft, _ in claims)}</td>' in row
    assert "no probability and no opinion on essentiality" in page
    assert "Reading priority" in page


def test_without_matches_the_page_says_how_to_get_them(empty: FlaskClient) -> None:
    assert "workbench map" in empty.get("/mapping/").text


@pytest.mark.parametrize(
    "filters",
    [
        {"draft": "1"},
        {"portfolio": PORTFOLIO},
        {"applicant": "Sample Cloud"},
        {"publication": "EP.9990001.B1"},
        {"clause": "5.3"},
        {"draft": "2", "normative": "yes"},
        {"top": "1"},
        {"draft": "2", "top": "3", "applicant": "sample ai"},
        {"work_item": "9900001", "label": "DIS"},
    ],
    ids=str,
)
def test_a_filter_leaves_some_and_the_export_has_the_same_rows(library: Library, filters: dict[str, str]) -> None:
    page = library.client.get("/mapping/", query_string=filters).text
    with library.store.read() as session:
        filters = in_one_draft(session, filters)
        rows = select_matches(session, filters)
        assert 0 < len(rows) == count_matches(session, filters) < count_matches(session, {})
    assert f"of {len(rows):,}" in page
    assert len(ADDRESS.findall(page)) == min(50, len(rows))
    answer = library.client.get("/export/matches.jsonl", query_string=filters, buffered=True)
    assert answer.status_code == 200
    exported = [json.loads(line) for line in answer.text.splitlines()]
    assert sorted((row["publication"], row["claim"], row["draft"], row["rank"]) for row in exported) == sorted(
        (row.publication.number, row.claim.number, row.draft.label, row.match.rank) for row in rows
    )


def test_a_list_that_names_no_draft_and_nobodys_claims_is_that_of_the_newest_english_text(library: Library) -> None:
    with library.store.read() as session:
        dis = str(session.exec(select(Draft.id).where(Draft.label == "DIS")).one())
        translation = session.execute(sa.select(sa.func.max(DraftPass.draft_id))).scalar_one()
        assert session.get_one(Draft, translation).language == "ja"
        of_newest = count_matches(session, {"draft": dis})
        of_publication = count_matches(session, {"publication": "EP.9990001.B1"})
        assert in_one_draft(session, {})["draft"] == dis
        assert in_one_draft(session, {"label": "DIS (ja)"})["draft"] == str(translation)
        assert "draft" not in in_one_draft(session, {"decision": "plausible"})
    assert f"of {of_newest:,}" in library.page("/mapping/")
    assert f'value="{dis}" selected' in library.page("/mapping/?decision=open")
    assert f"of {of_publication:,}" in library.page("/mapping/?publication=EP.9990001.B1")


def test_a_clause_is_filtered_with_those_below_it_and_no_others(library: Library) -> None:
    with library.store.read() as session:
        numbers = {row.clause.number for row in select_matches(session, {"clause": "5"})}
    assert numbers
    assert all(number and (number == "5" or number.startswith("5.")) for number in numbers)


@pytest.mark.parametrize(
    "query", ["draft=x", "top=0", "top=-1", "draft=99999999999999", "work_item=nothing", "work_item=ISO+1"]
)
def test_a_filter_that_cannot_be_is_said_and_not_a_crash(library: Library, query: str) -> None:
    page = library.page(f"/mapping/?{query}")
    assert "A filter cannot be used" in page
    assert not ADDRESS.findall(page)
    with library.store.read() as session, pytest.raises(FilterError, match="cannot be filtered by colour"):
        select_matches(session, {"colour": "red"})


def test_matches_come_by_rank_then_score_and_each_order_turns_round(library: Library) -> None:
    with library.store.read() as session:
        found = [(row.match.rank, -row.match.score) for row in select_matches(session, {}, limit=200)]
        assert found == sorted(found)
        for key in MATCH_SORTS:
            up, down = (select_matches(session, {}, sort=sort, limit=1) for sort in (key, f"-{key}"))
            assert up[0].match.id != down[0].match.id


def test_the_list_asks_the_store_a_fixed_number_of_questions(library: Library) -> None:
    library.page("/mapping/")  # what a process asks once is asked
    with counted_queries(library.store) as many:
        library.page("/mapping/")
    with counted_queries(library.store) as few:
        library.page("/mapping/?clause=5.3.1&top=1")
    # one more where a claim of the page refers to another
    assert len(few) <= len(many) <= len(few) + 1 <= 20


def test_a_match_shows_claim_and_clause_and_the_words_they_share(library: Library) -> None:
    match = best(library)
    page = library.page(address(library, match))
    with library.store.read() as session:
        claim, clause = session.get_one(Claim, match.claim_id), session.get_one(Clause, match.clause_id)
        terms = EvidenceReader().shared(session, claim, clause)
    assert re.search(rf"<mark>{re.escape(terms[0].term)}</mark>", page)
    assert "no probability and no opinion on essentiality" in page
    weights = [float(value) for value in re.findall(r'<td class="number">(\d+\.\d{3})</td>', page)]
    assert weights == [round(term.weight, 3) for term in terms[:30]]
    assert f'data-name="Place by it">1 of {count_matches_of(library, match)}</td>' in page


def count_matches_of(library: Library, match: Match) -> int:
    with library.store.read() as session:
        statement = select(Match).where(Match.claim_id == match.claim_id, Match.draft_id == match.draft_id)
        return len(session.exec(statement).all())


def test_every_element_has_its_provision_or_is_said_to_be_without_support(library: Library) -> None:
    match = best(library)
    page = library.page(address(library, match))
    with library.store.read() as session:
        claim, clause = session.get_one(Claim, match.claim_id), session.get_one(Clause, match.clause_id)
        provisions = provisions_of(session, [clause])[match.clause_id]
        evidence = EvidenceReader().elements(session, claim, clause, provisions)
    assert len(evidence) > 1
    assert page.count('<li id="e-') == len(evidence)
    for each in evidence:
        row = page[page.index(f'<li id="e-{each.element.index + 1}"') :]
        assert f'data-support="{each.support}"' in row[:200]
        if each.provision is not None:
            assert f'href="#p-{clause.order}-{each.provision}"' in row[: row.index("</li>")]
    lacking = missing(evidence)
    assert ("no support in this clause" in page) == bool(lacking)


def test_triage_is_kept_shown_replaced_and_taken_back(library: Library) -> None:
    place = address(library, best(library))
    csrf = token(library.client)
    form = {"csrf_token": csrf, "verdict": "plausible", "note": "the score <b>is</b> signed"}
    answer = library.client.post(f"{place}/decision", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{place}#triage")
    page = library.page(place)
    assert "the score &lt;b&gt;is&lt;/b&gt; signed" in page
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    stale = library.client.post(f"{place}/decision", data={**form, "verdict": "not"})
    assert stale.status_code == 409
    assert "meanwhile" in stale.text
    listed = library.page("/mapping/?decision=plausible")
    assert len(ADDRESS.findall(listed)) == 1
    assert "local, " in listed
    back = {**form, "seen": seen, "verdict": "not", "back": "/mapping/?top=1"}
    assert library.client.post(f"{place}/decision", data=back).headers["Location"] == "/mapping/?top=1"
    page = library.page(place)
    assert "Earlier decisions" in page
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    for elsewhere in ("//example.org/mapping/", "https://example.org", "/mapping/\\example.org"):
        away = {**form, "seen": seen, "verdict": "open", "back": elsewhere}
        answer = library.client.post(f"{place}/decision", data=away)
        assert not answer.headers.get("Location", "/").startswith(("//", "https:"))
        assert "example.org" not in answer.headers.get("Location", "")
    assert "Nobody has decided" in library.page(place)
    assert len(ADDRESS.findall(library.page("/mapping/?decision=plausible"))) == 0


@pytest.mark.parametrize(
    ("form", "status"), [({}, 400), ({"verdict": "essential"}, 400), ({"verdict": "not", "note": "x" * 2001}, 409)]
)
def test_a_decision_that_cannot_be_is_refused(library: Library, form: dict[str, str], status: int) -> None:
    place = address(library, best(library))
    csrf = token(library.client)
    assert library.client.post(f"{place}/decision", data={"csrf_token": csrf, **form}).status_code == status
    assert library.client.post(f"{place}/decision", data=form).status_code == 400
    missing_place = f"{place.rpartition('/')[0]}/9999/decision"
    assert library.client.post(missing_place, data={"csrf_token": csrf, "verdict": "not"}).status_code == 404


def test_the_page_of_learning_says_what_is_lacking_and_switches(library: Library) -> None:
    page = library.page("/mapping/learning/")
    assert "Nothing has been learned yet." in page
    csrf = {"csrf_token": token(library.client)}
    answer = library.client.post("/mapping/learning/learn", data=csrf)
    assert answer.status_code == 303
    assert "Too little has been decided" in library.page(answer.headers["Location"])
    library.client.post("/mapping/learning/switch", data=csrf)
    assert "It was switched off on this page." in library.page("/mapping/learning/")
    library.client.post("/mapping/learning/switch", data={**csrf, "on": "1"})
    assert "Switched on by local" in library.page("/mapping/learning/")
    assert library.client.post("/mapping/learning/switch", data={}).status_code == 400


def test_a_long_claim_and_a_long_clause_are_read_in_panes_with_an_index(settings: Settings, store: Store) -> None:
    draft_id, claim_id = fill_with_a_long_pair(store)
    client = create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()
    page = client.get(f"/mapping/matches/{draft_id}/{claim_id}/0").text
    assert page.count('class="pane"') == 2
    assert page.count('<li id="e-') == 201
    assert 'class="element-index"' in page
    assert "Provisions that answer elements" in page


def test_the_evidence_of_a_match_is_one_click_away(library: Library) -> None:
    match = best(library)
    page = library.page(address(library, match))
    assert f'href="/standards/drafts/{match.draft_id}"' in page
    assert re.search(r'href="/patents/publications/[^"#]+"', page)
    assert f'href="/sources/runs/{match.run_id}"' in page
    assert "Engine" in page


def test_neighbouring_ranks_lead_through_all_clauses_of_a_claim(library: Library) -> None:
    match = best(library)
    at, seen = address(library, match), 0
    while at:
        page = library.page(at)
        seen += 1
        found = re.search(r'<a rel="next" href="([^"]+)">', page)
        at = found[1] if found else ""
    with library.store.read() as session:
        statement = select(Match).where(Match.claim_id == match.claim_id, Match.draft_id == match.draft_id)
        assert seen == len(session.exec(statement).all())


def test_a_pair_that_does_not_match_keeps_its_address(library: Library) -> None:
    match = best(library)
    with library.store.read() as session:
        ranked = set(session.exec(select(Match.clause_id).where(Match.claim_id == match.claim_id)))
        statement = select(Clause).where(Clause.draft_id == match.draft_id, col(Clause.id).not_in(ranked))
        clause = session.exec(statement).first()
        assert clause is not None
        pair = find_pair(session, match.draft_id, match.claim_id, clause.order)
        assert pair is not None
        assert pair.match is None
    page = library.page(f"/mapping/matches/{match.draft_id}/{match.claim_id}/{clause.order}")
    assert "does not put this clause among the best" in page
    assert "All clauses for this claim" in page


def test_a_dependent_claim_is_said_not_to_be_mapped(library: Library) -> None:
    with library.store.read() as session:
        claim = session.exec(select(Claim).where(col(Claim.independent).is_(False))).first()
        assert claim is not None
    page = library.page(f"/mapping/matches/1/{claim.id}/0")
    assert "This claim is not mapped onto this draft" in page
    above = min(claim.depends_on)
    assert f"Taken over from claim {above} " in page
    assert f'<li id="e-{above}-1" data-support=' in page
    with library.store.read() as session:
        statement = select(Claim).where(Claim.publication_id == claim.publication_id)
        siblings = session.exec(statement.where(Claim.language == claim.language)).all()
        assert texts_above(session, siblings)[key_of(claim)].startswith(siblings[above - 1].text)


def test_whose_claims_are_ranked_is_told_for_the_language_of_the_draft(library: Library) -> None:
    with library.store.read() as session:
        statement = select(Claim.id).join(Publication).where(Publication.number == TWO_LANGUAGES)
        claim = session.exec(statement.where(Claim.language == "ja")).one()
        drafts = {each.language: each.id for each in session.exec(select(Draft))}
    told = "Of this publication the claims in English are ranked"
    assert told in library.page(f"/mapping/matches/{drafts['en']}/{claim}/0")
    assert told not in library.page(f"/mapping/matches/{drafts['ja']}/{claim}/0")
    read = f"For drafts in English the claims of {TWO_LANGUAGES} in English are read in their place."
    assert read in library.page(f"/mapping/claims/{claim}")


def test_free_text_is_compared_with_the_newest_draft_in_each_language(library: Library) -> None:
    with library.store.read() as session:
        drafts = {each.language: each for each in session.exec(select(Draft).where(Draft.label != "CD 1"))}
        assert drafts["en"].work_item_id == drafts["ja"].work_item_id
        told = {}
        for language, draft in drafts.items():
            longest = sorted(session.exec(select(Clause).where(Clause.draft_id == draft.id)), key=lambda c: len(c.text))
            told[language] = longest[-1]
    for clause in told.values():
        page = library.client.get("/mapping/text", query_string={"q": clause.text}).text
        first = re.search(r'href="(/mapping/clauses/[^"]*)"', page)
        assert first is not None
        assert first[1] == f"/mapping/clauses/{clause.draft_id}/{clause.order}"


@pytest.mark.parametrize("place", ["999/1/1", "1/99999/1", "1/1/999"])
def test_what_is_not_there_is_a_404(library: Library, place: str) -> None:
    assert library.client.get(f"/mapping/matches/{place}").status_code == 404


def test_triage_shows_what_a_claim_takes_over(library: Library) -> None:
    """Claim 6 of the sample, "A device for monitoring drift, configured for the method of any one of claims 1 to 5"."""
    with library.store.read() as session:
        dis = session.exec(select(Draft.id).where(Draft.label == "DIS")).one()
    queue = f"/assessments/triage?draft={dis}&family=EP.9990007.A1&best=1"
    page = next(page for at in (1, 2) if ", claim 6 " in (page := library.page(f"{queue}&at={at}")))
    missing = re.findall(r'href="#(e-\d+-\d+)"', page)
    assert "Taken over from claim 1 " in page
    assert missing
    assert all(f'id="{each}"' in page for each in missing)
