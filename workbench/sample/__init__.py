"""Sample data for the demonstration: where it is and what it consists of. README.md says what is invented.

Everything here goes through the scrapers and importers that real data goes through.
"""

from __future__ import annotations

import datetime as dt
from importlib import resources
from pathlib import Path
from typing import NamedTuple

RECORDED_ON = (dt.date(2026, 11, 9), dt.date(2026, 11, 16))
"""The days of the two recordings in the replay folder, earliest first; each is an as-of day."""

WORK_ITEM = 9900001
"""ISO id of the invented work item that the drafts belong to."""

INVENTED_WORK_ITEMS = (9900001, 9900002, 9900003)
"""ISO ids of the invented work items; the replay folder holds a project page of each."""

OWN_PARTY = "Sample AI K.K."
"""The applicant that plays "our" company."""

PUBLICATIONS = (
    "patents/uspto-weekly.sample.xml",
    "patents/ops-biblio.sample.xml",
    "patents/ops-claims.sample.xml",
)
"""Files of publications, in the order in which to import them."""

PEOPLE = "people.toml"
"""The file of digest recipients: an array `person` of tables with name, email, language and edition."""


class SampleDraft(NamedTuple):
    """A draft of `WORK_ITEM`: its file in the sample folder, its label and its date."""

    file: str
    label: str
    dated: dt.date


DRAFTS = (
    SampleDraft("drafts/iso-iec-cd-99001.sample.xml", "CD 1", dt.date(2026, 5, 11)),
    SampleDraft("drafts/iso-iec-dis-99001.sample.xml", "DIS", dt.date(2026, 11, 12)),
    SampleDraft("drafts/iso-iec-dis-99001.sample.ja.xml", "DIS (ja)", dt.date(2026, 11, 12)),
)
"""The drafts in the order in which they came out."""


def folder() -> Path:
    """The folder of the sample data, in a checkout and in an installed wheel."""
    return Path(str(resources.files(__name__)))


def replay() -> Path:
    """The replay folder: two recordings of the catalogue and the pages of the invented work items."""
    return folder() / "replay"
