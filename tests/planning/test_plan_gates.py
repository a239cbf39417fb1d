"""Gates: the days that rules compute for what is still to come, and no others."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.planning.test_rule_cases import BOOK, plan
from workbench.planning.plan_gates import Gate, gates
from workbench.planning.rules import check

NOTHING = dict.fromkeys(("FF_US", "PAPER", "DEMO", "DIS", "IS", "WEIGHTS", "CONTRIB", "NP", "WD", "CD", "OSS"), "never")
COMING = ("FF_JP", "PCT", "FOREIGN", "ART30_PROOF", "US_FILED", "CN_FILING", "OSS")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def found(*coming: str, **entries: Any) -> dict[str, list[Gate]]:
    """The gates of a plan by rule."""
    given = plan(**{**NOTHING, **entries})
    by_rule: dict[str, list[Gate]] = {}
    for gate in gates(given, BOOK, check(given, BOOK), coming or COMING):
        by_rule.setdefault(gate.finding.rule.id, []).append(gate)
    return by_rule


def test_the_priority_year_ends_for_what_is_not_filed_yet() -> None:
    given = found("PCT", "FOREIGN", FF_JP=day("2026-01-31"))["PRI-01"]
    assert {(gate.events, gate.last, gate.day) for gate in given} == {
        (("FOREIGN",), True, day("2027-01-31")),
        (("PCT",), True, day("2027-01-31")),
    }
    assert "PRI-01" not in found("PCT", FF_JP=day("2026-01-31"), PCT="never")


def test_filing_abroad_opens_when_the_wait_in_japan_is_over() -> None:
    secret = {"made_in_japan": True, "field_listed": True, "SEC_CLEAR": "never", "DESIG": "never", "FOREIGN": "never"}
    (gate,) = found("PCT", FF_JP=day("2026-05-15"), SEC_NOTICE=day("2026-07-01"), **secret)["JPS-02"]
    assert (gate.events, gate.last, gate.day) == (("PCT",), False, day("2027-03-16"))


def test_a_wait_that_may_not_end_on_its_last_day_opens_a_day_later_unless_a_licence_spares_it() -> None:
    made = {"made_in_us": True, "FF_US": day("2025-08-31"), "PCT_ABROAD": "never"}
    (gate,) = found("FOREIGN", **made)["USF-01"]
    assert (gate.last, gate.day) == (False, day("2026-03-01"))
    assert "USF-01" not in found("FOREIGN", us_licence=True, **made)


def test_either_of_two_filings_keeps_the_grace_period_and_one_that_was_made_closes_the_gate() -> None:
    shown = {"PAPER": day("2026-01-15"), "art30_statement": True, "disclosed_by_gazette": False, "FOREIGN": "never"}
    given = found("FF_JP", "PCT", "ART30_PROOF", FF_JP=day("2026-12-20"), PCT=day("2027-02-01"), **shown)["NOV-03"]
    assert {(gate.events, gate.day) for gate in given} == {
        (("FF_JP", "PCT"), day("2027-01-15")),
        (("ART30_PROOF",), day("2027-01-19")),
    }
    filed = found("PCT", "ART30_PROOF", FF_JP=day("2026-12-20"), PCT=day("2027-02-01"), **shown)["NOV-03"]
    assert {gate.events for gate in filed} == {("ART30_PROOF",)}


def test_of_a_window_the_safe_end_counts() -> None:
    window = {"day": day("2026-01-10"), "until": day("2026-01-20")}
    assert {gate.day for gate in found("PCT", FF_JP=window, FOREIGN="never")["PRI-01"]} == {day("2027-01-10")}


def test_a_plan_without_days_has_no_gates_and_another_event_is_none() -> None:
    assert found(FF_JP="never", PCT="never", FOREIGN="never") == {}
    order = found("OSS", "FF_JP", FF_JP=day("2026-05-01"), OSS=day("2026-06-01"), PCT="never", FOREIGN="never")
    assert not {"NOV-01", "NOV-02", "OSS-02"} & order.keys()
