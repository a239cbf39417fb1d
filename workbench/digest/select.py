"""Selects what goes into a digest: deadlines first, then what became known in its window, then how well it was read.

No claim text, no scores and no draft text pass through here: an entry is a name, a title and where to look.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from scrapers.manifest import Manifest
from scrapers.records import Precision
from workbench.ballots.queries import BallotView, ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.calendars.meetings import coming_meetings
from workbench.db import key_of
from workbench.digest.coverage import Coverage, coverage_of
from workbench.digest.models import Edition
from workbench.digest.window import Window
from workbench.history.models import Change, ChangeKind, Entity
from workbench.patents.models import Publication
from workbench.standards.models import Committee, Draft, StageEvent, WorkItem
from workbench.standards.stage_history import StageDate
from workbench.standards.tasks import open_tasks

DUE_WITHIN = dt.timedelta(days=14)


class SectionKind(StrEnum):
    OVERDUE = "overdue"
    DUE = "due"
    TASKS = "tasks"
    OPENED = "opened"
    MOVES = "moves"
    NEW_ITEMS = "new_items"
    GONE = "gone"
    DRAFTS = "drafts"
    PUBLICATIONS = "publications"
    DECLARATIONS = "declarations"
    RELEASES = "releases"
    MEETINGS = "meetings"
    OTHER = "other"


ORDER: dict[Edition, tuple[SectionKind, ...]] = {
    Edition.DELEGATE: (
        SectionKind.OVERDUE,
        SectionKind.DUE,
        SectionKind.TASKS,
        SectionKind.OPENED,
        SectionKind.MOVES,
        SectionKind.NEW_ITEMS,
        SectionKind.GONE,
        SectionKind.DRAFTS,
        SectionKind.MEETINGS,
        SectionKind.DECLARATIONS,
        SectionKind.RELEASES,
        SectionKind.OTHER,
    ),
    Edition.IP: (
        SectionKind.OVERDUE,
        SectionKind.DUE,
        SectionKind.TASKS,
        SectionKind.DRAFTS,
        SectionKind.PUBLICATIONS,
        SectionKind.DECLARATIONS,
        SectionKind.MOVES,
        SectionKind.OPENED,
        SectionKind.NEW_ITEMS,
        SectionKind.GONE,
        SectionKind.MEETINGS,
        SectionKind.RELEASES,
        SectionKind.OTHER,
    ),
}


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about: `path` is where the workbench shows it, from the root of the site."""

    name: str
    title: str | None
    path: str
    title_language: str | None = None


@dataclass(frozen=True, slots=True)
class BallotEntry:
    """An open ballot that needs an answer, with the days left until our own deadline; negative where that is past."""

    about: About
    view: BallotView
    days_left: int | None


@dataclass(frozen=True, slots=True)
class AlertEntry(BallotEntry):
    """The same as an alert; at `acknowledge` one says that it is taken care of."""

    acknowledge: str


@dataclass(frozen=True, slots=True)
class MeetingEntry:
    """A meeting that begins within the days of deadlines, or goes on."""

    about: About
    starts_on: dt.date
    ends_on: dt.date
    cancelled: bool


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
    """A draft or a publication that became known."""

    about: About


@dataclass(frozen=True, slots=True)
class CountEntry:
    """Something of which `count` other facts changed."""

    about: About
    count: int


Entry = BallotEntry | MeetingEntry | TaskEntry | MoveEntry | ItemEntry | NamedEntry | CountEntry


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

    def section(self, kind: SectionKind) -> Section | None:
        return next((section for section in self.sections if section.kind is kind), None)


@dataclass
class _Found:
    entries: dict[SectionKind, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    def sections(self, edition: Edition, limit: int) -> tuple[Section, ...]:
        return tuple(
            Section(kind, tuple(entries[:limit]), max(0, len(entries) - limit))
            for kind in ORDER[edition]
            if (entries := self.entries[kind])
        )


def select_digest(
    session: Session,
    edition: Edition,
    window: Window,
    *,
    rules: Rulebook,
    manifests: Mapping[str, Manifest],
    zone: ZoneInfo,
    limit: int,
    followed: frozenset[int] | None = None,
) -> Digest:
    """Select for one edition. Deadlines are those after `window.end`, changes those of the window.

    Deadlines are of the work items in `followed`, by the keys of their rows; of all where there is no list.
    """
    today = window.end.astimezone(zone).date()
    changes = session.exec(
        select(Change).where(col(Change.id) > window.after, col(Change.id) <= window.to).order_by(col(Change.id))
    ).all()
    if window.first:
        changes = [change for change in changes if change.at > window.start]
    items = {row.iso_id: row for row in session.exec(select(WorkItem).order_by(col(WorkItem.iso_id)))}
    histories = _histories(session)
    found = _Found()
    _add_items(found, changes, items, histories, zone)
    _add_ballots(found, session, changes, rules, today, window.start.astimezone(zone).date(), followed)
    _add_meetings(found, session, today)
    _add_tasks(found, session)
    _add_drafts(found, session, changes, items)
    if edition is Edition.IP:
        _add_publications(found, session, changes)
    _add_committees(found, session, changes)
    _add_watched(found, changes)
    return Digest(
        edition, window, today, found.sections(edition, limit), coverage_of(session, window, changes, manifests)
    )


def _histories(session: Session) -> dict[int, list[StageDate]]:
    histories: dict[int, list[StageDate]] = defaultdict(list)
    for event in session.exec(select(StageEvent).order_by(col(StageEvent.date), col(StageEvent.stage))):
        histories[event.work_item_id].append(StageDate(event.date, event.stage, event.precision))
    return histories


def _by_key(changes: Iterable[Change], entity: Entity) -> dict[str, list[Change]]:
    grouped: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.entity is entity:
            grouped[change.key].append(change)
    return grouped


def item_about(key: str, item: WorkItem | None) -> About:
    """A work item by its ISO number, with what is known of it."""
    path = f"/standards/items/{key}"
    if item is None:
        return About(key, None, path)
    title, language = (item.title_en, "en") if item.title_en else (item.title_fr, "fr")
    return About(item.reference, title, path, language)


def _item(items: Mapping[int, WorkItem], key: str) -> WorkItem | None:
    return items.get(int(key)) if key.isdecimal() else None


def _add_items(
    found: _Found,
    changes: Iterable[Change],
    items: Mapping[int, WorkItem],
    histories: Mapping[int, Sequence[StageDate]],
    zone: ZoneInfo,
) -> None:
    for key, of_item in _by_key(changes, Entity.WORK_ITEM).items():
        item = _item(items, key)
        about = item_about(key, item)
        if any(change.kind is ChangeKind.NEW for change in of_item):
            found.entries[SectionKind.NEW_ITEMS].append(ItemEntry(about, item.stage if item else None))
            continue
        if of_item[-1].kind is ChangeKind.REMOVED:
            found.entries[SectionKind.GONE].append(ItemEntry(about, item.stage if item else None))
            continue
        moves = [change for change in of_item if change.field == "stage"]
        # The days of a history that came with a move say nothing that the move does not.
        told = {"stage", "stage_history"} if moves else {"stage"}
        others = [change for change in of_item if change.kind is ChangeKind.CHANGED and change.field not in told]
        if moves:
            history = histories.get(item.id or 0, ()) if item else ()
            found.entries[SectionKind.MOVES].append(_move(about, moves, history, zone, len(others)))
        elif others:
            found.entries[SectionKind.OTHER].append(CountEntry(about, len(others)))


def _move(
    about: About, moves: Sequence[Change], history: Iterable[StageDate], zone: ZoneInfo, others: int
) -> MoveEntry:
    stages = (_text(moves[0].old), *(_text(change.new) for change in moves))
    seen = moves[-1].at.astimezone(zone).date()
    reached = [event for event in history if event.stage == stages[-1] and event.date <= seen]
    last = reached[-1] if reached else StageDate(seen, stages[-1] or "", Precision.OBSERVED)
    return MoveEntry(about, stages, last.date, last.precision, others)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _add_ballots(
    found: _Found,
    session: Session,
    changes: Iterable[Change],
    rules: Rulebook,
    today: dt.date,
    since: dt.date,
    followed: frozenset[int] | None,
) -> None:
    moved = {change.key for change in changes if change.entity is Entity.WORK_ITEM and change.field == "stage"}
    for view in ballot_views(session, rules, today):
        if not view.is_open or view.company is not None or view.item.missing_since is not None:
            continue
        if followed is not None and key_of(view.item) not in followed:
            continue
        left = (view.ours - today).days if view.ours else None
        entry = BallotEntry(item_about(str(view.item.iso_id), view.item), view, left)
        dated_this_week = view.precision is Precision.DAY and view.opens_on is not None and view.opens_on > since
        if left is not None and left < 0:
            found.entries[SectionKind.OVERDUE].append(entry)
        elif left is not None and left <= DUE_WITHIN.days:
            found.entries[SectionKind.DUE].append(entry)
        elif dated_this_week or str(view.item.iso_id) in moved:
            found.entries[SectionKind.OPENED].append(entry)


def _add_meetings(found: _Found, session: Session, today: dt.date) -> None:
    for row in coming_meetings(session, today, today + DUE_WITHIN):
        about = About(row.title, row.committee or None, "/calendars/")
        found.entries[SectionKind.MEETINGS].append(MeetingEntry(about, row.starts_on, row.ends_on, row.cancelled))


_WATCHED: Final = (
    (Entity.DECLARATION, SectionKind.DECLARATIONS, "/declarations/"),
    (Entity.RELEASE, SectionKind.RELEASES, "/releases/"),
    (Entity.PAGE, SectionKind.OTHER, "/pages/"),
)


def _add_watched(found: _Found, changes: Sequence[Change]) -> None:
    """Declarations and releases that became known; of watched pages, and of what was known, how much changed."""
    for entity, kind, path in _WATCHED:
        for key, of_one in _by_key(changes, entity).items():
            new = next((change for change in of_one if change.kind is ChangeKind.NEW), None)
            if new is not None and entity is not Entity.PAGE:
                found.entries[kind].append(NamedEntry(About(_text(new.new) or key, None, path)))
            else:
                found.entries[SectionKind.OTHER].append(CountEntry(About(key, None, path), len(of_one)))


def _add_tasks(found: _Found, session: Session) -> None:
    for row in open_tasks(session):
        path = f"/tasks/{row.task.id}"
        if row.item is None:
            about = About(row.task.file or "", None, path)
        else:
            about = replace(item_about(str(row.item.iso_id), row.item), path=path)
        found.entries[SectionKind.TASKS].append(TaskEntry(about, row.task.stage, row.task.since))


def _add_drafts(found: _Found, session: Session, changes: Iterable[Change], items: Mapping[int, WorkItem]) -> None:
    for key, of_draft in _by_key(changes, Entity.DRAFT).items():
        iso_id, _, label = key.partition("/")
        item = _item(items, iso_id)
        draft = (
            session.exec(select(Draft).where(Draft.work_item_id == item.id, Draft.label == label)).one_or_none()
            if item
            else None
        )
        if item is not None and draft is not None and any(change.kind is ChangeKind.NEW for change in of_draft):
            about = About(f"{item.reference}, {label}", draft.title, f"/standards/drafts/{draft.id}", draft.language)
            found.entries[SectionKind.DRAFTS].append(NamedEntry(about))
        else:
            found.entries[SectionKind.OTHER].append(CountEntry(About(key, None, "/changes"), len(of_draft)))


def _add_publications(found: _Found, session: Session, changes: Iterable[Change]) -> None:
    for number, of_publication in _by_key(changes, Entity.PUBLICATION).items():
        row = session.exec(select(Publication).where(Publication.number == number)).one_or_none()
        path = f"/patents/publications/{number}"
        about = About(number, row.title, path, row.title_language) if row else About(number, None, path)
        if any(change.kind is ChangeKind.NEW for change in of_publication):
            found.entries[SectionKind.PUBLICATIONS].append(NamedEntry(about))
        else:
            found.entries[SectionKind.OTHER].append(CountEntry(about, len(of_publication)))


def _add_committees(found: _Found, session: Session, changes: Iterable[Change]) -> None:
    for key, of_committee in _by_key(changes, Entity.COMMITTEE).items():
        changed = [change for change in of_committee if change.kind is ChangeKind.CHANGED]
        if not changed:
            continue
        row = session.exec(select(Committee).where(Committee.iso_id == int(key))).one_or_none()
        about = About(row.reference, row.title_en, "/changes", "en") if row else About(key, None, "/changes")
        found.entries[SectionKind.OTHER].append(CountEntry(about, len(changed)))
