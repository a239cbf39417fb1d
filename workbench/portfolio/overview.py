"""Every draft version with how far its normative clauses are covered by what people found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.assessments.queries import standing
from workbench.db import key_of
from workbench.history.models import Run
from workbench.mapping.models import DraftPass
from workbench.portfolio.coverage import COVERING, Cell, cell_of
from workbench.standards.models import Clause, Draft, WorkItem


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft version. The counts of what people found are those of the newest version of a text, None for others.

    `normative` counts the normative clauses with a text, `covered` those of them that a family counts for, `option`
    those for an option only; `families` are the families that count.
    """

    draft: Draft
    item: WorkItem
    mapped_at: dt.datetime | None
    normative: int
    covered: int | None
    option: int | None
    families: int | None


def drafts(session: Session) -> list[DraftLine]:
    """Every draft version, the last imported first."""
    normative: dict[int, set[int]] = {}
    clauses = select(Clause.draft_id, Clause.order).where(col(Clause.normative), Clause.text != "")
    for draft_id, order in session.exec(clauses):
        normative.setdefault(draft_id, set()).add(order)
    found = _found(session)
    passes = select(DraftPass.draft_id, Run.clock).join(Run, col(Run.id) == DraftPass.run_id)
    mapped = dict(session.exec(passes.where(DraftPass.engine != "")).all())
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id)
    every = session.exec(statement.order_by(col(Draft.id).desc())).all()
    newest: set[tuple[int, str]] = set()
    lines = []
    for draft, item in every:
        key, text = key_of(draft), (draft.work_item_id, draft.language)
        counted = normative.get(key, set())
        line: tuple[int | None, int | None, int | None] = (None, None, None)
        if text not in newest:
            line = _counted(found.get(key, ()), counted)
        newest.add(text)
        lines.append(DraftLine(draft, item, mapped.get(key), len(counted), *line))
    return lines


def _found(session: Session) -> dict[int, list[tuple[str, Cell, tuple[int, ...]]]]:
    """By draft version: family or publication, standing and places of the assessments that count in coverage."""
    found: dict[int, list[tuple[str, Cell, tuple[int, ...]]]] = {}
    for stand in standing(session):
        cell = cell_of(stand.state)
        if cell in COVERING and stand.clauses:
            family = stand.assessment.family or stand.assessment.publication
            found.setdefault(key_of(stand.newest), []).append((family, cell, stand.clauses))
    return found


def _counted(found: Collection[tuple[str, Cell, tuple[int, ...]]], normative: set[int]) -> tuple[int, int, int]:
    itself = {place for _, cell, places in found if cell is not Cell.OPTION for place in places} & normative
    option = {place for _, cell, places in found if cell is Cell.OPTION for place in places} & normative
    return len(itself), len(option - itself), len({family for family, _, _ in found})
