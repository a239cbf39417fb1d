"""Comments as attachments of clauses: they come along to later versions until a person takes them up or closes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlmodel import Session, col, select

from workbench.comments.models import Comment, CommentOrigin, CommentState
from workbench.comments.verbs import KIND
from workbench.db import key_of
from workbench.standards.attachments import register
from workbench.standards.carry_chain import Made


class Comments:
    """Our comments on clauses; merged and withdrawn ones stay on the version they were made on."""

    name = KIND

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        """The comments on clauses of a draft that are our own and still stand."""
        statement = select(Comment).where(
            Comment.draft_id == draft_id,
            Comment.origin == CommentOrigin.OWN,
            Comment.state != CommentState.WITHDRAWN,
            col(Comment.merged_into).is_(None),
            col(Comment.clause_order).is_not(None),
        )
        if clauses is not None:
            statement = statement.where(col(Comment.clause_order).in_(clauses))
        rows = session.exec(statement.order_by(col(Comment.id)))
        return [Made(key_of(row), row.clause_order, row.quote) for row in rows if row.clause_order is not None]

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        """The earlier comments that were taken up again or closed on this draft."""
        restated = select(Comment.restates).where(
            Comment.draft_id == draft_id, Comment.state != CommentState.WITHDRAWN, col(Comment.restates).is_not(None)
        )
        closed = select(Comment.id).where(Comment.closed_on == draft_id)
        return {each for statement in (restated, closed) for each in session.exec(statement) if each is not None}


register(Comments())
