"""Why a clause was ranked for a claim: for each element the provision that answers it best, and what is missing. Pure.

An element is supported in words where its provision says `SUPPORT_WORDS` or more of its telling words (by weight), else
in meaning where a sentence encoder finds them `SUPPORT_MEANING` or more alike (cosine). Both thresholds are judgements,
said on the page; support is a reason to read on, no finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np

from workbench.mapping.claims_boilerplate import core_text, without_references
from workbench.mapping.elements import Element
from workbench.mapping.encoder import Encoder, Vectors
from workbench.mapping.ranking import ENGINE, ClauseText, Scheme, rarity, saturation
from workbench.mapping.terms import Term, Wording
from workbench.mapping.text import tokens

SUPPORT_WORDS: Final = 0.25
SUPPORT_MEANING: Final = 0.45
NEAR: Final = 0.6
"""The cosine from which two single words are shown as near each other in meaning."""
_SHORTEST_WORD = 4
_MOST_WORDS = 400
_MOST_NEAR = 5


@cache
def generic_words() -> frozenset[str]:
    """Words that name what is claimed and no more, as compared; an element of these alone asks nothing of a clause."""
    return frozenset(
        token.key
        for token in tokens(
            "method process system apparatus device article product program computer medium media storage "
            "方法 装置 システム プログラム 記録媒体 记录 设备 系统 程序 存储 介质"
        )
    )


class Support(StrEnum):
    """What supports an element: shared words, likeness of meaning, nothing; or it says nothing that could be found."""

    WORDS = "words"
    MEANING = "meaning"
    MISSING = "missing"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Near:
    """A word of the element, a word of the provision that the encoder finds near it, and their cosine."""

    word: str
    other: str
    likeness: float


@dataclass(frozen=True, slots=True)
class ElementEvidence:
    """The provision of a clause that answers an element best.

    `provision` is its index, None where none shares a word with the element or is near it in meaning. `terms` are the
    shared words and `score` the sum of their weights; `coverage` is the share (0 to 1) of the element's telling words,
    by weight, that the provision says; `meaning` the cosine of the two texts, None without an encoder.
    """

    element: Element
    provision: int | None
    provision_text: str | None
    score: float
    terms: tuple[Term, ...]
    coverage: float
    meaning: float | None
    near: tuple[Near, ...]
    support: Support


@dataclass(frozen=True, slots=True)
class WordRarity:
    """How rare each word is among the clauses of a draft."""

    total: int
    holding: dict[str, int]

    def of(self, key: str) -> float:
        """The rarity of a word; one that no clause has is the rarest."""
        return rarity(self.holding.get(key, 0), self.total)


@dataclass(frozen=True, slots=True)
class _Answer:
    provision: int
    score: float
    shares: Mapping[str, float]
    coverage: float


def word_rarity(texts: Iterable[str], scheme: Scheme = ENGINE) -> WordRarity:
    """Count in how many clauses of a draft each word is; `texts` are those of its clauses, titles included."""
    keys = [{token.key for token in tokens(text, stop_words=scheme.stop_words)} for text in texts]
    return WordRarity(len(keys), dict(Counter(key for found in keys for key in found)))


def shared_terms(claim: str, clause: ClauseText, among: WordRarity, scheme: Scheme = ENGINE) -> tuple[Term, ...]:
    """The words that a claim and a clause share, heaviest first, each weighed as BM25 weighs it within the draft."""
    wording = Wording(without_references(claim), stop_words=scheme.stop_words)
    said = set(wording.keys[0])
    text = f"{clause.title or ''}\n{clause.text}"
    count = Counter(token.key for token in tokens(text, stop_words=scheme.stop_words))
    return wording.terms({key: among.of(key) * saturation(count[key], 1.0, scheme) for key in said if key in count})


def element_evidence(
    elements: Sequence[Element],
    clause: ClauseText,
    among: WordRarity,
    *,
    encoder: Encoder | None = None,
    scheme: Scheme = ENGINE,
) -> list[ElementEvidence]:
    """For each element the provision of the clause that answers it best, the earlier one of equals.

    In words that is the one with the highest BM25 score; where it does not support the element and an encoder is at
    hand, the one nearest in meaning if that supports it. `among` weighs words by their rarity among the clauses that
    the clause was ranked in; lengths are compared within the clause.
    """
    counts = [Counter(t.key for t in tokens(p.text, stop_words=scheme.stop_words)) for p in clause.provisions]
    lengths = [count.total() for count in counts]
    mean = sum(lengths) / max(len(counts), 1) or 1.0
    likeness = _likeness(elements, clause, encoder)
    found = []
    for row, element in enumerate(elements):
        wording = Wording(without_references(element.text), stop_words=scheme.stop_words)
        said = {key: among.of(key) for key in wording.keys[0]}
        telling = sum(said.values())
        answers = [
            _answer(at, said, telling, count, length / mean, scheme)
            for at, (count, length) in enumerate(zip(counts, lengths, strict=True))
        ]
        found.append(_evidence(element, wording, answers, None if likeness is None else likeness[row], clause))
    if encoder is None:
        return found
    return _with_near(found, encoder)


def _answer(
    at: int, said: Mapping[str, float], telling: float, count: Counter[str], length: float, scheme: Scheme
) -> _Answer:
    """`said`: the element's words with their rarity; `telling` is the sum."""
    # in the order of the element's words, so that sums are the same each time
    shares = {key: weight * saturation(count[key], length, scheme) for key, weight in said.items() if key in count}
    coverage = sum(said[key] for key in shares) / telling if telling else 0.0
    return _Answer(at, sum(shares.values()), shares, coverage)


def _evidence(
    element: Element,
    wording: Wording,
    answers: Sequence[_Answer],
    likeness: Sequence[float] | None,
    clause: ClauseText,
) -> ElementEvidence:
    core = core_text(element.text, "")
    # What ends a Japanese claim, を備えることを特徴とする方法, is an element by its place, but says nothing.
    empty = generic_words().issuperset(token.key for token in tokens(core))
    best = max(answers, key=lambda each: (each.score, -each.provision), default=None)
    support = Support.EMPTY if empty else Support.MISSING
    if best is not None and not empty:
        if best.score and best.coverage >= SUPPORT_WORDS:
            support = Support.WORDS
        elif likeness is not None:
            nearest = int(np.argmax(likeness))
            if likeness[nearest] >= SUPPORT_MEANING:
                best, support = answers[nearest], Support.MEANING
    if best is None or (not best.score and support is not Support.MEANING):
        return ElementEvidence(element, None, None, 0.0, (), 0.0, None, (), support)
    meaning = None if likeness is None else float(likeness[best.provision])
    provision = clause.provisions[best.provision]
    terms = wording.terms(best.shares)
    return ElementEvidence(
        element, provision.index, provision.text, best.score, terms, best.coverage, meaning, (), support
    )


def _likeness(elements: Sequence[Element], clause: ClauseText, encoder: Encoder | None) -> list[list[float]] | None:
    """The cosine of each element with each provision."""
    if encoder is None or not elements or not clause.provisions:
        return None
    ours = encoder.encode([element.text for element in elements])
    theirs = encoder.encode([provision.text for provision in clause.provisions])
    return [[float(value) for value in row] for row in ours @ theirs.T]


def _with_near(found: Sequence[ElementEvidence], encoder: Encoder) -> list[ElementEvidence]:
    """The same evidence with the words that are near each other in meaning, where one is not in the other text."""
    apart = {each.element.index: _words_apart(each) for each in found if each.provision is not None}
    every = list(dict.fromkeys(word for ours, theirs in apart.values() if ours and theirs for word in (*ours, *theirs)))
    every = every[:_MOST_WORDS]
    if not every:
        return list(found)
    vectors = dict(zip(every, encoder.encode(every), strict=True))
    return [
        each if each.provision is None else replace(each, near=tuple(_near(*apart[each.element.index], vectors)))
        for each in found
    ]


def _words_apart(evidence: ElementEvidence) -> tuple[list[str], list[str]]:
    """The telling words of an element that its provision does not say, and those of the provision alone."""
    ours, theirs = _words(evidence.element.text), _words(evidence.provision_text or "")
    return [ours[key] for key in ours if key not in theirs], [theirs[key] for key in theirs if key not in ours]


def _words(text: str) -> dict[str, str]:
    """The telling words of a text as written in lower case, by what they are compared by; words of letters only."""
    found: dict[str, str] = {}
    for token in tokens(text):
        written = text[token.start : token.end].lower()
        if len(written) >= _SHORTEST_WORD and written.isascii() and written.isalpha():
            found.setdefault(token.key, written)
    return found


def _near(ours: Sequence[str], theirs: Sequence[str], vectors: Mapping[str, Vectors]) -> Iterator[Near]:
    others = [word for word in theirs if word in vectors]
    pairs = []
    for word in ours:
        if word in vectors and others:
            likeness, other = max((float(vectors[word] @ vectors[each]), each) for each in others)
            if likeness >= NEAR:
                pairs.append(Near(word, other, likeness))
    yield from sorted(pairs, key=lambda each: (-each.likeness, each.word))[:_MOST_NEAR]


def missing(evidence: Iterable[ElementEvidence]) -> list[ElementEvidence]:
    """The elements that nothing in the clause supports; one missing element ends literal essentiality."""
    return [each for each in evidence if each.support is Support.MISSING]


def places(ranked: Iterable[tuple[Hashable, Mapping[str, float | None]]], clause: Hashable) -> dict[str, int]:
    """By each signal at hand the place of a clause among the clauses ranked for a claim, counted from 1.

    `ranked` holds each clause with its value of each signal. Equal values share the better place.
    """
    rows = list(ranked)
    own = next((signals for key, signals in rows if key == clause), {})
    found = {}
    for name, value in own.items():
        if value is not None:
            others = [other for _, signals in rows if (other := signals.get(name)) is not None]
            found[name] = 1 + sum(other > value for other in others)
    return found
