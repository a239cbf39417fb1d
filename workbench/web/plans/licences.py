"""Licences against options: what the releases of plans would give away, and what another licence or option would."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from workbench.planning.licence_check import LicenceCheck, check_licence, declared_option, release_licence, releases_of
from workbench.planning.licensed_claims import published_claims
from workbench.planning.queries import prepared_plans
from workbench.planning.rule_store import rule_store
from workbench.planning.stored import Prepared
from workbench.web.ballot_rules import rulebook
from workbench.web.context import session, today
from workbench.web.listing import argument
from workbench.web.plans.base import blueprint
from workbench.web.plans.words import licence_word


@dataclass(frozen=True)
class Checked:
    """A release of a plan and what its licence means; `check` is None while licence or option is not known."""

    prepared: Prepared
    release: str
    check: LicenceCheck | None
    spdx: str | None
    option: int | None
    tried: bool


@blueprint.get("/licences")
def licences() -> str:
    rules = rule_store(session())
    rows = rules.licences()
    spdx = argument("licence") if argument("licence") in rows else None
    option = int(argument("option") or 0) if argument("option") in ("1", "2", "3") else None
    checked = [
        _checked(prepared, release, spdx, option)
        for prepared in prepared_plans(session(), rulebook(), today(), rules)
        for release in releases_of(prepared)
    ]
    families = {family.family for each in checked if each.check for family in each.check.families}
    return render_template(
        "web/plans/licences.html",
        checked=checked,
        claims=published_claims(session(), families),
        pairs=[(each, each) for each in rows],
        spdx=spdx,
        option=option,
        licence_word=licence_word,
    )


def _checked(prepared: Prepared, release: str, spdx: str | None, option: int | None) -> Checked:
    wanted, chosen = spdx or release_licence(prepared, release), option or declared_option(prepared)
    check = check_licence(prepared, release, wanted, chosen, prepared.rules.licences()) if wanted and chosen else None
    return Checked(prepared, release, check, wanted, chosen, tried=bool(spdx or option))
