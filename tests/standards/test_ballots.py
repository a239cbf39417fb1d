"""Which ballot is open or next, and its estimated closing day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.identifiers import STAGE_MATRIX
from scrapers.records import Precision
from workbench.standards.ballots import (
    BallotKind,
    BallotReason,
    BallotRulesError,
    EstimatedBallot,
    estimate_ballot,
    load_ballot_rules,
)
from workbench.standards.stage_history import StageDate

RULES = load_ballot_rules()
TODAY = dt.date(2026, 11, 16)
TYPES = ["IS", "TS", "TR", "PAS"]
STAGES = [f"{stage}.{substage}" for stage, substages in STAGE_MATRIX.items() for substage in substages]
DAY, OBSERVED = Precision.DAY, Precision.OBSERVED

days = st.dates(dt.date(1990, 1, 1), TODAY)
events = st.lists(st.builds(StageDate, days, st.sampled_from(STAGES), st.sampled_from(Precision)), max_size=12)


def at(stage: str, *history: StageDate, kind: str = "IS", today: dt.date = TODAY) -> EstimatedBallot | None:
    return estimate_ballot(kind, None, stage, history, RULES, today)


@pytest.mark.parametrize(
    ("deliverable", "stage", "opened", "kind", "days_long"),
    [
        ("IS", "10.20", "2026-10-01", "NP", 84),
        ("IS", "30.20", "2026-10-01", "CD", 56),
        ("IS", "40.20", "2026-10-01", "DIS", 84),
        ("IS", "50.20", "2026-10-01", "FDIS", 56),
        ("TS", "50.20", "2026-10-01", "DTS", 56),
        ("TR", "50.20", "2026-10-01", "DTR", 56),
        ("PAS", "50.20", "2026-10-01", "DPAS", 56),
        ("TS", "30.20", "2022-06-29", "DTS", 56),
        ("TS", "30.20", "2022-06-30", "CD", 56),
        ("IS", "90.20", "2026-10-15", "SR", 140),
        ("IS", "95.20", "2026-10-15", "WDRL", 56),
    ],
)
def test_an_open_ballot_closes_its_usual_length_after_it_opened(
    deliverable: str, stage: str, opened: str, kind: str, days_long: int
) -> None:
    day = dt.date.fromisoformat(opened)
    ballot = at(stage, StageDate(day, stage, DAY), kind=deliverable)
    assert ballot is not None
    assert (ballot.kind, ballot.opens_on) == (kind, day)
    assert ballot.closes_on == day + dt.timedelta(days=days_long)
    assert ballot.basis == "estimated"
    assert ballot.source


def test_a_cd_is_a_consultation_since_the_last_day_of_june_2022() -> None:
    before = at("30.20", StageDate(dt.date(2022, 6, 29), "30.20", DAY))
    since = at("30.20", StageDate(dt.date(2022, 6, 30), "30.20", DAY))
    assert before is not None
    assert since is not None
    assert (before.consultation, since.consultation) == (False, True)


def test_at_the_approval_stage_the_ballot_may_be_a_proof() -> None:
    ballot = at("50.20", StageDate(TODAY, "50.20", DAY))
    assert ballot is not None
    assert ballot.may_be_proof


def test_a_ballot_is_overdue_from_the_day_after_its_closing_day() -> None:
    opened = dt.date(2026, 8, 24)
    closes = opened + dt.timedelta(weeks=12)
    found = [at("40.20", StageDate(opened, "40.20", DAY), today=day) for day in (closes, closes + dt.timedelta(days=1))]
    assert [ballot.overdue for ballot in found if ballot] == [False, True]


def test_an_opening_only_observed_is_said_to_be_so() -> None:
    ballot = at("40.20", StageDate(dt.date(2026, 10, 1), "40.20", OBSERVED))
    assert ballot is not None
    assert (ballot.precision, ballot.reason) == (OBSERVED, BallotReason.OPENED_BEFORE_OBSERVED)


def test_a_day_from_the_page_is_better_than_a_later_observation_of_the_same_ballot() -> None:
    page, seen = StageDate(dt.date(2026, 10, 1), "40.20", DAY), StageDate(dt.date(2026, 10, 9), "40.20", OBSERVED)
    late = StageDate(dt.date(2026, 10, 5), "40.00", OBSERVED)
    ballot = at("40.20", late, seen, page)
    assert ballot is not None
    assert ballot.opens_on == page.date


def test_a_second_ballot_at_the_same_stage_opens_on_its_own_day() -> None:
    first, again = StageDate(dt.date(2026, 1, 5), "40.20", DAY), StageDate(dt.date(2026, 10, 9), "40.20", OBSERVED)
    decision = StageDate(dt.date(2026, 6, 1), "40.93", OBSERVED)
    ballot = at("40.20", first, decision, again)
    assert ballot is not None
    assert ballot.opens_on == again.date


def test_an_open_ballot_whose_opening_nobody_dates_has_no_dates() -> None:
    ballot = at("40.20")
    assert ballot is not None
    assert (ballot.is_open, ballot.opens_on, ballot.closes_on) == (True, None, None)
    assert ballot.reason is BallotReason.OPENING_UNKNOWN
    assert not ballot.overdue


@pytest.mark.parametrize(
    ("deliverable", "stage", "kind"),
    [
        ("IS", "00.60", "NP"),
        ("IS", "20.00", "CD"),
        ("IS", "30.60", "DIS"),
        ("TS", "30.60", "DTS"),
        ("IS", "40.00", "DIS"),
        ("IS", "40.60", "FDIS"),
        ("IS", "40.92", "CD"),
        ("IS", "40.93", "DIS"),
        ("IS", "50.00", "FDIS"),
        ("TR", "50.00", "DTR"),
    ],
)
def test_between_ballots_the_next_one_is_named_without_dates(deliverable: str, stage: str, kind: str) -> None:
    ballot = at(stage, StageDate(TODAY, stage, DAY), kind=deliverable)
    assert ballot is not None
    assert (ballot.kind, ballot.is_open, ballot.opens_on, ballot.closes_on) == (kind, False, None, None)


@pytest.mark.parametrize("stage", ["10.98", "40.98", "50.60", "50.92", "60.00", "60.60", "90.60", "90.93", "95.99"])
def test_nothing_is_expected_of_what_is_cancelled_published_or_undecided(stage: str) -> None:
    assert at(stage) is None


def test_nothing_is_estimated_for_types_without_a_rule() -> None:
    assert at("40.20", kind="GUIDE") is None
    assert estimate_ballot("IS", "Cor", "40.20", [], RULES, TODAY) is None
    assert estimate_ballot(None, None, "40.20", [], RULES, TODAY) is None
    assert estimate_ballot("IS", None, None, [], RULES, TODAY) is None
    assert estimate_ballot("IS", None, "12.34", [], RULES, TODAY) is None


def test_an_amendment_is_voted_like_its_deliverable() -> None:
    history = [StageDate(dt.date(2026, 10, 1), "40.20", DAY)]
    assert estimate_ballot("IS", "Amd", "40.20", history, RULES, TODAY) == at("40.20", *history)


@given(st.sampled_from(TYPES), st.sampled_from(STAGES), events)
def test_whatever_the_history_an_estimate_is_consistent(kind: str, stage: str, history: list[StageDate]) -> None:
    ballot = estimate_ballot(kind, None, stage, history, RULES, TODAY)
    if ballot is None:
        return
    assert ballot.is_open == (ballot.stage == stage)
    assert (ballot.opens_on is None) == (ballot.closes_on is None) == (ballot.precision is None)
    if ballot.opens_on is not None:
        assert ballot.is_open
        assert StageDate(ballot.opens_on, stage, ballot.precision or OBSERVED) in history
        assert ballot.closes_on == ballot.opens_on + dt.timedelta(weeks=ballot.weeks)
        assert any(rule.kind is ballot.kind and rule.in_force(ballot.opens_on) for rule in RULES)
    assert ballot.overdue == (ballot.closes_on is not None and ballot.closes_on < TODAY)


@given(events.flatmap(lambda history: st.tuples(st.just(history), st.permutations(history))))
def test_the_order_of_the_history_does_not_matter(orders: tuple[list[StageDate], list[StageDate]]) -> None:
    first, second = orders
    assert at("40.20", *first) == at("40.20", *second)


def test_every_rule_that_comes_with_the_workbench_names_its_source() -> None:
    assert {rule.kind for rule in RULES} == set(BallotKind) - {BallotKind.CIB}
    assert all("ISO/IEC Directives" in rule.source for rule in RULES)
    assert any(not rule.verified for rule in RULES)


RULE = """
[[rule]]
kind = "DIS"
stage = "40.20"
deliverable_types = ["IS"]
weeks = 10
source = "our own reading"
verified = true
"""


def test_a_file_of_ones_own_takes_the_place_of_the_built_in_lengths(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULE)
    (rule,) = load_ballot_rules(path)
    assert rule.weeks == 10


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "at least one table"),
        ("rule = 3", "at least one table"),
        ("[[rule", "not valid TOML"),
        (RULE.replace("10", "0"), "rule 1: weeks"),
        (RULE.replace("40.20", "40.21"), "rule 1: stage"),
        (RULE.replace('"40.20"', "40.20"), "rule 1: stage"),
        (RULE.replace("DIS", "XIS"), "rule 1: kind"),
        (RULE + "colour = 1", "rule 1: colour"),
        (RULE + RULE, "rules 1 .DIS. and 2 .DIS. both hold"),
    ],
)
def test_a_wrong_file_is_refused_with_one_line_that_names_it(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(BallotRulesError, match=complaint) as refusal:
        load_ballot_rules(path)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BallotRulesError, match=r"none\.toml: cannot be read"):
        load_ballot_rules(tmp_path / "none.toml")
