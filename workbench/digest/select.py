"""Selects what goes into a digest: deadlines first, then what became known in its window, then how well it was read.

No claim text, no scores and no draft text pass through here: an entry is a name, a title and where to look.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from scrapers.manifest import Manifest
from scrapers.records import Precision
from workbench.ballots.obligations import DutyState, Standing
from workbench.ballots.queries import BallotView, ballot_views
from workbench.ballots.rulebook import Rulebook
from workbench.ballots.week import Place, missed_limits, must_vote
from workbench.calendars.meetings import coming_meetings
from workbench.db import key_of
from workbench.digest import committee_news
from workbench.digest.coverage import coverage_of
from workbench.digest.duties import Duty, duties_of
from workbench.digest.entries import (
    NEAR,
    BallotEntry,
    BallotEventEntry,
    CountEntry,
    Digest,
    DutyEntry,
    Entry,
    ItemEntry,
    LimitEntry,
    MeetingEntry,
    MoveEntry,
    NamedEntry,
    Section,
    TaskEntry,
)
from workbench.digest.models import Edition
from workbench.digest.sections import ORDER, About, SectionKind
from workbench.digest.window import Window
from workbench.history.models import Change, ChangeKind, Entity
from workbench.mapping.models import MappedPublication
from workbench.patents.models import Publication
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission
from workbench.standards.ballots import BallotKind
from workbench.standards.deadlines import Basis, moment_of_close
from workbench.standards.models import Committee, Draft, StageEvent, WorkItem
from workbench.standards.stage_history import StageDate
from workbench.standards.tasks import open_tasks

DUE_WITHIN: Final = dt.timedelta(days=NEAR)


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
    views = ballot_views(session, rules, today)
    _add_ballots(found, session, views, changes, rules, today, window.start.astimezone(zone).date(), followed)
    _add_ballot_events(found, views, changes, items)
    for missed in missed_limits(session, rules, today):
        if followed is None or key_of(missed.item) in followed:
            about = item_about(str(missed.item.iso_id), missed.item)
            entry = LimitEntry(about, missed.limit.stage, missed.limit.day, missed.limit.decide_by)
            found.entries[SectionKind.LIMITS].append(entry)
    _add_meetings(found, session, today)
    told = [change for change in changes if change.entity is Entity.DOCUMENT]
    for kind, document in committee_news.documents(session, told, today, today + DUE_WITHIN):
        found.entries[kind].append(document)
    found.entries[SectionKind.CALLS].extend(committee_news.answered(session, window, items))
    _add_tasks(found, session)
    _add_drafts(found, session, changes, items)
    if edition is Edition.IP:
        _add_publications(found, session, changes, followed)
        for duty in duties_of(session, viewer_of(session), rules, today):
            found.entries[duty.section].append(duty_entry(duty, today))
    _add_committees(found, session, changes)
    _add_watched(found, changes)
    return Digest(
        edition, window, today, found.sections(edition, limit), coverage_of(session, window, changes, manifests)
    )


def with_entries(digest: Digest, entries: Sequence[DutyEntry], limit: int) -> Digest:
    """The digest with further duties, before those that it has in the same section."""
    found = _Found()
    for each in entries:
        found.entries[each.duty.section].append(each)
    left_out = {section.kind: section.more for section in digest.sections}
    for section in digest.sections:
        found.entries[section.kind].extend(section.entries)
    sections = tuple(
        replace(section, more=section.more + left_out.get(section.kind, 0))
        for section in found.sections(digest.edition, limit)
    )
    return replace(digest, sections=sections)


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
    views: Sequence[BallotView],
    changes: Iterable[Change],
    rules: Rulebook,
    today: dt.date,
    since: dt.date,
    followed: frozenset[int] | None,
) -> None:
    moved = {change.key for change in changes if change.entity is Entity.WORK_ITEM and change.field == "stage"}
    owed = must_vote(session, rules, views, today)
    for view in views:
        if not view.is_open or view.company is not None or view.item.missing_since is not None:
            continue
        if followed is not None and key_of(view.item) not in followed:
            continue
        entry = ballot_entry(view, owed, rules, today)
        left = entry.days_left
        dated_this_week = view.precision is Precision.DAY and view.opens_on is not None and view.opens_on > since
        if left is not None and left < 0:
            found.entries[SectionKind.OVERDUE].append(entry)
        elif left is not None and left <= DUE_WITHIN.days:
            found.entries[SectionKind.DUE].append(entry)
        elif dated_this_week or str(view.item.iso_id) in moved:
            found.entries[SectionKind.OPENED].append(entry)


def ballot_entry(view: BallotView, owed: Mapping[Place, DutyState], rules: Rulebook, today: dt.date) -> BallotEntry:
    """An open ballot; `owed` are those in which the national body must vote."""
    left = (view.ours - today).days if view.ours else None
    closes_at = None
    if view.closes_on is not None and view.basis is Basis.ANNOUNCED:
        closes_at = moment_of_close(view.closes_on, rules.deadlines.close)
    about = item_about(str(view.item.iso_id), view.item)
    duty = owed.get((view.item.iso_id, view.kind, view.iteration))
    if duty is None:
        return BallotEntry(about, view, left, closes_at)
    at_risk = duty.standing in (Standing.AT_RISK, Standing.BROKEN)
    return BallotEntry(about, view, left, closes_at, rules.obligations.member, at_risk)


def duty_entry(duty: Duty, today: dt.date) -> DutyEntry:
    return DutyEntry(duty.about, duty, (duty.day - today).days if duty.day else None)


def _add_ballot_events(
    found: _Found, views: Iterable[BallotView], changes: Iterable[Change], items: Mapping[int, WorkItem]
) -> None:
    """Ballots that were announced, moved, closed or cancelled, or of which the result is known.

    That one was announced goes without saying where the ballot itself is in the digest.
    """
    by_key = {f"{view.item.iso_id}/{view.kind}/{view.iteration}": view for view in views}
    shown = {
        f"{entry.view.item.iso_id}/{entry.view.kind}/{entry.view.iteration}"
        for kind in (SectionKind.OVERDUE, SectionKind.DUE, SectionKind.OPENED)
        for entry in found.entries[kind]
        if isinstance(entry, BallotEntry)
    }
    for key, of_ballot in _by_key(changes, Entity.BALLOT).items():
        iso_id, _, rest = key.partition("/")
        kind, _, iteration = rest.partition("/")
        if kind not in set(BallotKind) or not iteration.isdecimal():
            found.entries[SectionKind.OTHER].append(CountEntry(About(key, None, "/changes"), len(of_ballot)))
            continue
        told: dict[str, tuple[str, str | None, str | None]] = {}
        for change in of_ballot:
            if change.field is not None:
                first = told[change.field][1] if change.field in told else _text(change.old)
                told[change.field] = (change.field, first, _text(change.new))
        moved = tuple(each for each in told.values() if each[1] != each[2])
        announced = any(change.kind is ChangeKind.NEW for change in of_ballot)
        about = replace(item_about(iso_id, _item(items, iso_id)), path=f"/ballots/{key}")
        if moved or (announced and key not in shown):
            found.entries[SectionKind.BALLOTS].append(
                BallotEventEntry(about, BallotKind(kind), int(iteration), announced, moved, by_key.get(key))
            )


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
            mapped = select(func.count()).select_from(MappedPublication).where(MappedPublication.draft_id == draft.id)
            readings = int(session.exec(mapped).one()) if viewer_of(session).may(Permission.READ_MATCHES) else 0
            found.entries[SectionKind.DRAFTS].append(NamedEntry(about, readings=readings))
            if change := committee_news.touched(session, draft, item):
                found.entries[SectionKind.TOUCHED].append(change)
        else:
            found.entries[SectionKind.OTHER].append(CountEntry(About(key, None, "/changes"), len(of_draft)))


_OF_STATUS: Final = ("legal_event", "register_")


def _add_publications(
    found: _Found, session: Session, changes: Iterable[Change], followed: frozenset[int] | None
) -> None:
    """New publications, those with suggestions on followed work items first; what registers say anew; the rest."""
    grouped = _by_key(changes, Entity.PUBLICATION)
    rows = {row.number: row for row in session.exec(select(Publication).where(col(Publication.number).in_(grouped)))}
    suggested = _suggested(session, [key_of(row) for row in rows.values()], followed)
    plain: list[Entry] = []
    for number, of_publication in grouped.items():
        row = rows.get(number)
        path = f"/patents/publications/{number}"
        about = About(number, row.title, path, row.title_language) if row else About(number, None, path)
        status = [change for change in of_publication if (change.field or "").startswith(_OF_STATUS)]
        if any(change.kind is ChangeKind.NEW for change in of_publication):
            matched = suggested.get(key_of(row), ()) if row else ()
            (found.entries[SectionKind.PUBLICATIONS] if matched else plain).append(NamedEntry(about, matched))
        elif status:
            found.entries[SectionKind.STATUS].append(CountEntry(about, len(status)))
        else:
            found.entries[SectionKind.OTHER].append(CountEntry(about, len(of_publication)))
    found.entries[SectionKind.PUBLICATIONS].extend(plain)


def _suggested(
    session: Session, publications: Sequence[int], followed: frozenset[int] | None
) -> dict[int, tuple[tuple[str, int], ...]]:
    """By publication: the work items in whose drafts the engine suggests clauses, and for how many claims at most."""
    if not publications or not viewer_of(session).may(Permission.READ_MATCHES):
        return {}
    statement = (
        select(MappedPublication, WorkItem)
        .join(Draft, col(Draft.id) == MappedPublication.draft_id)
        .join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
        .where(col(MappedPublication.publication_id).in_(publications))
    )
    claims: dict[int, dict[str, int]] = defaultdict(dict)
    for mapped, item in session.exec(statement.order_by(col(WorkItem.reference))):
        if followed is None or key_of(item) in followed:
            of_one = claims[mapped.publication_id]
            of_one[item.reference] = max(of_one.get(item.reference, 0), mapped.claims)
    return {publication: tuple(of_one.items()) for publication, of_one in claims.items()}


def _add_committees(found: _Found, session: Session, changes: Iterable[Change]) -> None:
    for key, of_committee in _by_key(changes, Entity.COMMITTEE).items():
        changed = [change for change in of_committee if change.kind is ChangeKind.CHANGED]
        if not changed:
            continue
        row = session.exec(select(Committee).where(Committee.iso_id == int(key))).one_or_none()
        about = About(row.reference, row.title_en, "/changes", "en") if row else About(key, None, "/changes")
        found.entries[SectionKind.OTHER].append(CountEntry(about, len(changed)))
