"""Reads of plans: which there are, their parts and history, what is due, and rows to take out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.ballots.rulebook import Rulebook
from workbench.planning.models import PlanChange, Scenario, StoredPlan
from workbench.planning.plan_gates import Gate
from workbench.planning.rule_store import RuleStore, rule_store
from workbench.planning.rules import Finding, Severity, Verdict
from workbench.planning.stored import Placed, Prepared, prepare


class DueKind(StrEnum):
    """Why a plan asks for attention."""

    SURPRISE = "surprise"
    """Something happened before the plan wanted it, or against it."""
    BLOCK = "block"
    """A rule that blocks fails and nobody set it aside."""
    COMING = "coming"
    """An event is planned within the days asked for."""
    OVERDUE = "overdue"
    """The planned day is past, and nothing shows that it happened."""
    LAST = "last"
    """The last day on which a rule allows an event is near."""
    FIRST = "first"
    """A rule allows an event from a day on that is near."""


@dataclass(frozen=True, slots=True)
class Due:
    """One line on a plan. `day` is that of the event or gate; `finding` is set for a block and a gate.

    `since`: when it became known.
    """

    plan: StoredPlan
    kind: DueKind
    event: Placed | None
    finding: Finding | None
    day: dt.date | None
    since: dt.datetime | None = None
    gate: Gate | None = None


def plans_seen(session: Session) -> Sequence[StoredPlan]:
    """The plans that the session's viewer may know of, open ones first, by name."""
    statement = select(StoredPlan).order_by(col(StoredPlan.closed_at).is_not(None), col(StoredPlan.name))
    return session.exec(statement).all()


def plan_of(session: Session, plan_id: int) -> StoredPlan | None:
    """A plan by its key, where the session's viewer may know of it."""
    return session.exec(select(StoredPlan).where(StoredPlan.id == plan_id)).one_or_none()


def scenarios_of(session: Session, plan: StoredPlan) -> Sequence[Scenario]:
    """The scenarios of a plan, oldest first."""
    return session.exec(select(Scenario).where(Scenario.plan_id == plan.id).order_by(col(Scenario.id))).all()


def scenario_of(session: Session, plan: StoredPlan, scenario_id: int) -> Scenario | None:
    """A scenario of this plan by its key."""
    statement = select(Scenario).where(Scenario.plan_id == plan.id, Scenario.id == scenario_id)
    return session.exec(statement).one_or_none()


def history_of(session: Session, plan: StoredPlan, limit: int = 200, offset: int = 0) -> Sequence[PlanChange]:
    """What was changed of a plan, newest first."""
    statement = select(PlanChange).where(PlanChange.plan_id == plan.id).order_by(col(PlanChange.id).desc())
    return session.exec(statement.limit(limit).offset(offset)).all()


def count_history(session: Session, plan: StoredPlan) -> int:
    """How many changes of a plan there are."""
    statement = select(sa.func.count()).select_from(PlanChange).where(col(PlanChange.plan_id) == plan.id)
    return session.exec(statement).one()


def prepared_plans(
    session: Session, rulebook: Rulebook, today: dt.date, rules: RuleStore | None = None
) -> list[Prepared]:
    """Every open plan as it counts, by other rules where these are given."""
    rules = rules or rule_store(session)
    rows = [row for row in plans_seen(session) if row.closed_at is None]
    return [prepare(session, row, rulebook, today, rules=rules) for row in rows]


def due(session: Session, rulebook: Rulebook, today: dt.date, *, ahead: int = 28) -> list[Due]:
    """What asks for attention in the plans that the viewer sees: surprises, blocks, then days past and to come.

    `ahead` is in days from `today`; a window counts from its first day.
    """
    found = [line for each in prepared_plans(session, rulebook, today) for line in due_of(each, today, ahead)]
    order = list(DueKind)
    return sorted(found, key=lambda each: (order.index(each.kind), each.day or dt.date.max, each.plan.name))


def due_of(prepared: Prepared, today: dt.date, ahead: int) -> Iterator[Due]:
    """The lines on one plan."""
    for placed in prepared.events.values():
        if placed.surprise:
            first = placed.evidence[0]
            yield Due(prepared.row, DueKind.SURPRISE, placed, None, first.day, first.first_seen)
    for finding in prepared.standing():
        if finding.verdict is Verdict.FAIL and finding.rule.severity is Severity.BLOCK:
            yield Due(prepared.row, DueKind.BLOCK, None, finding, None)
    for placed in prepared.events.values():
        if not placed.open or placed.event.day is None:
            continue
        last = placed.event.until or placed.event.day
        if last < today:
            yield Due(prepared.row, DueKind.OVERDUE, placed, None, last)
        elif placed.event.day <= today + dt.timedelta(days=ahead):
            yield Due(prepared.row, DueKind.COMING, placed, None, placed.event.day)
    for gate in prepared.gates:
        if today <= gate.day <= today + dt.timedelta(days=ahead):
            yield Due(
                prepared.row, DueKind.LAST if gate.last else DueKind.FIRST, None, gate.finding, gate.day, gate=gate
            )


def event_rows(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """The events of a plan, one a row, by day."""
    ordered = sorted(prepared.events.values(), key=lambda each: (each.event.day or dt.date.max, each.name))
    for each in ordered:
        moment = each.event.moment
        yield {
            "plan": prepared.row.name,
            "scenario": prepared.scenario.name if prepared.scenario else None,
            "event": each.name,
            "kind": each.kind.value,
            "label": each.row.label if each.row else None,
            "day": each.event.day.isoformat() if each.event.day else None,
            "until": each.event.until.isoformat() if each.event.until else None,
            "moment": moment.isoformat() if moment else None,
            "basis": each.origin.value,
            "estimated": each.origin.estimated,
            "surprise": each.surprise,
            "confidential": each.event.confidential,
            "evidence": "; ".join(one.shown for one in each.evidence) or (each.row.evidence if each.row else None),
        }


def finding_rows(prepared: Prepared) -> Iterator[dict[str, Any]]:
    """What each rule says of a plan, one a row, in the order of the rules."""
    for each in prepared.findings:
        yield {
            "plan": prepared.row.name,
            "scenario": prepared.scenario.name if prepared.scenario else None,
            "rule": each.rule.id,
            "office": each.office,
            "verdict": each.verdict.value,
            "severity": each.rule.severity.value,
            "message_en": each.rule.en,
            "message_ja": each.rule.ja,
            "missing": list(each.missing),
            "inputs": list(each.used),
            "set_aside": prepared.set_aside(each),
            "source": each.rule.source,
            "confidence": each.rule.confidence.value,
            "note": each.rule.note,
            "version": each.version,
        }
