"""What people do with plans. Each step is kept (`changes.py`); machines change no plan."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter
from workbench.planning.changes import as_kept, keep
from workbench.planning.models import AssetTrack, Openness, PlanAsset, PlanFact, PlannedEvent, StoredPlan, Theme
from workbench.planning.plans import Event, Gap
from workbench.planning.vocabulary import layers

MOST_TEXT: Final = 2000
MOST_NAME: Final = 120
MOST_EVENTS: Final = 400
MOST_DAYS: Final = 3660
_EVENT: Final = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_FACT: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_FIRST, _LAST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)


class PlanEditError(Exception):
    """A plan cannot be kept so; `str(error)` says why and what to do."""


@dataclass(frozen=True, slots=True)
class EventEdit:
    """What a person says of an event; the fields are those of `PlannedEvent`."""

    label: str = ""
    day: dt.date | None = None
    until: dt.date | None = None
    moment: dt.datetime | None = None
    never: bool = False
    estimated: bool = False
    done: bool = False
    confidential: bool = False
    evidence: str = ""
    asset_id: int | None = None
    repository: str | None = None
    licence: str | None = None
    application: str | None = None


@dataclass(frozen=True, slots=True)
class AssetEdit:
    """What a person says of an asset; the fields are those of `PlanAsset`."""

    name: str
    layer: str | None = None
    openness: Openness | None = None
    theme: Theme = Theme.OTHER
    track: AssetTrack | None = None
    made_in: Sequence[str] = ()
    training_ops: float | None = None
    families: Sequence[str] = ()
    clauses: Sequence[Mapping[str, Any]] = ()
    repositories: Sequence[str] = ()
    work_items: Sequence[int] = ()
    releases: Sequence[str] = ()
    note: str = ""


def make_plan(
    session: Session, viewer: Viewer, matter_id: int, name: str, now: dt.datetime, *, template: str | None = None
) -> StoredPlan:
    """A new plan in a matter that is open to the viewer. Raises PlanEditError."""
    name = _name(name)
    if session.get(Matter, matter_id) is None:
        raise PlanEditError(mark("choose a matter that is open to you"))
    plan = StoredPlan(matter_id=matter_id, name=name, template=template, created_at=now, created_by=viewer.name)
    session.add(plan)
    session.flush()
    keep(session, viewer, plan, "plan", name, None, as_kept(plan), now)
    return plan


def edit_plan(
    session: Session,
    viewer: Viewer,
    plan: StoredPlan,
    now: dt.datetime,
    *,
    name: str,
    note: str,
    offices: Iterable[str],
    known_offices: Iterable[str],
    work_item: int | None,
    slack_days: int,
) -> None:
    """Change what stands at the head of a plan. Raises PlanEditError."""
    old = as_kept(plan)
    wanted = sorted(set(offices))
    if not set(wanted) <= set(known_offices):
        raise PlanEditError(mark("the rules know no such office; choose among those shown"))
    if not 0 <= slack_days <= 366:
        raise PlanEditError(mark("slack lies between 0 and 366 days; correct it"))
    plan.name, plan.note, plan.offices = _name(name), _text(note), wanted
    plan.work_item, plan.slack_days = work_item, slack_days
    session.add(plan)
    keep(session, viewer, plan, "plan", plan.name, old, as_kept(plan), now)


def close_plan(session: Session, viewer: Viewer, plan: StoredPlan, now: dt.datetime, *, closed: bool) -> None:
    """Put a plan away, or take it up again; nothing of it is lost."""
    old = as_kept(plan)
    plan.closed_at = now if closed else None
    session.add(plan)
    keep(session, viewer, plan, "plan", plan.name, old, as_kept(plan), now)


def set_gaps(session: Session, viewer: Viewer, plan: StoredPlan, gaps: Sequence[Gap], now: dt.datetime) -> None:
    """The distances between events that people ask for. Raises PlanEditError."""
    old = as_kept(plan)
    plan.gaps = gaps_kept(gaps)
    session.add(plan)
    keep(session, viewer, plan, "plan", "gaps", old, as_kept(plan), now)


def gaps_kept(gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """Distances as they are kept. Raises PlanEditError."""
    if len(gaps) > MOST_EVENTS:
        raise PlanEditError(mark("more distances than a plan can hold; take some out"))
    for gap in gaps:
        most = MOST_DAYS if gap.at_most is None else gap.at_most
        if gap.first == gap.then or not 0 <= gap.at_least <= most <= MOST_DAYS:
            raise PlanEditError(mark("a distance lies between two events, from 0 to 3660 days, the least first"))
        event_name(gap.first)
        event_name(gap.then)
    kept = {(gap.first, gap.then): gap for gap in gaps}
    return [
        {"first": gap.first, "then": gap.then, "at_least": gap.at_least, "at_most": gap.at_most}
        for gap in kept.values()
    ]


def set_event(
    session: Session, viewer: Viewer, plan: StoredPlan, name: str, edit: EventEdit, now: dt.datetime
) -> PlannedEvent:
    """Put an event into a plan, or say something else of it. Raises PlanEditError."""
    name = event_name(name)
    row = event_of(session, plan, name)
    old = as_kept(row) if row is not None else None
    if row is None:
        if len(_events(session, plan)) >= MOST_EVENTS:
            raise PlanEditError(mark("more events than a plan can hold; make another plan"))
        row = PlannedEvent(plan_id=key_of(plan), name=name)
    _check_days(edit)
    asset_id = edit.asset_id
    if asset_id is not None and asset_of(session, plan, asset_id) is None:
        raise PlanEditError(mark("the plan has no such asset"))
    row.label, row.evidence = _line(edit.label), _text(edit.evidence)
    row.day, row.until, row.moment = edit.day, edit.until, edit.moment
    row.never, row.estimated, row.done, row.confidential = edit.never, edit.estimated, edit.done, edit.confidential
    row.asset_id = asset_id
    row.repository, row.licence, row.application = map(_word, (edit.repository, edit.licence, edit.application))
    if row.confidential and not row.evidence:
        raise PlanEditError(mark("say what shows that it was confidential; without evidence it counts as public"))
    session.add(row)
    session.flush()
    keep(session, viewer, plan, "event", name, old, as_kept(row), now)
    return row


def move_events(
    session: Session, viewer: Viewer, plan: StoredPlan, days: Mapping[str, Event], now: dt.datetime, *, estimated: bool
) -> None:
    """Give events other days and leave the rest of them as it is. Raises PlanEditError."""
    for name, event in days.items():
        row = event_of(session, plan, name)
        if row is None or row.done:
            raise PlanEditError(mark("an event of these is not in the plan, or has happened; look at it again"))
        old = as_kept(row)
        row.day, row.until, row.moment, row.never = event.day, event.until, None, event.day is None
        row.estimated = estimated
        session.add(row)
        keep(session, viewer, plan, "event", name, old, as_kept(row), now)


def remove_event(session: Session, viewer: Viewer, plan: StoredPlan, name: str, now: dt.datetime) -> None:
    """Take an event out of a plan; what it said stays in the history. Raises PlanEditError."""
    row = event_of(session, plan, name)
    if row is None:
        raise PlanEditError(mark("the plan has no such event"))
    keep(session, viewer, plan, "event", name, as_kept(row), None, now)
    session.delete(row)


def rule_out(
    session: Session, viewer: Viewer, plan: StoredPlan, name: str, identity: str, now: dt.datetime, *, counts: bool
) -> None:
    """Say that a piece of evidence is not of an event, or that it is after all. Raises PlanEditError."""
    row = event_of(session, plan, name)
    if row is None or not identity or len(identity) > 300:
        raise PlanEditError(mark("the plan has no such event"))
    old = as_kept(row)
    others = [each for each in row.ignored if each != identity]
    row.ignored = others if counts else [*others, identity]
    session.add(row)
    keep(session, viewer, plan, "event", name, old, as_kept(row), now)


def set_fact(
    session: Session, viewer: Viewer, plan: StoredPlan, name: str, text: str, evidence: str, now: dt.datetime
) -> None:
    """Say a fact, as `read_fact` reads it; an empty text takes it back. Raises PlanEditError."""
    if not _FACT.fullmatch(name):
        raise PlanEditError(mark("names of facts are in small letters, such as made_in_japan"))
    row = session.exec(select(PlanFact).where(PlanFact.plan_id == plan.id, PlanFact.name == name)).one_or_none()
    old = as_kept(row) if row is not None else None
    if not text.strip():
        if row is not None:
            session.delete(row)
            keep(session, viewer, plan, "fact", name, old, None, now)
        return
    row = row or PlanFact(plan_id=key_of(plan), name=name)
    row.value, row.evidence = read_fact(text), _text(evidence)
    session.add(row)
    keep(session, viewer, plan, "fact", name, old, as_kept(row), now)


def read_fact(text: str) -> Any:
    """`yes` or `no`, a number, words between commas where there is one (or in braces), else a word."""
    text = " ".join(text.split())[:MOST_TEXT]
    lowered = text.casefold()
    if lowered in ("yes", "true", "no", "false"):
        return lowered in ("yes", "true")
    if re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?", text):
        return float(text)
    if "," in text or (text.startswith("{") and text.endswith("}")):
        return sorted({word.strip() for word in text.strip("{}").split(",") if word.strip()})
    return text


def write_fact(value: Any) -> str:
    """A fact as `read_fact` takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | frozenset | set):
        return "{" + ", ".join(sorted(value)) + "}"
    return str(value)


def set_asset(
    session: Session, viewer: Viewer, plan: StoredPlan, edit: AssetEdit, now: dt.datetime, asset_id: int | None = None
) -> PlanAsset:
    """Put an asset into a plan, or say something else of it. Raises PlanEditError."""
    name = _name(edit.name)
    row = asset_of(session, plan, asset_id) if asset_id is not None else None
    if asset_id is not None and row is None:
        raise PlanEditError(mark("the plan has no such asset"))
    same = session.exec(select(PlanAsset).where(PlanAsset.plan_id == plan.id, PlanAsset.name == name)).one_or_none()
    if same is not None and same is not row:
        raise PlanEditError(mark("the plan has an asset of this name; give it another one"))
    if edit.layer is not None and edit.layer not in layers():
        raise PlanEditError(mark("there is no such layer; choose among those shown"))
    countries = sorted({each.strip().upper() for each in edit.made_in if each.strip()})
    if not all(_COUNTRY.fullmatch(each) for each in countries):
        raise PlanEditError(mark("countries are written with two letters, such as JP"))
    if edit.training_ops is not None and not 0 <= edit.training_ops < 1e40:
        raise PlanEditError(mark("the number of training operations cannot be read; write it as 1e25"))
    releases = sorted({event_name(each) for each in edit.releases})
    old = as_kept(row) if row is not None else None
    row = row or PlanAsset(plan_id=key_of(plan), name=name)
    row.name, row.layer, row.openness = name, edit.layer, edit.openness
    row.theme, row.track, row.made_in = edit.theme, edit.track, countries
    row.training_ops, row.releases, row.note = edit.training_ops, releases, _text(edit.note)
    row.families, row.repositories = _words(edit.families), _words(edit.repositories)
    row.clauses, row.work_items = [dict(each) for each in edit.clauses], sorted(set(edit.work_items))
    session.add(row)
    session.flush()
    keep(session, viewer, plan, "asset", name, old, as_kept(row), now)
    return row


def remove_asset(session: Session, viewer: Viewer, plan: StoredPlan, asset_id: int, now: dt.datetime) -> None:
    """Take an asset out of a plan. Raises PlanEditError."""
    row = asset_of(session, plan, asset_id)
    if row is None:
        raise PlanEditError(mark("the plan has no such asset"))
    for event in _events(session, plan):
        if event.asset_id == asset_id:
            old = as_kept(event)
            event.asset_id = None
            session.add(event)
            keep(session, viewer, plan, "event", event.name, old, as_kept(event), now)
    keep(session, viewer, plan, "asset", row.name, as_kept(row), None, now)
    session.flush()
    session.delete(row)


def event_of(session: Session, plan: StoredPlan, name: str) -> PlannedEvent | None:
    """An event of a plan by its name."""
    statement = select(PlannedEvent).where(PlannedEvent.plan_id == plan.id, PlannedEvent.name == name)
    return session.exec(statement).one_or_none()


def asset_of(session: Session, plan: StoredPlan, asset_id: int) -> PlanAsset | None:
    """An asset of this plan by its key."""
    return session.exec(select(PlanAsset).where(PlanAsset.plan_id == plan.id, PlanAsset.id == asset_id)).one_or_none()


def event_name(text: str) -> str:
    """The name of an event as rules write it. Raises PlanEditError."""
    name = text.strip()
    if not _EVENT.fullmatch(name) or name in ("TODAY", "NEVER"):
        raise PlanEditError(mark("names of events are in capitals, such as FF_JP, with at most 40 characters"))
    return name


def _events(session: Session, plan: StoredPlan) -> Sequence[PlannedEvent]:
    return session.exec(
        select(PlannedEvent).where(PlannedEvent.plan_id == plan.id).order_by(col(PlannedEvent.id))
    ).all()


def _check_days(edit: EventEdit) -> None:
    days = [each for each in (edit.day, edit.until, edit.moment.date() if edit.moment else None) if each]
    if any(not _FIRST <= each <= _LAST for each in days):
        raise PlanEditError(mark("a day lies before 1990 or after 2100; correct the year"))
    if edit.until is not None and (edit.day is None or edit.until < edit.day):
        raise PlanEditError(mark("a window ends on or after the day it begins; correct one of them"))
    if edit.moment is not None and (edit.day is not None or edit.moment.tzinfo is None):
        raise PlanEditError(mark("write a day or an exact time, not both"))
    if edit.never and days:
        raise PlanEditError(mark("what never happens has no day; take one of them out"))
    if edit.done and (not days or edit.until is not None):
        raise PlanEditError(mark("what has happened needs its one day"))


def _name(text: str) -> str:
    name = _line(text)
    if not name or len(name) > MOST_NAME:
        raise PlanEditError(mark("a name has 1 to 120 characters"))
    return name


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:MOST_TEXT]


def _text(text: str) -> str:
    text = text.replace("\x00", " ").replace("\r\n", "\n").strip()
    if len(text) > MOST_TEXT:
        raise PlanEditError(mark("a text is longer than 2000 characters; shorten it"))
    return text


def _word(text: str | None) -> str | None:
    return _line(text or "")[:MOST_NAME] or None


def _words(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for text in texts if (word := _line(text)[:200])))[:100]
