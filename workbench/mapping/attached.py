"""Matches as attachments of clauses: until a claim is ranked against a later version, its matches stand there too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlmodel import Session, col, select

from workbench.mapping.models import Match
from workbench.standards.attachments import register
from workbench.standards.carry_chain import Made
from workbench.standards.models import Clause, Draft

MATCH: Final = "match"


class Matches:
    """The engine's suggestions; ranking a claim against a draft settles what was found for it in earlier versions."""

    name = MATCH

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        """The matches of a draft, all of them or those with clauses at these places."""
        statement = (
            select(Match.id, Clause.order)
            .join(Clause, col(Clause.id) == Match.clause_id)
            .where(Match.draft_id == draft_id)
            .order_by(col(Match.id))
        )
        if clauses is not None:
            statement = statement.where(col(Clause.order).in_(clauses))
        return [Made(key, order) for key, order in session.exec(statement) if key is not None]

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        """The matches in other versions of the claims that were ranked against this one."""
        item = select(Draft.work_item_id).where(Draft.id == draft_id)
        claims = select(Match.claim_id).where(Match.draft_id == draft_id)
        statement = (
            select(Match.id)
            .join(Draft, col(Draft.id) == Match.draft_id)
            .where(col(Draft.work_item_id).in_(item), Match.draft_id != draft_id, col(Match.claim_id).in_(claims))
        )
        return {key for key in session.exec(statement) if key is not None}


register(Matches())
