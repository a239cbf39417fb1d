"""Versions against each other, the map of what became of each clause, its history, and what persons correct."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests.web.library import HOSTILE, NOW, Library, add_clause, fill_with_a_long_draft, fill_with_samples
from tests.web.test_drafts_pages import draft_id, order_of, plain
from workbench.db import Store, key_of
from workbench.patents.models import Claim
from workbench.settings import Settings
from workbench.standards.lineage import LinkKind
from workbench.standards.lineage_queries import kind_counts, links_of
from workbench.standards.lineage_runs import align_all
from workbench.standards.models import Clause, Draft, LineageCorrection
from workbench.web import create_app
from workbench.web.lineage import COMPARED_PER_PAGE
from workbench.web.lineage_map import ROWS


@pytest.fixture
def own(store: Store, settings: Settings) -> Library:
    """The samples in a store of the test's own, for what it changes."""
    fill_with_samples(store, settings)
    app = create_app(settings, store, open_local=True, clock=lambda: NOW)
    return Library(store, app.test_client())


def address(library: Library, page: str, old: str = "CD 1", new: str = "DIS") -> str:
    return f"/standards/drafts/{draft_id(library, new)}/{page}/{draft_id(library, old)}"


def without(page: str, tag: str) -> str:
    """The words of the compared texts without those in `del` or `ins`."""
    found = re.findall(r'<div class="diffed draft-text".*?</div>', page, re.DOTALL)
    return " ".join(
        html.unescape(re.sub(r"<[^>]*>", "", re.sub(rf"(?s)<{tag}>.*?</{tag}>", "", "\n".join(found)))).split()
    )


def texts(library: Library, label: str) -> list[str]:
    with library.store.read() as session:
        statement = select(Clause.text).join(Draft).where(Draft.label == label).order_by(col(Clause.order))
        return [" ".join(text.split()) for text in session.exec(statement)]


def test_the_comparison_holds_every_word_of_both_versions(library: Library) -> None:
    page = library.page(address(library, "compare"))
    for tag, label in (("ins", "CD 1"), ("del", "DIS")):
        shown = without(page, tag)
        for text in texts(library, label):
            assert text in shown


def test_side_by_side_shows_each_version_in_its_column(library: Library) -> None:
    page = library.page(address(library, "compare") + "?view=beside")
    assert 'aria-label="CD 1"' in page
    assert 'aria-label="DIS"' in page
    for column in re.findall(r'<div role="group" aria-label="CD 1">.*?</div>', page, re.DOTALL):
        assert "<ins>" not in column
    shown = plain(page)
    for label in ("CD 1", "DIS"):
        for text in texts(library, label):
            assert " ".join(text.split()[:4]) in shown


def test_each_filter_leaves_its_links_and_the_counts_agree(library: Library) -> None:
    with library.store.read() as session:
        links = links_of(session, draft_id(library, "CD 1"), draft_id(library, "DIS"))
    for kind in LinkKind:
        expected = sum(link.kind is kind for link in links)
        page = library.page(address(library, "compare") + f"?only={kind}")
        assert len(re.findall(rf'<section class="compared" data-became="{kind}"', page)) == expected
        assert page.count('<section class="compared"') == expected
    changed = library.page(address(library, "compare") + "?only=changed&view=beside")
    assert changed.count('<section class="compared"') == sum(link.kind is not LinkKind.UNCHANGED for link in links)
    assert "view=beside" in changed


def test_the_map_has_a_line_for_each_pair_and_the_table_a_row_for_each_link(library: Library) -> None:
    page = library.page(address(library, "lineage"))
    with library.store.read() as session:
        links = links_of(session, draft_id(library, "CD 1"), draft_id(library, "DIS"))
    assert page.count('<path class="line"') == sum(len(link.old) * len(link.new) for link in links)
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    assert body.count("<tr>") == len(links)
    assert "word for word" in page
    assert "/export/lineage.csv?work_item=9900001&amp;from=CD+1&amp;to=DIS" in page


def test_the_link_under_the_map_gives_the_rows(library: Library) -> None:
    with library.client.get("/export/lineage.csv?work_item=9900001&from=CD+1&to=DIS") as answer:
        assert answer.status_code == 200
        assert answer.get_data(as_text=True).lstrip("\ufeff").startswith("from,to,kind,similarity,reason,by")
    assert library.client.get("/export/lineage.csv?work_item=9900001&from=CD+1&to=none").status_code == 400


def test_reader_and_clause_lead_to_the_version_before(library: Library) -> None:
    reader = library.page(f"/standards/drafts/{draft_id(library)}")
    assert address(library, "compare") in reader
    assert address(library, "lineage") in reader
    assert "compare/" not in library.page(f"/standards/drafts/{draft_id(library, 'CD 1')}")
    page = library.page(f"/standards/drafts/{draft_id(library)}/clauses/{order_of(library, '5.2.2')}")
    history = plain(page[page.index(">History") : page.index("Claims this clause")])
    assert "CD 1" in history
    assert "reworded" in history
    assert "of the words kept" in history


def test_a_clause_that_goes_is_told_so_where_it_last_stood(library: Library) -> None:
    with library.store.read() as session:
        links = links_of(session, draft_id(library, "CD 1"), draft_id(library, "DIS"))
    gone = next(link.old[0] for link in links if link.kind is LinkKind.GONE)
    page = library.page(f"/standards/drafts/{draft_id(library, 'CD 1')}/clauses/{gone}")
    assert "no clause of the later draft has this text" in page


def test_reasons_are_told_in_japanese(library: Library) -> None:
    library.client.set_cookie("language", "ja")
    try:
        page = library.page(address(library, "lineage"))
    finally:
        library.client.delete_cookie("language")
    assert "文言変更" in page
    assert "of the words" not in page


@pytest.mark.parametrize("page", ["compare", "lineage"])
def test_only_versions_of_one_text_are_put_against_each_other(library: Library, page: str) -> None:
    first, other = draft_id(library, "CD 1"), draft_id(library, "DIS (ja)")
    for new, old in ((first, first), (other, first), (first, 99999), (99999, first)):
        assert library.client.get(f"/standards/drafts/{new}/{page}/{old}").status_code == 404


def test_rubbish_in_the_address_shows_the_whole(library: Library) -> None:
    for page in ("compare", "lineage"):
        library.page(address(library, page) + "?only=rubbish&view=rubbish&page=99999&clause=rubbish")


def token(library: Library, target: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', library.page(target))
    assert found
    return found[1]


def test_a_person_corrects_a_link_and_takes_it_back(own: Library) -> None:
    target, clause = address(own, "lineage"), order_of(own, "5.2.2")
    old = order_of(own, "5.3.1", "CD 1")
    form = {"csrf_token": token(own, target), "clause": str(clause), "came_from": str(old), "remark": HOSTILE}
    answer = own.client.post(target, data=form)
    assert answer.status_code == 303
    page = own.page(answer.headers["Location"])
    assert "linked by a person" in page
    assert "<script>alert" not in page
    assert html.escape("<script>alert") in page
    own.client.post(target, data={**form, "came_from": "new"})
    assert "marked as new by a person" in own.page(target)
    own.client.post(target, data={**form, "came_from": "machine", "remark": ""})
    assert "by a person" not in own.page(target).replace("Corrections by people", "")


def test_without_the_token_nothing_is_corrected(own: Library) -> None:
    target = address(own, "lineage")
    assert own.client.post(target, data={"clause": "1", "came_from": "new"}).status_code == 400
    with own.store.read() as session:
        assert session.exec(select(LineageCorrection)).all() == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"clause": "1"},
        {"clause": "x", "came_from": "new"},
        {"clause": "1", "came_from": "rubbish"},
        {"clause": "1", "came_from": "9999999"},
        {"clause": "99999", "came_from": "new"},
        {"clause": "1", "came_from": "new", "and_from": "2"},
    ],
)
def test_a_form_that_names_no_clause_is_refused_with_what_to_do(library: Library, said: dict[str, str]) -> None:
    target = address(library, "lineage")
    answer = library.client.post(target, data={"csrf_token": token(library, target), **said})
    assert answer.status_code == 400
    assert "hoose" in answer.text
    with library.store.read() as session:
        assert session.exec(select(LineageCorrection)).all() == []


def test_long_drafts_come_in_pages_and_the_map_says_what_it_leaves_out(settings: Settings, store: Store) -> None:
    client: FlaskClient = create_app(settings, store, open_local=True, clock=lambda: NOW).test_client()
    first = fill_with_a_long_draft(store, 300)
    with store.write() as session:
        draft = session.get_one(Draft, first)
        copy = draft.model_copy(update={"id": None, "label": "next"})
        later = Draft.model_validate(copy.model_dump())
        session.add(later)
        session.flush()
        session.add(add_clause(later, 0, HOSTILE, "1"))
        key = key_of(later)
    align_all(store)
    compared = client.get(f"/standards/drafts/{key}/compare/{first}").text
    assert compared.count('<section class="compared"') == COMPARED_PER_PAGE
    assert "Page 1 of" in compared
    drawn = client.get(f"/standards/drafts/{key}/lineage/{first}").text
    assert drawn.count("✕</tspan>") <= ROWS
    assert "only in the table" in drawn
    assert "<script>alert" not in drawn


def test_the_list_of_drafts_tells_how_the_counts_changed(library: Library) -> None:
    page = library.page("/standards/drafts/")
    assert address(library, "lineage") in page
    assert page.count('<rect class="kind-bar"') >= 8
    with library.store.read() as session:
        counts = kind_counts(links_of(session, draft_id(library, "CD 1"), draft_id(library, "DIS")))
    row = page[page.index("CD 1 → DIS") :]
    for kind in LinkKind:
        shown = rf'data-name="{kind}">(?:<a [^>]*only={kind}">{counts[kind]}</a>|0)</td>'
        assert re.search(shown, row), kind
        assert counts[kind] or f'data-name="{kind}">0</td>' in row
    assert 'title="since CD 1">+' in page


@pytest.mark.parametrize(
    ("number", "kind", "state"),
    [("5.2.2", "reworded", "review"), ("5.6.1", "split", "reopened"), ("1", "unchanged", "kept"), ("6.6", "new", None)],
)
def test_a_match_tells_what_its_text_was_in_the_version_before(
    library: Library, number: str, kind: str, state: str | None
) -> None:
    with library.store.read() as session:
        claim = session.exec(select(Claim.id).order_by(col(Claim.id))).first()
    target = f"/mapping/matches/{draft_id(library)}/{claim}/{order_of(library, number)}"
    page = library.page(target)
    section = page[page.index("Text since CD 1") :]
    section = section[: section.index("</section>")]
    assert f'data-became="{kind}"' in section
    assert re.findall(r'data-carried="(\w+)"', section) == ([state] if state else [])
    if state:
        before = re.search(r'href="(/mapping/matches/[^"]+)"', section)
        assert before
        assert "Text since" not in library.page(before[1]), "the first version has none before it"
