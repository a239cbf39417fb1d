"""How well each source was read in the window of a digest: "nothing new" differs from "could not read"."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from scrapers.manifest import Manifest
from workbench.digest.window import Window
from workbench.history.models import Change, Run, RunKind, RunState

_READ = (RunState.OK, RunState.UNCHANGED)


class CoverageState(StrEnum):
    NEWS = "news"
    NOTHING_NEW = "nothing_new"
    NOT_READ = "not_read"
    """The last attempt failed or missed its expectations."""
    NOT_POLLED = "not_polled"
    """There was no attempt in the window."""
    NEVER_POLLED = "never_polled"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a source gave; times are those of the product's clock."""

    source: str
    title: str
    attribution: str | None
    state: CoverageState
    changes: int
    last_success: dt.datetime | None
    last_failure: dt.datetime | None

    @property
    def read(self) -> bool:
        return self.state in (CoverageState.NEWS, CoverageState.NOTHING_NEW)


def coverage_of(
    session: Session, window: Window, changes: Iterable[Change], manifests: Mapping[str, Manifest]
) -> tuple[Coverage, ...]:
    """One entry for each source there is, and for each that was polled, by name."""
    counts = Counter(change.source for change in changes)
    polled = session.exec(select(Run.source).where(Run.kind == RunKind.POLL).distinct()).all()
    return tuple(
        _coverage(session, name, manifests.get(name), window, counts[name]) for name in sorted({*manifests, *polled})
    )


def _coverage(session: Session, name: str, manifest: Manifest | None, window: Window, changes: int) -> Coverage:
    runs = (
        select(Run)
        .where(Run.kind == RunKind.POLL, Run.source == name, Run.clock <= window.end, Run.state != RunState.RUNNING)
        .order_by(col(Run.id).desc())
    )
    last = session.exec(runs).first()
    success = session.exec(runs.where(col(Run.state).in_(_READ))).first()
    failure = session.exec(runs.where(col(Run.state).not_in(_READ))).first()
    if last is None:
        state = CoverageState.NEVER_POLLED
    elif last.state not in _READ:
        state = CoverageState.NOT_READ
    elif last.clock <= window.start:
        state = CoverageState.NOT_POLLED
    else:
        state = CoverageState.NEWS if changes else CoverageState.NOTHING_NEW
    return Coverage(
        source=name,
        title=manifest.title if manifest else name,
        attribution=manifest.attribution if manifest else None,
        state=state,
        changes=changes,
        last_success=success.clock if success else None,
        last_failure=failure.clock if failure else None,
    )
