"""What IP teams report of their work, each number with its definition and the rows behind it. Pure.

No number rewards how many patents are declared: families declared never stand alone, but beside those that were charted
and reviewed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median


class MetricName(StrEnum):
    """The metrics, in the order in which they are told."""

    WORKED = "worked"
    """Families charted, reviewed and declared, for each document and option."""
    DECISION_DAYS = "decision_days"
    STALE = "stale"
    IN_TIME = "in_time"
    """Families found likely essential that were declared before the DIS vote closed."""
    FILED_FIRST = "filed_first"
    OVERRIDES = "overrides"
    COUNTRIES = "countries"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A row behind a number: its cells by the name of their column, and the page that it leads to.

    `held` rows tell of what is on hold for secrecy: they are counted and shown, and never taken out.
    """

    cells: Mapping[str, object]
    path: str | None = None
    held: bool = False


@dataclass(frozen=True)
class Metric:
    """A number and what is behind it. `share`: so many of so many; `middle` a median; `parts` several numbers.

    `groups` are rows put together where the metric is told for each of something.
    """

    name: MetricName
    rows: Sequence[MetricRow]
    share: tuple[int, int] | None = None
    middle: float | None = None
    parts: Mapping[str, int] | None = None
    groups: Sequence[MetricRow] = ()


@dataclass(frozen=True, slots=True)
class WorkedFamily:
    """A family for a document: under which option it was declared, if so, and whether a chart was made and reviewed."""

    document: str
    family: str
    option: str
    charted: bool
    reviewed: bool
    declared: bool
    path: str | None = None
    held: bool = False


def share(name: MetricName, rows: Iterable[MetricRow], column: str) -> Metric:
    """How many of the rows hold True in a column, of those that hold True or False there; None says nothing."""
    found = list(rows)
    known = [row.cells[column] for row in found if row.cells[column] is not None]
    return Metric(name, found, share=(sum(value is True for value in known), len(known)))


def middle(name: MetricName, rows: Iterable[MetricRow], column: str) -> Metric:
    """The median of the numbers in a column."""
    found = list(rows)
    numbers = [value for row in found if isinstance(value := row.cells[column], int | float)]
    return Metric(name, found, middle=median(numbers) if numbers else None)


def worked(families: Iterable[WorkedFamily]) -> Metric:
    """Families charted, reviewed and declared, in all and for each document and option."""
    found = sorted(families, key=lambda each: (each.document, each.family, each.option))
    groups: dict[tuple[str, str], Counter[str]] = {}
    for each in found:
        counter = groups.setdefault((each.document, each.option), Counter())
        counter.update(_steps(each))
    rows = [
        MetricRow(
            {
                "document": each.document,
                "family": each.family,
                "option": each.option,
                "charted": each.charted,
                "reviewed": each.reviewed,
                "declared": each.declared,
            },
            each.path,
            each.held,
        )
        for each in found
    ]
    together = [
        MetricRow({"document": document, "option": option, **{step: counted[step] for step in _STEPS}})
        for (document, option), counted in sorted(groups.items())
    ]
    total = Counter(step for each in found for step in _steps(each))
    return Metric(MetricName.WORKED, rows, parts={step: total[step] for step in _STEPS}, groups=together)


_STEPS = ("charted", "reviewed", "declared")


def _steps(family: WorkedFamily) -> list[str]:
    return [step for step in _STEPS if getattr(family, step)]
