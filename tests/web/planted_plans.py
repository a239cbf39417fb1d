"""A plan behind a wall, and an edited rule that only who reads plans may see. All of it is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlmodel import SQLModel

from tests.web.seed import NOW
from workbench.planning.models import (
    FindingOverride,
    PlanAsset,
    PlanChange,
    PlanFact,
    PlannedEvent,
    RuleKind,
    RuleVersion,
    Scenario,
    StoredPlan,
)

Add = Callable[..., int]


def plant_plan(add: Add, word: str, matter_id: int) -> None:
    """One plan with one row of each of its tables; `add` adds a row behind the wall and returns its key."""

    def put(row: SQLModel, *names: str) -> int:
        return add(row, *names)

    plan = put(
        StoredPlan(
            matter_id=matter_id,
            name=f"{word} plan",
            offices=["EP"],
            work_item=90501,
            created_at=NOW,
            created_by=word,
        ),
        "plan_id",
    )
    asset = put(PlanAsset(plan_id=plan, name=f"{word} asset", layer="schemas"))
    put(PlannedEvent(plan_id=plan, name="OSS", label=word, day=dt.date(2026, 11, 1), asset_id=asset))
    put(PlannedEvent(plan_id=plan, name="FF_JP", label=word, day=dt.date(2026, 12, 1)))
    put(PlanFact(plan_id=plan, name="made_in_us", value=False, evidence=word))
    dates = {"OSS": {"day": "2027-01-01", "until": None, "never": False}}
    put(Scenario(plan_id=plan, name=f"{word} scenario", dates=dates, by=word, at=NOW), "scenario_id")
    put(PlanChange(plan_id=plan, at=NOW, by=word, what="fact", key=word, new={"value": word}))
    put(
        FindingOverride(
            plan_id=plan,
            rule="NOV-01",
            rule_version="1",
            inputs="0" * 64,
            reason=f"{word} reason",
            requested_account=1,
            requested_by=word,
            requested_at=NOW,
        ),
        "override_id",
    )


def edited_rule(word: str) -> RuleVersion:
    """A rule that people added."""
    content = {
        "id": f"OWN-{word}",
        "jurisdiction": "all",
        "severity": "info",
        "holds": "OSS <= NP",
        "en": f"{word} rule",
        "ja": f"{word} rule",
        "source": word,
        "confidence": "unverified",
    }
    return RuleVersion(
        kind=RuleKind.RULE, key=f"OWN-{word}", version=1, content=content, reason=f"{word} reason", by=word, at=NOW
    )
