"""What was changed of a plan, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from flask import render_template

from workbench.planning import queries
from workbench.planning.models import PlanChange
from workbench.web.context import session
from workbench.web.display import day, moment
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.plans.base import KEY, blueprint, event_words, the_plan
from workbench.web.plans.words import plan_word
from workbench.web.text import gettext

# Keys of rows and hashes, of which people know the name or nothing; and what the line of the change tells anyway.
_UNSAID: Final = frozenset(
    {
        "name",
        "matter_id",
        "asset_id",
        "inputs",
        "requested_account",
        "decided_account",
        "by",
        "at",
        "created_at",
        "created_by",
    }
)
_VOCABULARIES: Final = {
    "layer": "layer",
    "openness": "openness",
    "theme": "theme",
    "track": "track",
    "template": "template",
    "aim": "aim",
    "standing": "standing",
    "releases": "event",
}
_DAYS: Final = frozenset({"day", "until", "as_of"})
_MOMENTS: Final = frozenset({"moment", "closed_at", "requested_at", "decided_at"})


@blueprint.get(f"/{KEY}/history")
def history(plan_id: int) -> str:
    row = the_plan(plan_id)
    page = page_number(argument("page"))
    total = queries.count_history(session(), row)
    found = queries.history_of(session(), row, PER_PAGE, (page - 1) * PER_PAGE)
    return render_template(
        "web/plans/history.html",
        row=row,
        changes=[(each, said(each, each.old), said(each, each.new)) for each in found],
        listing=Listing("plans.history", {}, "", "", page, total, path={"plan_id": plan_id}),
    )


def said(change: PlanChange, side: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """The fields of one side of a change with their values, both in words; None where there was nothing.

    Of a whole row only what somebody said is told, of a change everything that differs.
    """
    if side is None:
        return None
    whole = change.old is None or change.new is None
    told = [
        (plan_word("field", name), written(name, value))
        for name, value in side.items()
        if name not in _UNSAID and not (whole and _is_empty(name, value))
    ]
    # The days of a scenario with an aim are those that the solver found.
    return [*told, (plan_word("field", "estimated"), gettext("yes"))] if side.get("aim") and "dates" in side else told


def written(name: str, value: Any) -> str:
    """The value of a field of a plan, as people read it."""
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in _VOCABULARIES:
        return ", ".join(plan_word(_VOCABULARIES[name], each) for each in _list(value))
    if name in _DAYS:
        return day(dt.date.fromisoformat(value))
    if name in _MOMENTS:
        return moment(dt.datetime.fromisoformat(value))
    if name == "gaps":
        return "; ".join(_distance(each) for each in value)
    if name == "dates":
        return "; ".join(f"{event_words(key)} {_days(each)}" for key, each in value.items() if each["day"])
    if name == "clauses":
        return "; ".join(f"{each['work_item']}, {each['draft']}, {each['clause']}" for each in value)
    return ", ".join(str(each) for each in _list(value))


def _is_empty(name: str, value: Any) -> bool:
    """Whether nobody said it: a fact can be no, everything else that is no was left out."""
    return value in (None, "", [], {}) or (value is False and name not in ("value", "granted"))


def _distance(gap: Mapping[str, Any]) -> str:
    between = f"{event_words(gap['first'])} → {event_words(gap['then'])}"
    if gap["at_most"] is None:
        return gettext("%(between)s: at least %(least)s days", between=between, least=gap["at_least"])
    return gettext(
        "%(between)s: %(least)s to %(most)s days", between=between, least=gap["at_least"], most=gap["at_most"]
    )


def _days(placed: Mapping[str, Any]) -> str:
    return " – ".join(day(dt.date.fromisoformat(placed[name])) for name in ("day", "until") if placed[name])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
