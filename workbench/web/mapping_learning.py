"""What the ranking learned from people's triage: its figures, and the switch."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workbench.i18n import mark
from workbench.mapping.learning import FEATURES, LEAST_FAMILIES, LEAST_OF_A_KIND
from workbench.mapping.learning_runs import LearningState, learn, learning_state, switch
from workbench.people.permissions import Permission
from workbench.web.context import close_session, now, session, viewer, workbench, writing

LACKING: Final = {
    "families": mark("Decisions on more families are needed."),
    "plausible": mark("More plausible pairs are needed."),
    "not": mark("More pairs that were decided against are needed."),
    "both": mark("More claims with plausible clauses and with others are needed."),
}
REASONS: Final = {
    "setting": mark("The setting learn_from_decisions switches it off."),
    "switched_off": mark("It was switched off on this page."),
    "nothing_learned": mark("Nothing has been learned yet."),
    "not_better": mark("It does not beat the engine's own order beyond chance, so it is not used."),
    "other_engine": mark("It was learned on another engine or encoder than the one in use; learn again."),
}

blueprint = Blueprint("learning", __name__, url_prefix="/mapping/learning")


def state() -> LearningState:
    """What was learned and whether it is in force, for this request."""
    return learning_state(session(), wanted=workbench().settings.learn_from_decisions)


@blueprint.get("/")
def index() -> str:
    lacking = request.args.get("lacking", "")
    found = state()
    return render_template(
        "web/mapping/learning.html",
        state=found,
        features=[] if found.learned is None else list(zip(FEATURES, found.learned.weights, strict=True)),
        lacking=LACKING.get(lacking),
        reason=REASONS.get(found.reason or ""),
        least_families=LEAST_FAMILIES,
        least_of_a_kind=LEAST_OF_A_KIND,
        may_operate=viewer().may(Permission.OPERATE),
    )


@blueprint.post("/learn")
def learn_now() -> Response:
    """Learn from the decisions of now."""
    close_session()
    found = learn(workbench().store, viewer(), now=now())
    return redirect(url_for("learning.index", lacking=found.lacking), 303)


@blueprint.post("/switch")
def turn() -> Response:
    """Switch the learned order off or on."""
    with writing() as written:
        switch(written, viewer(), on=request.form.get("on") == "1", at=now())
    return redirect(url_for("learning.index"), 303)
