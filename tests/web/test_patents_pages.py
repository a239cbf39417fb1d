"""The list of publications and the page of one, with its claims."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from tests.web.library import TWO_LANGUAGES, Library, counted_queries
from workbench import export
from workbench.history.queries import FilterError
from workbench.patents.models import Claim, Publication
from workbench.patents.queries import (
    PUBLICATION_SORTS,
    claim_tree,
    count_publications,
    publication_page,
    select_publications,
)


def listed(page: str) -> list[str]:
    return re.findall(r'<a class="open" href="/patents/publications/([^"]+)"', page)


FILTERS = [
    {"country": "EP"},
    {"kind": "A1"},
    {"applicant": "sample ai"},
    {"portfolio": "ops-biblio"},
    {"cpc": "g06n"},
    {"q": "negotiation sessions"},
    {"q": "試験セット"},
    {"from": "2025-01-01"},
    {"to": "2024-12-31"},
    {"country": "US", "from": "2025-01-01", "to": "2025-12-31"},
    {"family": "99000001"},
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_filter_leaves_some_and_the_export_has_the_same_rows(library: Library, filters: dict[str, str]) -> None:
    page = library.client.get("/patents/", query_string=filters).text
    shown = listed(page)
    assert 0 < len(shown) < 42
    answer = library.client.get("/export/publications.csv", query_string=filters, buffered=True)
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert sorted(shown) == sorted(row["number"] for row in rows)
    assert f"of {len(rows)}" in page
    with library.store.read() as session:
        assert sorted(row["number"] for row in export.rows(session, "publications", filters)) == sorted(shown)


def test_filters_do_what_they_say(library: Library) -> None:
    with library.store.read() as session:
        everything = session.exec(select(Publication)).all()
        of = {
            "country": [each for each in everything if each.country == "EP"],
            "cpc": [each for each in everything if any(symbol.startswith("G06N") for symbol in each.cpc)],
            "applicant": [each for each in everything if any("Sample AI" in name for name in each.applicants)],
            "from": [each for each in everything if each.date and each.date.isoformat() >= "2025-01-01"],
        }
        for name, value in (("country", "ep"), ("cpc", "G06N"), ("applicant", "Sample AI"), ("from", "2025-01-01")):
            found = select_publications(session, {name: value})
            assert {each.number for each in found} == {each.number for each in of[name]} != set()
            assert count_publications(session, {name: value}) == len(of[name])


@pytest.mark.parametrize("value", ["%", "_", "\\", '"', "'; drop table publication; --", "\x00", "A" * 300])
def test_what_is_typed_is_looked_for_as_it_is(library: Library, value: str) -> None:
    for name in ("q", "applicant", "cpc", "family", "country", "portfolio"):
        answer = library.client.get("/patents/", query_string={name: value})
        assert answer.status_code == 200
        assert listed(answer.text) == [] or name == "q" or not value.strip("\x00"), name


def test_a_date_that_is_none_is_said_and_not_a_crash(library: Library) -> None:
    page = library.page("/patents/?from=yesterday")
    assert "is no date; write it like 2026-12-04" in page
    assert "Nothing found" in page
    assert library.client.get("/export/publications.csv?from=yesterday").status_code == 400
    with library.store.read() as session, pytest.raises(FilterError, match="cannot be filtered by colour"):
        select_publications(session, {"colour": "red"})


@pytest.mark.parametrize("key", PUBLICATION_SORTS)
def test_each_order_is_an_order_and_turns_round(library: Library, key: str) -> None:
    up, down = (listed(library.page(f"/patents/?sort={sort}")) for sort in (key, f"-{key}"))
    assert sorted(up) == sorted(down)
    assert len(up) == 42
    assert up != down


def test_the_list_asks_the_store_a_fixed_number_of_questions(library: Library) -> None:
    with counted_queries(library.store) as many:
        library.page("/patents/")
    with counted_queries(library.store) as few:
        library.page("/patents/?country=EP")
    assert len(many) == len(few) < 15
    with library.store.read() as session:
        rows = publication_page(session, {}, sort="number", limit=50, offset=0)
    assert all(row.claims >= row.independent > 0 for row in rows)


def test_without_publications_the_list_says_how_to_import_some(empty: FlaskClient) -> None:
    assert "workbench import patents" in empty.get("/patents/").text


def test_a_publication_shows_what_is_known_of_it(library: Library) -> None:
    page = library.page("/patents/publications/EP.9990001.B1")
    for text in ("EP 9990001 B1", "EP.21990001.A", "JP 2020-990001", "SAMPLE-MORI, Haruka", "G06F 9/541", "99000001"):
        assert text in page
    assert re.search(r'<li class="claim independent" id="claim-1"', page)
    assert re.search(r'<li class="claim" id="claim-2" data-depth="1"', page)
    assert re.search(r'depends on <a href="#claim-1">1</a>, <a href="#claim-2">2</a>', page)
    assert re.search(r'<a href="/mapping/matches/\d+/\d+/\d+">5\.2\.2 ', page)
    assert re.search(r'<a href="/sources/snapshots/\d+">', page)


def test_claims_in_two_languages_have_a_tab_each(library: Library) -> None:
    address = f"/patents/publications/{TWO_LANGUAGES}"
    assert '<ol class="claims" lang="ja">' in library.page(f"{address}?claims=ja")
    page = library.page(f"{address}?claims=xx")
    assert '<ol class="claims" lang="en">' in page
    assert re.search(r'claims=en#claims" aria-current="page">English', page)
    assert re.search(r'claims=ja#claims">Japanese <span class="count">1<', page)


@pytest.mark.parametrize("written", ["EP9990001B1", "ep.9990001.b1", "EP 9990001 B1"])
def test_another_way_of_writing_a_number_leads_to_its_page(library: Library, written: str) -> None:
    answer = library.client.get(f"/patents/publications/{written}")
    assert answer.status_code == 301
    assert answer.location.endswith("/patents/publications/EP.9990001.B1")


@pytest.mark.parametrize("number", ["EP.1234567.A1", "nonsense", "%00", "a" * 500, "EP/1/A1"])
def test_a_number_that_is_not_there_is_a_404(library: Library, number: str) -> None:
    assert library.client.get(f"/patents/publications/{number}").status_code == 404


numbers = st.integers(1, 12)


@given(st.dictionaries(numbers, st.lists(numbers, max_size=4), max_size=12))
def test_the_tree_has_every_claim_once_under_one_that_it_depends_on(dependencies: dict[int, list[int]]) -> None:
    claims = [
        Claim(publication_id=1, language="en", number=number, text="", independent=not on, depends_on=on)
        for number, on in dependencies.items()
    ]
    nodes = claim_tree(claims)
    assert sorted(node.claim.number for node in nodes) == sorted(dependencies)
    depths: dict[int | None, int] = {None: -1}
    for node in nodes:
        assert node.depth == depths[node.parent] + 1
        assert node.parent is None or node.parent in node.claim.depends_on
        depths[node.claim.number] = node.depth
