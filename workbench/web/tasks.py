"""A task: what it asks, a form to say what a dropped file is, and a form to dismiss it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workbench.history.models import RunState
from workbench.people.permissions import Permission
from workbench.standards.drafts_folder import import_waiting
from workbench.standards.models import Draft, WorkItem
from workbench.standards.queries import natural_order
from workbench.standards.task_models import Task
from workbench.standards.tasks import MOST_REMARK, OVERTAKEN, TaskError, dismiss, every_item
from workbench.web.context import close_session, now, session, viewer, workbench, writing
from workbench.web.text import gettext

MOST_LABEL: Final = 40

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

Answer = Response | str | tuple[str, int]


@blueprint.get("/<int(max=2147483647):task_id>")
def task(task_id: int) -> str:
    return _page(task_id)


@blueprint.post("/<int(max=2147483647):task_id>/dismiss")
def close(task_id: int) -> Answer:
    """Dismiss a task with a reason."""
    try:
        with writing() as written:
            dismiss(written, task_id, request.form.get("remark", ""), now())
    except TaskError:
        close_session()
        return _page(task_id, gettext("Give a reason; a task that was settled already stays as it is.")), 409
    return redirect(url_for("week.index", _anchor="tasks"), 303)


@blueprint.post("/<int(max=2147483647):task_id>/import")
def import_file(task_id: int) -> Answer:
    """Import the file of a task as the version of the work item that a person names."""
    work_item, label = request.form.get("work_item", ""), " ".join(request.form.get("label", "").split())
    dated = _day(request.form.get("dated", ""))
    if not work_item.isascii() or not work_item.isdigit() or len(work_item) > 9 or not 0 < len(label) <= MOST_LABEL:
        return _page(task_id, gettext("Choose the work item and give the version a label, such as CD 2.")), 400
    try:
        run = import_waiting(
            workbench().store.on_behalf_of(viewer()),
            workbench().settings,
            task_id,
            work_item=work_item,
            label=label,
            dated=dated,
            now=now,
        )
    except TaskError:
        close_session()
        return _page(task_id, gettext("This task was settled already, or its file is lost.")), 409
    close_session()
    if run.state is RunState.FAILED:
        return _page(task_id, run.error), 409
    done = session().get_one(Task, task_id)
    return redirect(url_for("drafts.draft", draft_id=done.draft_id), 303)


def _page(task_id: int, refusal: str | None = None) -> str:
    row = session().get(Task, task_id)
    if row is None:
        abort(404)
    items = sorted(every_item(session()), key=lambda item: natural_order(item.reference))
    return render_template(
        "web/tasks/task.html",
        task=row,
        item=session().get(WorkItem, row.work_item_id) if row.work_item_id else None,
        draft=session().get(Draft, row.draft_id) if row.draft_id else None,
        items=items,
        refusal=refusal,
        overtaken=OVERTAKEN,
        may_settle=viewer().may(Permission.IMPORT_STANDARDS),
        most_remark=MOST_REMARK,
        most_label=MOST_LABEL,
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
