"""One plan: its events with the findings on them, facts, assets, distances; each can be edited in place."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from sqlmodel import Session

from workbench.i18n import mark
from workbench.people.matters import MatterError
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.planning import queries, verbs
from workbench.planning.derived import openness
from workbench.planning.finding_overrides import ask_to_set_aside, decide_to_set_aside
from workbench.planning.models import AssetTrack, Openness, StoredPlan, Theme
from workbench.planning.plans import Gap
from workbench.planning.rule_store import rule_store
from workbench.planning.rules import Finding, Severity, Verdict
from workbench.planning.stored import Placed, Prepared
from workbench.planning.verbs import AssetEdit, EventEdit, PlanEditError
from workbench.planning.vocabulary import EventKind, event_names, layers
from workbench.standards.queries import natural_order
from workbench.standards.tasks import every_item
from workbench.web.context import close_session, now, record, session, viewer, workbench, writing
from workbench.web.plans.base import (
    KEY,
    REFUSALS,
    Reply,
    argument_number,
    blueprint,
    change,
    day_given,
    number_given,
    prepared_in,
)
from workbench.web.text import told

_NAMES: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_RELEASES: Final = (EventKind.RELEASE, EventKind.WEIGHTS)
_GROUPS: Final = (
    (Verdict.FAIL, Severity.BLOCK),
    (Verdict.FAIL, Severity.WARN),
    (Verdict.FAIL, Severity.INFO),
    (Verdict.UNKNOWN, Severity.BLOCK),
    (Verdict.UNKNOWN, Severity.WARN),
    (Verdict.UNKNOWN, Severity.INFO),
)


@blueprint.get(f"/{KEY}")
def plan(plan_id: int) -> str:
    prepared = prepared_in(session(), plan_id, argument_number("scenario"))
    record(TrailAction.SAW, "plan", plan_id, matter_id=prepared.row.matter_id)
    return _page(plan_id)


@blueprint.post(f"/{KEY}/head")
def head(plan_id: int) -> Reply:
    def act(written: Session, row: StoredPlan) -> None:
        verbs.edit_plan(
            written,
            viewer(),
            row,
            now(),
            name=request.form.get("name", ""),
            note=request.form.get("note", ""),
            offices=request.form.getlist("office"),
            known_offices=rule_store(written).shipped.offices,
            work_item=number_given("work_item", 1, 2**31 - 1),
            slack_days=number_given("slack_days", 0, 366) or 0,
        )

    return change(plan_id, act, lambda text: _page(plan_id, text), "head")


@blueprint.post(f"/{KEY}/close")
def close(plan_id: int) -> Reply:
    """Put the plan away, or take it up again."""

    def act(written: Session, row: StoredPlan) -> None:
        verbs.close_plan(written, viewer(), row, now(), closed=request.form.get("closed") == "yes")

    return change(plan_id, act, lambda text: _page(plan_id, text), "head")


@blueprint.post(f"/{KEY}/event")
def event(plan_id: int) -> Reply:
    """Keep what a form says of an event, a new one or one of the plan."""
    name = request.form.get("name", "").strip().upper()

    def act(written: Session, row: StoredPlan) -> None:
        verbs.set_event(written, viewer(), row, name, _event_edit(), now())

    return change(plan_id, act, lambda text: _page(plan_id, text), f"event-{name}"[:60])


@blueprint.post(f"/{KEY}/event/remove")
def remove_event(plan_id: int) -> Reply:
    def act(written: Session, row: StoredPlan) -> None:
        verbs.remove_event(written, viewer(), row, request.form.get("name", ""), now())

    return change(plan_id, act, lambda text: _page(plan_id, text), "events")


@blueprint.post(f"/{KEY}/evidence")
def evidence(plan_id: int) -> Reply:
    """Say that something that was read is not of an event, or that it is."""

    def act(written: Session, row: StoredPlan) -> None:
        counts = request.form.get("counts") == "yes"
        name, identity = request.form.get("name", ""), request.form.get("evidence", "")
        verbs.rule_out(written, viewer(), row, name, identity, now(), counts=counts)

    return change(plan_id, act, lambda text: _page(plan_id, text), "events")


@blueprint.post(f"/{KEY}/fact")
def fact(plan_id: int) -> Reply:
    def act(written: Session, row: StoredPlan) -> None:
        form = request.form
        name = form.get("name", "").strip()
        verbs.set_fact(written, viewer(), row, name, form.get("value", ""), form.get("evidence", ""), now())

    return change(plan_id, act, lambda text: _page(plan_id, text), "facts")


@blueprint.post(f"/{KEY}/gaps")
def gaps(plan_id: int) -> Reply:
    """All distances as a form gives them, one more in its empty row; a row without events is none."""

    def act(written: Session, row: StoredPlan) -> None:
        form = request.form
        columns = [form.getlist(name) for name in ("first", "then", "at_least", "at_most")]
        found = []
        for first, then, least, most in zip(*columns, strict=False):
            if first and then:
                found.append(Gap(first, then, _whole(least) or 0, _whole(most)))
        verbs.set_gaps(written, viewer(), row, found, now())

    return change(plan_id, act, lambda text: _page(plan_id, text), "gaps")


@blueprint.post(f"/{KEY}/asset")
def asset(plan_id: int) -> Reply:
    def act(written: Session, row: StoredPlan) -> None:
        verbs.set_asset(written, viewer(), row, _asset_edit(), now(), number_given("asset", 1, 2**31 - 1))

    return change(plan_id, act, lambda text: _page(plan_id, text), "assets")


@blueprint.post(f"/{KEY}/asset/remove")
def remove_asset(plan_id: int) -> Reply:
    def act(written: Session, row: StoredPlan) -> None:
        verbs.remove_asset(written, viewer(), row, number_given("asset", 1, 2**31 - 1) or 0, now())

    return change(plan_id, act, lambda text: _page(plan_id, text), "assets")


@blueprint.post(f"/{KEY}/aside")
def ask_aside(plan_id: int) -> Reply:
    """Ask that a finding be set aside."""
    wanted = (request.form.get("rule", ""), request.form.get("office") or None)
    prepared_in(session(), plan_id)
    close_session()
    try:
        with writing() as written:
            prepared = prepared_in(written, plan_id)
            found = next((each for each in prepared.findings if (each.rule.id, each.office) == wanted), None)
            if found is None:
                raise PlanEditError(mark("the plan has no such finding"))
            ask_to_set_aside(written, viewer(), prepared, found, request.form.get("reason", ""), now())
    except (*REFUSALS, MatterError) as error:
        close_session()
        return _page(plan_id, told(error)), 409
    return redirect(url_for("plans.plan", plan_id=plan_id, _anchor="findings"), 303)


@blueprint.post(f"/{KEY}/aside/<int(max=2147483647):override_id>")
def decide_aside(plan_id: int, override_id: int) -> Reply:
    """Grant or refuse, as the second person."""
    prepared_in(session(), plan_id)
    close_session()
    try:
        with writing() as written:
            granted = request.form.get("decision") == "grant"
            decide_to_set_aside(written, viewer(), prepared_in(written, plan_id), override_id, now(), granted=granted)
    except (*REFUSALS, MatterError) as error:
        close_session()
        return _page(plan_id, told(error)), 409
    return redirect(url_for("plans.plan", plan_id=plan_id, _anchor="findings"), 303)


def _page(plan_id: int, refusal: str | None = None) -> str:
    scenario_id = argument_number("scenario")
    prepared = prepared_in(session(), plan_id, scenario_id)
    groups = [
        (verdict, severity, found)
        for verdict, severity in _GROUPS
        if (found := [each for each in prepared.findings if (each.verdict, each.rule.severity) == (verdict, severity)])
    ]
    others = [each for each in prepared.findings if each.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)]
    return render_template(
        "web/plans/plan.html",
        prepared=prepared,
        row=prepared.row,
        scenario=prepared.scenario,
        scenarios=queries.scenarios_of(session(), prepared.row),
        events=_ordered(prepared),
        on_events=_on_events(prepared),
        groups=groups,
        others=others,
        asked=[each for each in prepared.overrides if each.granted is None],
        used=lambda finding: _used(prepared, finding),
        openness=openness,
        offices=list(prepared.book.offices),
        names=event_names().every,
        releases=[each.name for each in _ordered(prepared) if each.kind in _RELEASES] or ["OSS"],
        layers=list(layers()),
        opennesses=[each.value for each in Openness],
        themes=[each.value for each in Theme],
        tracks=[each.value for each in AssetTrack],
        licences=list(prepared.rules.licences()),
        items=sorted(every_item(session()), key=lambda item: natural_order(item.reference)),
        facts_wanted=_facts_wanted(prepared),
        may_edit=viewer().may(Permission.EDIT_PLANS) and prepared.scenario is None,
        may_scenario=viewer().may(Permission.EDIT_PLANS),
        may_approve=viewer().may(Permission.APPROVE_OVERRIDES),
        may_export=viewer().may(Permission.EXPORT_CONFIDENTIAL),
        account=viewer().account_id,
        refusal=refusal,
    )


def _ordered(prepared: Prepared) -> list[Placed]:
    """Events with a day first, by day; then those whose day nobody knows, then what is not planned."""

    def key(each: Placed) -> tuple[int, dt.date, str]:
        day = each.event.day or (each.event.moment.date() if each.event.moment else None)
        return (0 if day else 1 if each.origin.value == "unknown" else 2, day or dt.date.max, each.name)

    return sorted(prepared.events.values(), key=key)


def _on_events(prepared: Prepared) -> dict[str, list[Finding]]:
    """The failures that stand, by the events that they were decided by."""
    found: dict[str, list[Finding]] = {}
    for finding in prepared.standing():
        if finding.verdict is Verdict.FAIL:
            named = set(_NAMES.findall(f"{finding.rule.when} {finding.rule.holds}"))
            for name in prepared.on_event(finding):
                # What is not planned decides nothing through an event that is computed of many, such as PUBLIC.
                event = prepared.events[name].event
                if event.day or event.moment or name in named:
                    found.setdefault(name, []).append(finding)
    return found


def _used(prepared: Prepared, finding: Finding) -> list[tuple[str, Any]]:
    """The inputs of a finding with what the plan says of each: a placed event, a fact, or nothing."""
    return [(name, prepared.events.get(name) or prepared.facts.get(name)) for name in finding.used]


def _facts_wanted(prepared: Prepared) -> list[str]:
    """The facts that rules ask for and nobody has told."""
    missing = {name for finding in prepared.findings for name in finding.missing}
    return sorted(name for name in missing if name.isidentifier() and not name.isupper())


def _event_edit() -> EventEdit:
    form = request.form
    state = form.get("state", "planned")
    day, until, moment = day_given("day"), day_given("until"), None
    if time := form.get("time", "").strip():
        if day is None:
            raise PlanEditError(mark("a time needs its day"))
        try:
            at = dt.datetime.combine(day, dt.time.fromisoformat(time[:8]), workbench().settings.zone)
        except ValueError as error:
            raise PlanEditError(mark("A day or number could not be read. Correct it.")) from error
        day, moment = None, at.astimezone(dt.UTC)
    never = state == "never"
    return EventEdit(
        label=form.get("label", ""),
        day=None if never else day,
        until=None if never or state == "done" else until,
        moment=None if never else moment,
        never=never,
        done=state == "done",
        confidential="confidential" in form,
        evidence=form.get("evidence", ""),
        asset_id=number_given("asset", 1, 2**31 - 1),
        repository=form.get("repository"),
        licence=form.get("licence"),
        application=form.get("application"),
    )


def _asset_edit() -> AssetEdit:
    form = request.form
    try:
        ops = float(form["training_ops"]) if form.get("training_ops", "").strip() else None
        items = [int(each) for each in _listed("work_items") if each.isascii() and len(each) < 10]
        clauses = [_clause(each) for each in form.get("clauses", "").splitlines() if each.strip()]
        return AssetEdit(
            name=form.get("name", ""),
            layer=form.get("layer") or None,
            openness=Openness(form["openness"]) if form.get("openness") else None,
            theme=Theme(form.get("theme") or Theme.OTHER),
            track=AssetTrack(form["track"]) if form.get("track") else None,
            made_in=_listed("made_in"),
            training_ops=ops,
            families=_listed("families"),
            clauses=clauses,
            repositories=_listed("repositories"),
            work_items=items,
            releases=form.getlist("releases"),
            note=form.get("note", ""),
        )
    except ValueError as error:
        raise PlanEditError(mark("A day or number could not be read. Correct it.")) from error


def _clause(line: str) -> dict[str, Any]:
    """`81228 | DIS 1 | 6.2`: work item, draft and clause of a line."""
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 3:
        raise ValueError("a clause is written as work item | draft | clause")
    return {"work_item": int(parts[0][:9]), "draft": parts[1][:80], "clause": parts[2][:40]}


def _listed(name: str) -> list[str]:
    """Words of a field, between commas or line by line."""
    return [each.strip() for each in request.form.get(name, "").replace(",", "\n").splitlines() if each.strip()]


def _whole(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 6):
        raise PlanEditError(mark("A day or number could not be read. Correct it."))
    return int(text)
