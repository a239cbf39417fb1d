"""The words that made a score, as the claim writes them, and where they stand in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.mapping.text import STOP_WORDS, Token, tokens


@dataclass(frozen=True, slots=True)
class Term:
    """A word or unspaced run of characters as the claim writes it, and its share of the score."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text, `text[start:end]`, that says the same as `term`."""

    start: int
    end: int
    term: str


class Wording:
    """How a claim writes what it is compared by; the first of its texts names a word before the others do."""

    def __init__(self, *texts: str, stop_words: frozenset[str] = STOP_WORDS) -> None:
        self.keys: tuple[tuple[str, ...], ...]
        """Of each text, its words as compared, in order."""
        self._written: dict[str, str] = {}
        self._runs: list[tuple[str, list[Token]]] = []
        keys = []
        for text in texts:
            found = list(tokens(text, stop_words=stop_words))
            keys.append(tuple(token.key for token in found))
            for run in _runs(found):
                if len(run) > 1:
                    self._runs.append((text, run))
                else:
                    self._written.setdefault(run[0].key, text[run[0].start : run[0].end])
        self.keys = tuple(keys)

    def terms(self, shares: Mapping[str, float]) -> tuple[Term, ...]:
        """The shares of words as compared, told in written words, heaviest first; the sum stays the same.

        Neighbouring pairs of characters become one term, so 相互 + 互運 + 運用 reads 相互運用; a pair that occurs in
        several terms gives its share to the first.
        """
        left = dict(shares)
        terms: dict[str, float] = {}
        for text, run in self._runs:
            for part in _runs(token for token in run if token.key in shares):
                weight = sum(left.pop(token.key, 0.0) for token in part)
                if weight:
                    written = text[part[0].start : part[-1].end]
                    terms[written] = terms.get(written, 0.0) + weight
        for key, weight in left.items():
            written = self._written[key]
            terms[written] = terms.get(written, 0.0) + weight
        return tuple(Term(written, -less) for less, written in sorted((-terms[written], written) for written in terms))


def highlight(text: str, terms: Iterable[Term]) -> list[Span]:
    """Every place in a claim or clause that says one of the terms, in any inflection; in order, none overlapping.

    A span over several terms (pairs of characters overlap) names the heaviest of them.
    """
    heaviest: dict[str, Term] = {}
    for term in sorted(terms, key=lambda term: (-term.weight, term.term)):
        for token in tokens(term.term):
            heaviest.setdefault(token.key, term)
    spans = []
    for run in _runs(token for token in tokens(text) if token.key in heaviest):
        named = min((heaviest[token.key] for token in run), key=lambda term: (-term.weight, term.term))
        spans.append(Span(run[0].start, run[-1].end, named.term))
    return spans


def _runs(found: Iterable[Token]) -> Iterable[list[Token]]:
    """Tokens in order, those that overlap together."""
    run: list[Token] = []
    for token in found:
        if run and token.start >= run[-1].end:
            yield run
            run = []
        run.append(token)
    if run:
        yield run
