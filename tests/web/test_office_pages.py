"""What offices say of an application, on the page of its publication."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask.testing import FlaskClient

from scrapers import records
from tests.web.conftest import clock
from tests.web.test_pages import text_of
from workbench.db import Store
from workbench.history.log import ChangeLog, start_run
from workbench.history.models import RunKind
from workbench.patents.reconcile import reconcile_publication
from workbench.settings import Settings
from workbench.sources.writers import write
from workbench.web import create_app

APPLICATION = "JP.2024990001"
HOSTILE = "<script>alert(1)</script>"
FIRST = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)


def _publication(number: str, **values: object) -> records.Publication:
    country, doc_number, kind = number.split(".")
    fields = {"number": number, "raw_number": number, "country": country, "doc_number": doc_number, "kind": kind}
    return records.Publication.model_validate({**fields, "source_format": "sample", **values})


def _family(*numbers: str) -> records.PatentFamily:
    members = tuple(records.FamilyMember(number=number, simple_family_id="77") for number in numbers)
    return records.PatentFamily(number="JP.2025990001.A", members=members)


def _read(store: Store, source: str, at: dt.datetime, *found: records.Record) -> None:
    run = start_run(store, RunKind.POLL, source, "1", at)
    with store.write() as session:
        log = ChangeLog(session, run, source, at)
        for record in found:
            if isinstance(record, records.Publication):
                reconcile_publication(session, log, record, None)
            else:
                write(session, log, record, 1)


@pytest.fixture
def page(settings: Settings, seeded: Store) -> FlaskClient:
    _read(
        seeded,
        "jpo_api",
        FIRST,
        _publication("JP.2025990001.A", application=f"{APPLICATION}.A", family_id="77"),
        _publication("JP.2025990009.A"),
        records.ApplicationStatus(application=APPLICATION, filing_date=dt.date(2024, 1, 15), holders=(HOSTILE,)),
        records.LegalEvent(application=APPLICATION, office="JP", code="A63", date=dt.date(2024, 1, 15), text=HOSTILE),
        records.CitedDocument(application=APPLICATION, kind="31", order=1, document="JPA 414999001"),
    )
    _read(seeded, "epo_ops", FIRST, _family("JP.2025990001.A", "JP.2025990009.A", "EP.9990001.A1"))
    return create_app(settings, seeded, open_local=True, clock=clock).test_client()


def _section(page: FlaskClient, name: str) -> str:
    markup = page.get("/patents/publications/JP.2025990001.A").text
    return markup[markup.index(f'id="{name}"') :].partition("</section>")[0]


def test_status_basis_events_and_citations_are_shown_with_their_evidence(page: FlaskClient) -> None:
    markup = _section(page, "legal-status")
    text = text_of(markup)
    assert "Status Pending" in text
    assert "Neither a grant nor an end in the register" in text
    assert "JP A63" in text
    assert "JPA 414999001" in text
    assert markup.count('href="/sources/snapshots/1"') == 3, "basis, event and citation"
    assert HOSTILE not in markup


def test_an_estimated_expiry_is_marked_with_what_it_rests_on(page: FlaskClient) -> None:
    markup = _section(page, "legal-status")
    assert re.search(r'class="estimated"><time datetime="2044-01-15"', markup)
    assert "est." in text_of(markup)
    assert "20 years from filing on 2024-01-15, without extensions or adjustments" in text_of(markup)


def test_both_kinds_of_family_stand_apart_with_source_and_day(page: FlaskClient) -> None:
    simple, extended = _section(page, "families").split("Extended family (INPADOC)")
    assert "77, said by sample, last read 2026-11-02" in text_of(simple)
    assert "From Open Patent Services of the EPO, as listed with JP.2025990001.A" in text_of(extended)
    assert 'href="/patents/publications/JP.2025990009.A"' in extended
    assert "EP.9990001.A1" in extended
    assert "EP.9990001.A1" not in simple


def test_a_member_that_is_no_longer_listed_says_so(page: FlaskClient, seeded: Store) -> None:
    _read(seeded, "epo_ops", FIRST + dt.timedelta(days=7), _family("JP.2025990001.A"))
    extended = text_of(_section(page, "families").split("Extended family (INPADOC)")[1])
    assert extended.count("no longer listed") == 2


def test_a_publication_of_which_nothing_is_known_says_so(page: FlaskClient) -> None:
    text = text_of(page.get("/patents/publications/XX.1.A").text)
    assert "Status Unknown" in text
    assert "No legal event, register or publication read so far decides the status." in text
    assert "No office was asked for its extended family yet." in text


def test_the_page_speaks_japanese(page: FlaskClient) -> None:
    text = text_of(page.get("/patents/publications/JP.2025990001.A", headers={"Accept-Language": "ja"}).text)
    assert "法的状態" in text
    assert "係属中" in text
