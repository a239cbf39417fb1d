"""Why a clause was ranked for a claim: for each element the provision that answers it, and what is missing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from workbench.mapping.elements import Element
from workbench.mapping.ranking import ENGINE, ClauseText, Scheme, rarity, saturation, without_references
from workbench.mapping.terms import Term, Wording
from workbench.mapping.text import tokens


@dataclass(frozen=True, slots=True)
class ElementMatch:
    """The provision of a clause that answers an element best; None where none shares a word with it."""

    index: int
    text: str
    clause: Hashable
    provision: int | None
    score: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class WordRarity:
    """How rare each word is among the clauses of a draft."""

    total: int
    holding: dict[str, int]

    def of(self, key: str) -> float:
        """The rarity of a word; one that no clause has is the rarest."""
        return rarity(self.holding.get(key, 0), self.total)


def word_rarity(clauses: Iterable[ClauseText], scheme: Scheme = ENGINE) -> WordRarity:
    """Count once per draft in how many clauses each word is."""
    keys = [
        {token.key for token in tokens(f"{clause.title or ''}\n{clause.text}", stop_words=scheme.stop_words)}
        for clause in clauses
    ]
    return WordRarity(len(keys), dict(Counter(key for found in keys for key in found)))


def best_provisions(
    elements: Sequence[Element], clause: ClauseText, among: WordRarity, scheme: Scheme = ENGINE
) -> list[ElementMatch]:
    """For each element the provision of the clause with the highest BM25 score, the earlier one of equals.

    `among` weighs words by their rarity among the clauses that the clause was ranked in. Lengths are compared within
    the clause. The score is the sum of the terms' weights.
    """
    counts = [Counter(t.key for t in tokens(p.text, stop_words=scheme.stop_words)) for p in clause.provisions]
    mean = sum(count.total() for count in counts) / max(len(counts), 1) or 1.0
    return [_best_provision(element, clause, counts, mean, among, scheme) for element in elements]


def _best_provision(
    element: Element,
    clause: ClauseText,
    counts: Sequence[Counter[str]],
    mean: float,
    among: WordRarity,
    scheme: Scheme,
) -> ElementMatch:
    wording = Wording(without_references(element.text), stop_words=scheme.stop_words)
    said = dict.fromkeys(wording.keys[0])
    found = ElementMatch(element.index, element.text, clause.id, None, 0.0, ())
    for provision, count in zip(clause.provisions, counts, strict=True):
        length = count.total() / mean
        shares = {key: among.of(key) * saturation(count[key], length, scheme) for key in said if key in count}
        score = sum(shares.values())
        if score > found.score:
            found = ElementMatch(element.index, element.text, clause.id, provision.index, score, wording.terms(shares))
    return found
