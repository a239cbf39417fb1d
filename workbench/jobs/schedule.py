"""What runs when. Pure: due times are computed from the clock on the wall of a zone, never stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from workbench.settings import Settings
from workbench.standards.deadlines import working_day_from

_DAY = dt.timedelta(days=1)


class Rhythm(Protocol):
    """When something is due. All times are aware and returned in UTC."""

    def last_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """The newest due time that is not after `now`."""

    def next_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        """The first due time after `now`."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at a time on the wall.

    On the day a zone skips that time the job is due as much later as the clock was put forward; on the day a zone has
    it twice, the first one counts.
    """

    at: dt.time

    def last_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        return max(due for due in self._around(now, zone) if due <= now)

    def next_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        return min(due for due in self._around(now, zone) if due > now)

    def _around(self, now: dt.datetime, zone: ZoneInfo) -> list[dt.datetime]:
        today = now.astimezone(zone).date()
        # One day more than a day needs: a zone may leave out a whole day.
        return [_instant(today + offset * _DAY, self.at, zone) for offset in range(-2, 3)]


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every week on some weekdays (Monday is 0) at a time on the wall; else as `Daily`.

    Where a `country` is named, its public holidays, weekends and the `closed_days` put it off to the next working day.
    """

    weekdays: tuple[int, ...]
    at: dt.time
    country: str | None = None
    closed_days: frozenset[dt.date] = frozenset()

    def last_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        return max(due for due in self._around(now, zone) if due <= now)

    def next_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        return min(due for due in self._around(now, zone) if due > now)

    def _around(self, now: dt.datetime, zone: ZoneInfo) -> list[dt.datetime]:
        today = now.astimezone(zone).date()
        monday = today - today.weekday() * _DAY
        # More weeks back than a week needs: holidays may put a due day off for many days.
        days = [monday + (7 * offset + weekday) * _DAY for offset in range(-4, 3) for weekday in self.weekdays]
        return [_instant(self._working(day), self.at, zone) for day in days]

    def _working(self, day: dt.date) -> dt.date:
        return day if self.country is None else working_day_from(day, self.country, self.closed_days)


@dataclass(frozen=True, slots=True)
class Every:
    """At even intervals, counted from 1970-01-01 UTC, so that every process computes the same due times."""

    interval: dt.timedelta

    def last_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:  # noqa: ARG002
        epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return epoch + (now - epoch) // self.interval * self.interval

    def next_due(self, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
        return self.last_due(now, zone) + self.interval


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the schedule: when it is due, and how long after a missed due time it still makes sense."""

    name: str
    rhythm: Rhythm
    grace: dt.timedelta


# In the order in which missed jobs are made up for: what the digest tells must be polled first.
JOBS: Final[tuple[Job, ...]] = (
    Job("poll", Daily(dt.time(5)), dt.timedelta(hours=12)),
    Job("assessments", Every(dt.timedelta(minutes=10)), dt.timedelta(hours=1)),
    Job("digest", Weekly((0,), dt.time(8)), dt.timedelta(hours=96)),
    # For those who want it on another day of the week.
    Job("later digests", Weekly((1, 2, 3, 4), dt.time(8)), dt.timedelta(hours=20)),
    Job("outbox", Every(dt.timedelta(minutes=10)), dt.timedelta(hours=1)),
    Job("alerts", Every(dt.timedelta(minutes=10)), dt.timedelta(hours=1)),
    Job("bounces", Every(dt.timedelta(hours=1)), dt.timedelta(hours=2)),
    Job("drafts", Every(dt.timedelta(minutes=10)), dt.timedelta(hours=1)),
)


def schedule_for(settings: Settings) -> tuple[Job, ...]:
    """The jobs, with the weekly mail put off where nobody works that day."""

    def put_off(job: Job) -> Job:
        if not isinstance(job.rhythm, Weekly):
            return job
        rhythm = replace(job.rhythm, country=settings.holidays_of, closed_days=frozenset(settings.closed_days))
        return replace(job, rhythm=rhythm)

    return tuple(put_off(job) for job in JOBS)


def _instant(day: dt.date, at: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, at, tzinfo=zone).astimezone(dt.UTC)
