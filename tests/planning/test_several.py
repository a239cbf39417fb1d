"""Several releases of one plan: the rules take the earliest of them, and spare none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.planning.test_rule_cases import BOOK, findings, plan
from tests.planning.test_scheduling import office_plan
from workbench.planning.plans import Event
from workbench.planning.precedences import precedences
from workbench.planning.rules import Verdict, check
from workbench.planning.scheduling import schedule
from workbench.planning.solving import Aim, Problem
from workbench.planning.vocabulary import EventKind, event_names

EARLY, FILED, LATE = dt.date(2026, 3, 2), dt.date(2026, 4, 1), dt.date(2026, 5, 4)
NOTHING = dict.fromkeys(
    ("FF_US", "PCT", "FOREIGN", "PAPER", "DEMO", "DIS", "IS", "WEIGHTS", "CONTRIB", "NP", "WD", "CD"), "never"
)


@pytest.mark.parametrize(
    ("releases", "verdict"),
    [
        ({"OSS": LATE, "OSS_2": LATE}, Verdict.PASS),
        ({"OSS": LATE, "OSS_TOOLS": EARLY}, Verdict.FAIL),
        ({"OSS": EARLY, "OSS_TOOLS": LATE}, Verdict.FAIL),
        ({"OSS_TOOLS": EARLY}, Verdict.FAIL),
        ({"OSS": "never", "OSS_TOOLS": LATE}, Verdict.PASS),
        ({"OSS": LATE, "OSSIFIED": EARLY}, Verdict.PASS),
    ],
)
def test_the_earliest_release_makes_something_public(releases: dict[str, object], verdict: Verdict) -> None:
    (found,) = findings(plan(FF_JP=FILED, **NOTHING, **releases), "NOV-01")
    assert found.verdict is verdict
    assert {"OSS_TOOLS"} & releases.keys() <= set(found.used)


def test_no_release_may_fall_into_a_span_that_must_be_spared() -> None:
    held = {"SEC_ASK": EARLY, "SEC_CLEAR": FILED} | dict.fromkeys(
        ("PAPER", "DEMO", "WEIGHTS", "CONTRIB", "DECL"), "never"
    )
    before, within = dt.date(2026, 1, 5), dt.date(2026, 3, 9)
    assert [each.verdict for each in findings(plan(OSS=before, OSS_2=LATE, **held), "JPS-03-ASK")] == [Verdict.PASS]
    assert [each.verdict for each in findings(plan(OSS=before, OSS_2=within, **held), "JPS-03-ASK")] == [Verdict.FAIL]


def test_the_hour_of_the_earliest_release_counts() -> None:
    at = dt.datetime(2026, 4, 1, 3, tzinfo=dt.UTC)
    given = plan(FF_JP=at, **NOTHING, OSS=LATE, OSS_2=at - dt.timedelta(hours=1))
    assert {each.verdict for each in findings(given, "NOV-01-TIME")} == {Verdict.FAIL}


def test_the_solver_and_the_arrows_know_every_release() -> None:
    window = Event(EARLY, until=LATE)
    given = office_plan(FF_JP=Event(FILED), OSS=window, OSS_2=window)
    book = BOOK.model_copy(update={"rules": tuple(rule for rule in BOOK.rules if rule.id == "NOV-01")})
    found = schedule(Problem(given, book), Aim.EARLIEST_RELEASE)
    assert found is not None
    assert {found.days[name] for name in ("OSS", "OSS_2")} == {FILED}
    late = replace(found.plan, events={**found.plan.events, "OSS": Event(LATE)})
    assert ("FF_JP", "OSS_2") in {(each.first, each.then) for each in precedences(late, book, check(late, book))}


def test_a_further_release_is_a_release() -> None:
    assert event_names().kind("OSS_TOOLS") is EventKind.RELEASE
    assert event_names().kind("OSSIFIED") is EventKind.OWN
