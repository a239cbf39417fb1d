"""What the IP team has to do: each area tells what is due in it, and the list of `PROVIDERS` is all there is to know.

A provider is asked within a session that sees what its viewer sees, so that it cannot tell more. It gives titles, ids
and days, never claim text, scores or opinions.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from workbench.assessments import queries as assessments
from workbench.assessments.models import Assessment
from workbench.assessments.statuses import Status
from workbench.ballots.rulebook import Rulebook
from workbench.cases import queries as cases
from workbench.digest.sections import About, SectionKind
from workbench.patents.applications import application_key
from workbench.patents.models import ApplicationStatus, Portfolio, PortfolioMember, Publication
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.planning import queries as planning
from workbench.planning.rules import RulesError, Severity, Verdict
from workbench.planning.stored import Prepared
from workbench.planning.vocabulary import EventKind
from workbench.portfolio.annuities import AnnuityRulesError
from workbench.portfolio.dormant import waiting, with_titles

AHEAD: Final = 30
"""Days before a planned day from which the digest speaks of it."""
CHOOSE_AHEAD: Final = 60
"""Days before an annuity from which the digest asks what is to become of a dormant patent."""
DORMANT_TOLD: Final = 20
"""Dormant patents that one digest names."""

_log = logging.getLogger(__name__)


class DutyKind(StrEnum):
    """Why something is to be done."""

    PLANNED = "planned"
    LATE = "late"
    """A planned day is past, and nothing shows that it happened."""
    SURPRISE = "surprise"
    """Something happened before its plan wanted it."""
    BLOCKED = "blocked"
    WARNED = "warned"
    UNKNOWN = "unknown"
    """Rules that cannot tell, for facts that nobody gave."""
    LAST_DAY = "last_day"
    """The last day on which a rule allows an event of a plan is near."""
    FIRST_DAY = "first_day"
    """A rule allows an event of a plan from a day on that is near."""
    UNCHECKED = "unchecked"
    """The rules themselves cannot be used on the plan."""
    FEE = "fee"
    CHOOSE = "choose"
    """The next annuity of a dormant patent is near, and nobody has said what is to become of it."""
    DECLARE = "declare"
    """A declaration is under way and to be sent by a day."""
    APPROVE = "approve"
    RECEIPT = "receipt"
    RECHECK = "recheck"
    CHART_STALE = "chart_stale"
    REVIEW_WAITS = "review_waits"


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do. `key` names it for life; `day` is by when, `since` from when on, `estimated`: computed by us.

    `events` are names of events of a plan, `label` is what people call the first; `rule` is the id of a rule, `count`
    how many of its kind there are. `urgent`: it cannot wait for a day.
    """

    key: str
    kind: DutyKind
    section: SectionKind
    about: About
    day: dt.date | None = None
    since: dt.date | None = None
    estimated: bool = False
    urgent: bool = False
    events: tuple[str, ...] = ()
    label: str = ""
    rule: str | None = None
    count: int = 0


Provider = Callable[[Session, Viewer, Rulebook, dt.date], Iterable[Duty]]

_SECTIONS: Final = {
    EventKind.FILING: SectionKind.LEGAL,
    EventKind.SECRECY: SectionKind.LEGAL,
    EventKind.FORMALITY: SectionKind.LEGAL,
    EventKind.DECLARATION: SectionKind.CASES,
}
_KINDS: Final = {
    planning.DueKind.COMING: DutyKind.PLANNED,
    planning.DueKind.OVERDUE: DutyKind.LATE,
    planning.DueKind.SURPRISE: DutyKind.SURPRISE,
}


def of_plans(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> Iterator[Duty]:
    """Surprises, rules that fail or cannot tell, and planned days that are near or past."""
    if not viewer.may(Permission.READ_PLANS):
        return
    for prepared in planning.prepared_plans(session, rules, today):
        about = About(prepared.row.name, None, f"/plans/{prepared.row.id}")
        try:
            lines = list(planning.due_of(prepared, today, AHEAD))
            found = list(_findings(prepared, about))
        except RulesError as error:
            _log.warning("plan %s is not checked: %s", prepared.row.id, error)
            key = f"plan/{prepared.row.id}/unchecked"
            yield Duty(key, DutyKind.UNCHECKED, SectionKind.PLANS, about)
            continue
        blocks = sum(duty.kind is DutyKind.BLOCKED for duty in found)
        yield from found
        for line in lines:
            if line.event is not None:
                kind = _KINDS[line.kind]
                surprise = kind is DutyKind.SURPRISE
                yield Duty(
                    f"plan/{prepared.row.id}/{kind}/{line.event.name}",
                    kind,
                    SectionKind.PLANS if surprise else _SECTIONS.get(line.event.kind, SectionKind.PLANNED),
                    about,
                    day=None if surprise else line.day,
                    since=line.day if surprise else None,
                    estimated=line.event.origin.estimated,
                    urgent=surprise,
                    events=(line.event.name,),
                    label=line.event.row.label if line.event.row else "",
                    count=blocks,
                )
            elif line.gate is not None:
                yield Duty(
                    f"plan/{prepared.row.id}/gate/{line.gate.key}",
                    DutyKind.LAST_DAY if line.gate.last else DutyKind.FIRST_DAY,
                    SectionKind.LEGAL,
                    about,
                    day=line.day,
                    estimated=True,
                    events=line.gate.events,
                    rule=line.gate.finding.rule.id,
                )


def _findings(prepared: Prepared, about: About) -> Iterator[Duty]:
    unknown = 0
    for finding in prepared.standing():
        if finding.verdict is Verdict.UNKNOWN:
            unknown += 1
        elif finding.verdict is Verdict.FAIL and finding.rule.severity in (Severity.BLOCK, Severity.WARN):
            blocks = finding.rule.severity is Severity.BLOCK
            yield Duty(
                f"plan/{prepared.row.id}/rule/{finding.rule.id}/{finding.office or ''}",
                DutyKind.BLOCKED if blocks else DutyKind.WARNED,
                SectionKind.PLANS,
                about,
                urgent=blocks,
                rule=" ".join(filter(None, (finding.rule.id, finding.office))),
            )
    if unknown:
        yield Duty(f"plan/{prepared.row.id}/unknown", DutyKind.UNKNOWN, SectionKind.PLANS, about, count=unknown)


_OF_CASES: Final = {
    cases.DueKind.OVERDUE: DutyKind.DECLARE,
    cases.DueKind.SEND: DutyKind.DECLARE,
    cases.DueKind.APPROVE: DutyKind.APPROVE,
    cases.DueKind.RECEIPT: DutyKind.RECEIPT,
    cases.DueKind.RECHECK: DutyKind.RECHECK,
}


def of_cases(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> Iterator[Duty]:
    """Declarations to be sent before a vote closes, approved or looked at again, and receipts that are missing."""
    if not viewer.may(Permission.READ_CASES):
        return
    for line in cases.due(session, rules, today):
        case, item, kind = line.view.case, line.view.item, _OF_CASES[line.kind]
        far = line.day is not None and line.day - today > dt.timedelta(days=AHEAD)
        if kind is DutyKind.DECLARE and far:
            continue
        again = kind is DutyKind.RECHECK
        yield Duty(
            f"case/{case.id}/{kind}/{line.day if again else ''}",
            kind,
            SectionKind.CASES,
            About(f"{line.view.holder} – {item.reference}", item.title_en, f"/cases/{case.id}", "en"),
            day=None if again else line.day,
            since=line.day if again else None,
            estimated=line.estimated,
        )


def of_charts(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> Iterator[Duty]:
    """Charts that are stale, and reviews that the viewer, if it is a person, could give."""
    del rules, today
    for line in assessments.due(session, viewer):
        stale = line.kind is assessments.DueKind.CHART_STALE
        row, item = line.stand.assessment, line.stand.item
        about = About(
            f"{row.publication}, {row.claim} – {item.reference}", item.title_en, f"/assessments/{row.id}", "en"
        )
        yield Duty(
            f"assessment/{row.id}/{line.kind}/{row.round}",
            DutyKind.CHART_STALE if stale else DutyKind.REVIEW_WAITS,
            SectionKind.CHARTS,
            about,
            since=line.since.date(),
        )


def of_fees(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> Iterator[Duty]:
    """Annual fees of the company's own applications, as registers tell their day."""
    del rules
    if not viewer.may(Permission.READ_PATENTS):
        return
    near = col(ApplicationStatus.next_fee_date).between(
        today - dt.timedelta(days=AHEAD), today + dt.timedelta(days=AHEAD)
    )
    due = session.exec(select(ApplicationStatus).where(near, col(ApplicationStatus.ended_on).is_(None))).all()
    if not due:
        return
    # Through the portfolios that the viewer sees: that a publication is the company's own may be behind a wall.
    held = select(Publication).join(PortfolioMember, col(PortfolioMember.publication_id) == Publication.id)
    held = held.join(Portfolio, col(Portfolio.id) == PortfolioMember.portfolio_id).where(col(Portfolio.own))
    own = {
        application_key(row.application): About(
            row.number, row.title, f"/patents/publications/{row.number}", row.title_language
        )
        for row in session.exec(held)
        if row.application is not None
    }
    for row in due:
        if row.application_key in own:
            key = f"fee/{row.application_key}/{row.next_fee_date}"
            yield Duty(key, DutyKind.FEE, SectionKind.LEGAL, own[row.application_key], day=row.next_fee_date)


def of_dormant(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> Iterator[Duty]:
    """Dormant patents whose next annuity is near and that nobody has chosen for; the last told one counts the rest."""
    del rules
    if not viewer.may(Permission.DECIDE):
        return
    try:
        found = waiting(session, today, today + dt.timedelta(days=CHOOSE_AHEAD))
    except AnnuityRulesError as error:
        _log.warning("dormant patents are not told of: %s", error)
        return
    for place, row in enumerate(with_titles(session, found[:DORMANT_TOLD])):
        annuity = row.annuity
        if annuity is not None:
            yield Duty(
                f"dormant/{row.family}/{annuity.day}",
                DutyKind.CHOOSE,
                SectionKind.LEGAL,
                About(row.publication, row.title, f"/portfolio/dormant/{row.family}", row.title_language),
                day=annuity.day,
                estimated=annuity.estimated,
                count=len(found) - DORMANT_TOLD if place == DORMANT_TOLD - 1 else 0,
            )


PROVIDERS: Final[tuple[Provider, ...]] = (of_plans, of_fees, of_dormant, of_cases, of_charts)
"""Everything that is due comes from one of these."""
_ORDER: Final = list(DutyKind)


def duties_of(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> list[Duty]:
    """What is due, as the viewer may know it: what is urgent first, then by day. The session sees what he sees."""
    found = [duty for provider in PROVIDERS for duty in provider(session, viewer, rules, today)]
    return sorted(found, key=_rank)


def personal_duties(session: Session, viewer: Viewer, rules: Rulebook, today: dt.date) -> list[Duty]:
    """Of what is due, what only this person can do."""
    if viewer.account_id is None or not viewer.may(Permission.DECIDE):
        return []
    if session.exec(select(Assessment.id).where(Assessment.status == Status.IN_REVIEW).limit(1)).first() is None:
        return []
    return sorted(
        (duty for duty in of_charts(session, viewer, rules, today) if duty.kind is DutyKind.REVIEW_WAITS), key=_rank
    )


def _rank(duty: Duty) -> tuple[bool, dt.date, int, str]:
    return not duty.urgent, duty.day or duty.since or dt.date.max, _ORDER.index(duty.kind), duty.key
