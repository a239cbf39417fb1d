"""Due times by the clock on the wall."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.jobs.schedule import JOBS, Daily, Every, Rhythm, Weekly, schedule_for
from workbench.settings import Settings

TOKYO, ZURICH = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Zurich")
ZONES = [
    TOKYO,
    ZURICH,
    *map(ZoneInfo, ("UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca")),
]
RHYTHMS: list[Rhythm] = [
    Daily(dt.time(5)),
    Daily(dt.time(2, 30)),
    Daily(dt.time(0)),
    Weekly((0,), dt.time(8)),
    Weekly((6,), dt.time(2, 30)),
    Weekly((1, 2, 3, 4), dt.time(8), "JP"),
    Every(dt.timedelta(minutes=10)),
]


# From the year 2012, past the day that Apia left out, to 2037.
moments = st.integers(1_325_376_000, 2_114_380_800).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-11-15T22:59:59", "2026-11-08T23:00", "2026-11-15T23:00"),
        ("2026-11-15T23:00", "2026-11-15T23:00", "2026-11-22T23:00"),
        ("2026-11-18T12:00", "2026-11-15T23:00", "2026-11-22T23:00"),
    ],
)
def test_the_digest_is_due_on_monday_at_eight_in_tokyo(now: str, last: str, following: str) -> None:
    (digest,) = (job for job in JOBS if job.name == "digest")
    assert digest.rhythm.last_due(utc(now), TOKYO) == utc(last)
    assert digest.rhythm.next_due(utc(now), TOKYO) == utc(following)


def test_eight_on_the_wall_stays_eight_when_the_clocks_change() -> None:
    rhythm = Weekly((0,), dt.time(8))
    before, after = utc("2026-10-19T12:00"), utc("2026-10-26T12:00")
    assert rhythm.last_due(before, ZURICH) == utc("2026-10-19T06:00")
    assert rhythm.last_due(after, ZURICH) == utc("2026-10-26T07:00")


def test_a_time_that_the_clock_skips_comes_as_much_later() -> None:
    assert Daily(dt.time(2, 30)).next_due(utc("2026-03-28T12:00"), ZURICH) == utc("2026-03-29T01:30")
    assert Daily(dt.time(2, 30)).next_due(utc("2026-03-29T01:30"), ZURICH) == utc("2026-03-30T00:30")


def test_a_time_that_the_clock_shows_twice_is_due_once_the_first_time() -> None:
    assert Daily(dt.time(2, 30)).next_due(utc("2026-10-24T12:00"), ZURICH) == utc("2026-10-25T00:30")
    assert Daily(dt.time(2, 30)).next_due(utc("2026-10-25T00:30"), ZURICH) == utc("2026-10-26T01:30")


def test_a_day_that_a_zone_leaves_out_is_no_due_day_of_its_own() -> None:
    apia = ZoneInfo("Pacific/Apia")
    due = Daily(dt.time(5)).next_due(utc("2011-12-29T20:00"), apia)
    assert due.astimezone(apia).date() == dt.date(2011, 12, 31)
    assert Daily(dt.time(5)).next_due(due, apia).astimezone(apia).date() == dt.date(2012, 1, 1)


@given(
    st.sampled_from(RHYTHMS),
    st.sampled_from(ZONES),
    moments,
)
def test_due_times_follow_each_other_without_gap_or_overlap(rhythm: Rhythm, zone: ZoneInfo, now: dt.datetime) -> None:
    last, following = rhythm.last_due(now, zone), rhythm.next_due(now, zone)
    assert last <= now < following
    assert rhythm.last_due(following, zone) == following
    assert rhythm.last_due(following - dt.timedelta(microseconds=1), zone) == last
    assert rhythm.next_due(last, zone) == following
    assert last.utcoffset() == following.utcoffset() == dt.timedelta(0)


@given(
    st.sampled_from(ZONES),
    moments,
)
def test_the_zone_decides_the_day_and_the_hour(zone: ZoneInfo, now: dt.datetime) -> None:
    local = Weekly((0,), dt.time(12)).last_due(now, zone).astimezone(zone)
    assert (local.weekday(), local.time()) == (0, dt.time(12))


def test_polling_comes_before_the_digest_and_each_job_has_hours_of_grace() -> None:
    assert [job.name for job in JOBS] == [
        "poll",
        "assessments",
        "digest",
        "later digests",
        "outbox",
        "alerts",
        "bounces",
        "drafts",
    ]
    assert all(job.grace >= dt.timedelta(hours=1) for job in JOBS)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-21T00:00", "2026-11-23T23:00"),  # Monday the 23rd is Labour Thanksgiving Day
        ("2026-09-19T00:00", "2026-09-23T23:00"),  # three holidays in a row
        ("2026-11-26T00:00", "2026-11-30T23:00"),  # Monday the 30th is a day that the company has closed
    ],
)
def test_the_digest_waits_for_the_next_working_day(now: str, due: str) -> None:
    settings = Settings(closed_days=(dt.date(2026, 11, 30),))
    (digest,) = (job for job in schedule_for(settings) if job.name == "digest")
    assert digest.rhythm.next_due(utc(now), TOKYO) == utc(due)
    assert digest.rhythm.last_due(utc(due), TOKYO) == utc(due)
