"""Comments: the list, writing one on a clause or a passage, its steps, the form out and in, who commented where."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as AnyResponse

from scrapers.comments import CommentType
from workbench import export
from workbench.ballots.models import Ballot
from workbench.comments import queries, verbs
from workbench.comments.form import WRITERS, FormHead
from workbench.comments.imports import import_comments
from workbench.comments.models import Comment, CommentOrigin, CommentState, Outcome, ReturnedRow
from workbench.comments.queries import ClauseComments, CommentLine
from workbench.comments.verbs import CommentError, Said
from workbench.history.models import RunState
from workbench.history.queries import FilterError
from workbench.people.permissions import Permission
from workbench.people.walls_models import TrailAction
from workbench.standards import draft_queries
from workbench.standards.drafts import UnknownWorkItemError
from workbench.standards.models import Clause, Draft, WorkItem
from workbench.standards.word_diff import DiffPiece, word_diff
from workbench.web.context import close_session, now, record, session, today, viewer, workbench, writing
from workbench.web.listing import PER_PAGE, Listing, argument, page_number, sort_key
from workbench.web.text import gettext

MAX_UPLOAD: Final = 8 * 1024 * 1024
MOST_COLUMNS: Final = 12
ROW: Final = 22
COLUMN: Final = 46
_FROM: Final = 330
_DRAWN: Final = 150
_TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": export.FORMATS["xlsx"],
    "csv": export.FORMATS["csv"],
}

blueprint = Blueprint("comments", __name__, url_prefix="/standards/comments")

Answer = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True)
class HeatCell:
    """A square of the picture; `warmth` from 1 to 5 says the share of the largest count once more."""

    x: int
    y: int
    count: int
    member: str
    warmth: int


@blueprint.app_context_processor
def _at_clauses() -> dict[str, Any]:
    return {
        "comment_counts": lambda draft_id: queries.counts_by_clause(session(), draft_id),
        "comments_on": lambda draft_id, order: queries.comments_on(session(), draft_id, order),
        "comments_carried_to": lambda draft, order: queries.carried_to(session(), draft, order),
        "comment_seen": lambda comment_id: verbs.last_step(session(), comment_id),
        "comment_diff": _diff,
        "may_comment": viewer().may(Permission.EDIT_STANDARDS),
    }


@blueprint.get("/")
def index() -> str:
    filters = {name: argument(name) for name in queries.COMMENT_FILTERS}
    sort = sort_key(argument("sort"), queries.COMMENT_SORTS, "draft")
    page = page_number(argument("page"))
    refusal, total = None, 0
    rows: list[CommentLine] = []
    try:
        total = queries.count_comments(session(), filters)
        rows = queries.select_comments(session(), filters, sort=sort, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except (FilterError, UnknownWorkItemError) as error:
        refusal = str(error)
    return render_template(
        "web/comments/index.html",
        listing=Listing(
            endpoint="comments.index",
            filters=filters,
            sort=sort,
            default_sort="draft",
            page=page,
            total=total,
            export_kind="comments",
        ),
        rows=rows,
        filters=filters,
        refusal=refusal,
        types=CommentType,
        states=CommentState,
        origins=CommentOrigin,
        drafts=[(str(line.draft.id), f"{line.item.reference}, {line.draft.label}") for line in _draft_lines()],
        chosen=_chosen(filters["draft"]),
        waiting=queries.waiting_rows(session()),
    )


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/new")
def new(draft_id: int) -> str:
    """The form for a comment; `clause` is the place of the clause, `passage` a text selected in it."""
    draft, item = _draft(draft_id)
    clause = _clause(draft_id, argument("clause"))
    passage = request.args.get("passage", "")[: verbs.MOST_PASSAGE]
    values = {"passage": passage, "wording": passage, "before": argument("before"), "type": CommentType.TECHNICAL}
    values["member"] = queries.usual_member(session(), viewer())
    restates = _number(argument("restates"))
    earlier = None if restates is None else queries.find_comment(session(), restates)
    if earlier is not None:
        values |= {
            "type": earlier.comment.type,
            "member": earlier.comment.member,
            "text": earlier.comment.text,
            "proposal": earlier.comment.proposal,
            "passage": earlier.comment.quote or "",
            "wording": earlier.comment.wording or earlier.comment.quote or "",
            "restates": str(restates),
        }
    return _form(draft, item, clause, values)


@blueprint.post("/drafts/<int(max=2147483647):draft_id>/new")
def write(draft_id: int) -> Answer:
    """Keep a new comment."""
    draft, _ = _draft(draft_id)
    clause = _clause(draft_id, request.form.get("clause", ""))
    try:
        said = _said()
        with writing() as written:
            row = verbs.draft_comment(
                written, viewer(), draft, clause, said, at=now(), restates=_number(request.form.get("restates", ""))
            )
            key = row.id
    except CommentError as error:
        close_session()
        return _form(*_draft(draft_id), clause, dict(request.form), refusal=str(error)), 400
    return redirect(url_for("comments.comment", comment_id=key), 303)


@blueprint.get("/<int(max=2147483647):comment_id>")
def comment(comment_id: int) -> str:
    return _page(comment_id)


@blueprint.post("/<int(max=2147483647):comment_id>")
def reword(comment_id: int) -> Answer:
    """Say a draft comment anew."""
    return _do(
        comment_id, lambda written, row, seen: verbs.reword(written, viewer(), row, _said(), seen=seen, at=now())
    )


@blueprint.post("/<int(max=2147483647):comment_id>/state")
def put_into(comment_id: int) -> Answer:
    """Put a comment into the state `state`."""
    wanted = request.form.get("state", "")
    if wanted not in set(CommentState):
        abort(400)
    state = CommentState(wanted)
    return _do(
        comment_id, lambda written, row, seen: verbs.put_into(written, viewer(), row, state, seen=seen, at=now())
    )


@blueprint.post("/<int(max=2147483647):comment_id>/observation")
def answer(comment_id: int) -> Answer:
    """Keep what the secretariat said (`observation`, `outcome`)."""
    wanted = request.form.get("outcome", "")
    outcome = Outcome(wanted) if wanted in set(Outcome) else None
    text = request.form.get("observation", "")
    return _do(
        comment_id, lambda written, row, seen: verbs.answer(written, viewer(), row, text, outcome, seen=seen, at=now())
    )


@blueprint.post("/<int(max=2147483647):comment_id>/merge")
def merge(comment_id: int) -> Answer:
    """Merge a comment into the comment `into`; without one, let it stand by itself again."""
    into = _number(request.form.get("into", ""))

    def act(written: Session, row: Comment, seen: int) -> None:
        if into is None:
            verbs.unmerge(written, viewer(), row, seen=seen, at=now())
            return
        other = written.get(Comment, into)
        if other is None:
            raise CommentError(
                "choose another comment of the same member body on the same draft to merge this one into"
            )
        verbs.merge(written, viewer(), row, other, seen=seen, at=now())

    return _do(comment_id, act)


@blueprint.post("/<int(max=2147483647):comment_id>/close")
def close(comment_id: int) -> Answer:
    """Close a comment that came along to the later version `draft`."""
    later = _number(request.form.get("draft", ""))

    def act(written: Session, row: Comment, seen: int) -> None:
        draft = None if later is None else written.get(Draft, later)
        if draft is None:
            raise CommentError("the version in which the comment is closed is not known; open the page again")
        verbs.close_on(written, viewer(), row, draft, seen=seen, at=now())

    return _do(comment_id, act)


@blueprint.post("/drafts/<int(max=2147483647):draft_id>/submit")
def submit(draft_id: int) -> Answer:
    """Mark the agreed comments of the member body `member` as submitted."""
    draft, _ = _draft(draft_id)
    with writing() as written:
        verbs.submit_agreed(written, viewer(), draft, _of_form("member"), at=now())
    return redirect(url_for("comments.index", draft=draft_id), 303)


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/form.<format>")
def form(draft_id: int, format: str) -> Response:  # noqa: A002
    """The commenting form of a draft; `member` leaves the rows of one, `drafts` and `others` add rows."""
    if format not in WRITERS:
        abort(404)
    draft, item = _draft(draft_id)
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
    draft, item = _draft(draft_id)
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
    chosen = _number(request.form.get("comment", ""))
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
                    raise CommentError("there is no such comment; open the page again")
                verbs.assign_row(written, viewer(), waiting, ours, at=now())
    except CommentError as error:
        close_session()
        return _returned(draft_id, str(error)), 409
    return redirect(url_for("comments.returned", draft_id=draft_id), 303)


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/heat")
def heat(draft_id: int) -> str:
    """Who commented where."""
    draft, item = _draft(draft_id)
    rows = queries.comment_heat(session(), draft_id)
    counts: dict[str, int] = {}
    for row in rows:
        for member, count in row.by_member.items():
            counts[member] = counts.get(member, 0) + count
    ours = set(queries.members_of(session(), draft_id))
    members = sorted(counts, key=lambda member: (member not in ours, -counts[member], member))
    drawn = rows if len(rows) <= _DRAWN else [row for row in rows if row.total][:_DRAWN]
    shown = members[:MOST_COLUMNS]
    return render_template(
        "web/comments/heat.html",
        draft=draft,
        item=item,
        rows=rows,
        drawn=drawn,
        cells=_cells(drawn, shown),
        members=members,
        shown=shown,
        ours=ours,
        counts=counts,
        row_height=ROW,
        column=COLUMN,
        cells_from=_FROM,
        height=ROW * (len(drawn) + 1) + 8,
        width=max(900, _FROM + COLUMN * (len(shown) + 1)),
        formats=tuple(export.FORMATS),
    )


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/heat.<format>")
def heat_export(draft_id: int, format: str) -> Response:  # noqa: A002
    """The rows of the heat as a file."""
    if format not in export.FORMATS:
        abort(404)
    draft, item = _draft(draft_id)
    rows = queries.heat_rows(queries.comment_heat(session(), draft_id), draft, item)
    headers = {"Content-Disposition": f"attachment; filename=comments-heat.{format}"}
    return Response(b"".join(export.write(rows, format)), mimetype=export.FORMATS[format], headers=headers)


def _of_form(name: str) -> str:
    """A short value of a form in one line."""
    return " ".join(request.form.get(name, "").split())[:100]


def _cells(rows: Sequence[ClauseComments], members: Sequence[str]) -> list[HeatCell]:
    most = max((count for row in rows for count in row.by_member.values()), default=0) or 1
    return [
        HeatCell(
            _FROM + COLUMN * at, ROW * (place + 1), row.by_member[member], member, -(-5 * row.by_member[member] // most)
        )
        for place, row in enumerate(rows)
        for at, member in enumerate(members)
        if member in row.by_member
    ]


def _do(comment_id: int, act: Callable[[Session, Comment, int], None]) -> Answer:
    """One step of a comment on behalf of who asks, then its page."""
    _line(comment_id)
    try:
        with writing() as written:
            act(written, written.get_one(Comment, comment_id), _number(request.form.get("seen", "")) or 0)
    except CommentError as error:
        close_session()
        return _page(comment_id, str(error)), 409
    return redirect(url_for("comments.comment", comment_id=comment_id), 303)


def _page(comment_id: int, refusal: str | None = None) -> str:
    line = _line(comment_id)
    row = line.comment
    clause = None
    if row.clause_order is not None:
        clause = draft_queries.clause_at(session(), row.draft_id, row.clause_order)
    steps = queries.steps_of(session(), row)
    return render_template(
        "web/comments/comment.html",
        line=line,
        comment=row,
        draft=line.draft,
        item=line.item,
        clause=clause,
        steps=steps,
        seen=steps[-1].id if steps else 0,
        next_states=verbs.next_states(row),
        duplicates=queries.merged_into(session(), row),
        others=queries.may_be_the_same(session(), row) if _may_merge(row) else [],
        earlier=None if row.restates is None else queries.find_comment(session(), row.restates),
        ballots=_ballots(line.item),
        types=CommentType,
        outcomes=Outcome,
        refusal=refusal,
        values={
            "type": row.type,
            "member": row.member,
            "text": row.text,
            "passage": row.quote or "",
            "wording": row.quote or "" if row.wording is None else row.wording,
            "delete": row.wording == "",
            "proposal": row.proposal,
            "paragraph": row.paragraph,
            "line": row.line,
            "ballot": row.ballot_id,
        },
        most=verbs,
    )


def _may_merge(row: Comment) -> bool:
    early = row.state in (CommentState.DRAFT, CommentState.AGREED)
    return early and row.origin is CommentOrigin.OWN and row.merged_into is None


def _form(
    draft: Draft, item: WorkItem, clause: Clause | None, values: dict[str, Any], refusal: str | None = None
) -> str:
    return render_template(
        "web/comments/new.html",
        draft=draft,
        item=item,
        clause=clause,
        values=values,
        ballots=_ballots(item),
        types=CommentType,
        refusal=refusal,
        most=verbs,
    )


def _returned(draft_id: int, refusal: str | None = None) -> str:
    draft, item = _draft(draft_id)
    ours = queries.select_comments(session(), {"draft": str(draft_id), "origin": "own"}, sort="clause", limit=500)
    return render_template(
        "web/comments/returned.html",
        draft=draft,
        item=item,
        waiting=[row for row, _, _ in queries.waiting_rows(session(), draft_id)],
        ours=[line.comment for line in ours if line.comment.merged_into is None],
        refusal=refusal,
        run=_number(argument("run")),
        limit=MAX_UPLOAD,
    )


def _said() -> Said:
    kind = request.form.get("type", "")
    if kind not in set(CommentType):
        raise CommentError("choose the type of the comment: general, technical or editorial")
    passage = request.form.get("passage", "")
    wording: str | None = request.form.get("wording", "")
    if request.form.get("delete"):
        wording = ""
    elif not (wording or "").strip():
        wording = None
    return Said(
        CommentType(kind),
        request.form.get("member", ""),
        request.form.get("text", ""),
        passage,
        _number(request.form.get("before", "")),
        wording,
        request.form.get("proposal", ""),
        request.form.get("paragraph", ""),
        request.form.get("line", ""),
        _number(request.form.get("ballot", "")),
    )


def _diff(row: Comment) -> list[DiffPiece]:
    return [] if row.quote is None or row.wording is None else word_diff(row.quote, row.wording)


def _line(comment_id: int) -> CommentLine:
    found = queries.find_comment(session(), comment_id)
    if found is None:
        abort(404)
    return found


def _draft(draft_id: int) -> tuple[Draft, WorkItem]:
    found = draft_queries.find_draft(session(), draft_id)
    if found is None:
        abort(404)
    return found


def _clause(draft_id: int, place: str) -> Clause | None:
    if not place:
        return None
    order = _number(place)
    found = None if order is None else draft_queries.clause_at(session(), draft_id, order)
    if found is None:
        abort(404)
    return found


def _chosen(draft_id: str) -> tuple[Draft, WorkItem, list[str]] | None:
    key = _number(draft_id)
    found = None if key is None else draft_queries.find_draft(session(), key)
    return None if found is None or key is None else (*found, queries.members_of(session(), key))


def _draft_lines() -> list[draft_queries.DraftLine]:
    return draft_queries.draft_lines(session())


def _ballots(item: WorkItem) -> Sequence[Ballot]:
    statement = select(Ballot).where(Ballot.work_item_id == item.id).order_by(col(Ballot.id))
    return session().exec(statement).all()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
