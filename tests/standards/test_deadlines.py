"""Three deadlines: computed backwards, never on a day nobody works, right across zones and changes of the clock."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.standards.ballots import BallotKind
from workbench.standards.deadlines import (
    Basis,
    CloseRule,
    DeadlineRule,
    DeadlineRules,
    DeadlineRulesError,
    Deadlines,
    Level,
    deadlines,
    is_working_day,
    load_deadline_rules,
    moment_of_close,
    working_day_from,
    working_day_until,
)

RULES = load_deadline_rules()
TOKYO = ZoneInfo("Asia/Tokyo")
CLOSE = '[close]\nzone = "Europe/Zurich"\ntime = "23:59"\nsource = "x"\nverified = true\n'


def found(closes_on: dt.date, *, national: dt.date | None = None, company: dt.date | None = None) -> Deadlines:
    return deadlines(
        BallotKind.DIS, closes_on, Basis.ANNOUNCED, RULES, source="ballot notice", national=national, company=company
    )


def test_the_inner_deadlines_are_computed_backwards_and_marked_estimated() -> None:
    three = found(dt.date(2026, 12, 4))
    assert three.iso.day == dt.date(2026, 12, 4)
    assert three.iso.basis is Basis.ANNOUNCED
    assert three.national is not None
    assert three.national.day == dt.date(2026, 11, 13)
    assert three.national.basis is Basis.ESTIMATED
    assert not three.national.verified
    assert three.company is not None
    assert three.company.day == dt.date(2026, 11, 6)
    assert three.ours is three.company


def test_a_deadline_on_a_japanese_holiday_moves_back_to_a_working_day() -> None:
    # 21 days before lies 2026-11-23, Labour Thanksgiving Day, a Monday; the working day before is Friday the 20th.
    three = found(dt.date(2026, 12, 14))
    assert three.national is not None
    assert three.national.day == dt.date(2026, 11, 20)


def test_days_set_by_people_win_and_the_company_follows_the_nation() -> None:
    three = found(dt.date(2026, 12, 4), national=dt.date(2026, 11, 27))
    assert three.national is not None
    assert three.national.basis is Basis.ANNOUNCED
    assert three.company is not None
    assert three.company.day == dt.date(2026, 11, 20)
    assert found(dt.date(2026, 12, 4), company=dt.date(2026, 12, 1)).ours.day == dt.date(2026, 12, 1)


def test_a_rule_for_a_kind_goes_before_the_general_one() -> None:
    general = DeadlineRule(level=Level.COMPANY, days=7, country="JP", source="ours", verified=True)
    special = general.model_copy(update={"kind": BallotKind.CIB, "days": 2})
    rules = DeadlineRules(close=RULES.close, rule=(general, special))
    assert rules.rule_for(Level.COMPANY, BallotKind.CIB) == special
    assert rules.rule_for(Level.COMPANY, BallotKind.DIS) == general
    assert rules.rule_for(Level.NATIONAL, BallotKind.DIS) is None
    three = deadlines(BallotKind.DIS, dt.date(2026, 12, 4), Basis.ESTIMATED, rules, source="rule")
    assert three.national is None
    assert three.ours.day == dt.date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (dt.date(2026, 12, 4), "2026-12-04T22:59+00:00"),
        (dt.date(2026, 7, 1), "2026-07-01T21:59+00:00"),
        (dt.date(2026, 3, 28), "2026-03-28T22:59+00:00"),
        (dt.date(2026, 3, 29), "2026-03-29T21:59+00:00"),
        (dt.date(2026, 10, 24), "2026-10-24T21:59+00:00"),
        (dt.date(2026, 10, 25), "2026-10-25T22:59+00:00"),
        (dt.date(2027, 12, 31), "2027-12-31T22:59+00:00"),
        (dt.date(2028, 2, 29), "2028-02-29T22:59+00:00"),
    ],
    ids=["winter", "summer", "before spring", "spring", "before autumn", "autumn", "year's end", "leap day"],
)
def test_a_day_ends_where_iso_sits(day: dt.date, utc: str) -> None:
    assert moment_of_close(day, RULES.close).isoformat(timespec="minutes") == utc


def test_a_reader_in_tokyo_sees_the_next_morning() -> None:
    moment = moment_of_close(dt.date(2026, 12, 4), RULES.close).astimezone(TOKYO)
    assert moment.strftime("%m-%d %H:%M %Z") == "12-05 07:59 JST"


def test_a_time_that_comes_twice_is_the_later_one() -> None:
    close = CloseRule(zone="Europe/Zurich", time=dt.time(2, 30), source="made up", verified=True)
    assert moment_of_close(dt.date(2026, 10, 25), close) == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31))


@given(DAYS, st.sets(DAYS, max_size=3))
def test_working_days_are_the_nearest_ones(day: dt.date, closed: set[dt.date]) -> None:
    until, since = working_day_until(day, "JP", closed), working_day_from(day, "JP", closed)
    assert until <= day <= since
    for each in (until, since):
        assert is_working_day(each, "JP", closed)
        assert each.weekday() < 5
    between = [until + dt.timedelta(days=offset) for offset in range(1, (since - until).days)]
    assert not any(is_working_day(each, "JP", closed) for each in between)


# Act on National Holidays (Japan), articles 2 and 3: substitutes of Sundays, and the day between two holidays.
HOLIDAYS = (
    "2026-01-01 2026-01-12 2026-02-11 2026-02-23 2026-03-20 2026-04-29 2026-05-04 2026-05-05 2026-05-06 2026-07-20 "
    "2026-08-11 2026-09-21 2026-09-22 2026-09-23 2026-10-12 2026-11-03 2026-11-23 2027-01-01 2027-01-11 2027-02-11"
).split()


def test_japanese_holidays_with_their_substitutes_are_no_working_days() -> None:
    year = [dt.date(2026, 1, 1) + dt.timedelta(days=day) for day in range(410)]
    weekdays = [day.isoformat() for day in year if day.weekday() < 5 and not is_working_day(day, "JP")]
    assert weekdays == HOLIDAYS


@given(DAYS, st.sets(st.integers(0, 40), max_size=12))
def test_our_closed_days_move_the_companys_deadline_alone(closes_on: dt.date, back: set[int]) -> None:
    plain = found(closes_on)
    assert plain.company is not None
    closed = {plain.company.day - dt.timedelta(days=each) for each in back}
    moved = deadlines(BallotKind.DIS, closes_on, Basis.ANNOUNCED, RULES, source="notice", closed_days=closed)
    assert (moved.iso.day, moved.national) == (plain.iso.day, plain.national)
    assert moved.company is not None
    assert moved.company.day not in closed
    between = (moved.company.day + dt.timedelta(days=each) for each in range(1, 60))
    skipped = [day for day in between if day <= plain.company.day]
    assert all(day in closed or not is_working_day(day, "JP") for day in skipped)


def test_a_close_early_in_the_year_is_prepared_before_its_end() -> None:
    year_end = [dt.date(2026, 12, day) for day in (28, 29, 30, 31)]
    three = deadlines(
        BallotKind.DIS, dt.date(2027, 1, 27), Basis.ANNOUNCED, RULES, source="notice", closed_days=year_end
    )
    assert [each.day.isoformat() for each in (three.national, three.company) if each] == ["2027-01-06", "2026-12-25"]


@given(DAYS)
def test_inner_deadlines_never_lie_after_outer_ones(closes_on: dt.date) -> None:
    three = found(closes_on)
    assert three.national is not None
    assert three.company is not None
    assert three.company.day <= three.national.day <= three.iso.day


@given(DAYS)
def test_a_closing_day_is_that_day_in_geneva_whatever_the_season(day: dt.date) -> None:
    local = moment_of_close(day, RULES.close).astimezone(ZoneInfo("Europe/Zurich"))
    assert (local.date(), local.strftime("%H:%M")) == (day, "23:59")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[close]\nzone = "Europe/Geneva"\ntime = "23:59"\nsource = "x"\nverified = true\n', "close.zone"),
        ("not toml", "not valid TOML"),
        (
            CLOSE + '[[rule]]\nlevel = "iso"\ndays = 1\ncountry = "JP"\nsource = "x"\nverified = true\n',
            "rule.0.level",
        ),
        (
            CLOSE + '[[rule]]\nlevel = "company"\ndays = 1\ncountry = "XX"\nsource = "x"\nverified = true\n',
            "rule.0.country",
        ),
    ],
)
def test_a_broken_file_of_rules_is_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "deadlines.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeadlineRulesError, match=complaint) as caught:
        load_deadline_rules(path)
    assert "\n" not in str(caught.value)
