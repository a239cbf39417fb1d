"""Writing a comment on a clause or a passage, and its steps until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlmodel import Session

from scrapers.comments import CommentType
from workbench.comments import queries, verbs
from workbench.comments.models import Comment, CommentOrigin, CommentState, Outcome
from workbench.comments.verbs import CommentError, Said
from workbench.i18n import mark
from workbench.standards import draft_queries
from workbench.standards.models import Clause, Draft, WorkItem
from workbench.web.comments.base import Answer, ballots_of, blueprint, clause_of, draft_of, line_of, number
from workbench.web.context import close_session, now, session, viewer, writing
from workbench.web.listing import argument
from workbench.web.text import gettext


@blueprint.get("/drafts/<int(max=2147483647):draft_id>/new")
def new(draft_id: int) -> str:
    """The form for a comment; `clause` is the place of the clause, `passage` a text selected in it."""
    draft, item = draft_of(draft_id)
    clause = clause_of(draft_id, argument("clause"))
    passage = request.args.get("passage", "")[: verbs.MOST_PASSAGE]
    values = {"passage": passage, "wording": passage, "before": argument("before"), "type": CommentType.TECHNICAL}
    values["member"] = queries.usual_member(session(), viewer())
    restates = number(argument("restates"))
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
    draft, _ = draft_of(draft_id)
    clause = clause_of(draft_id, request.form.get("clause", ""))
    try:
        said = _said()
        with writing() as written:
            row = verbs.draft_comment(
                written, viewer(), draft, clause, said, at=now(), restates=number(request.form.get("restates", ""))
            )
            key = row.id
    except CommentError as error:
        close_session()
        refusal = gettext(error.message, **error.values)
        return _form(*draft_of(draft_id), clause, dict(request.form), refusal), 400
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
    into = number(request.form.get("into", ""))

    def act(written: Session, row: Comment, seen: int) -> None:
        if into is None:
            verbs.unmerge(written, viewer(), row, seen=seen, at=now())
            return
        other = written.get(Comment, into)
        if other is None:
            raise CommentError(
                mark("choose another comment of the same member body on the same draft to merge this into")
            )
        verbs.merge(written, viewer(), row, other, seen=seen, at=now())

    return _do(comment_id, act)


@blueprint.post("/<int(max=2147483647):comment_id>/close")
def close(comment_id: int) -> Answer:
    """Close a comment that came along to the later version `draft`."""
    later = number(request.form.get("draft", ""))

    def act(written: Session, row: Comment, seen: int) -> None:
        draft = None if later is None else written.get(Draft, later)
        if draft is None:
            raise CommentError(mark("the version in which the comment is closed is not known; open the page again"))
        verbs.close_on(written, viewer(), row, draft, seen=seen, at=now())

    return _do(comment_id, act)


def _do(comment_id: int, act: Callable[[Session, Comment, int], None]) -> Answer:
    """One step of a comment on behalf of who asks, then its page."""
    line_of(comment_id)
    try:
        with writing() as written:
            act(written, written.get_one(Comment, comment_id), number(request.form.get("seen", "")) or 0)
    except CommentError as error:
        close_session()
        return _page(comment_id, gettext(error.message, **error.values)), 409
    return redirect(url_for("comments.comment", comment_id=comment_id), 303)


def _page(comment_id: int, refusal: str | None = None) -> str:
    line = line_of(comment_id)
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
        ballots=ballots_of(line.item),
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
        ballots=ballots_of(item),
        types=CommentType,
        refusal=refusal,
        most=verbs,
    )


def _said() -> Said:
    kind = request.form.get("type", "")
    if kind not in set(CommentType):
        raise CommentError(mark("choose the type of the comment: general, technical or editorial"))
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
        number(request.form.get("before", "")),
        wording,
        request.form.get("proposal", ""),
        request.form.get("paragraph", ""),
        request.form.get("line", ""),
        number(request.form.get("ballot", "")),
    )
