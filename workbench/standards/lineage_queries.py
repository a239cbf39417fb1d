"""Reads of lineage: what became of the clauses of a draft in another version of the same work item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.records import BlockKind
from workbench.db import key_of
from workbench.standards.clause_nodes import INFORMATIVE_BLOCKS, ClauseNode
from workbench.standards.lineage import Correction, Link, LinkKind, align
from workbench.standards.lineage_reasons import Fact
from workbench.standards.models import Clause, Draft, LineageCorrection, LineageLink, Provision


@dataclass(frozen=True)
class HistoryStep:
    """A draft in the history of a clause: the clauses it is there, by place, and how they came from the draft before.

    The first draft of a history has no links; the last has no clauses where the clause is gone.
    """

    draft: Draft
    orders: tuple[int, ...]
    links: tuple[Link, ...]


def line_of_versions(session: Session, draft: Draft) -> list[Draft]:
    """The versions of the draft's work item in its language, as `in_order`."""
    statement = select(Draft).where(Draft.work_item_id == draft.work_item_id, Draft.language == draft.language)
    return in_order(session.exec(statement))


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts in order of their dates; one without a date by the day of its import."""
    return sorted(drafts, key=_age)


def version_before(session: Session, draft: Draft) -> Draft | None:
    """The version before this one in its language; None for the first."""
    line = line_of_versions(session, draft)
    here = [each.id for each in line].index(draft.id)
    return line[here - 1] if here else None


def _age(draft: Draft) -> tuple[str, int]:
    return ((draft.dated or draft.imported_at.date()).isoformat(), key_of(draft))


def clause_nodes_of(session: Session, draft_id: int) -> list[ClauseNode]:
    """The clauses of a stored draft as versions are compared by them, in reading order."""
    clauses = session.exec(select(Clause).where(Clause.draft_id == draft_id).order_by(col(Clause.order))).all()
    orders = {clause.id: clause.order for clause in clauses}
    provisions: dict[int, list[str]] = {}
    statement = (
        select(Provision.clause_id, Provision.text)
        .join(Clause, col(Clause.id) == Provision.clause_id)
        .where(Clause.draft_id == draft_id)
        .order_by(col(Provision.clause_id), col(Provision.index))
    )
    for clause_id, text in session.exec(statement):
        provisions.setdefault(clause_id, []).append(text)
    return [
        ClauseNode(
            key=clause.order,
            number=clause.number,
            title=clause.title,
            kind=clause.kind,
            level=clause.level,
            parent=None if clause.parent_id is None else orders[clause.parent_id],
            text=clause.text,
            provisions=tuple(provisions.get(key_of(clause), ())),
            normative=clause.normative,
            informative=_informative(clause),
        )
        for clause in clauses
    ]


def _informative(clause: Clause) -> str:
    return "\n".join(
        clause.text[int(block["start"]) : int(block["end"])]
        for block in clause.blocks
        if BlockKind(block["kind"]) in INFORMATIVE_BLOCKS
    )


def corrections_of(session: Session, old_draft_id: int, new_draft_id: int) -> dict[int, LineageCorrection]:
    """What persons say and did not take back, by the place of the later draft's clause."""
    statement = (
        select(Clause.order, LineageCorrection)
        .join(Clause, col(Clause.id) == LineageCorrection.new_clause_id)
        .where(LineageCorrection.old_draft_id == old_draft_id, LineageCorrection.new_draft_id == new_draft_id)
        .order_by(col(LineageCorrection.id))
    )
    last = dict(session.exec(statement).all())
    return {order: correction for order, correction in last.items() if correction.came_from is not None}


def as_corrections(said: Mapping[int, LineageCorrection]) -> list[Correction]:
    """What persons say, for `align`: clauses said to come from one clause together, so that none is named twice."""
    groups: list[tuple[set[int], set[int], list[str]]] = []
    for order, each in sorted(said.items()):
        ours, theirs, remarks = set(each.came_from or ()), {order}, [each.remark]
        for group in [group for group in groups if group[0] & ours]:
            groups.remove(group)
            ours, theirs, remarks = group[0] | ours, group[1] | theirs, group[2] + remarks
        groups.append((ours, theirs, remarks))
    return [
        Correction(tuple(sorted(ours)), tuple(sorted(theirs)), "; ".join(dict.fromkeys(filter(None, remarks))))
        for ours, theirs, remarks in groups
    ]


def computed_links(session: Session, old_draft_id: int, new_draft_id: int) -> list[Link]:
    """What became of each clause, computed now from both drafts and the corrections."""
    said = as_corrections(corrections_of(session, old_draft_id, new_draft_id))
    return align(clause_nodes_of(session, old_draft_id), clause_nodes_of(session, new_draft_id), said)


def links_of(session: Session, old_draft_id: int, new_draft_id: int) -> list[Link]:
    """What became of each clause, in order; as stored, or computed where this pair of versions was never aligned."""
    return stored_links(session, old_draft_id, new_draft_id) or computed_links(session, old_draft_id, new_draft_id)


def stored_links(
    session: Session, old_draft_id: int, new_draft_id: int, numbers: Collection[int] | None = None
) -> list[Link]:
    """The stored links of a pair of versions in order, or those with these numbers; none where it was not aligned."""
    ours, theirs = sa.orm.aliased(Clause), sa.orm.aliased(Clause)
    statement = (
        select(LineageLink, col(ours.order), col(theirs.order))
        .join(ours, col(ours.id) == LineageLink.old_clause_id, isouter=True)
        .join(theirs, col(theirs.id) == LineageLink.new_clause_id, isouter=True)
        .where(LineageLink.old_draft_id == old_draft_id, LineageLink.new_draft_id == new_draft_id)
        .order_by(col(LineageLink.number), col(LineageLink.id))
    )
    if numbers is not None:
        statement = statement.where(col(LineageLink.number).in_(numbers))
    found: dict[int, tuple[LineageLink, set[int], set[int]]] = {}
    for row, old, new in session.exec(statement):
        _, before, after = found.setdefault(row.number, (row, set(), set()))
        before |= {old} - {None}
        after |= {new} - {None}
    return [
        Link(tuple(sorted(before)), tuple(sorted(after)), row.kind, row.similarity, facts_read(row.facts), row.by.value)
        for row, before, after in found.values()
    ]


def facts_written(facts: Iterable[Fact]) -> list[list[Any]]:
    """Facts as JSON."""
    return [
        [each.message, {name: list(value) if isinstance(value, tuple) else value for name, value in each.values}]
        for each in facts
    ]


def facts_read(facts: Iterable[Sequence[Any]]) -> tuple[Fact, ...]:
    """Facts from what `facts_written` gave."""
    found = []
    for message, values in facts:
        pairs = ((name, tuple(value) if isinstance(value, list) else value) for name, value in sorted(values.items()))
        found.append(Fact(str(message), tuple(pairs)))
    return tuple(found)


def links_at(
    session: Session, old: Draft, new: Draft, *, before: Collection[int] = (), after: Collection[int] = ()
) -> list[Link]:
    """The links between two versions that speak of these clauses, by places in the earlier or in the later draft."""
    pair = (key_of(old), key_of(new))
    of_pair = sa.and_(col(LineageLink.old_draft_id) == pair[0], col(LineageLink.new_draft_id) == pair[1])
    if session.exec(select(LineageLink.id).where(of_pair).limit(1)).first() is None:
        every = computed_links(session, *pair)
        return [link for link in every if set(link.old) & set(before) or set(link.new) & set(after)]
    numbers: set[int] = set()
    for column, draft_id, orders in (
        (col(LineageLink.old_clause_id), pair[0], before),
        (col(LineageLink.new_clause_id), pair[1], after),
    ):
        if orders:
            clauses = select(Clause.id).where(Clause.draft_id == draft_id, col(Clause.order).in_(orders))
            numbers.update(session.exec(select(LineageLink.number).where(of_pair, column.in_(clauses))))
    return stored_links(session, *pair, numbers)


def history_of(session: Session, draft: Draft, order: int) -> list[HistoryStep]:
    """A clause through all versions in its language, the earliest first."""
    line = line_of_versions(session, draft)
    here = next(at for at, each in enumerate(line) if each.id == draft.id)
    earlier: list[HistoryStep] = []
    orders: tuple[int, ...] = (order,)
    at = here
    while at > 0 and orders:
        links = tuple(links_at(session, line[at - 1], line[at], after=orders))
        earlier.insert(0, HistoryStep(line[at], orders, links))
        orders = tuple(sorted({key for link in links for key in link.old}))
        at -= 1
    if orders:
        earlier.insert(0, HistoryStep(line[at], orders, ()))
    later: list[HistoryStep] = []
    orders, at = (order,), here
    while at + 1 < len(line) and orders:
        links = tuple(links_at(session, line[at], line[at + 1], before=orders))
        orders = tuple(sorted({key for link in links for key in link.new}))
        later.append(HistoryStep(line[at + 1], orders, links))
        at += 1
    return [*earlier, *later]


def kind_counts(links: Iterable[Link]) -> Mapping[LinkKind, int]:
    """How many links there are of each kind, every kind listed."""
    counts = Counter(link.kind for link in links)
    return {kind: counts[kind] for kind in LinkKind}


def stored_kind_counts(session: Session) -> dict[tuple[int, int], dict[LinkKind, int]]:
    """How many links of each kind each aligned pair of versions has, by the keys of the two drafts."""
    columns = (col(LineageLink.old_draft_id), col(LineageLink.new_draft_id), col(LineageLink.kind))
    statement = sa.select(*columns, sa.func.count(sa.distinct(col(LineageLink.number)))).group_by(*columns)
    counts: dict[tuple[int, int], dict[LinkKind, int]] = {}
    for old, new, kind, number in session.execute(statement):
        counts.setdefault((old, new), dict.fromkeys(LinkKind, 0))[LinkKind(kind)] = int(number)
    return counts
