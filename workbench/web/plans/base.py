"""What the pages of plans share: the blueprint, finding a plan, days and numbers from forms, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from workbench.i18n import mark
from workbench.people.matters import MatterError
from workbench.planning import queries
from workbench.planning.models import Scenario, StoredPlan
from workbench.planning.rules import RulesError
from workbench.planning.scheduling import Change
from workbench.planning.solving import DemandKind, UnsolvedError
from workbench.planning.stored import Prepared, prepare
from workbench.planning.verbs import PlanEditError
from workbench.web.ballot_rules import rulebook
from workbench.web.context import close_session, local, session, today, writing
from workbench.web.plans.words import fact_value, input_word, plan_word
from workbench.web.text import gettext, told

Reply = Response | str | tuple[str, int]
KEY: Final = "<int(max=2147483647):plan_id>"
_UNREADABLE: Final = mark("A day or number could not be read. Correct it.")
REFUSALS: Final = (PlanEditError, MatterError, RulesError, UnsolvedError)

blueprint = Blueprint("plans", __name__, url_prefix="/plans")
blueprint.add_app_template_filter(input_word)
blueprint.add_app_template_filter(fact_value)


@blueprint.context_processor
def _words() -> dict[str, Callable[..., object]]:
    return {"plan_word": plan_word, "change_words": change_words, "local": local}


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    """What walls hide must not stay in a cache after somebody has left a matter."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def the_plan(plan_id: int) -> StoredPlan:
    """The plan, or no page where the viewer may not know of it."""
    row = queries.plan_of(session(), plan_id)
    if row is None:
        abort(404)
    return row


def the_scenario(row: StoredPlan, scenario_id: int | None) -> Scenario | None:
    """The scenario of a plan that an address names; none where it names none."""
    if scenario_id is None:
        return None
    found = queries.scenario_of(session(), row, scenario_id)
    if found is None:
        abort(404)
    return found


def prepared_in(written: Session, plan_id: int, scenario_id: int | None = None) -> Prepared:
    """The plan as it counts today, in a session. Answers 404 where the viewer may not know of it."""
    row = queries.plan_of(written, plan_id)
    if row is None:
        abort(404)
    scenario = queries.scenario_of(written, row, scenario_id) if scenario_id is not None else None
    if scenario_id is not None and scenario is None:
        abort(404)
    return prepare(written, row, rulebook(), today(), scenario)


def change(
    plan_id: int,
    act: Callable[[Session, StoredPlan], None],
    again: Callable[[str], str],
    anchor: str,
    *,
    endpoint: str = "plans.plan",
) -> Reply:
    """Do something to a plan in one transaction, then lead to its page; `again` shows it with what was refused."""
    the_plan(plan_id)
    close_session()
    try:
        with writing() as written:
            row = queries.plan_of(written, plan_id)
            if row is None:
                abort(404)
            act(written, row)
    except REFUSALS as error:
        close_session()
        return again(told(error)), 409
    return redirect(url_for(endpoint, plan_id=plan_id, _anchor=anchor), 303)


def day_given(name: str) -> dt.date | None:
    """A day of a form, none where the field is empty. Raises PlanEditError."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise PlanEditError(_UNREADABLE) from error


def number_given(name: str, least: int, most: int) -> int | None:
    """A whole number of a form, none where the field is empty. Raises PlanEditError."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise PlanEditError(_UNREADABLE)
    return int(text)


def argument_number(name: str) -> int | None:
    """A key in the address; answers 404 where it is none."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)


def change_words(each: Change) -> str:
    """A way out in words."""
    name = each.demand.name
    if isinstance(each.to, dt.date):
        return gettext("move %(event)s to %(day)s", event=event_words(name), day=each.to.isoformat())
    if each.demand.kind is DemandKind.OFFICE:
        return gettext("give up %(office)s", office=name)
    first, then = name.split(" → ")
    if isinstance(each.to, int) and each.to < 0:
        words = {"first": event_words(first), "then": event_words(then)}
        return gettext("give up the distance from %(first)s to %(then)s", **words)
    return gettext(
        "let %(days)s days lie between %(first)s and %(then)s",
        days=each.to,
        first=event_words(first),
        then=event_words(then),
    )


def event_words(name: str) -> str:
    """An event for people: its words and the name that rules know it by."""
    word = plan_word("event", name)
    return name if word == name else f"{word} ({name})"


def refused(title: str, error: Exception, code: int = 409) -> tuple[str, int]:
    """A page that says what cannot be done and why."""
    return render_template("web/errors/error.html", code=code, title=title, remedy=told(error)), code
