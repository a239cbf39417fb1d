"""Calendar files (RFC 5545): events whose summary names a reference and a kind of ballot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from icalendar import Calendar
from pydantic import ValidationError

from scrapers.ballots.records import AnnouncedBallot
from scrapers.ballots.words import find_kind, find_reference, kind_and_iteration, patterns
from scrapers.errors import UnreadableFileError
from scrapers.lines import whole
from scrapers.patents.fields import Refusal
from scrapers.text import fold

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_EVENTS: Final = 20_000
_DAY: Final = dt.timedelta(days=1)


def read_calendar(path: Path) -> Iterator[AnnouncedBallot | Refusal]:
    """The ballots of a calendar; events that name no document are passed over. Raises UnreadableFileError.

    An event of several days opens and closes a ballot, one of a single day or moment is its closing. The last day of
    an event of whole days is the one before DTEND (RFC 5545, 3.6.1).
    """
    try:
        calendar = Calendar.from_ical(whole(path, MAX_BYTES).decode("utf-8-sig"))
        events = calendar.walk("VEVENT")
    except (ValueError, KeyError, IndexError, RecursionError) as error:
        raise UnreadableFileError(f"{path.name}: is no calendar that can be read ({error}); export it again") from error
    if len(events) > MAX_EVENTS:
        raise UnreadableFileError(f"{path.name}: more than {MAX_EVENTS:,} events; split it")
    for number, event in enumerate(events, 1):
        summary = fold(str(event.get("summary", "")))[:1000]
        reference = find_reference(summary)
        if reference is None:
            continue
        place = f"{path.name}, event {number}"
        try:
            yield _ballot(event, summary, reference)
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            yield Refusal(place=place, reason=message, excerpt=summary)
        except (ValueError, AttributeError, KeyError, OverflowError) as error:
            yield Refusal(place=place, reason=str(error), excerpt=summary)


def _ballot(event: Any, summary: str, reference: str) -> AnnouncedBallot:
    kind, iteration = kind_and_iteration(reference, find_kind(summary))
    if kind is None:
        raise ValueError(f"{reference} without a kind of ballot; name one in the summary, such as DIS ballot")
    start = event.decoded("dtstart", None)
    end = event.decoded("dtend", None)
    if start is None:
        raise ValueError(f"{reference} without DTSTART; give the event a day")
    opens_on = _day(start)
    closes_on = opens_on if end is None else _day(end)
    if end is not None and not isinstance(end, dt.datetime) and closes_on > opens_on:
        closes_on -= _DAY
    fields: dict[str, Any] = {"reference": reference, "kind": kind, "closes_on": closes_on}
    if closes_on > opens_on:
        fields["opens_on"] = opens_on
    if iteration:
        fields["iteration"] = iteration
    if str(event.get("status", "")).upper() == "CANCELLED":
        fields["state"] = "cancelled"
    return AnnouncedBallot.model_validate(fields)


def _day(value: dt.date | dt.datetime) -> dt.date:
    return patterns().local_day(value) if isinstance(value, dt.datetime) else value
