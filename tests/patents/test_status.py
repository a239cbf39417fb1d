"""The legal status of a patent and the facts it rests on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.patents.status import (
    BasisKind,
    EventFact,
    LegalStatus,
    PublicationFact,
    RegisterFact,
    expiry_of,
    legal_rules,
    status_of_patent,
)

TODAY = dt.date(2026, 11, 16)


def _event(code: str, day: str | None, office: str = "EP", text: str | None = None) -> EventFact:
    return EventFact(office, code, dt.date.fromisoformat(day) if day else None, None, text, "epo_ops", 7)


def _register(office: str = "US", **values: Any) -> RegisterFact:
    empty = dict.fromkeys(
        ("status", "status_date", "filing_date", "grant_number", "grant_date", "expiry_date", "ended_on")
    )
    return RegisterFact(**{**empty, "office": office, "source": "register", "seen": TODAY, **values})


def _granted(kind: str = "B1", day: dt.date = dt.date(2020, 1, 1), country: str = "EP") -> PublicationFact:
    return PublicationFact(country, kind, f"{country}.1.{kind}", day, "ops-xml")


@pytest.mark.parametrize(
    ("expected", "events"),
    [
        ("unknown", []),
        ("unknown", [_event("PGFP", "2020-01-01"), _event("PG25", "2021-01-01")]),
        ("withdrawn", [_event("18D", "2020-01-01")]),
        ("revoked", [_event("27W", None)]),
        ("granted", [_event("STAA", "2020-01-01", text="STATUS: THE PATENT HAS BEEN GRANTED")]),
        ("unknown", [_event("STAA", "2020-01-01", text="STATUS: SOMETHING NEW")]),
        ("pending", [_event("STAA", "2020-01-01", text="STATUS: EXAMINATION IS IN PROGRESS")]),
        ("granted", [_event("STCF", "2020-01-01", "US")]),
        ("lapsed", [_event("STCF", "2020-01-01", "US"), _event("LAPS", "2024-01-01", "US")]),
        (
            "granted",
            [
                _event("STCF", "2020-01-01", "US"),
                _event("LAPS", "2024-01-01", "US"),
                _event("PRDP", "2024-05-01", "US"),
            ],
        ),
        ("expired", [_event("R150", "2010-01-01", "JP"), _event("EXPY", "2026-01-01", "JP")]),
        ("granted", [_event("18D", "2019-01-01"), _event("STAA", "2020-01-01", text="the patent has been granted")]),
        ("granted", [_event("STCF", "2020-01-01", "US"), _event("LAPS", "2030-01-01", "US")]),
        ("unknown", [_event("27W", "2020-01-01", "XX")]),
    ],
)
def test_events_tell_the_status(expected: str, events: list[EventFact]) -> None:
    assert status_of_patent(TODAY, events=events).status == expected


@pytest.mark.parametrize(
    ("expected", "kind", "register"),
    [
        ("granted", BasisKind.REGISTER_STATUS, _register(status="Patented Case", status_date=TODAY)),
        ("withdrawn", BasisKind.REGISTER_STATUS, _register(status="Abandoned  --  Failure to Respond")),
        ("lapsed", BasisKind.REGISTER_STATUS, _register(status="Patent Expired Due to NonPayment of Fees")),
        ("pending", BasisKind.REGISTER_SILENT, _register(status="Docketed New Case - Ready for Examination")),
        ("pending", BasisKind.REGISTER_SILENT, _register("JP", filing_date=dt.date(2024, 1, 15))),
        ("granted", BasisKind.REGISTER_GRANT, _register("JP", grant_number="7", expiry_date=dt.date(2044, 1, 15))),
        (
            "lapsed",
            BasisKind.REGISTER_END,
            _register("JP", grant_number="7", grant_date=dt.date(2020, 1, 1), ended_on=dt.date(2025, 1, 1)),
        ),
        ("withdrawn", BasisKind.REGISTER_END, _register("JP", ended_on=dt.date(2025, 1, 1))),
        (
            "expired",
            BasisKind.REGISTER_EXPIRY,
            _register("JP", grant_date=dt.date(2010, 1, 1), expiry_date=dt.date(2026, 11, 15)),
        ),
    ],
)
def test_a_register_tells_the_status(expected: str, kind: BasisKind, register: RegisterFact) -> None:
    found = status_of_patent(TODAY, register=register)
    assert (found.status, found.basis[0].kind) == (expected, kind)


def test_a_register_that_may_not_tell_all_decides_nothing_by_its_silence() -> None:
    assert status_of_patent(TODAY, register=_register("EP", status="?")).status is LegalStatus.UNKNOWN


def test_a_publication_after_grant_is_a_grant_and_one_before_tells_nothing() -> None:
    found = status_of_patent(TODAY, publications=[_granted()])
    assert (found.status, found.basis[0].what) == (LegalStatus.GRANTED, "EP.1.B1")
    assert status_of_patent(TODAY, publications=[_granted("A1")]).status is LegalStatus.UNKNOWN


def test_the_basis_names_event_day_source_and_evidence() -> None:
    basis = status_of_patent(TODAY, events=[_event("18D", "2020-01-01")]).basis[0]
    assert (basis.date, basis.source, basis.snapshot_id, basis.what) == (dt.date(2020, 1, 1), "epo_ops", 7, "EP 18D")


@pytest.mark.parametrize(
    ("filed", "expires"),
    [(dt.date(2004, 2, 29), dt.date(2024, 2, 29)), (dt.date(2024, 1, 15), dt.date(2044, 1, 15))],
)
def test_without_a_printed_expiry_the_term_from_filing_is_an_estimate(filed: dt.date, expires: dt.date) -> None:
    found = expiry_of(_register(filing_date=filed))
    assert found is not None
    assert (found.date, found.estimated, found.filing_date) == (expires, True, filed)


def test_the_expiry_that_a_register_prints_is_no_estimate() -> None:
    found = expiry_of(_register("JP", filing_date=dt.date(2004, 1, 1), expiry_date=dt.date(2026, 1, 1)))
    assert found is not None
    assert (found.date, found.estimated) == (dt.date(2026, 1, 1), False)
    assert expiry_of(_register()) is None
    assert expiry_of(None) is None


def test_an_estimated_expiry_that_is_past_does_not_end_a_patent() -> None:
    register = _register(filing_date=dt.date(2000, 1, 1), grant_date=dt.date(2003, 1, 1))
    assert status_of_patent(TODAY, register=register).status is LegalStatus.GRANTED


_DAYS = st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2040, 1, 1))
_CODES = [
    (rule.office, code, says) for rule in legal_rules().events for code in rule.codes for says in rule.says or ("",)
]
_EVENTS = st.lists(
    st.builds(
        lambda known, day: EventFact(known[0], known[1], day, None, known[2], "x"), st.sampled_from(_CODES), _DAYS
    ),
    max_size=8,
)


@given(_EVENTS, st.randoms())
def test_the_order_of_events_does_not_matter(events: list[EventFact], random: Any) -> None:
    shuffled = random.sample(events, len(events))
    assert status_of_patent(TODAY, events=events).status is status_of_patent(TODAY, events=shuffled).status


@given(_EVENTS, st.text(), _DAYS)
def test_a_status_has_a_basis_that_has_taken_place(events: list[EventFact], words: str, day: dt.date | None) -> None:
    found = status_of_patent(TODAY, events=events, register=_register("EP", status=words, expiry_date=day))
    assert bool(found.basis) is (found.status is not LegalStatus.UNKNOWN)
    assert all(basis.date is None or basis.date <= TODAY for basis in found.basis)
    assert all(basis.means.value == found.status.value for basis in found.basis)


@given(_EVENTS)
def test_a_new_grant_outweighs_every_older_end(events: list[EventFact]) -> None:
    dated = [event for event in events if event.date is not None and event.date < TODAY]
    assert status_of_patent(TODAY, events=dated, publications=[_granted(day=TODAY)]).status is LegalStatus.GRANTED


@given(st.dates())
def test_an_estimate_is_twenty_years_after_filing(filed: dt.date) -> None:
    found = expiry_of(_register(filing_date=filed))
    if found is None:
        assert filed.year + 20 > dt.MAXYEAR
    else:
        assert found.date.year == filed.year + 20
        assert found.estimated
