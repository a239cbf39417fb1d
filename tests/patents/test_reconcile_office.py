"""What offices say of applications: written once, changes told to the reader of their publications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from scrapers import records
from workbench.db import Store
from workbench.history.log import ChangeLog, Outcome, start_run
from workbench.history.models import Change, RunKind
from workbench.patents.applications import application_forms, application_key
from workbench.patents.models import ExtendedFamilyMember, LegalEvent
from workbench.patents.reconcile import reconcile_publication
from workbench.patents.reconcile_office import (
    reconcile_citation,
    reconcile_event,
    reconcile_family,
    reconcile_filed_claims,
    reconcile_status,
)

MONDAY = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
APPLICATION = "EP.21000001.A"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("EP.21000001.A", "EP.21000001"),
        ("US.202318999001.A", "US.18999001"),
        ("US.18999001", "US.18999001"),
        ("US.16123410.A", "US.16123410.A"),
        ("JP.2024990001", "JP.2024990001"),
        ("JP.2024990001.U", "JP.2024990001.U"),
        ("EP.2020054321.W", "EP.2020054321.W"),
    ],
)
def test_forms_of_an_application_number_have_one_key(written: str, key: str) -> None:
    assert application_key(written) == key


@given(st.text())
def test_a_key_is_its_own_key_and_among_the_forms(written: str) -> None:
    key = application_key(written)
    assert application_key(key) == key
    assert {written, key} <= set(application_forms(written))


class _Readings:
    """Readings of a source, a week apart."""

    def __init__(self, store: Store) -> None:
        self.store, self.at = store, MONDAY

    def read(
        self,
        reconcile: Callable[[Session, ChangeLog, Any, int | None], tuple[object, Outcome]],
        *found: records.Record,
        at: dt.datetime | None = None,
    ) -> tuple[list[Outcome], list[tuple[str, str | None, Any, Any]]]:
        """Write records; gives what became of each, and the changes logged."""
        run = start_run(self.store, RunKind.POLL, "office", "1", at or self.at)
        with self.store.write() as session:
            log = ChangeLog(session, run, "office", at or self.at)
            outcomes = [reconcile(session, log, record, None)[1] for record in found]
        self.at += dt.timedelta(days=7)
        with self.store.read() as session:
            changes = session.exec(select(Change).where(Change.run_id == run)).all()
        return outcomes, [(change.key, change.field, change.old, change.new) for change in changes]


@pytest.fixture
def readings(store: Store) -> _Readings:
    readings = _Readings(store)
    publication = records.Publication(
        number="EP.9990001.A1",
        raw_number="EP9990001A1",
        country="EP",
        doc_number="9990001",
        kind="A1",
        application=APPLICATION,
        source_format="sample",
    )
    readings.read(reconcile_publication, publication)
    return readings


def _event(code: str, day: int, **values: Any) -> records.LegalEvent:
    return records.LegalEvent(
        application=APPLICATION, office="EP", code=code, date=dt.date(2026, 10, day), description="Sample", **values
    )


def test_the_first_events_are_no_news_and_a_later_one_is(readings: _Readings) -> None:
    first, told = readings.read(reconcile_event, _event("A", 1), _event("B", 2))
    assert (first, told) == ([Outcome.INSERTED] * 2, [])
    later, told = readings.read(reconcile_event, _event("A", 1), _event("B", 2), _event("C", 3))
    assert later == [Outcome.UNCHANGED, Outcome.UNCHANGED, Outcome.INSERTED]
    assert told == [("EP.9990001.A1", "legal_event", None, "2026-10-03 EP C Sample")]


def test_events_without_a_date_or_text_are_kept_once_and_long_texts_too(readings: _Readings, store: Store) -> None:
    bare = records.LegalEvent(application=APPLICATION, office="EP", code="X")
    long = _event("Y", 1, text="word " * 4_000)
    readings.read(reconcile_event, bare, long)
    again, _ = readings.read(reconcile_event, bare, long)
    assert again == [Outcome.UNCHANGED] * 2
    with store.read() as session:
        assert len(session.exec(select(LegalEvent)).all()) == 2


def test_another_status_is_news(readings: _Readings) -> None:
    pending = records.ApplicationStatus(
        application="EP.21000001", status="Examination", filing_date=dt.date(2021, 1, 4)
    )
    granted = records.ApplicationStatus(application=APPLICATION, status="Granted", grant_date=dt.date(2026, 11, 4))
    assert readings.read(reconcile_status, pending) == ([Outcome.INSERTED], [])
    outcomes, told = readings.read(reconcile_status, granted)
    assert outcomes == [Outcome.UPDATED]
    assert told == [
        ("EP.9990001.A1", "register_status", "Examination", "Granted"),
        ("EP.9990001.A1", "register_grant_date", None, "2026-11-04"),
    ]


def test_an_older_reading_changes_nothing(readings: _Readings) -> None:
    new = records.ApplicationStatus(application=APPLICATION, status="Granted")
    old = records.ApplicationStatus(application=APPLICATION, status="Examination")
    readings.read(reconcile_status, new)
    assert readings.read(reconcile_status, old, at=MONDAY) == ([Outcome.UNCHANGED], [])


def test_a_status_finds_the_grant_whose_kind_the_register_does_not_print(readings: _Readings) -> None:
    grant = records.Publication(
        number="US.11999002.B2",
        raw_number="US11999002B2",
        country="US",
        doc_number="11999002",
        kind="B2",
        source_format="sample",
    )
    readings.read(reconcile_publication, grant)
    for status in ("Patented Case", "Expired"):
        _, told = readings.read(
            reconcile_status,
            records.ApplicationStatus(application="US.18999002", status=status, publications=("US.11999002",)),
        )
    assert told == [("US.11999002.B2", "register_status", "Patented Case", "Expired")]


def test_members_that_join_or_leave_a_family_are_news(readings: _Readings, store: Store) -> None:
    def family(*numbers: str) -> records.PatentFamily:
        members = tuple(records.FamilyMember(number=number, simple_family_id="1") for number in numbers)
        return records.PatentFamily(number="EP.9990001.A1", members=members)

    assert readings.read(reconcile_family, family("A", "B")) == ([Outcome.INSERTED], [])
    outcomes, told = readings.read(reconcile_family, family("A", "C"))
    assert outcomes == [Outcome.UPDATED]
    assert {(old, new) for _, _, old, new in told} == {(None, "C"), ("B", None)}
    assert readings.read(reconcile_family, family("A", "C")) == ([Outcome.UNCHANGED], [])
    with store.read() as session:
        seen = {row.number: row.last_seen for row in session.exec(select(ExtendedFamilyMember))}
    assert seen["B"] < seen["A"] == seen["C"]


def test_citations_and_claims_of_papers_are_kept_once_and_corrected(readings: _Readings) -> None:
    def cited(document: str) -> records.CitedDocument:
        return records.CitedDocument(application="JP.2024990001", kind="31", order=1, document=document)

    def amended(text: str) -> records.FiledClaims:
        claim = records.Claim(number=1, text=text, language="ja", independent=True)
        return records.FiledClaims(
            application="JP.2024990001", document_code="A523", document_number="5", part="1", claims=(claim,)
        )

    for reconcile, one, other in (
        (reconcile_citation, cited("JPA 1"), cited("JPA 2")),
        (
            reconcile_filed_claims,
            amended("計器。"),
            amended("計器"),
        ),
    ):
        results = [readings.read(reconcile, record)[0][0] for record in (one, one, other, other)]
        assert results == [Outcome.INSERTED, Outcome.UNCHANGED, Outcome.UPDATED, Outcome.UNCHANGED]
