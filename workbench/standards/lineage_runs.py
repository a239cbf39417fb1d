"""Aligns versions of a draft in the store, and keeps what persons say about it: their word wins and stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product

from sqlmodel import Session, col, select

from workbench.db import Store, key_of
from workbench.history.log import Counts
from workbench.standards.lineage import CorrectionError, Link
from workbench.standards.lineage_queries import (
    computed_links,
    corrections_of,
    facts_written,
    line_of_versions,
    stored_links,
)
from workbench.standards.models import Clause, Draft, LineageCorrection, LineageLink, LinkedBy

MOST_REMARK = 500
"""Characters of a remark on a correction."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def align_drafts(
    store: Store, old_draft_id: int, new_draft_id: int, *, now: Callable[[], dt.datetime] = _now
) -> Counts:
    """Store what became of each clause of one draft in another, in one transaction; returns counts of links.

    The same drafts and corrections always give the same links, and links that stand already are left alone.
    """
    with store.write() as session:
        return _align(session, old_draft_id, new_draft_id, now())


def align_draft(store: Store, draft_id: int, *, now: Callable[[], dt.datetime] = _now) -> None:
    """Align a draft with the version before it and the version after it, where there are such."""
    with store.read() as session:
        pairs = [pair for pair in _neighbours(session, session.get_one(Draft, draft_id)) if draft_id in pair]
    for old, new in pairs:
        align_drafts(store, old, new, now=now)


def align_all(store: Store, *, now: Callable[[], dt.datetime] = _now) -> int:
    """Align each draft of the store with the version before it; returns how many pairs there are."""
    with store.read() as session:
        drafts = session.exec(select(Draft).order_by(col(Draft.id))).all()
        pairs = sorted({pair for draft in drafts for pair in _neighbours(session, draft)})
    for old, new in pairs:
        align_drafts(store, old, new, now=now)
    return len(pairs)


def _neighbours(session: Session, draft: Draft) -> list[tuple[int, int]]:
    return list(pairwise(key_of(each) for each in line_of_versions(session, draft)))


def correct_link(
    store: Store,
    old_draft_id: int,
    new_draft_id: int,
    new_clause: int,
    came_from: Sequence[int] | None,
    remark: str = "",
    *,
    now: Callable[[], dt.datetime] = _now,
) -> None:
    """Keep what a person says about a clause of the later draft, and align both drafts by it, in one transaction.

    `new_clause` and `came_from` are places (`order`); no place means that the clause is new, None takes back what was
    said before. Saying the same again changes nothing. Raises CorrectionError where a draft has no such clause.
    """
    remark = " ".join(remark.split())[:MOST_REMARK]
    said = None if came_from is None else sorted(set(came_from))
    with store.write() as session:
        ours, theirs = _clause_ids(session, old_draft_id), _clause_ids(session, new_draft_id)
        for order, draft, known in ((new_clause, "later", theirs), *((each, "earlier", ours) for each in said or ())):
            if order not in known:
                raise CorrectionError(f"the {draft} draft has no clause at place {order}; choose one of its clauses")
        held = corrections_of(session, old_draft_id, new_draft_id).get(new_clause)
        if (None if held is None else (held.came_from, held.remark)) == (None if said is None else (said, remark)):
            return
        session.add(
            LineageCorrection(
                old_draft_id=old_draft_id,
                new_draft_id=new_draft_id,
                new_clause_id=theirs[new_clause],
                came_from=said,
                remark=remark,
                by=LinkedBy.PERSON,
                at=now(),
            )
        )
        session.flush()
        _align(session, old_draft_id, new_draft_id, now())


def _clause_ids(session: Session, draft_id: int) -> dict[int, int]:
    rows = session.exec(select(Clause.order, Clause.id).where(Clause.draft_id == draft_id))
    return {order: key for order, key in rows if key is not None}


def _align(session: Session, old_draft_id: int, new_draft_id: int, at: dt.datetime) -> Counts:
    links = computed_links(session, old_draft_id, new_draft_id)
    held = stored_links(session, old_draft_id, new_draft_id)
    counts = Counts(records=len(links))
    if links == held:
        counts.unchanged = len(links)
        return counts
    statement = select(LineageLink).where(
        LineageLink.old_draft_id == old_draft_id, LineageLink.new_draft_id == new_draft_id
    )
    for row in session.exec(statement):
        session.delete(row)
    session.flush()
    ours, theirs = _clause_ids(session, old_draft_id), _clause_ids(session, new_draft_id)
    session.add_all(_rows(links, old_draft_id, new_draft_id, ours, theirs, at))
    counts.unchanged = sum(link in held for link in links)
    counts.inserted, counts.removed = len(links) - counts.unchanged, sum(link not in links for link in held)
    return counts


def _rows(
    links: Iterable[Link],
    old_draft_id: int,
    new_draft_id: int,
    ours: dict[int, int],
    theirs: dict[int, int],
    at: dt.datetime,
) -> Iterable[LineageLink]:
    for number, link in enumerate(links):
        for old, new in product(link.old or (None,), link.new or (None,)):
            yield LineageLink(
                old_draft_id=old_draft_id,
                new_draft_id=new_draft_id,
                number=number,
                old_clause_id=None if old is None else ours[old],
                new_clause_id=None if new is None else theirs[new],
                kind=link.kind,
                similarity=link.similarity,
                facts=facts_written(link.facts),
                by=LinkedBy(link.by),
                at=at,
            )
