"""How each source fares: configured, polled, failing, stale; and whether the fault is likely ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from scrapers.registry import Source
from workbench.history.models import Run, RunState
from workbench.history.queries import source_health
from workbench.settings import Settings
from workbench.sources.poll import is_configured

AT_ONCE: Final = dt.timedelta(days=1)
FEWEST_SOURCES: Final = 3
_FAILED: Final = (RunState.FAILED, RunState.REJECTED)


class Verdict(StrEnum):
    """What to think of a source in one word."""

    OK = "ok"
    NEVER = "never"
    NOT_CONFIGURED = "not_configured"
    STALE = "stale"
    FAILING = "failing"

    @property
    def alarming(self) -> bool:
        """Whether somebody has to look after it."""
        return self in (Verdict.STALE, Verdict.FAILING)


@dataclass(frozen=True)
class SourceState:
    """How a source fares at a moment; times are those of the product's clock.

    `configured`: it has the credentials that it needs, if it needs any. `stale`: its last believed run is older than
    the manifest allows.
    """

    source: Source
    configured: bool
    last: Run | None
    success: Run | None
    stale: bool

    @property
    def failing(self) -> bool:
        """Whether the last run failed or missed its expectations."""
        return self.last is not None and self.last.state in _FAILED

    @property
    def verdict(self) -> Verdict:
        """Failing goes before stale: it says why."""
        if not self.configured:
            return Verdict.NOT_CONFIGURED
        if self.last is None:
            return Verdict.NEVER
        if self.failing:
            return Verdict.FAILING
        return Verdict.STALE if self.stale else Verdict.OK

    @property
    def state(self) -> str:
        """The same for pages, where a run that is good or failed is told by its own state."""
        if self.last is not None and self.verdict in (Verdict.OK, Verdict.FAILING):
            return self.last.state.value
        return self.verdict.value


def source_states(
    session: Session, settings: Settings, known: Mapping[str, Source], now: dt.datetime
) -> list[SourceState]:
    """Every known source, polled or not, by name."""
    health = source_health(session)
    found = []
    for name, source in known.items():
        of_source = health.get(name)
        success = of_source.success if of_source else None
        limit = dt.timedelta(days=source.manifest.stale_after_days)
        found.append(
            SourceState(
                source,
                configured=is_configured(settings, source),
                last=of_source.last if of_source else None,
                success=success,
                stale=success is not None and now - success.clock > limit,
            )
        )
    return found


def failed_at_once(states: Sequence[SourceState]) -> list[SourceState]:
    """The sources that fail together, where so many do that the fault is likely ours; else none.

    That is where at least half of the configured sources, three or more, failed within a day of the newest failure.
    """
    configured = [state for state in states if state.configured]
    failing = [(state.last.clock, state) for state in configured if state.failing and state.last is not None]
    if len(configured) < FEWEST_SOURCES or not failing:
        return []
    newest = max(clock for clock, _ in failing)
    together = [state for clock, state in failing if newest - clock <= AT_ONCE]
    return together if 2 * len(together) >= len(configured) else []
