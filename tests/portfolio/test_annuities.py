"""When the next annuity is due: whose word goes first, and what the rules of offices give, stated once more plainly."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.portfolio.annuities import (
    AnnuityRule,
    AnnuityRules,
    AnnuityRulesError,
    Origin,
    PatentDays,
    Start,
    load_annuity_rules,
    months_later,
    next_annuity,
)

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2080, 12, 31))
RULES = load_annuity_rules()
ONE_RULE = st.builds(
    AnnuityRule,
    office=st.just("XX"),
    start=st.sampled_from(Start),
    first=st.integers(1, 60),
    month_end=st.booleans(),
    source=st.just("sample"),
    verified=st.just(False),
)


def plainly(rule: AnnuityRule, since: dt.date, today: dt.date) -> dt.date:
    """The days of fees one after the other, until one is not past."""
    months = rule.first or 0
    while True:
        year, month = divmod(since.month - 1 + months, 12)
        last = calendar.monthrange(since.year + year, month + 1)[1]
        day = dt.date(since.year + year, month + 1, last if rule.month_end else min(since.day, last))
        if day >= today:
            return day
        months += 12


@given(ONE_RULE, DAYS, DAYS)
def test_the_computed_day_is_the_first_that_is_not_past(rule: AnnuityRule, since: dt.date, today: dt.date) -> None:
    rules = AnnuityRules(grace_months=6, office=(rule,))
    found = next_annuity(rules, PatentDays("XX", filing=since, grant=since), today)
    assert found is not None
    assert found.day == plainly(rule, since, today)
    assert found.estimated
    assert (found.rule, found.since) == (rule, since)


@given(ONE_RULE, DAYS, DAYS, st.none() | DAYS, st.none() | DAYS, st.none() | DAYS)
def test_typed_goes_before_registered_before_computed(
    rule: AnnuityRule,
    since: dt.date,
    today: dt.date,
    typed: dt.date | None,
    register: dt.date | None,
    ends: dt.date | None,
) -> None:
    rules = AnnuityRules(grace_months=6, office=(rule,))
    found = next_annuity(rules, PatentDays("XX", since, since, ends, typed, register), today)
    fresh = [
        (day, origin)
        for day, origin in ((typed, Origin.TYPED), (register, Origin.REGISTER))
        if day is not None and months_later(day, 6) >= today
    ]
    if fresh:
        assert found is not None
        assert (found.day, found.origin, found.estimated) == (*fresh[0], False)
    elif found is not None:
        assert found.estimated
        assert found.day >= today
        assert ends is None or found.day < ends
    else:
        assert ends is not None
        assert plainly(rule, since, today) >= ends


def test_the_rules_of_offices() -> None:
    def day(office: str, today: str, **days: str) -> str | None:
        known = {name: dt.date.fromisoformat(text) for name, text in days.items()}
        found = next_annuity(RULES, PatentDays(office, **known), dt.date.fromisoformat(today))
        return None if found is None else found.day.isoformat()

    assert day("US", "2026-01-01", grant="2024-03-12") == "2027-09-12"
    assert day("US", "2027-09-13", grant="2024-03-12") == "2031-09-12"
    assert day("US", "2036-01-01", grant="2024-03-12") is None, "three fees in all"
    assert day("EP", "2026-11-16", filing="2020-02-29") == "2027-02-28"
    assert day("JP", "2024-01-01", grant="2024-02-29") == "2027-02-28"
    assert day("JP", "2027-02-28", grant="2024-02-29") == "2027-02-28", "the day itself"
    assert day("EP", "2039-03-01", filing="2020-02-10", ends="2040-02-10") is None, "none after the end"
    assert day("US", "2026-01-01", filing="2020-01-01") is None, "the grant is not known"
    assert day("ZZ", "2026-01-01", filing="2020-01-01") is None, "no rule of that office"


def test_nothing_of_the_rules_is_said_to_be_checked() -> None:
    assert RULES.office
    assert not [rule.office for rule in RULES.office if rule.verified or not rule.source]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "grace_months = 6\n[[office]]\noffice = 'US'\nstart = 'grant'\nsource = 'x'\nverified = false",
            "months or first",
        ),
        ("grace_months = -1", "grace_months"),
        ("grace_months =", "TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_line(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(AnnuityRulesError) as error:
        load_annuity_rules(path)
    assert str(path) in str(error.value)
    assert place in str(error.value)
    assert "\n" not in str(error.value)
