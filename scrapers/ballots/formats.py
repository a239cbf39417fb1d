"""Which reader a file of ballots is for, by its content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scrapers.ballots.calendars import read_calendar
from scrapers.ballots.mails import read_mail
from scrapers.ballots.records import AnnouncedBallot
from scrapers.ballots.tables import BallotMap, read_table
from scrapers.lines import opened
from scrapers.patents.fields import Refusal

_HEAD: Final = 64 * 1024
_HEADER: Final = re.compile(rb"\A(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]*:[ \t]")
_SUBJECT: Final = re.compile(rb"^(?:Subject|Message-ID|MIME-Version):", re.IGNORECASE | re.MULTILINE)


def read_ballots(path: Path, column_map: BallotMap | None = None) -> Iterator[AnnouncedBallot | Refusal]:
    """The ballots of a table, mail or calendar; `column_map` is for tables. Raises UnreadableFileError."""
    with opened(path) as stream:
        head = stream.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:15].upper() == b"BEGIN:VCALENDAR":
        yield from read_calendar(path)
    elif _HEADER.match(head) and _SUBJECT.search(head):
        yield read_mail(path)
    else:
        yield from read_table(path, column_map)
