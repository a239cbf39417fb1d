"""Pages of declarations, of names of holders, of releases and of watched pages."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from scrapers import records
from tests.web.conftest import clock, token
from tests.web.seed import NOW
from tests.web.test_pages import text_of
from workbench.db import Store
from workbench.declarations.imports import import_declarations
from workbench.history.log import ChangeLog, start_run
from workbench.history.models import RunKind
from workbench.settings import Settings
from workbench.sources.writers import write
from workbench.web import create_app

HOSTILE = "<script>alert(1)</script>"
HEADINGS = ["ISO standard reference", "Id. Number", "Organization", "Patent Number", "Patent Country", "Option", "URL"]
ROWS = [
    ["ISO/IEC 90001:2024", "90001-01", "Sample Gauge Co., Ltd.", "9999001", "JP", "2", "https://iso.example.org/1"],
    ["ISO/IEC 90001:2024", "90001-02", "Sample Gauge Corporation", "pending", "JP", "3", "javascript:alert(1)"],
    ["ISO/IEC 99009", "99009-01", HOSTILE, HOSTILE, HOSTILE, HOSTILE, ""],
]


def _emit(store: Store, days: int, *found: records.Record) -> None:
    at = NOW - dt.timedelta(days=days)
    run = start_run(store, RunKind.POLL, "sample", "1", at)
    with store.write() as session:
        for record in found:
            write(session, ChangeLog(session, run, "sample", at), record, 1)


def _page(text: str) -> records.PageExcerpt:
    return records.PageExcerpt(
        url="https://body.example.org/news",
        selector="#news",
        name=f"News {HOSTILE}",
        work_item=90001,
        text=text,
        sha256=text[11:14],
    )


@pytest.fixture
def pages(settings: Settings, seeded: Store, tmp_path: Path) -> FlaskClient:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *ROWS])
    import_declarations(seeded, settings, path, now=clock)
    claim = records.Claim(number=1, text=f"A gauge. {HOSTILE}", language="en", independent=True)
    _emit(
        seeded,
        9,
        records.Release(repository="https://code.example.org/x", tag="v1", name="gauge", date=dt.date(2026, 11, 1)),
        _page("Plenary on 10 October."),
        records.FiledClaims(
            application="JP.2024990001", document_code="A523", document_number="52", part="1", claims=(claim,)
        ),
        records.Publication(
            number="JP.9999001.B2",
            raw_number="JP9999001B2",
            country="JP",
            doc_number="9999001",
            kind="B2",
            application="JP.2024990001",
            source_format="sample",
        ),
    )
    _emit(seeded, 2, _page("Plenary on 12 October."))
    return create_app(settings, seeded, open_local=True, clock=clock).test_client()


def test_the_list_filters_and_leads_on(pages: FlaskClient) -> None:
    markup = pages.get("/declarations/").text
    assert HOSTILE not in markup
    text = text_of(markup)
    assert "1–3 of 3" in text
    assert "3: unwilling under 1 or 2" in text
    assert 'href="/standards/items/90001"' in markup
    assert "certify neither" in text
    one = text_of(pages.get("/declarations/?holder=corporation&option=3&deliverable=ISO/IEC+90001").text)
    assert "1–1 of 1" in one
    assert "none of 1, 2, 3, none" in text_of(pages.get("/declarations/?option=9").text)
    with pages.get("/export/declarations.csv?option=3") as response:
        exported = response.get_data(as_text=True)
    assert "Sample Gauge Corporation" in exported
    assert "Co., Ltd." not in exported


def test_a_declaration_shows_its_evidence(pages: FlaskClient) -> None:
    markup = pages.get("/declarations/1").text
    text = text_of(markup)
    assert 'href="/patents/publications/JP.9999001.B2"' in markup
    assert 'href="https://iso.example.org/1"' in markup
    assert "another edition or stage" in text
    assert "/sources/snapshots/" in markup
    assert "Sample Gauge Corporation ISO/IEC 90001:2024" in text
    second = pages.get("/declarations/2").text
    assert "javascript:" not in second
    assert "is of no known form" in text_of(second)
    assert pages.get("/declarations/99").status_code == 404
    found = pages.get("/declarations/keyed?key=ISO/90001-02/iso/iec 90001:2024")
    assert found.headers["Location"].endswith("/declarations/2")
    assert pages.get("/declarations/keyed?key=none").status_code == 404


def test_a_person_accepts_a_name_and_takes_it_back(pages: FlaskClient) -> None:
    assert "Suggested" in text_of(pages.get("/declarations/parties?state=suggested").text)
    data = {"csrf_token": token(pages), "state": "accepted"}
    assert pages.post("/declarations/parties/1", data={"state": "accepted"}).status_code == 400, "no token"
    assert pages.post("/declarations/parties/1", data=data | {"state": "suggested"}).status_code == 400
    assert pages.post("/declarations/parties/1", data=data).status_code == 303
    assert "name of Sample Gauge Co., Ltd." in text_of(pages.get("/declarations/").text)
    again = pages.post("/declarations/parties/1", data=data)
    assert (again.status_code, "meanwhile" in again.text) == (409, True)
    assert pages.post("/declarations/parties/2", data=data | {"state": "rejected"}).status_code == 303
    text = text_of(pages.get("/declarations/parties").text)
    assert "Rejected local" in text
    assert "before: Accepted, local" in text
    assert "name of Sample Gauge" not in text_of(pages.get("/declarations/").text)


def test_a_work_item_shows_declarations_and_watched_pages(pages: FlaskClient) -> None:
    markup = pages.get("/standards/items/90001").text
    text = text_of(markup)
    assert 'href="/declarations/1"' in markup
    assert 'href="/pages/1"' in markup
    assert "Sample Gauge Co., Ltd. 2: on reasonable terms" in text
    assert HOSTILE not in markup
    assert "does not mean that there are no patents" in text_of(pages.get("/standards/items/90002").text)


def test_a_publication_shows_claims_as_filed_and_its_declarations(pages: FlaskClient) -> None:
    markup = pages.get("/patents/publications/JP.9999001.B2").text
    assert HOSTILE not in markup
    text = text_of(markup)
    assert "Paper A523, number 52" in text
    assert "A gauge. " in text
    assert 'href="/declarations/1"' in markup


def test_releases_and_watched_pages(pages: FlaskClient) -> None:
    assert "gauge https://code.example.org/x v1" in text_of(
        pages.get("/releases/?repository=https://code.example.org/x").text
    )
    assert "2026-11-01" in text_of(pages.get("/releases/1").text)
    markup = pages.get("/pages/1").text
    assert "<del>10</del><ins>12</ins>" in markup
    assert HOSTILE not in markup
    with pages.get("/export/pages.jsonl") as response:
        assert "Plenary" in response.get_data(as_text=True)
    assert "1–1 of 1" in text_of(pages.get("/pages/").text)
    assert [pages.get(f"/{each}/9").status_code for each in ("releases", "pages")] == [404, 404]
    changes = pages.get("/changes/?entity=page").text
    assert 'href="/pages/1"' in changes


def test_the_pages_of_an_empty_store_say_what_to_do(empty: FlaskClient) -> None:
    for address, remedy in (
        ("/declarations/", "workbench import declarations"),
        ("/declarations/parties", "Suggestions come with the lists"),
        ("/releases/", "workbench poll releases"),
        ("/pages/", "workbench poll standards_pages"),
    ):
        assert remedy in text_of(empty.get(address).text)
