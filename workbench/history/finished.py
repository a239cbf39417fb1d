"""A finished run as the command line and the interface tell it; `export.runs.RunRow` is its shape."""

from __future__ import annotations

from typing import Any

from workbench.history.models import Run, RunState


def run_record(run: Run) -> dict[str, Any]:
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
