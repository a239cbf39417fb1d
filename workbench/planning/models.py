"""Tables of plans: assets, events, facts, scenarios, overrides, who changed what; and the rules that people edit."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import workbench.people.walls_models  # noqa: F401 - the matters that foreign keys below name
from workbench.db import checked
from workbench.people.gate import Rule, confidential, private
from workbench.people.permissions import Permission
from workbench.people.rules import in_open_matter, matter_held, needs
from workbench.people.viewer import Viewer

_READERS = needs(Permission.READ_PLANS)


class Openness(StrEnum):
    """What becomes of an asset: open under a patent, open source, or closed."""

    OPEN_PATENT = "open_patent"
    OPEN_SOURCE = "open_source"
    CLOSED = "closed"


class Theme(StrEnum):
    """What an asset is about, as the strategy tells it."""

    EVALUATION_METHOD = "evaluation_method"
    INTEROPERABILITY = "interoperability"
    OTHER = "other"


class AssetTrack(StrEnum):
    """The side of the tracks that an asset is on; `cleared`: for both."""

    US_WEST = "us_west"
    CHINA = "china"
    CLEARED = "cleared"


class RuleKind(StrEnum):
    """What people may edit: a sequencing rule, a definition of a computed event, a row of the table of licences."""

    RULE = "rule"
    DEFINITION = "definition"
    LICENCE = "licence"


def of_open_plan(column: str = "plan_id") -> Rule:
    """A row that belongs to a plan is seen by the members of the plan's matter."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        plan = private("plan")
        opened = sa.select(plan.c.id).where(in_open_matter(plan.c.matter_id, viewer))
        return sa.cast(getattr(model, column).in_(opened), sa.Boolean)

    return rule


def _in_matter(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
    return in_open_matter(model.matter_id, viewer)  # type: ignore[attr-defined]


def plan_held(plan_id: Any) -> sa.ColumnElement[bool]:
    """Whether the plan that a column names belongs to a matter under legal hold."""
    plan = private("plan")
    return plan_id.in_(  # type: ignore[no-any-return]
        sa.select(plan.c.id).where(matter_held(plan.c.matter_id))
    )


@confidential(_READERS, _in_matter, held=lambda model: matter_held(model.matter_id))
class StoredPlan(SQLModel, table=True):
    """A plan for one invention: its filings, contributions, declaration and release. It belongs to one matter.

    `offices` are those whose patents are wanted. `gaps` are distances that people ask for, each with the fields of
    `plans.Gap`. `work_item` is the ISO project whose stages and ballots flow in; `slack_days` are taken off every
    estimated day of it, so that an estimate that comes early spoils nothing.
    """

    __tablename__ = "plan"

    id: int | None = Field(default=None, primary_key=True)
    matter_id: int = Field(foreign_key="matter.id", index=True)
    name: str
    template: str | None = None
    note: str = ""
    offices: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    gaps: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    work_item: int | None = Field(default=None, description="ISO id.")
    slack_days: int = Field(default=0, ge=0)
    created_at: dt.datetime
    created_by: str
    closed_at: dt.datetime | None = None


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class PlanAsset(SQLModel, table=True):
    """A technology asset of a plan. `layer` is one of `layers.toml`, or unset where nobody has said it yet.

    `made_in` are countries (two letters), `training_ops` the operations a model was trained with. `clauses` are
    `{"work_item", "draft", "clause"}`; families are DOCDB family ids, repositories those the poller follows.
    `releases` are the events of the plan by which it goes out, such as `OSS`.
    """

    __tablename__ = "plan_asset"
    __table_args__ = (sa.UniqueConstraint("plan_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    name: str
    layer: str | None = None
    openness: Openness | None = Field(default=None, sa_type=checked(Openness))
    theme: Theme = Field(default=Theme.OTHER, sa_type=checked(Theme))
    track: AssetTrack | None = Field(default=None, sa_type=checked(AssetTrack))
    made_in: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    training_ops: float | None = None
    families: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    clauses: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    repositories: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    work_items: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    releases: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    note: str = ""


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class PlannedEvent(SQLModel, table=True):
    """An event of a plan by the name that rules know it by, such as `FF_JP` or `OSS`; unique within the plan.

    `day` alone is a date, with `until` a window; `moment` is exact; `never` says that it does not happen; without any
    of them the date is not known. `estimated`: the solver chose the day. `done`: it happened then; `evidence` says how
    one knows. `confidential`: evidence shows that it did not make anything public. `ignored` are keys of machine-read
    evidence that a person said is not of this event.
    """

    __tablename__ = "plan_event"
    __table_args__ = (sa.UniqueConstraint("plan_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    name: str
    label: str = ""
    day: dt.date | None = None
    until: dt.date | None = None
    moment: dt.datetime | None = None
    never: bool = False
    estimated: bool = False
    done: bool = False
    confidential: bool = False
    evidence: str = ""
    asset_id: int | None = Field(default=None, foreign_key="plan_asset.id", index=True)
    repository: str | None = None
    licence: str | None = Field(default=None, description="SPDX identifier, of a release.")
    application: str | None = Field(default=None, description="Number of the application, of a filing.")
    ignored: list[str] = Field(default_factory=list, sa_type=sa.JSON)


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class PlanFact(SQLModel, table=True):
    """A fact of a plan by the name that rules know it by; a value of `plans.Fact`, lists of words as lists."""

    __tablename__ = "plan_fact"
    __table_args__ = (sa.UniqueConstraint("plan_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    name: str
    value: Any = Field(default=None, sa_type=sa.JSON)
    evidence: str = ""


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class Scenario(SQLModel, table=True):
    """Other dates for the open events of a plan, to be compared. `dates` by event: `{"day", "until", "never",
    "estimated"}`.

    `offices` are those wanted in it. The plan itself is changed only when somebody takes the scenario over.
    """

    __tablename__ = "plan_scenario"
    __table_args__ = (sa.UniqueConstraint("plan_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    name: str
    dates: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=sa.JSON)
    offices: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    gaps: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    aim: str | None = Field(default=None, description="What the solver chose the dates for; unset where people did.")
    by: str
    at: dt.datetime


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class PlanChange(SQLModel, table=True):
    """One change of a plan; append-only. `what` is plan, asset, event, fact, scenario or override, `key` its name."""

    __tablename__ = "plan_change"

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    at: dt.datetime
    by_account: int | None = None
    by: str
    what: str
    key: str
    old: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    new: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)


@confidential(_READERS, of_open_plan(), held=lambda model: plan_held(model.plan_id))
class FindingOverride(SQLModel, table=True):
    """One person asks, with the reason, that a finding be set aside; a second one grants or refuses.

    It holds for the inputs as they were: `inputs` is their hash (`findings.inputs_hash`). Once a date or fact of it
    changes, the finding stands again.
    """

    __tablename__ = "plan_override"

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    rule: str
    office: str | None = None
    rule_version: str
    inputs: str = Field(max_length=64)
    reason: str
    requested_account: int
    requested_by: str
    requested_at: dt.datetime
    decided_account: int | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    granted: bool | None = None


@confidential(_READERS)
class RuleVersion(SQLModel, table=True):
    """One version of something that people edit of the rules; append-only, versions count from 1.

    `content` has the fields of `rules.Rule`, `{"expression"}` of a definition, or the fields of `licences.Licence`;
    None goes back to what comes with the workbench, or takes away what does not.
    """

    __tablename__ = "rule_version"
    __table_args__ = (sa.UniqueConstraint("kind", "key", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: RuleKind = Field(sa_type=checked(RuleKind))
    key: str
    version: int = Field(ge=1)
    content: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    reason: str
    by_account: int | None = None
    by: str
    at: dt.datetime
