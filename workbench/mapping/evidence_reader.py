"""Evidence of stored matches, computed when it is shown or taken out; nothing of it is kept in the store."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.mapping.claims import ancestors
from workbench.mapping.elements import split_elements
from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.evidence import ElementEvidence, WordRarity, element_evidence, shared_terms, word_rarity
from workbench.mapping.queries import MatchRow
from workbench.mapping.ranking import ClauseText, ProvisionText
from workbench.mapping.terms import Term
from workbench.patents.models import Claim
from workbench.standards.models import Clause, Provision

BETWEEN_CLAIMS: Final = "\n\n"
"""What parts the texts of claims where several are read as one."""
_DRAFTS: Final = 16
_VECTORS: Final = 20_000


class EvidenceReader:
    """Finds evidence and remembers what it costs to find: how rare words are in a draft, and vectors of texts.

    Drafts never change after import, so what is remembered stays true; `database` keeps those of several stores apart.
    Safe for several threads.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = None if encoder is None else _Remembering(encoder)
        self._rarity: OrderedDict[tuple[str, int], WordRarity] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def has_encoder(self) -> bool:
        """Whether meaning is looked at; without an encoder evidence is words alone."""
        return self._encoder is not None

    def elements(
        self, session: Session, claim: Claim, clause: Clause, provisions: Iterable[Provision]
    ) -> list[ElementEvidence]:
        """For each element of a claim the provision of the clause that answers it best."""
        found = split_elements(claim.text, claim.language)
        text = _clause_text(clause, provisions)
        return element_evidence(found, text, self.rarity(session, clause.draft_id), encoder=self._encoder)

    def shared(self, session: Session, claim: Claim, clause: Clause, above: str = "") -> tuple[Term, ...]:
        """The words that a claim and a clause share, heaviest first; `above` is the text of what it takes over."""
        text = f"{claim.text}\n{above}"
        return shared_terms(text, _clause_text(clause, ()), self.rarity(session, clause.draft_id))

    def shared_of(self, session: Session, rows: Iterable[MatchRow]) -> dict[int, tuple[Term, ...]]:
        """The shared words of each match, by its key."""
        return {key_of(row.match): self.shared(session, row.claim, row.clause) for row in rows}

    def rarity(self, session: Session, draft_id: int) -> WordRarity:
        """How rare each word is among the clauses of a draft."""
        key = (str(session.get_bind().engine.url), draft_id)
        with self._lock:
            if key in self._rarity:
                self._rarity.move_to_end(key)
                return self._rarity[key]
        texts = session.exec(select(Clause.title, Clause.text).where(Clause.draft_id == draft_id)).all()
        found = word_rarity(f"{title or ''}\n{text}" for title, text in texts if text)
        with self._lock:
            self._rarity[key] = found
            while len(self._rarity) > _DRAFTS:
                self._rarity.popitem(last=False)
        return found


def texts_above(session: Session, claims: Iterable[Claim]) -> dict[int, str]:
    """The texts that claims take over from those they refer to, nearest first, by key; claims that refer to none are
    left out. One statement, none where all are left out."""
    wanted = {key_of(claim): claim for claim in claims if claim.depends_on}
    if not wanted:
        return {}
    asked = {claim.publication_id for claim in wanted.values()}
    siblings: dict[tuple[int, str], list[Claim]] = {}
    for each in session.exec(select(Claim).where(col(Claim.publication_id).in_(asked))):
        siblings.setdefault((each.publication_id, each.language), []).append(each)
    return {key: text_above(claim, siblings[claim.publication_id, claim.language]) for key, claim in wanted.items()}


def text_above(claim: Claim, siblings: Sequence[Claim]) -> str:
    """What a claim takes over from those it refers to; `siblings` are the claims of its publication and language."""
    by_number = {each.number: each.text for each in siblings}
    return BETWEEN_CLAIMS.join(by_number[number] for number in ancestors(siblings, claim.number))


def evidence_rows(
    session: Session, rows: Sequence[MatchRow], reader: EvidenceReader
) -> Iterable[list[ElementEvidence]]:
    """The evidence of each match, in order; provisions are read once a draft."""
    provisions: Mapping[int, list[Provision]] = {}
    draft_id = None
    for row in rows:
        if row.match.draft_id != draft_id:
            draft_id = row.match.draft_id
            provisions = _provisions(session, draft_id)
        yield reader.elements(session, row.claim, row.clause, provisions.get(row.match.clause_id, []))


def _provisions(session: Session, draft_id: int) -> dict[int, list[Provision]]:
    statement = (
        select(Provision)
        .join(Clause, col(Clause.id) == Provision.clause_id)
        .where(Clause.draft_id == draft_id)
        .order_by(col(Provision.clause_id), col(Provision.index))
    )
    found: dict[int, list[Provision]] = {}
    for each in session.exec(statement):
        found.setdefault(each.clause_id, []).append(each)
    return found


def _clause_text(clause: Clause, provisions: Iterable[Provision]) -> ClauseText:
    told = tuple(ProvisionText(each.index, each.kind.value, each.text) for each in provisions)
    return ClauseText(clause.id, clause.title, clause.text, None, clause.kind.value, told)


class _Remembering:
    """An encoder that encodes each text once, as long as it remembers it."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        unknown = list(dict.fromkeys(text for text in texts if text not in known))
        if unknown:
            known |= dict(zip(unknown, self._encoder.encode(unknown), strict=True))
            with self._lock:
                self._vectors |= known
                while len(self._vectors) > _VECTORS:
                    self._vectors.popitem(last=False)
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([known[text] for text in texts])
