"""Throttling headers, faults and queries of OPS."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.day_windows import Days
from scrapers.records import Watch
from scrapers.sources.epo_ops.faults import Meaning, read_fault
from scrapers.sources.epo_ops.queries import query_of
from scrapers.sources.epo_ops.throttle import Light, Throttle, read_retry_after, read_throttling
from tests.scrapers.patent_offices import ops
from tests.scrapers.patent_offices.server import FakeClock

GUIDE = "idle (retrieval=green:200, search=yellow:20, inpadoc=red:30, images=green:200, other=green:1000)"
DAYS = Days(dt.date(2026, 1, 1), dt.date(2026, 1, 7))


class TestThrottling:
    def test_the_example_of_the_guide(self) -> None:
        lights = read_throttling(GUIDE)
        assert lights["search"] == Light("yellow", 20)
        assert {name: light.usable for name, light in lights.items()} == {
            "retrieval": 200,
            "search": 10,
            "inpadoc": 7,
            "images": 200,
            "other": 1000,
        }

    @given(st.text(max_size=80) | st.from_regex(r"idle \((\w+=\w+:\d+,? ?)*\)", fullmatch=True))
    def test_any_header_is_read_or_nothing(self, header: str) -> None:
        assert all(light.usable >= 1 for light in read_throttling(header).values())

    @pytest.mark.parametrize(
        ("value", "seconds"), [("60000", 60), ("30", 30), ("0", 1), ("", 60), (None, 60), ("x", 60)]
    )
    def test_waits_are_in_milliseconds(self, value: str | None, seconds: float) -> None:
        assert read_retry_after(value) == seconds

    def test_the_worst_of_sixty_seconds_counts_then_the_last(self) -> None:
        clock = FakeClock()
        throttle = Throttle(clock.monotonic, clock.sleep)
        throttle.observe({"x-throttling-control": "overloaded (search=green:5)"})
        clock.sleep(1)
        throttle.observe({"x-throttling-control": "idle (search=green:30)"})
        throttle.wait("search")
        start = clock.seconds
        throttle.wait("search")
        assert clock.seconds - start >= 12
        clock.sleep(120)
        throttle.observe({"x-throttling-control": "idle (search=green:30)"})
        throttle.wait("search")
        start = clock.seconds
        throttle.wait("search")
        assert 2 <= clock.seconds - start < 3


class TestFaults:
    @pytest.mark.parametrize(
        ("status", "body", "meaning"),
        [
            (400, ops.error(400, "invalid_access_token", "Access token is invalid"), Meaning.TOKEN),
            (401, b"", Meaning.TOKEN),
            (400, ops.error(400, "invalid_client", "Developer account is blocked"), Meaning.CREDENTIALS),
            (401, ops.error(401, "Client identifier is required"), Meaning.CREDENTIALS),
            (403, ops.error(403, "Developer account is blocked"), Meaning.CREDENTIALS),
            (403, ops.error(403, "rejected due to the violation of Fair Use policy"), Meaning.QUOTA),
            (403, ops.fault("CLIENT.RobotDetected", "Recent behaviour implies you are a robot"), Meaning.ROBOT),
            (404, ops.fault("SERVER.EntityNotFound", "none"), Meaning.NOT_FOUND),
            (400, ops.fault("CLIENT.CQL", "The query provided is invalid"), Meaning.QUERY),
            (413, ops.fault("CLIENT.AmbiguousRequest", "ambiguous"), Meaning.QUERY),
            (408, ops.fault("CLIENT.RequestTimeout", "timeout"), Meaning.TOO_MUCH),
            (503, ops.fault("SERVER.LimitedServerResources", "smaller chunks"), Meaning.TOO_MUCH),
            (503, b"", Meaning.TRANSIENT),
            (500, ops.fault("SERVER.DomainAccess", "try again"), Meaning.TRANSIENT),
            (429, b"", Meaning.SUSPENDED),
        ],
    )
    def test_what_an_answer_means(self, status: int, body: bytes, meaning: Meaning) -> None:
        assert read_fault(status, {}, body).meaning is meaning

    def test_a_rejection_reason_is_a_quota(self) -> None:
        fault = read_fault(403, {"x-rejection-reason": "RegisteredQuotaPerWeek"}, b"")
        assert fault.meaning is Meaning.QUOTA
        assert "RegisteredQuotaPerWeek" in fault.text

    @given(st.integers(100, 599), st.binary(max_size=200))
    def test_any_answer_has_a_meaning_in_one_line(self, status: int, body: bytes) -> None:
        assert "\n" not in read_fault(status, {}, body).text

    @pytest.mark.shared
    @pytest.mark.parametrize(
        ("name", "status", "meaning"),
        [
            ("fault_403_blacklisted.xml", 403, Meaning.CREDENTIALS),
            ("fault_403_developer_blocked.xml", 403, Meaning.CREDENTIALS),
            ("error_404.xml", 404, Meaning.NOT_FOUND),
            ("error_429.xml", 429, Meaning.SUSPENDED),
        ],
    )
    def test_recorded_faults(self, shared: Path, name: str, status: int, meaning: Meaning) -> None:
        body = (shared / "recorded/patents/ops/faults" / name).read_bytes()
        assert read_fault(status, {}, body).meaning is meaning


class TestQueries:
    def test_terms_of_a_field_are_alternatives_and_fields_narrow(self) -> None:
        watch = Watch(name="x", applicants=("NEC Corp", "Riken"), cpc=("G06N 3/08",), words=("neural network",))
        assert query_of(watch, DAYS) == (
            '(pa="NEC Corp" or pa="Riken") and cpc=/low G06N3/08 and ta="neural network" '
            'and pd within "20260101 20260107"'
        )

    @given(st.lists(st.text(max_size=30), max_size=3), st.lists(st.text(max_size=30), max_size=3))
    def test_no_term_breaks_out_of_its_quotation_marks(self, applicants: list[str], words: list[str]) -> None:
        try:
            query = query_of(Watch(name="x", applicants=tuple(applicants), words=tuple(words)), DAYS)
        except ValueError:
            return
        outside = re.sub(r'"[^"]*"', "", query)
        assert re.fullmatch(r"[a-z=() ]*", outside), query

    @pytest.mark.parametrize("symbol", ["", "neural", "G06N3/08 or pa=x", "Z06N", "G06N3/0 8x"])
    def test_what_is_no_symbol_is_refused(self, symbol: str) -> None:
        with pytest.raises(ValueError, match="no CPC symbol"):
            query_of(Watch(name="x", cpc=(symbol,)), DAYS)
