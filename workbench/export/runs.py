"""The shape of a finished run, as `workbench.history.finished` writes it."""

from __future__ import annotations

from typing import Any

from workbench.export.base import Moment, Shape
from workbench.history.models import RunState


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
