"""What the workbench has read that shows an event of a plan to have happened: releases, filings, declarations.

Nothing is written: evidence is read anew whenever a plan is looked at, so that a release that a poll brings in raises
its findings at once. A person may say that a piece of evidence is not of the event (`PlannedEvent.ignored`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from workbench.cases.contents import patents_of
from workbench.cases.queries import cases_of, steps_of
from workbench.cases.statuses import CaseAct
from workbench.declarations.queries import declarations_naming, declarations_of_item
from workbench.patents.applications import application_forms, application_key
from workbench.patents.models import ApplicationStatus, Family, Publication
from workbench.planning.models import PlanAsset, PlannedEvent, StoredPlan
from workbench.planning.vocabulary import EventKind, event_names
from workbench.standards.queries import work_item
from workbench.watched.models import Release


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that was read. `entity` and `key` name it as the change log does; `shown` is for people."""

    event: str
    day: dt.date
    entity: str
    key: str
    shown: str
    source: str
    snapshot_id: int | None
    first_seen: dt.datetime

    @property
    def identity(self) -> str:
        return f"{self.entity}:{self.key}"


Reader = Callable[[Session, StoredPlan, Sequence[PlannedEvent], Sequence[PlanAsset]], Iterable[Evidence]]
"""Finds evidence of a plan's events; for areas below this one that know of more."""


def evidence_of(
    session: Session, plan: StoredPlan, events: Sequence[PlannedEvent], assets: Sequence[PlanAsset]
) -> dict[str, list[Evidence]]:
    """The evidence of each event that nobody ruled out, earliest first."""
    ignored = {event.name: set(event.ignored) for event in events}
    found: dict[str, list[Evidence]] = {}
    for reader in READERS:
        for each in reader(session, plan, events, assets):
            if each.identity not in ignored.get(each.event, ()):
                found.setdefault(each.event, []).append(each)
    return {name: sorted(each, key=lambda one: (one.day, one.identity)) for name, each in found.items()}


def _releases(
    session: Session, plan: StoredPlan, events: Sequence[PlannedEvent], assets: Sequence[PlanAsset]
) -> Iterator[Evidence]:
    """Tags of the repositories that an event names, or that the assets name which go out by it."""
    del plan
    for event in events:
        shipped = {name for asset in assets if event.name in asset.releases for name in asset.repositories}
        wanted = {event.repository} if event.repository else shipped
        if event_names().kind(event.name) not in (EventKind.RELEASE, EventKind.WEIGHTS) or not wanted:
            continue
        for row in session.exec(select(Release).where(col(Release.repository).in_(wanted))):
            yield Evidence(
                event=event.name,
                day=row.date or row.first_seen.date(),
                entity="release",
                key=f"{row.repository} {row.tag}",
                shown=f"{row.repository} {row.tag}",
                source=row.source,
                snapshot_id=row.snapshot_id,
                first_seen=row.first_seen,
            )


def _filings(
    session: Session, plan: StoredPlan, events: Sequence[PlannedEvent], assets: Sequence[PlanAsset]
) -> Iterator[Evidence]:
    """Filing dates of the applications that events name, from registers and from the priorities of publications."""
    del plan, assets
    for event in events:
        if event.application is None or event_names().kind(event.name) is not EventKind.FILING:
            continue
        key, forms = application_key(event.application), application_forms(event.application)
        status = session.exec(select(ApplicationStatus).where(ApplicationStatus.application_key == key)).first()
        if status is not None and status.filing_date is not None:
            yield Evidence(
                event=event.name,
                day=status.filing_date,
                entity="application",
                key=status.application,
                shown=status.application,
                source=status.source,
                snapshot_id=status.snapshot_id,
                first_seen=status.first_seen,
            )
            continue
        yield from _priorities(session, event, key, forms)


def _priorities(session: Session, event: PlannedEvent, key: str, forms: Sequence[str]) -> Iterator[Evidence]:
    """A publication that claims the application as its priority, or is of it and claims none, tells its day."""
    country = key.partition(".")[0]
    of_it = select(Publication.family_ref).where(col(Publication.application).in_(forms))
    family = [each for each in session.exec(of_it) if each is not None]
    for row in session.exec(select(Publication).where(col(Publication.family_ref).in_(family))):
        for priority in row.priorities:
            number, day = str(priority.get("number", "")), priority.get("date")
            if day and number.startswith(country) and application_key(number) == key:
                yield Evidence(
                    event=event.name,
                    day=dt.date.fromisoformat(day),
                    entity="publication",
                    key=row.number,
                    shown=row.number,
                    source=row.source_format,
                    snapshot_id=None,
                    first_seen=row.first_seen,
                )
                return


def _declarations(
    session: Session, plan: StoredPlan, events: Sequence[PlannedEvent], assets: Sequence[PlanAsset]
) -> Iterator[Evidence]:
    """Declarations in the registers that name a publication of the assets' families, for the plan's work item."""
    item = work_item(session, plan.work_item) if plan.work_item is not None else None
    wanted = {family for asset in assets for family in asset.families}
    if item is None or not wanted or not any(event.name == "DECL" for event in events):
        return
    of_item = {row.id for row in declarations_of_item(session, item)}
    joined = select(Publication).join(Family, col(Family.id) == Publication.family_ref)
    seen: set[int | None] = set()
    for publication in session.exec(joined.where(col(Family.family_id).in_(wanted))):
        for row in declarations_naming(session, publication):
            if row.id in of_item and row.id not in seen and row.date is not None:
                seen.add(row.id)
                yield Evidence(
                    event="DECL",
                    day=row.date,
                    entity="declaration",
                    key=row.key,
                    shown=f"{row.listed_in} {row.statement or row.key}",
                    source=row.source,
                    snapshot_id=row.snapshot_id,
                    first_seen=row.first_seen,
                )


def _sent(
    session: Session, plan: StoredPlan, events: Sequence[PlannedEvent], assets: Sequence[PlanAsset]
) -> Iterator[Evidence]:
    """The company's own declarations for the plan's work item, from the day a person recorded that they were sent.

    Those that name a family of the assets; where the assets name none, those of the plan's matter.
    """
    item = work_item(session, plan.work_item) if plan.work_item is not None else None
    if item is None or not any(event.name == "DECL" for event in events):
        return
    wanted = {family for asset in assets for family in asset.families}
    for case, form in cases_of(session, item):
        families = {patent.family for patent in patents_of(session, form)}
        if not (families & wanted if wanted else case.matter_id == plan.matter_id):
            continue
        for step in steps_of(session, case):
            if step.act is CaseAct.SEND:
                told = step.details.get("sent_on")
                yield Evidence(
                    event="DECL",
                    day=dt.date.fromisoformat(told) if told else step.at.date(),
                    entity="case",
                    key=f"{case.id} {step.id}",
                    shown=f"{case.holder} – {item.reference}",
                    source="case",
                    snapshot_id=None,
                    first_seen=step.at,
                )


READERS: Final[list[Reader]] = [_releases, _filings, _declarations, _sent]
