"""Free text beside both sides: the clauses of the newest drafts, and the claims, that are nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from workbench import search
from workbench.db import Store, key_of
from workbench.mapping.draft_texts import DraftName, clause_texts
from workbench.mapping.elements import written_language
from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.keys import Keys
from workbench.mapping.models import ClaimReading, Match, Word
from workbench.mapping.ranking import ClaimText, ClauseIndex, claim_words, rarity
from workbench.mapping.readings import BLOCK, stored_block
from workbench.mapping.signals import WEIGHTS, standardised
from workbench.mapping.vectors import KnownVectors
from workbench.patents.models import Claim, Publication
from workbench.standards.models import Clause, Draft, WorkItem

MOST_CLAIMS: Final = 20_000
"""Claims that are compared one by one. Where there are more, those that the text leads to are: the claims kept for the
clauses nearest to it, and those of publications that contain every word of it."""

LONGEST: Final = 5_000
"""Characters of the text that are read."""

_FROM_CLAUSES: Final = 10
_OF_A_CLAUSE: Final = 1_000
_PUBLICATIONS: Final = 500

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FoundClause:
    """A clause near the text; `score` is a reading priority among the clauses compared."""

    clause: Clause
    draft: Draft
    item: WorkItem
    score: float


@dataclass(frozen=True)
class FoundClaim:
    """A claim near the text, the best of its family; `others` counts further claims of the family that are near it."""

    claim: Claim
    publication: Publication
    score: float
    others: int


@dataclass(frozen=True)
class FoundClaims:
    """The claims near the text, of `compared` out of `all` that are mapped."""

    claims: list[FoundClaim]
    compared: int
    all: int


class FreeText:
    """Answers for one store, of which it keeps nothing there.

    It remembers the index of the newest drafts as long as these stay the newest.
    """

    def __init__(self, store: Store, encoder: Encoder | None) -> None:
        self._encoder = None if encoder is None else KnownVectors(store, encoder)
        self._index: tuple[tuple[int, ...], list[int], ClauseIndex] | None = None

    def clauses(self, session: Session, text: str, top: int) -> list[FoundClause]:
        """The `top` clauses nearest to the text, of the last imported draft of each work item in each language."""
        places, index = self._newest(session)
        found = next(index.matches([_as_claim(text)], top=top), []) if places else []
        by_key = {}
        for clause, draft, item in session.execute(
            sa.select(Clause, Draft, WorkItem)
            .join(Draft, col(Draft.id) == col(Clause.draft_id))
            .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
            .where(col(Clause.id).in_([match.clause for match in found]))
        ):
            by_key[key_of(clause)] = clause, draft, item
        return [FoundClause(*by_key[match.clause], score=match.score) for match in found if match.clause in by_key]

    def claims(self, session: Session, text: str, near: Sequence[FoundClause], top: int) -> FoundClaims:
        """The `top` families of claims nearest to the text; `near` are the clauses found for it."""
        all_claims = int(session.execute(sa.select(sa.func.count()).select_from(ClaimReading)).scalar_one())
        keys = self._candidates(session, text, near, everything=all_claims <= MOST_CLAIMS)
        scores = self._scores(session, text, keys)
        ranked = [place for place in np.lexsort((keys, -scores)).tolist() if scores[place] > 0]
        return FoundClaims(_folded(session, keys, scores, ranked, top), len(keys), all_claims)

    def _newest(self, session: Session) -> tuple[list[int], ClauseIndex]:
        newest = select(sa.func.max(Draft.id)).group_by(col(Draft.work_item_id), col(Draft.language))
        drafts = session.execute(
            sa.select(Draft, WorkItem)
            .join(WorkItem, col(WorkItem.id) == col(Draft.work_item_id))
            .where(col(Draft.id).in_(newest))
            .order_by(col(Draft.id))
        ).all()
        key = tuple(key_of(draft) for draft, _ in drafts)
        if self._index is None or self._index[0] != key:
            names = [DraftName(key_of(draft), item.reference, draft.label) for draft, item in drafts]
            texts = [clause for name in names for clause in clause_texts(session, name)]
            self._index = key, [int(str(clause.id)) for clause in texts], ClauseIndex(texts, self._encoder)
        return self._index[1], self._index[2]

    def _candidates(self, session: Session, text: str, near: Sequence[FoundClause], *, everything: bool) -> Keys:
        """The keys of the claims to be compared, of those that the viewer may see."""
        visible = sa.select(col(Claim.id)).join(ClaimReading, col(ClaimReading.claim_id) == col(Claim.id))
        if everything:
            return _sorted(session.execute(visible).scalars().all())
        keys: list[int] = []
        for found in near[:_FROM_CLAUSES]:
            of_clause = sa.select(col(Match.claim_id)).where(col(Match.clause_id) == found.clause.id)
            of_clause = of_clause.join(ClaimReading, col(ClaimReading.claim_id) == col(Match.claim_id))
            keys += session.execute(of_clause.order_by(col(Match.score).desc()).limit(_OF_A_CLAUSE)).scalars()
        numbers = [hit.key for hit in search.find(session, text, kind="publication", limit=_PUBLICATIONS)]
        named = visible.join(Publication, col(Publication.id) == col(Claim.publication_id))
        keys += session.execute(named.where(col(Publication.number).in_(numbers))).scalars()
        return _sorted(keys)

    def _scores(self, session: Session, text: str, keys: Keys) -> Floats:
        """How near each claim is, in standard deviations above the mean of all: words, and meaning by three."""
        said = claim_words(_as_claim(text))
        rows = session.execute(sa.select(col(Word.id), col(Word.word)).where(col(Word.word).in_(list(said)))).all()
        columns = np.array([row[0] for row in rows], dtype=np.int64)
        spoken = np.array([said[row[1]] for row in rows])
        width = int(session.execute(sa.select(sa.func.coalesce(sa.func.max(col(Word.id)), 0))).scalar_one()) + 1
        encoder = self._encoder
        asked = None if encoder is None else encoder.encode([text])[0]
        shared, near = [np.empty((0, len(columns)))], [np.empty(0, dtype=np.float32)]
        for first in range(0, len(keys), BLOCK):
            block = stored_block(session, keys[first : first + BLOCK], width, encoder)
            shared.append(block.words[:, columns].toarray().astype(float))
            if block.vectors is not None and asked is not None:
                near.append(_nearness(block.vectors, block.counts, asked))
        counts = np.concatenate(shared)
        rare = np.array([rarity(int(holding), len(keys)) for holding in np.count_nonzero(counts, axis=0)])
        signals = {"words": np.asarray(counts @ (rare * spoken), dtype=np.float32)}
        if asked is not None:
            signals["meaning"] = np.concatenate(near)
        total = sum(WEIGHTS[name] for name in signals)
        score = np.zeros(len(keys), dtype=np.float32)
        for name, signal in signals.items():
            score += np.float32(WEIGHTS[name] / total) * standardised(signal[None, :])[0]
        return score


def _nearness(vectors: Vectors, counts: Sequence[int], asked: Floats) -> Floats:
    """The highest cosine of a passage of each claim with the text; 0 for one without vectors.

    An encoder that was put in place after the last mapping has no vectors of claims yet.
    """
    found = np.zeros(len(counts), dtype=np.float32)
    having = np.flatnonzero(counts)
    if len(having):
        starts = np.cumsum([0, *counts])[:-1][having]
        found[having] = np.maximum.reduceat(vectors @ asked, starts)
    return found


def _as_claim(text: str) -> ClaimText:
    return ClaimText("text", text, language=written_language(text, ""))


def _sorted(keys: Sequence[int]) -> Keys:
    return np.unique(np.array(keys, dtype=np.int64))


def _folded(session: Session, keys: Keys, scores: Floats, ranked: Sequence[int], top: int) -> list[FoundClaim]:
    """The best claims of the `top` best families."""
    families: dict[int, int] = {}
    statement = sa.select(col(Claim.id), sa.func.coalesce(col(Publication.family_ref), -col(Publication.id))).join(
        Publication, col(Publication.id) == col(Claim.publication_id)
    )
    for first in range(0, len(ranked), BLOCK):
        asked = [int(keys[place]) for place in ranked[first : first + BLOCK]]
        families.update(dict(session.execute(statement.where(col(Claim.id).in_(asked))).all()))
    best: dict[int, list[int]] = {}
    for place in ranked:
        if int(keys[place]) in families:
            best.setdefault(families[int(keys[place])], []).append(place)
    chosen = list(best.values())[:top]
    pairs = sa.select(Claim, Publication).join(Publication, col(Publication.id) == col(Claim.publication_id))
    rows = session.execute(pairs.where(col(Claim.id).in_([int(keys[group[0]]) for group in chosen])))
    by_key = {key_of(claim): (claim, publication) for claim, publication in rows}
    return [
        FoundClaim(*by_key[int(keys[group[0]])], score=float(scores[group[0]]), others=len(group) - 1)
        for group in chosen
    ]
