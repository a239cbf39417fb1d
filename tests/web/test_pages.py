"""Each page over a small store and over an empty one."""

from __future__ import annotations

import datetime as dt
import html
import json
import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.conftest import clock
from tests.web.seed import BODY, HOSTILE, LONG, NOW, seed_publications
from workbench.db import Store
from workbench.settings import Settings
from workbench.web import create_app

PAGES = (
    "/",
    "/?until=2026-11-10",
    "/standards/",
    "/standards/?status=published&sort=-since",
    "/standards/items/90001",
    "/standards/items/90003",
    "/committees/9000042",
    "/changes/",
    "/sources/",
    "/sources/iso_open_data",
    "/sources/iso_pages",
    "/sources/runs",
    "/sources/runs/2",
    "/sources/snapshots/1",
    "/search/?q=records",
)


def text_of(markup: str) -> str:
    """What a reader sees, white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.text.count("<h1>") == 1


def test_week_shows_what_is_due_changed_new_and_coming(client: FlaskClient) -> None:
    page = text_of(client.get("/").text)
    due = page[page.index("Due in the next two weeks") : page.index("Last seven days")]
    assert "ISO/IEC DIS 90001" in due
    assert "2026-12-04 est." in due
    assert "Needs our answer" in due
    assert "1 open ballot past its usual length" in due
    assert "Stage : 20.20 → 30.20 Committee draft out for comments or ballot" in page
    assert "Languages : with en, fr" in page
    assert "ISO/IEC NP 90008" in page[page.index("New ") :]
    assert "No longer listed" in page
    assert "Project pages of iso.org Failed" in page


def test_week_leads_to_the_last_week_with_changes(client: FlaskClient) -> None:
    page = client.get("/?until=2026-10-01").text
    assert "Nothing changed in these seven days" in page
    assert 'href="/?until=2026-11-24"' in page


def test_a_quiet_week_shows_the_last_changes(settings: Settings, seeded: Store) -> None:
    later = create_app(settings, seeded, open_local=True, clock=lambda: NOW + dt.timedelta(days=30)).test_client()
    page = text_of(later.get("/").text)
    assert "Nothing changed in the last seven days" in page
    assert "Seven days: 2026-11-18 – 2026-11-24" in page
    assert "ISO/IEC NP 90008" in page


def test_many_publications_are_counted_and_hide_nothing(settings: Settings, seeded: Store) -> None:
    with seeded.write() as session:
        seed_publications(session, 60)
    page = create_app(settings, seeded, open_local=True, clock=clock).test_client().get("/").text
    new = text_of(page[page.index('id="new"') : page.index('id="removed"')])
    assert "New 63" in new
    assert "ISO/IEC NP 90008" in new
    assert "ISO/IEC DIS 90001 DIS 1" in new
    assert "61 more, of patent publications" in new
    assert "XX.1.A" not in new


def test_a_wrong_day_in_the_address_shows_today(client: FlaskClient) -> None:
    assert "Last seven days" in client.get("/?until=0001-01-01").text
    assert "Last seven days" in client.get("/?until=x").text


def rows(client: FlaskClient, address: str) -> list[str]:
    return re.findall(r'class="open" href="/standards/items/([0-9]+)"', client.get(address).text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=published", ["90003", "90004", "90010"]),
        ("status=withdrawn", ["90007"]),
        ("status=cancelled", ["90009"]),
        ("status=proposed", ["90008"]),
        ("status=nonsense", []),
        ("stage=30", ["90002", "90006"]),
        ("stage=30.60", ["90006"]),
        ("type=Amd", ["90006"]),
        ("type=TS", ["90005"]),
        ("q=JUDGES+judging", ["90005"]),
        ("q=90008", ["90008"]),
        ("q=100%25", []),
        ("committee=ISO/TC+1", []),
    ],
)
def test_filters_leave_the_right_work_items(client: FlaskClient, query: str, expected: list[str]) -> None:
    assert rows(client, f"/standards/?{query}") == expected


def test_references_are_in_the_order_of_document_numbers(client: FlaskClient) -> None:
    found = rows(client, "/standards/")
    assert found.index("90003") < found.index("90004") < found.index("90010") < found.index("90006")
    assert rows(client, "/standards/?sort=-reference") == found[::-1]


@pytest.mark.parametrize("sort", ["title", "stage", "since", "committee", "-title", "-stage", "-since", "nonsense"])
def test_every_order_keeps_every_row(client: FlaskClient, sort: str) -> None:
    assert len(rows(client, f"/standards/?sort={sort}")) == 10


def test_sorted_by_since_the_newest_stage_comes_first_when_descending(client: FlaskClient) -> None:
    assert rows(client, "/standards/?sort=-since")[0] == "90006"


def test_export_links_carry_the_filters(client: FlaskClient) -> None:
    page = html.unescape(client.get("/standards/?status=published&q=records").text)
    assert "/export/work-items.csv?q=records&status=published" in page


def test_a_download_holds_exactly_the_rows_of_the_page(client: FlaskClient) -> None:
    response = client.get("/export/work-items.jsonl?status=published&sort=-since&page=2", buffered=True)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "attachment; filename=work-items.jsonl"
    assert [json.loads(line)["iso_id"] for line in response.text.splitlines()] == [90003, 90004, 90010]


@pytest.mark.parametrize("address", ["/export/nothing.csv", "/export/work-items.pdf"])
def test_unknown_downloads_are_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/export/work-items.csv?colour=red", "/export/changes.csv?since=yesterday"])
def test_refused_filters_are_bad_requests(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 400


def test_work_item_shows_stages_ballot_relations_drafts_and_evidence(client: FlaskClient) -> None:
    markup = client.get("/standards/items/90001").text
    assert 'href="/ballots/90001/' in markup, "an open ballot can be answered, be its days announced or estimated"
    page = text_of(markup)
    assert "Open ballot" in page
    assert "Draft International Standard (DIS)" in page
    assert "2026-12-04 est. 9 days left" in page
    assert "ISO/IEC Directives" in page
    assert "DIS 1" in page
    assert '<svg viewBox="0 0 900' in markup
    assert markup.count('href="/sources/snapshots/1"') >= 7
    related = text_of(client.get("/standards/items/90004").text)
    assert "Replaces ISO/IEC 90003-2:2021" in related
    assert "ISO number 99999, which is not followed" in related
    assert "Replaced by ISO/IEC 90003-10" in text_of(client.get("/standards/items/90003").text)
    assert "Amended by ISO/IEC 90004:2022/CD Amd 1" in text_of(client.get("/standards/items/90010").text)


def test_observed_and_estimated_dates_are_marked(client: FlaskClient) -> None:
    page = text_of(client.get("/standards/items/90005").text)
    assert "observed" in page
    assert "est." in page
    assert "The estimated close is past" in page


def test_an_item_no_longer_listed_says_so(client: FlaskClient) -> None:
    assert "no longer lists this work item" in client.get("/standards/items/90009").text


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("entity=draft", 1),
        ("kind=new", 4),
        ("field=stage", 1),
        ("source=file:records.xml", 1),
        ("key=90003", 2),
        ("run=2", 10),
        ("since=2026-11-20", 8),
        ("until=2026-11-20", 2),
        ("since=2026-11-24&until=2026-11-24", 6),
    ],
)
def test_changes_are_filtered(client: FlaskClient, query: str, total: int) -> None:
    page = text_of(client.get(f"/changes/?{query}").text)
    assert f"1–{total} of {total}" in page


@pytest.mark.parametrize("query", ["since=soon", "entity=person", "kind=odd", "run=x", "since=9999-12-31&until=x"])
def test_a_wrong_filter_is_named_on_the_page(client: FlaskClient, query: str) -> None:
    response = client.get(f"/changes/?{query}")
    assert response.status_code == 200
    assert "A filter cannot be used" in response.text


def test_sources_show_state_counts_error_and_stale_alarm(client: FlaskClient) -> None:
    page = text_of(client.get("/sources/").text)
    assert "ISO Open Data Licence: ODC-By 1.0 OK" in page
    assert "Project pages of iso.org Last error: https://example.org/1 answered 403" in page
    assert "Failed 2026-10-16" in page
    assert "Project pages of iso.org has had no believed run for more than 14 days" in page
    assert "Import: records.xml" in page


def test_snapshot_body_is_a_download_that_nothing_renders(client: FlaskClient) -> None:
    response = client.get("/sources/snapshots/1/body")
    assert response.data == BODY
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox;")


def test_a_lost_snapshot_is_said_and_not_found(client: FlaskClient) -> None:
    page = client.get("/sources/snapshots/2").text
    assert "restore it from a backup" in page
    assert "/sources/snapshots/2/body" not in page
    assert client.get("/sources/snapshots/2/body").status_code == 404


def test_search_finds_words_in_both_languages_by_kind(client: FlaskClient) -> None:
    assert "ISO/IEC DIS 90001" in text_of(client.get("/search/?q=records+evaluations").text)
    assert "10" in text_of(client.get("/search/?q=評価の記録").text)
    assert "<mark>評価</mark>" in client.get("/search/?q=評価").text
    assert "Invented evaluation" in text_of(client.get("/search/?q=invented&kind=committee").text)
    assert "Nothing contains all of these words" in client.get("/search/?q=zzzzz").text


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/standards/items/1",
        "/committees/1",
        "/sources/none",
        "/sources/runs/99",
        "/sources/snapshots/99",
        "/standards/items/99999999999999999999",
        "/sources/runs/99999999999999999999",
    ],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "There is no page at this address" in response.text


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/", "Nothing is known yet"),
        ("/standards/", "No work items yet"),
        ("/changes/", "No changes yet"),
        ("/sources/", "Never run"),
        ("/sources/iso_pages", "Never run"),
        ("/sources/runs", "Nothing imported yet"),
        ("/search/", "Type one or more words"),
        ("/search/?q=anything", "Nothing contains all of these words"),
        ("/standards/?q=anything", "Nothing found"),
    ],
)
def test_empty_pages_say_what_would_be_here(empty: FlaskClient, address: str, says: str) -> None:
    assert says in empty.get(address).text


@pytest.mark.parametrize("address", PAGES)
def test_nothing_from_outside_becomes_markup(page: FlaskClient, address: str) -> None:
    markup = page.get(address).text
    for element in BeautifulSoup(markup, "html.parser").find_all(True):
        assert element.name not in {"img", "iframe", "style", "b"}
        assert element.name != "script" or str(element.get("src")).startswith("/static/")
        for name, value in element.attrs.items():
            assert name != "style"
            assert not name.startswith("on")
            assert not str(value).strip().lower().startswith("javascript:")
    assert "{{ 49 }}" not in markup
    assert "& 49" not in html.unescape(markup)


def test_a_hostile_title_is_shown_as_it_is(page: FlaskClient) -> None:
    assert HOSTILE in html.unescape(page.get("/standards/items/90003").text)


def test_a_title_of_300_characters_is_shown_whole(page: FlaskClient) -> None:
    assert len(LONG) == 300
    assert LONG in html.unescape(page.get("/standards/items/90002").text)
