"""Metrics: each with its definition, its number, the rows behind it, and these as a file."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask import abort, render_template

from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.planning.portfolio_metrics import every_metric
from workbench.portfolio.metrics import Metric, MetricName
from workbench.web.ballot_rules import rulebook
from workbench.web.context import session, today, viewer
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.portfolio.parts import blueprint

TITLES: Final = {
    MetricName.WORKED: mark("Families charted, reviewed and declared"),
    MetricName.DECISION_DAYS: mark("Days from candidate to decision"),
    MetricName.STALE: mark("Stale charts"),
    MetricName.IN_TIME: mark("Declared before the DIS vote closed"),
    MetricName.FILED_FIRST: mark("Filed before contributed"),
    MetricName.OVERRIDES: mark("Exceptions and findings set aside"),
    MetricName.COUNTRIES: mark("Offices in force for a declared family"),
    MetricName.COVERED: mark("Clauses covered"),
}
DEFINITIONS: Final = {
    MetricName.WORKED: mark(
        "Families for a document, by the option they were declared under: with a chart, with a review of that chart on "
        "the texts as they are, and declared by a case of ours or in a register. How many are declared is no aim."
    ),
    MetricName.DECISION_DAYS: mark(
        "The median of the days from the candidate that triage made an assessment to the end of its last review."
    ),
    MetricName.STALE: mark("Charts whose clause, claim or facts have changed since they were pinned, of all charts."),
    MetricName.IN_TIME: mark(
        "Own families found likely essential, or declared, for a document whose DIS vote has closed: those with a "
        "declaration sent, or dated by a register, not later than that day."
    ),
    MetricName.FILED_FIRST: mark(
        "Plans with a day for the contribution and for the first filing: those that file not later. It should be all."
    ),
    MetricName.OVERRIDES: mark(
        "Findings of rules that somebody asked to set aside, and exceptions to walls, with the reasons that were given."
    ),
    MetricName.COUNTRIES: mark(
        "The median of the offices in which a declared family has a member that is granted and has not ended."
    ),
    MetricName.COVERED: mark(
        "Normative clauses with a text, by the newest version of each: those covered by what people found, and those "
        "covered for an option only."
    ),
}


@blueprint.get("/metrics")
def metrics() -> str:
    found = _all()
    return render_template(
        "web/portfolio/metrics.html",
        metrics=[(found[name], TITLES[name], DEFINITIONS[name]) for name in MetricName],
        may_decide=viewer().may(Permission.DECIDE),
    )


@blueprint.get("/metrics/<name>")
def metric(name: str) -> str:
    """One metric with the rows behind it."""
    found = _one(name)
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="portfolio.metric",
        path={"name": name},
        filters={},
        sort="",
        default_sort="",
        page=page,
        total=len(found.rows),
        export_kind="metrics",
        export_filters={"metric": name},
    )
    return render_template(
        "web/portfolio/metric.html",
        metric=found,
        title_text=TITLES[found.name],
        definition=DEFINITIONS[found.name],
        listing=listing,
        rows=found.rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        columns=_columns(found),
        is_day=lambda value: isinstance(value, dt.date),
        is_word=lambda value: isinstance(value, bool) or value is None,
    )


def _one(name: str) -> Metric:
    if name not in set(MetricName):
        abort(404)
    return _all()[MetricName(name)]


def _all() -> dict[MetricName, Metric]:
    return every_metric(session(), rulebook(), today())


def _columns(metric: Metric) -> list[str]:
    """The names of the columns; what says that a day is estimated stands with the day."""
    return [name for name in metric.rows[0].cells if not name.endswith("_estimated")] if metric.rows else []
