"""Sample data for the demonstration: where it is and what it consists of. README.md says what is invented.

Everything here goes through the scrapers and importers that real data goes through. The folder `replay` holds
recordings, `drafts` drafts, `patents` publications, `comments` a commenting form; `people.toml` names the recipients of
the digest in an array `person` of tables with name, email, language and edition.
"""

from __future__ import annotations

import datetime as dt
from importlib import resources
from pathlib import Path
from typing import NamedTuple

DAYS = (dt.date(2026, 11, 8), dt.date(2026, 11, 15))
"""The as-of days of the two recordings in the replay folder, earliest first."""

NOW = dt.datetime(2026, 11, 15, 23, 0, tzinfo=dt.UTC)
"""When the digest of the demonstration is due: Monday 2026-11-16, 08:00 in Tokyo, after the second recording."""

PAGE_IDS = (9900001, 9900002, 9900003)
"""ISO ids of the invented work items; the replay folder holds a project page of each."""

OWN_PARTY = "Sample AI K.K."
"""The applicant that plays "our" company."""


class SampleDraft(NamedTuple):
    """A draft: its file in the folder `drafts`, the ISO id of its work item, its label and its date."""

    file: str
    work_item: int
    label: str
    dated: dt.date


DRAFTS = (
    SampleDraft("iso-iec-cd-99001.sample.xml", 9900001, "CD 1", dt.date(2026, 5, 11)),
    SampleDraft("iso-iec-dis-99001.sample.xml", 9900001, "DIS", dt.date(2026, 11, 12)),
    SampleDraft("iso-iec-dis-99001.sample.ja.xml", 9900001, "DIS (ja)", dt.date(2026, 11, 12)),
)
"""The drafts in the order in which they came out; the last is the second in Japanese."""

COMMENTS = SampleDraft("dis-99001.sample.csv", 9900001, "DIS", dt.date(2026, 11, 14))
"""A commenting form in the folder `comments`, of two member bodies that do not exist (XA and XB), and its draft."""


def folder() -> Path:
    """The folder of the sample data, in a checkout and in an installed wheel."""
    return Path(str(resources.files(__name__)))
