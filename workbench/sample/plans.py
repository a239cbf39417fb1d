"""The sample plan of the demonstration, invented: a release before the first filing, and the solver's repair.

A part of the release practises a family of the sample's own company, so that the check of licences names its claims.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlmodel import Session, select

from workbench.ballots.rulebook import load_rulebook
from workbench.db import key_of
from workbench.people import accounts
from workbench.people.matters import add_member, make_matter
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter
from workbench.planning.models import StoredPlan, Theme
from workbench.planning.plan_templates import plan_from_template
from workbench.planning.scenarios import make_scenario, question, solved_days
from workbench.planning.scheduling import schedule
from workbench.planning.solving import Aim
from workbench.planning.stored import prepare
from workbench.planning.verbs import AssetEdit, EventEdit, set_asset, set_event, set_fact
from workbench.settings import Settings

MATTER: Final = "SAMPLE: evaluation methods"
COUNSEL: Final = "sample.counsel@example.org"
PLAN: Final = "SAMPLE: open framework, claimed method"
FAMILY: Final = "99000010"
_START: Final = dt.date(2026, 12, 1)
_FACTS: Final = {
    "made_in_us": "no",
    "made_in_cn": "no",
    "made_in_japan": "yes",
    "declaration_recipients": "{ISO, IEC}",
    "contributor_agreement": "yes",
}


def plant_plan(session: Session, viewer: Viewer, settings: Settings, now: dt.datetime) -> bool:
    """Make the sample plan with a release that comes too early and the dates that the solver finds; once."""
    if session.exec(select(StoredPlan).where(StoredPlan.name == PLAN)).first() is not None:
        return False
    matter = session.exec(select(Matter).where(Matter.name == MATTER)).first()
    matter = matter or make_matter(session, viewer, MATTER, None, now)
    counsel = accounts.by_email(session, COUNSEL)
    if counsel is not None:
        add_member(session, viewer, key_of(matter), key_of(counsel), now)
    plan = plan_from_template(session, viewer, key_of(matter), PLAN, "defacto_then_dejure", _START, now)
    for name, value in _FACTS.items():
        set_fact(session, viewer, plan, name, value, "SAMPLE", now)
    early = EventEdit(day=dt.date(2026, 11, 30), licence="Apache-2.0", label="SAMPLE: first public push")
    set_event(session, viewer, plan, "OSS", early, now)
    set_event(session, viewer, plan, "FF_JP", EventEdit(day=dt.date(2026, 12, 14)), now)
    harness = AssetEdit(
        "SAMPLE: test harness",
        layer="test_harness",
        theme=Theme.EVALUATION_METHOD,
        families=[FAMILY],
        releases=["OSS"],
        note="SAMPLE: draws its test items by an operational profile, as the family claims.",
    )
    set_asset(session, viewer, plan, harness, now)
    session.flush()
    prepared = prepare(session, plan, load_rulebook(settings), now.date())
    problem, _ = question(prepared, room=60)
    found = schedule(problem, Aim.EARLIEST_RELEASE)
    if found is not None:
        days = solved_days(prepared, found)
        make_scenario(session, viewer, prepared, "SAMPLE: file first", now, days=days, aim=Aim.EARLIEST_RELEASE)
    return True
