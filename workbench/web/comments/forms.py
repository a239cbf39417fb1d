"""The commenting form: out, back in, and the rows of it that wait for a person."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.utils import secure_filename

from workbench import export
from workbench.comments import queries, verbs
from workbench.comments.form import WRITERS, FormHead
from workbench.comments.imports import import_comments
from workbench.comments.models import Comment, ReturnedRow
from workbench.comments.verbs import CommentError
from workbench.history.models import RunState
from workbench.i18n import mark
from workbench.people.walls_models import TrailAction
from workbench.web.comments.base import Answer, blueprint, draft_of, number
from workbench.web.context import close_session, now, record, session, today, viewer, workbench, writing
from workbench.web.listing import argument
from workbench.web.text import gettext

MAX_UPLOAD: Final = 8 * 1024 * 1024
_TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": export.FORMATS["xlsx"],
    "csv": export.FORMATS["csv"],
}


@blueprint.post("/drafts/<int(max=2147483647):draft_id>/submit")
def submit(draft_id: int) -> Answer:
    """Mark the agreed comments of the member body `member` as submitted."""
    draft, _ = draft_of(draft_id)
    with writing() as written:
        verbs.submit_agreed(written, viewer(), draft, _of_form("member"), at=now())
    return redirect(url_for("comments.index", draft=draft_id), 303)


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/form.<format>")
def form(draft_id: int, format: str) -> Response:  # noqa: A002
    """The commenting form of a draft; `member` leaves the rows of one, `drafts` and `others` add rows."""
    if format not in WRITERS:
        abort(404)
    draft, item = draft_of(draft_id)
    rows = queries.rows_of_form(
        session(),
        draft,
        member=argument("member") or None,
        drafts=bool(argument("drafts")),
        others=bool(argument("others")),
    )
    body = WRITERS[format](FormHead(today(), draft.label, item.reference), rows)
    record(TrailAction.EXPORTED, "comment_form", draft_id, {"format": format, "rows": len(rows)})
    name = secure_filename(f"comments-{item.reference}-{draft.label}") or "comments"
    headers = {"Content-Disposition": f"attachment; filename={name}.{format}", "Cache-Control": "private, no-store"}
    return Response(body, mimetype=_TYPES[format], headers=headers)


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/returned")
def returned(draft_id: int) -> str:
    """Upload of a form that came back, and the rows of such forms that wait for a person."""
    return _returned(draft_id)


@blueprint.post("/drafts/<int(max=2147483647):draft_id>/returned")
def upload(draft_id: int) -> Answer:
    """Import an uploaded form (`form`)."""
    draft, item = draft_of(draft_id)
    file = request.files.get("form")
    if file is None or not file.filename:
        return _returned(draft_id, gettext("Choose a form to upload.")), 400
    name = secure_filename(file.filename)[-100:] or "form"
    with tempfile.TemporaryDirectory(prefix="workbench-form-") as folder:
        path = Path(folder) / name
        with path.open("wb") as kept:
            size = 0
            while piece := file.stream.read(1 << 16):
                size += len(piece)
                if size > MAX_UPLOAD:
                    return _returned(draft_id, gettext("The file is too large; split it.")), 413
                kept.write(piece)
        store = workbench().store.on_behalf_of(viewer())
        close_session()
        run = import_comments(store, workbench().settings, path, work_item=str(item.iso_id), label=draft.label, now=now)
    if run.state is RunState.FAILED:
        return _returned(draft_id, run.error), 400
    return redirect(url_for("comments.returned", draft_id=draft_id, run=run.id), 303)


@blueprint.post("/rows/<int(max=2147483647):row_id>")
def settle_row(row_id: int) -> Answer:
    """Say that a waiting row is our comment `comment`, or, without one, that it is somebody else's."""
    chosen = number(request.form.get("comment", ""))
    row = session().get(ReturnedRow, row_id)
    if row is None:
        abort(404)
    draft_id = row.draft_id
    try:
        with writing() as written:
            waiting = written.get_one(ReturnedRow, row_id)
            if chosen is None:
                verbs.take_up_row(written, viewer(), waiting, at=now())
            else:
                ours = written.get(Comment, chosen)
                if ours is None:
                    raise CommentError(mark("there is no such comment; open the page again"))
                verbs.assign_row(written, viewer(), waiting, ours, at=now())
    except CommentError as error:
        close_session()
        return _returned(draft_id, gettext(error.message, **error.values)), 409
    return redirect(url_for("comments.returned", draft_id=draft_id), 303)


def _of_form(name: str) -> str:
    """A short value of a form in one line."""
    return " ".join(request.form.get(name, "").split())[:100]


def _returned(draft_id: int, refusal: str | None = None) -> str:
    draft, item = draft_of(draft_id)
    ours = queries.select_comments(session(), {"draft": str(draft_id), "origin": "own"}, sort="clause", limit=500)
    return render_template(
        "web/comments/returned.html",
        draft=draft,
        item=item,
        waiting=[row for row, _, _ in queries.waiting_rows(session(), draft_id)],
        ours=[line.comment for line in ours if line.comment.merged_into is None],
        refusal=refusal,
        run=number(argument("run")),
        limit=MAX_UPLOAD,
    )
