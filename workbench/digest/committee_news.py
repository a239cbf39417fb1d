"""What a digest tells of a committee's work besides stages and ballots: documents, calls, and what touches our own.

Counts, numbers and titles only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from sqlmodel import Session, col, func, select

from scrapers.documents import DocumentKind
from workbench.comments.models import Comment, CommentEvent, CommentOrigin, CommentState
from workbench.db import key_of
from workbench.digest.entries import AnsweredEntry, DocumentEntry, TouchedEntry
from workbench.digest.sections import About, SectionKind
from workbench.digest.window import Window
from workbench.documents.models import CommitteeDocument
from workbench.documents.queries import (
    DocumentView,
    asking,
    document_key,
    documents_told,
    followed_bodies,
    is_of,
    with_successors,
)
from workbench.history.models import Change
from workbench.mapping.models import Match
from workbench.people.gate import viewer_of
from workbench.people.permissions import Permission
from workbench.standards.lineage import LinkKind
from workbench.standards.lineage_queries import links_of, version_before
from workbench.standards.models import Clause, Draft, WorkItem

_CHANGED: Final = (LinkKind.REWORDED, LinkKind.SPLIT, LinkKind.MERGED, LinkKind.GONE)
_CALLS: Final = (DocumentKind.EXPERTS, DocumentKind.PATENT_CALL, DocumentKind.RESOLUTION)
_KEYS_AT_ONCE: Final = 500


def documents(
    session: Session, changes: Iterable[Change], today: dt.date, until: dt.date
) -> list[tuple[SectionKind, DocumentEntry]]:
    """Documents of which changes speak, and before them those that ask for an answer from today to `until`."""
    pending = asking(session, today, until)
    committees = followed_bodies(session)
    rows = list(pending) + [row for row in documents_told(session, changes) if row not in pending]
    return [(_section(each.row, committees), _entry(each, today)) for each in with_successors(session, rows)]


def _section(row: CommitteeDocument, committees: Iterable[str]) -> SectionKind:
    if row.kind in _CALLS:
        return SectionKind.CALLS
    if row.kind is DocumentKind.CITATION or not is_of(row.body, committees):
        return SectionKind.RELATED
    return SectionKind.DOCUMENTS


def _entry(view: DocumentView, today: dt.date) -> DocumentEntry:
    row = view.row
    open_until = row.due_on if row.due_on is not None and row.due_on >= today and not view.superseded_by else None
    return DocumentEntry(
        About(document_key(row.body, row.number), row.title, f"/documents/{row.id}"),
        row.kind,
        row.issued_on,
        row.due_on,
        None if open_until is None else (open_until - today).days,
        row.supersedes,
        view.superseded_by.number if view.superseded_by else None,
    )


def touched(session: Session, draft: Draft, item: WorkItem) -> TouchedEntry | None:
    """Of the clauses that a draft changed or dropped, those that our comments or matches of claims hung on before."""
    before = version_before(session, draft)
    if before is None:
        return None
    links = [each for each in links_of(session, key_of(before), key_of(draft)) if each.kind in _CHANGED]
    orders = {order for link in links for order in link.old}
    gone = {order for link in links if link.kind is LinkKind.GONE for order in link.old}
    commented = orders & _commented(session, before)
    matched = _matched(session, before, orders)
    if not commented and not matched:
        return None
    path = f"/standards/drafts/{draft.id}/compare/{before.id}"
    about = About(f"{item.reference}, {draft.label}", draft.title, path, draft.language)
    return TouchedEntry(about, len(commented), len(matched), len(gone & (commented | matched)))


def _commented(session: Session, draft: Draft) -> set[int]:
    statement = select(Comment.clause_order).where(
        Comment.draft_id == draft.id,
        Comment.origin == CommentOrigin.OWN,
        Comment.state != CommentState.WITHDRAWN,
        col(Comment.merged_into).is_(None),
    )
    return {order for order in session.exec(statement.distinct()) if order is not None}


def _matched(session: Session, draft: Draft, orders: set[int]) -> set[int]:
    if not viewer_of(session).may(Permission.READ_MATCHES):
        return set()
    clauses = {
        key: order
        for key, order in session.exec(select(Clause.id, Clause.order).where(Clause.draft_id == draft.id))
        if order in orders and key is not None
    }
    keys, found = list(clauses), set()
    for first in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[first : first + _KEYS_AT_ONCE]
        statement = select(Match.clause_id).where(col(Match.clause_id).in_(some), Match.draft_id == draft.id)
        found |= {clauses[key] for key in session.exec(statement.distinct())}
    return found


def answered(session: Session, window: Window, items: Mapping[int, WorkItem]) -> list[AnsweredEntry]:
    """How many of our comments on each draft the secretariat's observations came to in the window."""
    statement = (
        select(Draft, func.count(col(Comment.id).distinct()))
        .join(Comment, col(Comment.draft_id) == Draft.id)
        .join(CommentEvent, col(CommentEvent.comment_id) == Comment.id)
        .where(
            Comment.origin == CommentOrigin.OWN,
            CommentEvent.state == CommentState.RESOLVED,
            CommentEvent.at > window.start,
            CommentEvent.at <= window.end,
        )
        .group_by(col(Draft.id))
        .order_by(col(Draft.id))
    )
    by_key = {key_of(item): item for item in items.values()}
    return [
        AnsweredEntry(_about(draft, by_key.get(draft.work_item_id)), count) for draft, count in session.exec(statement)
    ]


def _about(draft: Draft, item: WorkItem | None) -> About:
    name = f"{item.reference}, {draft.label}" if item else draft.label
    return About(name, draft.title, f"/comments/?draft={draft.id}", draft.language)
