"""The list of plans, and a new one from a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import redirect, render_template, request, url_for

from workbench.db import key_of
from workbench.i18n import mark
from workbench.people.matters import matters_seen
from workbench.people.permissions import Permission
from workbench.people.walls_models import Matter
from workbench.planning import queries
from workbench.planning.plan_templates import plan_from_template, templates
from workbench.planning.rules import Severity, Verdict
from workbench.planning.stored import Prepared, prepare
from workbench.planning.verbs import PlanEditError, make_plan
from workbench.standards.queries import natural_order
from workbench.standards.tasks import every_item
from workbench.web.ballot_rules import rulebook
from workbench.web.context import close_session, now, session, today, viewer, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.plans.base import REFUSALS, Reply, blueprint, day_given, number_given
from workbench.web.text import told

DUE_DAYS: Final = 28
_FILTERS: Final = ("q", "matter", "state")


@blueprint.get("/")
def index() -> str:
    return _list()


@blueprint.post("/")
def make() -> Reply:
    """A new plan, empty or from a template."""
    key = request.form.get("template", "")
    try:
        matter, start = number_given("matter", 1, 2**31 - 1), day_given("start") or today()
        item = number_given("work_item", 1, 2**31 - 1)
        if matter is None or matter not in {each.id for each in _matters()}:
            raise PlanEditError(mark("choose a matter that is open to you"))
        close_session()
        with writing() as written:
            name = request.form.get("name", "")
            if key:
                row = plan_from_template(written, viewer(), matter, name, key, start, now(), work_item=item)
            else:
                row = make_plan(written, viewer(), matter, name, now())
                row.work_item = item
            plan_id = key_of(row)
    except REFUSALS as error:
        close_session()
        return _list(told(error)), 409
    return redirect(url_for("plans.plan", plan_id=plan_id), 303)


def _list(refusal: str | None = None) -> str:
    store = None
    rows = []
    for each in queries.plans_seen(session()):
        prepared = prepare(session(), each, rulebook(), today(), rules=store)
        store = prepared.rules
        rows.append((prepared, _counts(prepared), _next(prepared)))
    lines = [line for prepared, _, _ in rows for line in queries.due_of(prepared, today(), DUE_DAYS)]
    order = list(queries.DueKind)
    filters = {name: argument(name) for name in _FILTERS}
    shown = [each for each in rows if _left(each, filters)]
    page = page_number(argument("page"))
    return render_template(
        "web/plans/index.html",
        listing=Listing("plans.index", filters, "", "", page, len(shown)),
        filters=filters,
        in_all=len(rows),
        rows=shown[(page - 1) * PER_PAGE : page * PER_PAGE],
        lines=sorted(lines, key=lambda each: (order.index(each.kind), each.day or today())),
        templates=list(templates()),
        matters=_matters(),
        matter_choices=[(each.id, each.name) for each in _matters()],
        items=sorted(every_item(session()), key=lambda item: natural_order(item.reference)),
        may_edit=viewer().may(Permission.EDIT_PLANS),
        refusal=refusal,
        form=request.form,
    )


def _left(row: tuple[Prepared, Mapping[str, int], object], filters: Mapping[str, str]) -> bool:
    prepared, counts, _ = row
    item = prepared.item.reference if prepared.item else ""
    text = f"{prepared.row.name} {item} {prepared.row.note}".casefold()
    state = "closed" if prepared.row.closed_at else "blocked" if counts["block"] else "open"
    return (
        all(word in text for word in filters["q"].casefold().split())
        and filters["matter"] in ("", str(prepared.row.matter_id))
        and (filters["state"] in ("", state) or (filters["state"] == "open" and state == "blocked"))
    )


def _matters() -> list[Matter]:
    """The matters that a plan may be put into: who manages matters knows of more than are open to him."""
    return [each for each in matters_seen(session()) if viewer().unlimited or each.id in viewer().matters]


def _counts(prepared: Prepared) -> dict[str, int]:
    standing = prepared.standing()
    failing = [each for each in standing if each.verdict is Verdict.FAIL]
    return {
        "block": sum(each.rule.severity is Severity.BLOCK for each in failing),
        "warn": sum(each.rule.severity is Severity.WARN for each in failing),
        "unknown": sum(each.verdict is Verdict.UNKNOWN for each in standing),
    }


def _next(prepared: Prepared) -> object | None:
    """The next event that people still have to bring about."""
    ahead = [each for each in prepared.events.values() if each.open and each.event.day and each.event.day >= today()]
    return min(ahead, key=lambda each: (each.event.day or today(), each.name), default=None)
