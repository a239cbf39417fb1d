"""Plans made from templates; the templates are data (`plan_templates.toml`)."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from workbench.i18n import ToldError, mark
from workbench.people.viewer import Viewer
from workbench.planning.models import Openness, StoredPlan, Theme
from workbench.planning.plans import Gap
from workbench.planning.rules import load_rules
from workbench.planning.verbs import (
    AssetEdit,
    EventEdit,
    PlanEditError,
    edit_plan,
    make_plan,
    set_asset,
    set_event,
    set_fact,
    set_gaps,
    write_fact,
)
from workbench.planning.vocabulary import event_names
from workbench.rule_files import read_rules

TEMPLATES: Final = Path(__file__).with_name("plan_templates.toml")


class TemplatesError(ToldError):
    """The templates cannot be used; `str(error)` names file, place and remedy on one line."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TemplateEvent(_Model):
    """An event; `at` and `to` are days after the start, None where it is not planned or not known."""

    name: str
    at: int | None = Field(default=None, ge=-3660, le=3660)
    to: int | None = Field(default=None, ge=-3660, le=3660)
    never: bool = False


class TemplateGap(_Model):
    first: str
    then: str
    at_least: int
    at_most: int | None = None


class TemplateAsset(_Model):
    name: str
    layer: str | None = None
    openness: Openness | None = None
    theme: Theme = Theme.OTHER
    releases: tuple[str, ...] = ()


class Template(_Model):
    """One template of `plan_templates.toml`."""

    key: str
    offices: tuple[str, ...]
    events: tuple[TemplateEvent, ...]
    gaps: tuple[TemplateGap, ...] = ()
    assets: tuple[TemplateAsset, ...] = ()
    facts: dict[str, bool | int | float | str | list[str]] = Field(default_factory=dict)


class _Templates(_Model):
    template: tuple[Template, ...]


@functools.cache
def templates() -> dict[str, Template]:
    """The templates by key, in the order of the file."""
    read = read_rules(TEMPLATES, _Templates, mark("templates of plans"), TemplatesError)
    return {each.key: each for each in read.template}


def plan_from_template(
    session: Session,
    viewer: Viewer,
    matter_id: int,
    name: str,
    key: str,
    start: dt.date,
    now: dt.datetime,
    *,
    work_item: int | None = None,
) -> StoredPlan:
    """A new plan with the events, facts, distances and assets of a template. Raises PlanEditError."""
    template = templates().get(key)
    if template is None:
        raise PlanEditError(mark("there is no such template; choose among those shown"))
    plan = make_plan(session, viewer, matter_id, name, now, template=key)
    edit_plan(
        session,
        viewer,
        plan,
        now,
        name=plan.name,
        note="",
        offices=template.offices,
        known_offices=load_rules().offices,
        work_item=work_item,
        slack_days=0,
    )
    for event in template.events:
        if event.never and work_item is not None and event.name in event_names().stages:
            continue  # The work item tells it.
        day = None if event.at is None else start + dt.timedelta(days=event.at)
        until = None if event.to is None else start + dt.timedelta(days=event.to)
        set_event(session, viewer, plan, event.name, EventEdit(day=day, until=until, never=event.never), now)
    set_gaps(session, viewer, plan, [Gap(**gap.model_dump()) for gap in template.gaps], now)
    for fact, value in template.facts.items():
        set_fact(session, viewer, plan, fact, write_fact(value), "", now)
    for asset in template.assets:
        set_asset(session, viewer, plan, AssetEdit(**asset.model_dump()), now)
    return plan
