"""Reads of comments: lists, what stands at a clause, rows of the form, who commented where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.comments.form import CommentRow, CommentType
from workbench.comments.attached import Comments
from workbench.comments.form import in_clause_order
from workbench.comments.models import (
    Comment,
    CommentEvent,
    CommentOrigin,
    CommentState,
    ReturnedRow,
)
from workbench.comments.passages import WHOLE, form_row, proposed_change
from workbench.db import key_of
from workbench.history.queries import FilterError, filled
from workbench.people.viewer import Viewer
from workbench.standards.attachments import Attached, attached_to
from workbench.standards.drafts import find_work_item
from workbench.standards.models import Clause, Draft, WorkItem

COMMENT_FILTERS: Final = ("work_item", "label", "draft", "clause", "state", "type", "member", "owner", "origin", "q")
COMMENT_SORTS: Final = ("clause", "draft", "type", "member", "owner", "state", "outcome", "created")

_ENUMS: Final = {"state": CommentState, "type": CommentType, "origin": CommentOrigin}


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment with the draft and the work item it is on."""

    comment: Comment
    draft: Draft
    item: WorkItem


@dataclass(frozen=True, slots=True)
class ClauseComments:
    """How many comments stand on a clause, by member body; `own` of them were written here. `clause` None: the whole
    draft, or a clause that the draft has no place for."""

    clause: Clause | None
    by_member: Mapping[str, int]
    own: int

    @property
    def total(self) -> int:
        return sum(self.by_member.values())


def find_comment(session: Session, comment_id: int) -> CommentLine | None:
    """A comment by its key."""
    statement = _lines().where(Comment.id == comment_id)
    found = session.exec(statement).one_or_none()
    return None if found is None else CommentLine(*found)


def count_comments(session: Session, filters: Mapping[str, str]) -> int:
    """How many comments the filters leave. Raises FilterError, UnknownWorkItemError."""
    statement = _filtered(session, _lines(), filters)
    return session.exec(select(sa.func.count()).select_from(statement.subquery())).one()


def select_comments(
    session: Session,
    filters: Mapping[str, str],
    *,
    sort: str = "draft",
    limit: int | None = None,
    offset: int = 0,
) -> list[CommentLine]:
    """The comments that the filters (`COMMENT_FILTERS`) leave, in order. Raises FilterError, UnknownWorkItemError."""
    direction = sa.desc if sort.startswith("-") else sa.asc
    keys: dict[str, list[Any]] = {
        "clause": [col(Comment.clause_order)],
        "draft": [col(Draft.id), col(Comment.clause_order)],
        "type": [col(Comment.type)],
        "member": [col(Comment.member)],
        "owner": [col(Comment.owner)],
        "state": [col(Comment.state)],
        "outcome": [col(Comment.outcome)],
        "created": [col(Comment.created_at)],
    }
    name = sort.removeprefix("-")
    if name not in keys:
        raise FilterError(f"comments cannot be sorted by {name}; they can by: {', '.join(COMMENT_SORTS)}")
    order = [direction(sa.func.coalesce(key, -1) if key.key == "clause_order" else key) for key in keys[name]]
    statement = _filtered(session, _lines(), filters).order_by(*order, col(Comment.id)).limit(limit).offset(offset)
    return [CommentLine(*found) for found in session.exec(statement)]


def own_comments(session: Session, viewer: Viewer, limit: int) -> list[CommentLine]:
    """What the viewer has drafted and not yet submitted, the newest first."""
    owned = Comment.owner == viewer.name if viewer.account_id is None else Comment.owner_account == viewer.account_id
    statement = _lines().where(
        owned,
        Comment.origin == CommentOrigin.OWN,
        col(Comment.state).in_((CommentState.DRAFT, CommentState.AGREED)),
        col(Comment.merged_into).is_(None),
    )
    return [CommentLine(*found) for found in session.exec(statement.order_by(col(Comment.id).desc()).limit(limit))]


def steps_of(session: Session, comment: Comment) -> Sequence[CommentEvent]:
    """Every step of a comment, the first first."""
    statement = select(CommentEvent).where(CommentEvent.comment_id == comment.id)
    return session.exec(statement.order_by(col(CommentEvent.id))).all()


def merged_into(session: Session, comment: Comment) -> Sequence[Comment]:
    """The duplicates that were merged into a comment."""
    return session.exec(select(Comment).where(Comment.merged_into == comment.id).order_by(col(Comment.id))).all()


def may_be_the_same(session: Session, comment: Comment) -> Sequence[Comment]:
    """The comments that this one could be merged into: of its member body on its draft, those on its clause first."""
    statement = select(Comment).where(
        Comment.draft_id == comment.draft_id,
        Comment.member == comment.member,
        Comment.origin == CommentOrigin.OWN,
        Comment.id != comment.id,
        Comment.state != CommentState.WITHDRAWN,
        col(Comment.merged_into).is_(None),
    )
    near = col(Comment.clause_order) != comment.clause_order if comment.clause_order is not None else sa.true()
    return session.exec(statement.order_by(sa.func.coalesce(near, sa.true()), col(Comment.id)).limit(200)).all()


def carried_to(session: Session, draft: Draft, order: int) -> list[tuple[Attached, Comment]]:
    """The comments on earlier versions that stand on this clause now."""
    found = [each for each in attached_to(session, draft, order, {Comments.name}) if each.came_along]
    rows = session.exec(select(Comment).where(col(Comment.id).in_([each.id for each in found])))
    by_key = {key_of(row): row for row in rows}
    return [(each, by_key[each.id]) for each in found]


def comments_on(session: Session, draft_id: int, order: int) -> Sequence[Comment]:
    """The comments made on a clause of a draft, those that still stand first."""
    statement = select(Comment).where(Comment.draft_id == draft_id, Comment.clause_order == order)
    return session.exec(statement.order_by(col(Comment.merged_into).is_not(None), col(Comment.id))).all()


def counts_by_clause(session: Session, draft_id: int) -> dict[int, int]:
    """How many comments stand on each clause of a draft that has any."""
    statement = (
        select(Comment.clause_order, sa.func.count())
        .where(Comment.draft_id == draft_id, *_standing())
        .group_by(col(Comment.clause_order))
    )
    return {order: count for order, count in session.exec(statement) if order is not None}


def comment_heat(session: Session, draft_id: int) -> list[ClauseComments]:
    """Who commented where: every clause of the draft in order, after what is on no clause, where there is any."""
    statement = (
        select(Comment.clause_order, Comment.member, Comment.origin, sa.func.count())
        .where(Comment.draft_id == draft_id, *_standing())
        .group_by(col(Comment.clause_order), col(Comment.member), col(Comment.origin))
    )
    found: dict[int | None, tuple[dict[str, int], int]] = {}
    for order, member, origin, count in session.exec(statement):
        members, own = found.get(order, ({}, 0))
        members[member] = members.get(member, 0) + count
        found[order] = members, own + (count if origin is CommentOrigin.OWN else 0)
    clauses = session.exec(select(Clause).where(Clause.draft_id == draft_id).order_by(col(Clause.order)))
    rows = [ClauseComments(clause, *found.get(clause.order, ({}, 0))) for clause in clauses]
    return [ClauseComments(None, *found[None]), *rows] if None in found else rows


def rows_of_form(
    session: Session, draft: Draft, *, member: str | None = None, drafts: bool = False, others: bool = False
) -> list[CommentRow]:
    """What goes into the commenting form, in clause order: ours that are agreed or sent; merged ones once.

    `drafts` adds what is not agreed yet, `others` what other members wrote.
    """
    statement = select(Comment).where(Comment.draft_id == draft.id, *_standing()).order_by(col(Comment.id))
    if member:
        statement = statement.where(Comment.member == member)
    if not drafts:
        statement = statement.where(Comment.state != CommentState.DRAFT)
    if not others:
        statement = statement.where(Comment.origin == CommentOrigin.OWN)
    rows = sorted(session.exec(statement), key=_place)
    # A foreword and an annex stand where the draft has them; what has no place there goes by its number, with the rest.
    if all(row.clause_order is not None or row.clause.casefold() == WHOLE.casefold() for row in rows):
        return [form_row(row) for row in rows]
    return in_clause_order(map(form_row, rows))


def _place(comment: Comment) -> tuple[int, int]:
    order, start = comment.clause_order, comment.start
    return (-1 if order is None else order, -1 if start is None else start)


def members_of(session: Session, draft_id: int) -> list[str]:
    """The member bodies for which comments were written here on a draft."""
    statement = select(Comment.member).where(Comment.draft_id == draft_id, Comment.origin == CommentOrigin.OWN)
    return sorted(set(session.exec(statement.distinct())))


def agreed_of(session: Session, draft_id: int) -> dict[str, int]:
    """How many comments of each member body on a draft are agreed and wait to be submitted."""
    statement = (
        select(Comment.member, sa.func.count())
        .where(Comment.draft_id == draft_id, Comment.state == CommentState.AGREED, col(Comment.merged_into).is_(None))
        .group_by(col(Comment.member))
        .order_by(col(Comment.member))
    )
    return dict(session.exec(statement).all())


def usual_member(session: Session, viewer: Viewer) -> str:
    """The member body that the viewer, or else anybody here, last commented for; empty where there is none."""
    statement = select(Comment.member).where(Comment.origin == CommentOrigin.OWN).order_by(col(Comment.id).desc())
    own = session.exec(statement.where(Comment.owner == viewer.name).limit(1)).first()
    return own or session.exec(statement.limit(1)).first() or ""


def waiting_rows(session: Session, draft_id: int | None = None) -> list[tuple[ReturnedRow, Draft, WorkItem]]:
    """The rows of returned forms that wait for a person, the first first."""
    statement = (
        select(ReturnedRow, Draft, WorkItem)
        .join(Draft, col(Draft.id) == ReturnedRow.draft_id)
        .join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
        .where(col(ReturnedRow.settled_at).is_(None))
    )
    if draft_id is not None:
        statement = statement.where(ReturnedRow.draft_id == draft_id)
    return list(session.exec(statement.order_by(col(ReturnedRow.id))))


def export_rows(
    session: Session, filters: Mapping[str, str], *, limit: int | None = None, offset: int = 0
) -> Iterator[dict[str, Any]]:
    """Comments in the shape of `workbench export comments`. Raises FilterError, UnknownWorkItemError."""
    for line in select_comments(session, filters, limit=limit, offset=offset):
        row = line.comment
        yield {
            "id": row.id,
            "work_item": line.item.reference,
            "iso_id": line.item.iso_id,
            "draft": line.draft.label,
            "member": row.member,
            "number": row.number,
            "line": row.line,
            "clause": row.clause,
            "paragraph": row.paragraph,
            "type": row.type.value,
            "text": row.text,
            "proposed_change": proposed_change(row),
            "start": row.start,
            "end": row.end,
            "quote": row.quote,
            "wording": row.wording,
            "origin": row.origin.value,
            "owner": row.owner,
            "state": row.state.value,
            "observation": row.observation,
            "outcome": None if row.outcome is None else row.outcome.value,
            "merged_into": row.merged_into,
            "restates": row.restates,
            "created_at": row.created_at.isoformat(),
        }


def heat_rows(heat: Iterable[ClauseComments], draft: Draft, item: WorkItem) -> Iterator[dict[str, Any]]:
    """Who commented where, a clause and member a row."""
    for row in heat:
        for member, count in sorted(row.by_member.items()):
            yield {
                "work_item": item.reference,
                "draft": draft.label,
                "clause": None if row.clause is None else row.clause.number,
                "title": None if row.clause is None else row.clause.title,
                "member": member,
                "comments": count,
            }


def _lines() -> Any:
    return (
        select(Comment, Draft, WorkItem)
        .join(Draft, col(Draft.id) == Comment.draft_id)
        .join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
    )


def _standing() -> tuple[Any, ...]:
    return (col(Comment.merged_into).is_(None), Comment.state != CommentState.WITHDRAWN)


def _filtered(session: Session, statement: Any, filters: Mapping[str, str]) -> Any:
    for name, text in filled(filters).items():
        match name:
            case "work_item":
                statement = statement.where(Draft.work_item_id == key_of(find_work_item(session, text)))
            case "label":
                statement = statement.where(Draft.label == text)
            case "draft":
                if not text.isascii() or not text.isdigit() or len(text) > 9:
                    raise FilterError(f"draft: {text!r} is no key of a draft")
                statement = statement.where(Comment.draft_id == int(text))
            case "clause":
                statement = statement.where(Comment.clause == text)
            case "state" | "type" | "origin":
                kind = _ENUMS[name]
                if text not in set(kind):
                    raise FilterError(f"{name}: {text!r} is none; there are: {', '.join(kind)}")
                statement = statement.where(getattr(Comment, name) == kind(text))
            case "member":
                statement = statement.where(Comment.member == text.upper())
            case "owner":
                statement = statement.where(Comment.owner == text)
            case "q":
                wanted = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
                columns = (Comment.text, Comment.proposal, Comment.quote, Comment.wording, Comment.observation)
                statement = statement.where(sa.or_(*(col(each).ilike(wanted, escape="!") for each in columns)))
            case _:
                raise FilterError(f"comments cannot be filtered by {name}; they can by: {', '.join(COMMENT_FILTERS)}")
    return statement
