"""The verb of triage: a person says what a claim is on a clause. Nothing that was said is ever changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.mapping.decisions_models import Decision, Verdict
from workbench.patents.models import Claim, Publication
from workbench.patents.portfolios import matters_of_publication
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction
from workbench.standards.carry_over import text_hash
from workbench.standards.lineage_queries import clause_nodes_of
from workbench.standards.models import Clause

MAX_NOTE = 2000


class DecisionError(Exception):
    """A decision cannot be kept; `str(error)` says why and what to do."""


@dataclass(frozen=True, slots=True)
class DecisionKey:
    """What a decision is about."""

    publication: str
    claim: int
    language: str
    draft_id: int
    clause_order: int


def decide(
    session: Session,
    viewer: Viewer,
    claim: Claim,
    clause: Clause,
    verdict: Verdict,
    note: str = "",
    *,
    seen: Collection[int] = (),
    at: dt.datetime,
) -> Decision:
    """Keep what a person decided, in the session's transaction, with an entry in the trail; returns the last row.

    `seen` are the keys of the decisions that the person saw standing for this claim and clause: one made on this draft,
    or those carried to it (several where clauses were merged). The new one replaces each, a row for each. Raises
    DecisionError where somebody else decided meanwhile, where the note is too long, or with nothing to take back.
    """
    note = " ".join(note.replace("\x00", " ").split())
    if len(note) > MAX_NOTE:
        raise DecisionError(f"the note has {len(note)} characters; at most {MAX_NOTE} can be kept, shorten it")
    publication = session.get_one(Publication, claim.publication_id)
    key = DecisionKey(publication.number, claim.number, claim.language, clause.draft_id, clause.order)
    last = latest(session, key)
    taken_back = last is not None and last.verdict is Verdict.OPEN
    if last is not None and last.id not in seen and not taken_back:
        raise DecisionError(f"{last.by} decided on this claim and clause meanwhile; look at it and decide again")
    if verdict is Verdict.OPEN and not seen:
        raise DecisionError("nothing was decided on this claim and clause, so nothing can be taken back")
    if last is not None and taken_back:
        # Nobody sees one that was taken back standing; what is decided now follows it all the same.
        seen = {*seen, key_of(last)}
    for each in seen:
        _check_seen(session, key, each)
    clause_hash = _clause_hash(session, clause)
    replaced: list[int | None] = [*sorted(set(seen))] or [None]
    matter_id = next(iter(matters_of_publication(session, publication)), None)
    rows = [
        Decision(
            publication=key.publication,
            claim=key.claim,
            language=key.language,
            claim_hash=claim_hash(claim.text),
            draft_id=key.draft_id,
            clause_order=key.clause_order,
            clause_hash=clause_hash,
            verdict=verdict,
            note=note,
            by_account=viewer.account_id,
            by=viewer.name,
            at=at,
            replaces=each,
        )
        for each in replaced
    ]
    for row in rows:
        session.add(row)
        session.flush()
        told = {"verdict": verdict.value}
        record(session, viewer, TrailAction.DECIDED, "decision", key_of(row), told, matter_id=matter_id, at=at)
    return rows[-1]


def latest(session: Session, key: DecisionKey) -> Decision | None:
    """The last decision on a claim and a clause that was made on this draft, one that takes back included."""
    statement = select(Decision).where(
        Decision.publication == key.publication,
        Decision.claim == key.claim,
        Decision.language == key.language,
        Decision.draft_id == key.draft_id,
        Decision.clause_order == key.clause_order,
    )
    return session.exec(statement.order_by(col(Decision.id).desc()).limit(1)).first()


def claim_hash(text: str) -> str:
    """The hash of a claim's text; white space does not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def _check_seen(session: Session, key: DecisionKey, seen: int) -> None:
    """That a decision that is to be replaced is on this claim and was not replaced meanwhile."""
    held = session.get(Decision, seen)
    if held is None or (held.publication, held.claim, held.language) != (key.publication, key.claim, key.language):
        raise DecisionError("the decision that this one replaces is not of this claim; open the page again")
    if session.exec(select(Decision.id).where(Decision.replaces == seen)).first() is not None:
        raise DecisionError("somebody decided on this claim and clause meanwhile; look at it and decide again")


def _clause_hash(session: Session, clause: Clause) -> str:
    node = next(node for node in clause_nodes_of(session, clause.draft_id) if node.key == clause.order)
    return text_hash(node)
