"""The list of drafts, the reader and the page of a clause."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests.web.library import NOW, Library, counted_queries, fill_with_a_long_draft
from workbench.db import Store, key_of
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import Clause, Draft, Provision
from workbench.standards.provisions import ProvisionKind
from workbench.web import create_app, drafts
from workbench.web.drafts import CLAUSES_PER_PAGE


def draft_id(library: Library, label: str = "DIS") -> int:
    with library.store.read() as session:
        return key_of(session.exec(select(Draft).where(Draft.label == label)).one())


def order_of(library: Library, number: str, label: str = "DIS") -> int:
    with library.store.read() as session:
        statement = select(Clause.order).join(Draft).where(Draft.label == label, Clause.number == number)
        return session.exec(statement).one()


def plain(page: str) -> str:
    page = re.sub(r'<(a|span) class="(?:cited|dangling)"[^>]*>(.*?)</\1>', r"\2", page)
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", page).split()))


def test_the_list_names_each_version_with_its_counts(library: Library) -> None:
    page = library.page("/standards/drafts/")
    assert "3 draft versions" in page
    with library.store.read() as session:
        statement = select(Provision.kind).join(Clause).join(Draft).where(Draft.label == "CD 1")
        requirements = sum(kind is ProvisionKind.REQUIREMENT for kind in session.exec(statement))
    row = page[page.index("CD 1</a>") :]
    assert re.search(rf'data-name="Requirement"><a [^>]*>{requirements}</a>', row)


def test_without_drafts_the_list_says_how_to_import_one(empty: FlaskClient) -> None:
    assert "workbench import draft" in empty.get("/standards/drafts/").text


def test_the_reader_shows_every_sentence_in_order(library: Library) -> None:
    page = library.page(f"/standards/drafts/{draft_id(library)}")
    text = plain(page[page.index('class="draft-text"') :])
    at = 0
    with library.store.read() as session:
        statement = select(Provision.text).join(Clause).join(Draft).where(Draft.label == "DIS")
        for sentence in session.exec(statement.order_by(col(Clause.order), col(Provision.index))):
            first = " ".join(sentence.replace(" | ", " ").split())
            at = text.find(first, at)
            assert at >= 0, sentence


def test_the_reader_marks_kinds_with_words_and_annexes_with_their_standing(library: Library) -> None:
    page = library.page(f"/standards/drafts/{draft_id(library)}")
    assert re.search(r'aria-label="Requirement"[^>]*>REQ</a>', page)
    assert re.search(r"Annex A [^<]*</a> <span class=\"standing\">normative</span>", page)
    assert re.search(r"Annex B [^<]*</a> <span class=\"standing\">informative</span>", page)
    assert "Sample text, invented" in page


def test_anchors_are_unique_and_clauses_go_by_their_numbers(library: Library) -> None:
    page = library.page(f"/standards/drafts/{draft_id(library)}")
    found = re.findall(r'\sid="([^"]+)"', page)
    assert len(found) == len(set(found))
    assert {"c-5.2.1", "c-A", "o-0"} <= set(found)
    anchors = {anchor for anchor in re.findall(r'href="[^"#]*#([^"]+)"', page) if not anchor.startswith("content")}
    assert anchors <= set(found) | {"content"}


@pytest.mark.parametrize("kind", list(ProvisionKind))
def test_the_filter_leaves_clauses_with_that_kind_and_its_count_agrees(library: Library, kind: ProvisionKind) -> None:
    key = draft_id(library)
    page = library.page(f"/standards/drafts/{key}?only={kind}")
    with library.store.read() as session:
        statement = select(Clause.order).join(Provision).where(Clause.draft_id == key, Provision.kind == kind)
        orders = list(session.exec(statement))
    shown = re.findall(r'<section class="clause"', page)
    assert len(shown) == len(set(orders))
    assert len(re.findall(rf'<span class="says" id="[^"]+" data-provision="{kind}"', page)) + page.count(
        '<span id="p-'
    ) >= len(orders)
    assert re.search(rf'{ProvisionKind(kind).value.title()} <span class="count">{len(orders)}<', page)


def test_an_unknown_filter_shows_the_whole_text(library: Library) -> None:
    assert 'id="c-4"' in library.page(f"/standards/drafts/{draft_id(library)}?only=rubbish&page=rubbish")


def test_a_japanese_draft_is_read_in_japanese(library: Library) -> None:
    library.client.set_cookie("language", "ja")
    try:
        page = library.page(f"/standards/drafts/{draft_id(library, 'DIS (ja)')}")
    finally:
        library.client.delete_cookie("language")
    assert 'lang="ja"' in page
    assert ">要求</a>" in page


def test_the_clause_page_tells_rules_matches_and_neighbours(library: Library) -> None:
    key, order = draft_id(library), order_of(library, "5.3.1")
    page = library.page(f"/standards/drafts/{key}/clauses/{order}")
    assert "<code>shall</code>" in page
    assert "5.3 Session negotiation" in page
    assert f'href="/standards/drafts/{key}/clauses/{order + 1}"' in page
    assert f'href="/standards/drafts/{key}#c-5.3.1"' in page
    assert re.search(rf'href="/mapping/matches/{key}/\d+/{order}"', page)
    assert "no probability" in page


def test_every_clause_has_its_page(library: Library) -> None:
    key = draft_id(library)
    with library.store.read() as session:
        orders = list(session.exec(select(Clause.order).where(Clause.draft_id == key)))
    assert orders
    for order in orders:
        library.page(f"/standards/drafts/{key}/clauses/{order}")


def test_who_may_not_read_matches_is_told_nothing_of_them(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "viewer", lambda: Viewer(1, "Dana", frozenset({Role.DELEGATE})))
    address = f"/standards/drafts/{draft_id(library)}/clauses/{order_of(library, '5.2.2')}"
    assert "claim" not in plain(library.page(address)).partition("History")[2].casefold(), "not even that there is none"


@pytest.mark.parametrize("address", ["/standards/drafts/99999", "/standards/drafts/1/clauses/99999"])
def test_what_is_not_there_is_a_404(library: Library, address: str) -> None:
    assert library.client.get(address).status_code == 404


def test_a_long_draft_comes_in_pages_and_asks_the_store_no_more(settings: Settings, store: Store) -> None:
    client = create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()
    short, long = fill_with_a_long_draft(store, 20), fill_with_a_long_draft(store, 1000)
    with counted_queries(store) as few:
        assert client.get(f"/standards/drafts/{short}").status_code == 200
    with counted_queries(store) as many:
        page = client.get(f"/standards/drafts/{long}?page=2").text
    assert len(many) == len(few) < 15
    assert page.count('<section class="clause"') == CLAUSES_PER_PAGE
    assert "Page 2 of 5" in page
    assert f'href="/standards/drafts/{long}?page=3#c-41"' in page
    assert "to check" in page
