"""Metrics as exports take them out: the rows behind each number. Each metric has columns of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, RootModel
from sqlmodel import Session

from workbench.assessments.statuses import Status
from workbench.ballots.rulebook import load_rulebook
from workbench.db import settings_of
from workbench.export.base import Day, Kind, Row, Shape, cut, day_of
from workbench.history.queries import FilterError
from workbench.i18n import mark
from workbench.planning.portfolio_metrics import every_metric
from workbench.portfolio.metrics import MetricName


class WorkedRow(Shape):
    metric: Literal["worked"]
    document: str
    family: str
    option: str
    charted: bool
    reviewed: bool
    declared: bool


class _OfAssessment(Shape):
    document: str
    publication: str
    claim: int
    family: str
    status: Status


class DecisionDaysRow(_OfAssessment):
    metric: Literal["decision_days"]
    begun: Day
    concluded: Day
    days: float


class StaleRow(_OfAssessment):
    metric: Literal["stale"]
    stale: bool


class InTimeRow(_OfAssessment):
    metric: Literal["in_time"]
    vote_closed: Day | None
    vote_closed_estimated: bool
    sent: Day | None
    in_time: bool


class FiledFirstRow(Shape):
    metric: Literal["filed_first"]
    plan: str
    filed: Day | None
    filed_estimated: bool
    contributed: Day
    contributed_estimated: bool
    filed_first: bool | None


class OverridesRow(Shape):
    metric: Literal["overrides"]
    kind: str
    what: str
    reason: str
    asked: Day
    granted: bool | None


class CountriesRow(Shape):
    metric: Literal["countries"]
    document: str
    family: str
    in_force: str
    offices: int


class CoveredRow(Shape):
    metric: Literal["covered"]
    document: str
    draft: str
    normative: int
    covered: int
    for_option: int


class MetricLine(
    RootModel[
        Annotated[
            WorkedRow
            | DecisionDaysRow
            | StaleRow
            | InTimeRow
            | FiledFirstRow
            | OverridesRow
            | CountriesRow
            | CoveredRow,
            Field(discriminator="metric"),
        ]
    ]
):
    """A row behind a number: which fields it has, its metric says."""


def _metrics(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """The rows behind one metric; without what is on hold for secrecy. Raises FilterError."""
    name = filters["metric"]
    if name not in set(MetricName):
        raise FilterError(f"metric: {name!r} is none; there are: {', '.join(MetricName)}")
    found = every_metric(session, load_rulebook(settings_of(session)), day_of(session, filters))
    for row in found[MetricName(name)].rows:
        if not row.held:
            yield {"metric": name, **{column: _plain(value) for column, value in row.cells.items()}}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


KINDS = {
    "metrics": Kind(
        cut(_metrics),
        frozenset({"metric", "as_of"}),
        MetricLine,
        (),
        mark("The rows behind a metric, which has columns of its own; none that is on hold for secrecy."),
        ("metric",),
        told=True,
    ),
}
