"""Metrics of portfolios: those that follow from plans (what was filed before it was contributed, what was set aside),
and all of them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlmodel import Session, col, select

from workbench.ballots.rulebook import Rulebook
from workbench.people.completeness import need_all
from workbench.people.permissions import Permission
from workbench.people.walls_models import Override
from workbench.planning.models import FindingOverride, StoredPlan
from workbench.planning.queries import plans_seen
from workbench.planning.rule_store import rule_store
from workbench.planning.stored import Placed, prepare
from workbench.portfolio import metrics_queries
from workbench.portfolio.metrics import Metric, MetricName, MetricRow, share

_FILED, _CONTRIBUTED = "FF", "CONTRIB"


def every_metric(session: Session, rules: Rulebook, today: dt.date) -> dict[MetricName, Metric]:
    """Every metric by its name, of the matters that the viewer may see.

    Raises IncompleteError for who may not know of assessments, cases or plans.
    """
    need_all(session, Permission.READ_PATENTS, Permission.READ_MATCHES, Permission.READ_CASES, Permission.READ_PLANS)
    found = [*metrics_queries.metrics_of(session, rules, today), *metrics_of(session, rules, today)]
    return {each.name: each for each in found}


def metrics_of(session: Session, rules: Rulebook, today: dt.date) -> list[Metric]:
    """The metrics of this area, of the plans that the viewer may see."""
    overrides = [*_set_aside(session), *_exceptions(session)]
    granted = sum(row.cells["granted"] is True for row in overrides)
    parts = {"asked": len(overrides), "granted": granted}
    return [
        share(MetricName.FILED_FIRST, _filed_first(session, rules, today), "filed_first"),
        Metric(MetricName.OVERRIDES, overrides, parts=parts),
    ]


def _filed_first(session: Session, rules: Rulebook, today: dt.date) -> Iterator[MetricRow]:
    """Plans whose contribution has a day; whether the first filing is not after it, None where that has no day."""
    store = rule_store(session)
    for row in plans_seen(session):
        events = prepare(session, row, rules, today, rules=store).events
        contributed, filed = events.get(_CONTRIBUTED), events.get(_FILED)
        if contributed is None or contributed.event.day is None:
            continue
        day = None if filed is None else filed.event.day
        last = None if filed is None else filed.event.until or day
        cells = {
            "plan": row.name,
            "filed": day,
            "filed_estimated": _estimated(filed),
            "contributed": contributed.event.day,
            "contributed_estimated": _estimated(contributed),
            "filed_first": None if last is None else last <= contributed.event.day,
        }
        yield MetricRow(cells, f"/plans/{row.id}")


def _estimated(placed: Placed | None) -> bool:
    return placed is not None and placed.origin.estimated


def _set_aside(session: Session) -> Iterator[MetricRow]:
    statement = select(FindingOverride, StoredPlan.name).join(StoredPlan, col(StoredPlan.id) == FindingOverride.plan_id)
    for row, plan in session.exec(statement.order_by(col(FindingOverride.id))):
        what = " ".join(filter(None, (row.rule, row.office)))
        cells = {"kind": "finding", "what": f"{plan}: {what}", "reason": row.reason, "asked": row.requested_at.date()}
        yield MetricRow({**cells, "granted": row.granted}, f"/plans/{row.plan_id}")


def _exceptions(session: Session) -> Iterator[MetricRow]:
    for row in session.exec(select(Override).order_by(col(Override.id))):
        cells = {"kind": row.kind.value, "what": "", "reason": row.reason, "asked": row.requested_at.date()}
        yield MetricRow({**cells, "granted": row.granted})
