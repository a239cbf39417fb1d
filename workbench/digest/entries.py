"""What a digest and an alert consist of: sections of entries. An entry is a name, a title, where to look, and facts.

No claim text, no scores, no opinions and no draft text pass through here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from scrapers.documents import DocumentKind
from scrapers.records import Precision
from workbench.ballots.queries import BallotView
from workbench.digest.coverage import Coverage
from workbench.digest.duties import Duty, DutyKind
from workbench.digest.models import Edition
from workbench.digest.sections import About, SectionKind
from workbench.digest.window import Window
from workbench.standards.ballots import BallotKind

NEAR: Final = 14
"""So many days before its day a deadline stands at the top."""


@dataclass(frozen=True, slots=True)
class BallotEntry:
    """An open ballot that needs an answer, with the days left until our own deadline; negative where that is past.

    `closes_at` is the moment at which an announced closing day ends where ISO sits. `must_vote` is the national body
    that owes a vote as a P-member and has given none, `at_risk` that its membership hangs on it.
    """

    about: About
    view: BallotView
    days_left: int | None
    closes_at: dt.datetime | None = None
    must_vote: str | None = None
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class BallotEventEntry:
    """What became known of a ballot: that it was announced, and each field that changed, from what to what.

    `view` is the ballot as it is now, where it is still known.
    """

    about: About
    kind: BallotKind
    iteration: int
    announced: bool
    changes: tuple[tuple[str, str | None, str | None], ...]
    view: BallotView | None = None


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """A limit date that is past while its stage was not reached; both days are computed."""

    about: About
    stage: str
    day: dt.date
    decide_by: dt.date


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """Something that somebody of the IP team has to do, with the days left until its day."""

    about: About
    duty: Duty
    days_left: int | None


@dataclass(frozen=True, slots=True)
class AlertEntry:
    """Something urgent; at `acknowledge` one says that it is taken care of."""

    entry: BallotEntry | DutyEntry
    acknowledge: str

    @property
    def about(self) -> About:
        return self.entry.about


@dataclass(frozen=True, slots=True)
class MeetingEntry:
    """A meeting that begins within the days of deadlines, or goes on."""

    about: About
    starts_on: dt.date
    ends_on: dt.date
    cancelled: bool


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A committee document that became known or changed, or one that asks for an answer within the days of deadlines.

    `days_left` is set only where an answer is still asked for.
    """

    about: About
    kind: DocumentKind
    issued_on: dt.date | None = None
    due_on: dt.date | None = None
    days_left: int | None = None
    supersedes: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class TouchedEntry:
    """What a new draft changed where we have something: clauses by what hangs on them, counts only.

    `comments` and `matched` count clauses that changed and that our comments or matches of claims hang on; `gone`
    those of them that the new draft has no more.
    """

    about: About
    comments: int
    matched: int
    gone: int


@dataclass(frozen=True, slots=True)
class AnsweredEntry:
    """The secretariat's observations came to `count` of our comments on a draft."""

    about: About
    count: int


@dataclass(frozen=True, slots=True)
class MoveEntry:
    """The stages a work item went through in the window, and when the last one was reached or first seen.

    `others` counts the other facts of it that changed.
    """

    about: About
    stages: tuple[str | None, ...]
    date: dt.date
    precision: Precision
    others: int = 0


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """A work item that became known, or that a source that lists everything lists no more; `stage` as of now."""

    about: About
    stage: str | None


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task that waits: the new text of a stage is to be got, or it is to be said what a dropped file is."""

    about: About
    stage: str | None
    since: dt.date


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """A draft, a publication, a declaration or a release that became known.

    `suggested` are the work items, by their reference, of which the engine suggests clauses for a publication, each
    with the number of claims; of a draft, the number of publications stands alone in `readings`.
    """

    about: About
    suggested: tuple[tuple[str, int], ...] = ()
    readings: int = 0


@dataclass(frozen=True, slots=True)
class CountEntry:
    """Something of which `count` other facts changed."""

    about: About
    count: int


Entry = (
    BallotEntry
    | BallotEventEntry
    | DutyEntry
    | LimitEntry
    | DocumentEntry
    | TouchedEntry
    | AnsweredEntry
    | MeetingEntry
    | TaskEntry
    | MoveEntry
    | ItemEntry
    | NamedEntry
    | CountEntry
)


@dataclass(frozen=True, slots=True)
class Section:
    """The first entries of a section; `more` were left out by the limit."""

    kind: SectionKind
    entries: tuple[Entry, ...]
    more: int

    @property
    def total(self) -> int:
        return len(self.entries) + self.more


@dataclass(frozen=True, slots=True)
class Digest:
    """All that one digest says; `today` is the day its deadlines count from."""

    edition: Edition
    window: Window
    today: dt.date
    sections: tuple[Section, ...]
    coverage: tuple[Coverage, ...]

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to tell: no entry, and each source was read."""
        return not self.sections and bool(self.coverage) and all(each.read for each in self.coverage)

    @property
    def pressing(self) -> tuple[DutyEntry, ...]:
        """Duties that cannot wait, or whose day is near, the most urgent first."""
        found = [each for section in self.sections for each in section.entries if isinstance(each, DutyEntry)]
        found = [each for each in found if each.duty.kind is not DutyKind.FIRST_DAY]
        near = [each for each in found if each.duty.urgent or (each.days_left is not None and each.days_left <= NEAR)]
        return tuple(sorted(near, key=lambda each: (not each.duty.urgent, each.duty.day or dt.date.max)))

    def section(self, kind: SectionKind) -> Section | None:
        return next((section for section in self.sections if section.kind is kind), None)
