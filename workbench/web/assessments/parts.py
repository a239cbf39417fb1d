"""What the pages of assessments share: the blueprint, how one is found, and how a verb is done and refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from workbench.assessments.charts import ChartError
from workbench.assessments.models import Assessment
from workbench.assessments.queries import Stand, stand_of
from workbench.assessments.statuses import TransitionError
from workbench.assessments.verbs import AssessmentError
from workbench.people.gate import HiddenError
from workbench.web.context import close_session, session, writing
from workbench.web.text import told

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")

Reply = Response | str | tuple[str, int]
PLACE: Final = "/<int(max=2147483647):assessment_id>"
REFUSALS: Final = (AssessmentError, ChartError, TransitionError)


def found(assessment_id: int) -> Stand:
    """The assessment of the address as it stands; 404 where there is none that the viewer may know of."""
    stand = stand_of(session(), assessment_id)
    if stand is None:
        abort(404)
    return stand


def done(
    assessment_id: int,
    act: Callable[[Session, Assessment], object],
    page: Callable[[str], str],
    onward: str | None = None,
) -> Reply:
    """Do something in one transaction and go on; where it is refused, the page with the reason."""
    try:
        with writing() as written:
            row = written.get(Assessment, assessment_id)
            if row is None:
                abort(404)
            act(written, row)
    except HiddenError:
        abort(404)
    except REFUSALS as error:
        close_session()
        return page(told(error)), 409
    return redirect(onward or url_for("assessments.assessment", assessment_id=assessment_id), 303)


def number_of(name: str) -> int | None:
    """A whole number of a form's field; None where there is none."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def seen() -> int:
    """The number of the version of the chart that the person saw."""
    return number_of("seen") or 0
