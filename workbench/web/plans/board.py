"""The constraint board: each asset under each regime, the two tracks side by side, and what lies on both."""

from __future__ import annotations

import datetime as dt

from flask import abort, render_template, request
from sqlmodel import Session

from workbench.i18n import mark
from workbench.people.permissions import Permission
from workbench.people.viewer import Track
from workbench.people.walls_models import TrailAction
from workbench.planning import board, queries
from workbench.planning.board_models import Aspect, Standing
from workbench.planning.models import StoredPlan
from workbench.planning.rules import RulesError
from workbench.planning.stored import prepare
from workbench.planning.verbs import PlanEditError
from workbench.web.ballot_rules import rulebook
from workbench.web.context import now, record, session, today, viewer
from workbench.web.plans.base import KEY, Reply, blueprint, change, number_given, the_plan
from workbench.web.text import told


@blueprint.get("/board")
def boards() -> str:
    """Every open plan with what is open on its board."""
    rows = []
    for row in queries.plans_seen(session()):
        if row.closed_at is None:
            prepared = prepare(session(), row, rulebook(), today())
            entries = board.entries_of(session(), row)
            asked = [(each.id, regime) for each in prepared.assets for regime in board.regimes()]
            told = [entries[key].standing for key in asked if key in entries]
            rows.append(
                {
                    "row": row,
                    "assets": len(prepared.assets),
                    "open": len(asked) - sum(each is not Standing.OPEN for each in told),
                    "barred": told.count(Standing.BARRED),
                    "firewall": board.firewall(session(), row, prepared.assets),
                }
            )
    return render_template("web/plans/boards.html", rows=rows)


@blueprint.get(f"/{KEY}/board", endpoint="board")
def page(plan_id: int) -> str:
    record(TrailAction.SAW, "plan", plan_id, {"board": True}, matter_id=the_plan(plan_id).matter_id)
    return _page(plan_id)


@blueprint.post(f"/{KEY}/board")
def say(plan_id: int) -> Reply:
    """Keep what a form says of one asset under one regime."""

    def act(written: Session, row: StoredPlan) -> None:
        form = request.form
        try:
            standing = Standing(form.get("standing", ""))
            as_of = dt.date.fromisoformat(form.get("as_of", ""))
        except ValueError as error:
            raise PlanEditError(mark("choose a standing, and the day the evidence was looked at")) from error
        asset_id, regime = number_given("asset", 1, 2**31 - 1) or 0, form.get("regime", "")
        board.say(written, viewer(), row, asset_id, regime, standing, form.get("evidence", ""), as_of, now())

    return change(plan_id, act, lambda text: _page(plan_id, text), "board", endpoint="plans.board")


@blueprint.post(f"/{KEY}/tracks")
def write_tracks(plan_id: int) -> Reply:
    """Keep the cells of the matrix that a form changes."""

    def act(written: Session, row: StoredPlan) -> None:
        for aspect in Aspect:
            for track in Track:
                words = request.form.get(f"{aspect}-{track}")
                if words is not None:
                    board.write_cell(written, viewer(), row, aspect, track, words, now())

    return change(plan_id, act, lambda text: _page(plan_id, text), "tracks", endpoint="plans.board")


def _page(plan_id: int, problem: str = "") -> str:
    row = the_plan(plan_id)
    prepared = prepare(session(), row, rulebook(), today())
    try:
        findings = prepared.findings
    except RulesError as error:
        abort(400, told(error))
    return render_template(
        "web/plans/board.html",
        row=row,
        problem=problem,
        assets=prepared.assets,
        regimes=board.findings_by_regime(findings),
        entries=board.entries_of(session(), row),
        standings=list(Standing),
        aspects=list(Aspect),
        tracks=list(Track),
        cells=board.cells_of(session(), row),
        firewall=board.firewall(session(), row, prepared.assets),
        may_edit=viewer().may(Permission.EDIT_PLANS),
    )
