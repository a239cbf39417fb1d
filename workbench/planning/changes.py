"""The one way in which plans change: old and new are kept with who and when, and the trail tells of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Session, SQLModel

from workbench.db import key_of
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.planning.models import PlanChange, StoredPlan


def as_kept(row: SQLModel) -> dict[str, Any]:
    """The values of a row as history keeps them."""
    return row.model_dump(mode="json", exclude={"id", "plan_id"})


def keep(
    session: Session,
    viewer: Viewer,
    plan: StoredPlan,
    what: str,
    key: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    at: dt.datetime,
) -> None:
    """Note a change of a plan in the session's transaction; nothing where nothing changed."""
    if old == new:
        return
    before, after = _apart(old, new)
    session.add(
        PlanChange(
            plan_id=key_of(plan),
            at=at,
            by_account=viewer.account_id,
            by=viewer.name,
            what=what,
            key=key,
            old=before,
            new=after,
        )
    )
    action = TrailAction.CREATED if old is None else TrailAction.DELETED if new is None else TrailAction.CHANGED
    told = {"what": what, "fields": sorted(after or before or {})}
    record(session, viewer, action, "plan", key_of(plan), told, matter_id=plan.matter_id, at=at)


def _apart(
    old: dict[str, Any] | None, new: dict[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Only the fields that differ, where both are known."""
    if old is None or new is None:
        return old, new
    names = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in names}, {name: new[name] for name in names}
