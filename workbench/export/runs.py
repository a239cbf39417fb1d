"""A finished run as the command line prints it with --json, and as the interface answers an import."""

from __future__ import annotations

from typing import Any

from workbench.export.base import Moment, Row, Shape
from workbench.history.models import Run, RunState


class RunRow(Shape):
    source: str
    status: RunState
    records: int
    inserted: int
    updated: int
    unchanged: int
    removed: int
    warnings: list[str]
    error: str | None
    started_at: Moment
    finished_at: Moment | None
    measures: dict[str, Any] | None


def run_record(run: Run) -> Row:
    """The run as JSON has it."""
    return {
        "source": run.source,
        "status": run.state.value,
        "records": run.records,
        "inserted": run.inserted,
        "updated": run.updated,
        "unchanged": run.unchanged,
        "removed": run.removed,
        "warnings": run.warnings,
        "error": run.error,
        "started_at": run.started_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        "measures": run.measures,
    }


def went_well(run: Run) -> bool:
    """Whether what was read was believed."""
    return run.state in (RunState.OK, RunState.UNCHANGED)
