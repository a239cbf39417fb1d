"""What an edit of the rules would change in the plans there are: findings before and after, nothing kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from workbench.ballots.rulebook import Rulebook
from workbench.planning.models import StoredPlan
from workbench.planning.queries import prepared_plans
from workbench.planning.rule_store import RuleStore
from workbench.planning.scenarios import FindingRow, every_row


@dataclass(frozen=True, slots=True)
class Impact:
    """One plan with the findings that an edit changes, each before and after."""

    plan: StoredPlan
    rows: Sequence[FindingRow]


def impact(session: Session, rulebook: Rulebook, today: dt.date, before: RuleStore, after: RuleStore) -> list[Impact]:
    """Every open plan that the viewer sees, those without a change with no rows. Raises RulesError."""
    pairs = zip(
        prepared_plans(session, rulebook, today, before), prepared_plans(session, rulebook, today, after), strict=True
    )
    return [Impact(old.row, [row for row in every_row([old, new]) if row.differs]) for old, new in pairs]
