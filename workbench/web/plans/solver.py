"""The solver and scenarios: find dates, say what binds or contradicts, keep scenarios, compare them, take one over."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable

from flask import Response, abort, redirect, render_template, request, send_file, url_for
from sqlmodel import Session

from workbench import export
from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.planning import queries, scenarios
from workbench.planning.models import StoredPlan
from workbench.planning.plans import Event
from workbench.planning.rules import Verdict
from workbench.planning.scheduling import Change, binding, conflict, schedule
from workbench.planning.solving import Aim, Demand, DemandKind
from workbench.planning.stored import Prepared
from workbench.planning.verbs import PlanEditError, move_events
from workbench.web.context import close_session, now, record, session, viewer, writing
from workbench.web.plans.base import (
    KEY,
    REFUSALS,
    Reply,
    argument_number,
    blueprint,
    change,
    day_given,
    event_words,
    number_given,
    prepared_in,
    the_plan,
    the_scenario,
)
from workbench.web.text import gettext, language, told

MOST_COMPARED = 4
_EXPORTS = {"events": queries.event_rows, "findings": queries.finding_rows}


@blueprint.get(f"/{KEY}/dates")
def dates(plan_id: int) -> Reply:
    """Ask the solver; nothing is kept."""
    return _dates(plan_id)


@blueprint.post(f"/{KEY}/dates")
def keep_dates(plan_id: int) -> Reply:
    """Solve once more and keep the dates: as a scenario, or as the plan's own."""
    aim, room = _aim(request.form.get("aim", "")), _room(request.form.get("room", ""))
    the_plan(plan_id)
    close_session()
    try:
        with writing() as written:
            prepared = prepared_in(written, plan_id)
            problem, _ = scenarios.question(prepared, room=room)
            found = schedule(problem, aim)
            if found is None:
                raise PlanEditError(mark("the plan was changed meanwhile and has no such dates any more; ask again"))
            days = scenarios.solved_days(prepared, found)
            if request.form.get("as") == "plan" and found.plan.offices == prepared.plan.offices:
                move_events(written, viewer(), prepared.row, days, now(), estimated=True)
            else:
                name = request.form.get("name", "")
                scenarios.make_scenario(
                    written, viewer(), prepared, name, now(), days=days, aim=aim, offices=found.plan.offices
                )
    except REFUSALS as error:
        close_session()
        return _dates(plan_id, told(error))
    return redirect(url_for("plans.plan", plan_id=plan_id, _anchor="events"), 303)


@blueprint.post(f"/{KEY}/way-out")
def way_out(plan_id: int) -> Reply:
    """Take a way out over, as a scenario in which only its changes are made."""

    def act(written: Session, row: StoredPlan) -> None:
        prepared = prepared_in(written, plan_id)
        del row
        way = [_change_given(text, prepared) for text in request.form.getlist("change")]
        if not way:
            raise PlanEditError(mark("choose a way out"))
        days, offices, gaps = scenarios.relaxed(prepared, way)
        if request.form.get("as") == "plan":
            move_events(written, viewer(), prepared.row, days, now(), estimated=True)
            scenarios.set_wanted(written, viewer(), prepared, offices, gaps, now())
        else:
            name = request.form.get("name", "")
            scenarios.make_scenario(written, viewer(), prepared, name, now(), days=days, offices=offices, gaps=gaps)

    return change(plan_id, act, lambda text: _text(_dates(plan_id, text)), "events")


@blueprint.post(f"/{KEY}/scenarios")
def make_scenario(plan_id: int) -> Reply:
    """A copy of the dates of the plan, or of another scenario."""

    def act(written: Session, row: StoredPlan) -> None:
        del row
        prepared = prepared_in(written, plan_id, number_given("scenario", 1, 2**31 - 1))
        scenarios.make_scenario(written, viewer(), prepared, request.form.get("name", ""), now())

    return change(plan_id, act, lambda text: _compare(plan_id, text), "scenarios")


@blueprint.post(f"/{KEY}/scenarios/<int(max=2147483647):scenario_id>")
def edit_scenario(plan_id: int, scenario_id: int) -> Reply:
    """Move an event of a scenario, take the scenario over, or remove it."""
    the_scenario(the_plan(plan_id), scenario_id)
    close_session()
    action = request.form.get("action", "move")
    try:
        with writing() as written:
            prepared = prepared_in(written, plan_id, scenario_id)
            row = prepared.scenario
            if row is None:
                abort(404)
            if action == "remove":
                scenarios.remove_scenario(written, viewer(), prepared.row, row, now())
            elif action == "take":
                scenarios.take_over(written, viewer(), prepared_in(written, plan_id), row, now())
            else:
                name, day, until = request.form.get("name", ""), day_given("day"), day_given("until")
                placed = prepared.events.get(name)
                if placed is None or placed.row is None or placed.origin.happened:
                    raise PlanEditError(
                        mark("the day of this event cannot be chosen; it is not planned here, or it happened")
                    )
                if until is not None and (day is None or until < day):
                    raise PlanEditError(mark("a window ends on or after the day it begins; correct one of them"))
                scenarios.move_in_scenario(written, viewer(), prepared.row, row, {name: Event(day, until=until)}, now())
    except REFUSALS as error:
        close_session()
        return _compare(plan_id, told(error)), 409
    shown = scenario_id if action == "move" else None
    return redirect(url_for("plans.plan", plan_id=plan_id, scenario=shown, _anchor="events"), 303)


@blueprint.get(f"/{KEY}/compare")
def compare(plan_id: int) -> str:
    """The plan and its scenarios side by side."""
    return _compare(plan_id)


@blueprint.get(f"/{KEY}/<any(events, findings):rows>.<any(csv, xlsx, jsonl):form>")
def export_rows(plan_id: int, rows: str, form: str) -> Response:
    prepared = prepared_in(session(), plan_id, argument_number("scenario"))
    body = io.BytesIO(b"".join(export.write(_EXPORTS[rows](prepared), form)))
    row = prepared.row
    record(TrailAction.EXPORTED, "plan", plan_id, {"rows": rows, "format": form}, matter_id=row.matter_id)
    name = f"plan-{plan_id}-{rows}.{form}"
    return send_file(body, mimetype=export.FORMATS[form], as_attachment=True, download_name=name, max_age=0)


def _dates(plan_id: int, refusal: str | None = None) -> Reply:
    values = request.form if request.method == "POST" else request.args
    aim, room = _aim(values.get("aim", "")), _room(values.get("room", ""))
    prepared = prepared_in(session(), plan_id)
    found, why, error = None, None, refusal
    bound_by: list[Demand] = []
    beyond: list[str] = []
    if refusal is None and (request.method == "POST" or "aim" in request.args):
        try:
            problem, beyond = scenarios.question(prepared, room=room)
            found = schedule(problem, aim)
            if found is None:
                why = conflict(problem)
            else:
                bound_by = binding(problem, aim)
        except REFUSALS as reason:
            error = told(reason)
    page = render_template(
        "web/plans/dates.html",
        prepared=prepared,
        row=prepared.row,
        aims=[each.value for each in Aim],
        aim=aim.value,
        room=room,
        found=found,
        days=scenarios.solved_days(prepared, found) if found else {},
        given_up=sorted(prepared.plan.offices - found.plan.offices) if found else [],
        bound_by=[demand_words(each, prepared) for each in bound_by],
        why=why,
        contradiction=[demand_words(each, prepared) for each in why.demands] if why else [],
        beyond=[each for each in prepared.findings if each.rule.id in beyond and each.verdict is Verdict.FAIL],
        ways=[(way, [_change_kept(each) for each in way]) for way in why.ways_out] if why else [],
        asked=found is not None or why is not None,
        suggested_name=gettext("From %(day)s", day=now().date().isoformat()),
        may_edit=viewer().may(Permission.EDIT_PLANS),
        refusal=error,
    )
    return (page, 409) if refusal else page


def _compare(plan_id: int, refusal: str | None = None) -> str:
    row = the_plan(plan_id)
    known = queries.scenarios_of(session(), row)
    wanted = [each for each in request.args.getlist("s") if each.isascii() and each.isdigit() and len(each) < 10]
    chosen = [each for each in known if str(each.id) in wanted] or list(known[-(MOST_COMPARED - 1) :])
    plans = [prepared_in(session(), plan_id)]
    plans += [prepared_in(session(), plan_id, each.id) for each in chosen[: MOST_COMPARED - 1]]
    found = scenarios.compared(plans)
    names = sorted(
        {name for each in plans for name in each.events},
        key=lambda name: (
            min((each.events[name].event.day or dt.date.max) for each in plans if name in each.events),
            name,
        ),
    )
    return render_template(
        "web/plans/compare.html",
        row=row,
        plans=plans,
        known=known,
        chosen=[each.id for each in chosen],
        differing=[each for each in found if each.differs],
        alike=[each for each in found if not each.differs],
        names=[name for name in names if any(_shown(each, name) for each in plans)],
        may_edit=viewer().may(Permission.EDIT_PLANS),
        refusal=refusal,
    )


def _shown(prepared: Prepared, name: str) -> bool:
    placed = prepared.events.get(name)
    return placed is not None and (placed.event.day is not None or placed.event.moment is not None)


def demand_words(demand: Demand, prepared: Prepared) -> str:
    """A demand on the dates in words."""
    match demand.kind:
        case DemandKind.RULE:
            rule = next((each for each in prepared.book.rules if each.id == demand.name), None)
            return gettext("rule %(rule)s", rule=demand.name) + (f": {_message(rule.en, rule.ja)}" if rule else "")
        case DemandKind.OFFICE:
            return gettext("%(office)s is wanted", office=demand.name)
        case DemandKind.GAP:
            first, then = demand.name.split(" → ")
            return gettext("the distance from %(first)s to %(then)s", first=event_words(first), then=event_words(then))
        case DemandKind.DAYS:
            return _days_words(demand.name, prepared)


def _days_words(name: str, prepared: Prepared) -> str:
    placed = prepared.events[name]
    first, last = placed.event.day, placed.event.until
    if not placed.open:
        return gettext("%(event)s on %(day)s, which is fixed", event=event_words(name), day=first)
    if last is not None:
        return gettext("%(event)s from %(first)s to %(last)s", event=event_words(name), first=first, last=last)
    return gettext("%(event)s around %(day)s", event=event_words(name), day=first)


def _message(en: str, ja: str) -> str:
    return ja if language() == "ja" else en


def _change_kept(change: Change) -> str:
    """A change as a form sends it back."""
    to = change.to.isoformat() if isinstance(change.to, dt.date) else "" if change.to is None else str(change.to)
    return f"{change.demand.kind.value}|{change.demand.name}|{to}"


def _change_given(text: str, prepared: Prepared) -> Change:
    """A change as a form sends it back. Raises PlanEditError."""
    kind, _, rest = text.partition("|")
    name, _, to = rest.rpartition("|")
    try:
        demand = Demand(DemandKind(kind), name)
        value: dt.date | int | None = None
        if demand.kind is DemandKind.DAYS:
            value = dt.date.fromisoformat(to)
        elif demand.kind is DemandKind.GAP:
            value = int(to[:6])
    except ValueError as error:
        raise PlanEditError(mark("this way out cannot be taken over")) from error
    known: Iterable[str] = prepared.plan.offices
    if demand.kind is DemandKind.DAYS:
        known = [each.name for each in prepared.events.values() if each.open]
    elif demand.kind is DemandKind.GAP:
        known = [f"{gap.first} → {gap.then}" for gap in prepared.plan.gaps]
    if name not in known:
        raise PlanEditError(mark("this way out cannot be taken over"))
    return Change(demand, value, 0)


def _aim(text: str) -> Aim:
    return Aim(text) if text in set(Aim) else Aim.EARLIEST


def _room(text: str) -> int:
    return min(int(text), scenarios.MOST_WIDE) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _text(reply: Reply) -> str:
    return reply[0] if isinstance(reply, tuple) else str(reply)
