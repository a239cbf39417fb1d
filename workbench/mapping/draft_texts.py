"""The texts of draft versions, as they are ranked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.mapping.ranking import ClauseText, ProvisionText
from workbench.standards.models import Clause, Draft, Provision, WorkItem


@dataclass(frozen=True)
class DraftName:
    """A draft version as people name it."""

    draft_id: int
    work_item: str
    label: str


def drafts_of(session: Session, work_item: WorkItem | None) -> list[DraftName]:
    """Every draft version, or those of one work item, in order of import."""
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id).order_by(col(Draft.id))
    if work_item is not None:
        statement = statement.where(Draft.work_item_id == work_item.id)
    return [DraftName(key_of(draft), item.reference, draft.label) for draft, item in session.exec(statement)]


def clause_texts(session: Session, draft: DraftName) -> list[ClauseText]:
    """The clauses of a draft that have a text, in order; their ids are keys of `Clause`."""
    provisions: dict[int, list[ProvisionText]] = {}
    rows = session.exec(
        select(Provision)
        .join(Clause, col(Clause.id) == Provision.clause_id)
        .where(Clause.draft_id == draft.draft_id)
        .order_by(col(Clause.order), col(Provision.index))
    )
    for row in rows:
        provisions.setdefault(row.clause_id, []).append(ProvisionText(row.index, row.kind.value, row.text))
    clauses = session.exec(select(Clause).where(Clause.draft_id == draft.draft_id).order_by(col(Clause.order)))
    return [
        ClauseText(
            key_of(clause),
            clause.title,
            clause.text,
            draft.work_item,
            clause.kind.value,
            tuple(provisions.get(key_of(clause), ())),
        )
        for clause in clauses
        if clause.text
    ]


def clauses_hash(clauses: Sequence[ClauseText]) -> bytes:
    """The hash of everything of the clauses that a score may depend on."""
    told = [
        (each.id, each.title, each.text, each.standard, each.kind, [(p.index, p.kind, p.text) for p in each.provisions])
        for each in clauses
    ]
    return hashlib.sha256(json.dumps(told).encode()).digest()
