"""Findings set aside: one person asks and says why, a second one, who is not the first, grants or refuses."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session

from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.matters import reason_given
from workbench.people.overrides import OverrideError
from workbench.people.permissions import Permission
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.planning.changes import as_kept, keep
from workbench.planning.models import FindingOverride
from workbench.planning.rules import Finding, Verdict
from workbench.planning.stored import Prepared


def ask_to_set_aside(
    session: Session, viewer: Viewer, prepared: Prepared, finding: Finding, reason: str, now: dt.datetime
) -> FindingOverride:
    """Ask that a failed finding of a plan be set aside. Raises OverrideError, MatterError where no reason is given."""
    if finding.verdict is not Verdict.FAIL:
        raise OverrideError(mark("only a finding that fails can be set aside; what is unknown has to be found out"))
    last = prepared.override_of(finding)
    if last is not None and last.granted is not False:
        raise OverrideError(mark("this finding was asked about already"))
    account = _asker(viewer)
    row = FindingOverride(
        plan_id=key_of(prepared.row),
        rule=finding.rule.id,
        office=finding.office,
        rule_version=finding.version,
        inputs=prepared.inputs_hash(finding),
        reason=reason_given(reason),
        requested_account=account,
        requested_by=viewer.name,
        requested_at=now,
    )
    session.add(row)
    session.flush()
    plan = prepared.row
    keep(session, viewer, plan, "override", row.rule, None, as_kept(row), now)
    told = {"rule": row.rule, "office": row.office, "plan": row.plan_id}
    record(session, viewer, TrailAction.REQUESTED, "plan_override", row.id, told, matter_id=plan.matter_id, at=now)
    return row


def decide_to_set_aside(
    session: Session, viewer: Viewer, prepared: Prepared, override_id: int, now: dt.datetime, *, granted: bool
) -> None:
    """Grant or refuse, as the second person. Raises OverrideError."""
    row = next((each for each in prepared.overrides if each.id == override_id), None)
    if row is None or row.granted is not None:
        raise OverrideError(mark("there is no such request, or it has been decided already"))
    second = _asker(viewer)
    if not viewer.may(Permission.APPROVE_OVERRIDES):
        raise OverrideError(mark("only counsel or an administrator can be the second person"))
    if second == row.requested_account:
        raise OverrideError(mark("a second person must decide: not the one who asked"))
    kept = session.get_one(FindingOverride, override_id)
    old = as_kept(kept)
    kept.granted, kept.decided_account, kept.decided_by, kept.decided_at = granted, second, viewer.name, now
    session.add(kept)
    plan = prepared.row
    keep(session, viewer, plan, "override", kept.rule, old, as_kept(kept), now)
    action = TrailAction.APPROVED if granted else TrailAction.REFUSED
    told = {"rule": kept.rule, "requested_by": kept.requested_account}
    record(session, viewer, action, "plan_override", kept.id, told, matter_id=plan.matter_id, at=now)


def _asker(viewer: Viewer) -> int:
    if viewer.account_id is None:
        raise OverrideError(
            mark("an exception takes two people with accounts of their own; in local mode there is only one")
        )
    return viewer.account_id
