"""What the pages of comments share: the blueprint, what an address names, what clauses show of comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort
from sqlmodel import col, select
from werkzeug.wrappers import Response as AnyResponse

from workbench.ballots.models import Ballot
from workbench.comments import queries, verbs
from workbench.comments.models import Comment
from workbench.comments.queries import CommentLine
from workbench.people.permissions import Permission
from workbench.standards import draft_queries
from workbench.standards.models import Clause, Draft, WorkItem
from workbench.standards.word_diff import DiffPiece, word_diff
from workbench.web.context import session, viewer

blueprint = Blueprint("comments", __name__, url_prefix="/standards/comments")

Answer = AnyResponse | str | tuple[str, int]


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


def _diff(row: Comment) -> list[DiffPiece]:
    return [] if row.quote is None or row.wording is None else word_diff(row.quote, row.wording)


def line_of(comment_id: int) -> CommentLine:
    """The comment with its draft; not found where there is none."""
    found = queries.find_comment(session(), comment_id)
    if found is None:
        abort(404)
    return found


def draft_of(draft_id: int) -> tuple[Draft, WorkItem]:
    """The draft with its work item; not found where there is none."""
    found = draft_queries.find_draft(session(), draft_id)
    if found is None:
        abort(404)
    return found


def clause_of(draft_id: int, place: str) -> Clause | None:
    """The clause at a place of a draft, None for the whole of it; not found where there is none."""
    if not place:
        return None
    order = number(place)
    found = None if order is None else draft_queries.clause_at(session(), draft_id, order)
    if found is None:
        abort(404)
    return found


def ballots_of(item: WorkItem) -> Sequence[Ballot]:
    """The ballots with whose position a comment can be sent."""
    statement = select(Ballot).where(Ballot.work_item_id == item.id).order_by(col(Ballot.id))
    return session().exec(statement).all()


def number(text: str) -> int | None:
    """A key as forms and addresses write it; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
