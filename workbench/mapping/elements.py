"""Split a claim into its elements and find the provision that answers each.

Elements cover the claim in order; every word of it is in exactly one, with its separators. In English the first is the
preamble ("A method comprising:"); in Japanese the claimed thing is named by the last (「…を備える装置。」).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from workbench.mapping.ranking import ENGINE, ClauseText, Scheme, rarity, saturation, without_references
from workbench.mapping.terms import Term, Wording
from workbench.mapping.text import tokens

_ENUMERATOR = r"(?:\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)|(?:[a-z]|[ivx]{1,5}|\d{1,2})\))\s\w"
_ANY_LANGUAGE = (
    # after a semicolon and the "and" behind it
    re.compile(r"[;；](?:\s{0,9}(?:and/or|and|or)\b)?,?"),
    # after the colon of "comprising:" or 以下を含む：, not within 1:2 or behind "wherein:"
    re.compile(r"(?<=[^\W\d])(?<!wherein)(?<!whereby)(?::(?=\s)|：)", re.IGNORECASE),
    # before (b), b) and (ii) in a list with commas, and before 2. on a line of its own
    re.compile(rf",(?=\s{{1,9}}(?:(?:and|or)\s)?{_ENUMERATOR})"),
    re.compile(rf"\n(?=[ \t]{{0,40}}(?:{_ENUMERATOR}|(?:[a-z]|[ivx]{{1,5}}|\d{{1,2}})\.\s))"),
)
_ENGLISH = (
    re.compile(r"(?:,|(?<![,\s])(?<!\sand))(?=\s(?:and\s)?(?:wherein|whereby)\b)", re.IGNORECASE),
    re.compile(r",(?=\s(?:and\s)?in which\b)", re.IGNORECASE),
    re.compile(r",(?=\s(?:and\s)?characteri[sz]ed\b)", re.IGNORECASE),
)
_TRANSITION = re.compile(
    r"\b(?:compris(?:ing|es)|consist(?:ing|s)(?: essentially)? of)\b(?![^;:,]{0,40}:)", re.IGNORECASE
)
_HAVING_AND = r"を(?:備え|有し|含み|具備し|具え)[、,，]"
_JAPANESE = (
    re.compile(r"(?:において|に於いて|であって)[、,，]?"),
    re.compile(rf"(?<!る)と[、,，](?:及び|および|並びに)?(?!{_HAVING_AND})"),
    re.compile(rf"と(?=を(?:備|有|含|具))(?!{_HAVING_AND})"),
    re.compile(_HAVING_AND),
    re.compile(r"(?<=[しりみえ])[、,，](?=前記)"),
    re.compile(r"(?=ことを特徴と)"),
)


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a claim: `text` is the claim's `[start:end]`; `index` counts from 0."""

    index: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ElementMatch:
    """The provision of a clause that answers an element best; None where none shares a word with it."""

    index: int
    text: str
    clause: Hashable
    provision: int | None
    score: float
    terms: tuple[Term, ...]


def split_elements(text: str, language: str) -> list[Element]:
    """The elements of a claim, in order; none empty, none without a word unless the claim has none.

    `language` is a two-letter code; other languages than English and Japanese are split at semicolons, colons and
    enumerators only. A text of white space has no elements.
    """
    cuts = {cut.end() for pattern in _ANY_LANGUAGE for cut in pattern.finditer(text)}
    if language == "ja":
        cuts.update(cut.end() for pattern in _JAPANESE for cut in pattern.finditer(text))
    elif language == "en":
        cuts.update(cut.end() for pattern in _ENGLISH for cut in pattern.finditer(text))
        transition = _TRANSITION.search(text)
        if transition and not any(cut <= transition.start() for cut in cuts):
            cuts.add(transition.end())
    return _elements(text, sorted(cuts))


def _elements(text: str, cuts: Sequence[int]) -> list[Element]:
    elements: list[Element] = []
    start = 0
    for end in _with_words(text, cuts):
        part = text[start:end]
        stripped = part.strip()
        if stripped:
            left = start + len(part) - len(part.lstrip())
            elements.append(Element(len(elements), stripped, left, left + len(stripped)))
        start = end
    return elements


def _with_words(text: str, cuts: Iterable[int]) -> list[int]:
    """Where elements end: cuts that leave a word on both sides, and the end of the text."""
    last_word = max((word.end() for word in re.finditer(r"\w+", text)), default=0)
    kept: list[int] = []
    start = 0
    for cut in cuts:
        if cut < last_word and re.search(r"\w", text[start:cut]):
            kept.append(cut)
            start = cut
    return [*kept, len(text)]


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
