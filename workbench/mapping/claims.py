"""A claim as a reader takes it apart: preamble, transition and body, chains of dependency, twins. Pure.

Terms are those of patent offices: preamble, transitional phrase and body (MPEP 2111.02 and 2111.03), multiple dependent
claim (37 CFR 1.75(c)), means plus function (35 U.S.C. 112(f)), Markush list of alternatives (MPEP 2173.05(h)).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from scrapers.patents.categories import category_of
from workbench.mapping.claims_boilerplate import core_text
from workbench.mapping.elements import Element, alternatives, split_elements, written_language
from workbench.mapping.text import tokens

__all__ = [
    "ClaimLike",
    "Element",
    "ParsedClaim",
    "Twins",
    "ancestors",
    "core_text",
    "elements",
    "expanded",
    "parse",
    "twins",
]

TWIN_SHARE = 0.6
"""The share of words that two independent claims of different categories must have in common to be called twins."""

Place = tuple[int, int]

_TRANSITIONS = {
    "en": re.compile(
        r"(?:,\s)?\b(?:(?:the \w+ |which |said \w+ |and |further )?"
        r"(?:compris(?:ing|es)|consist(?:ing|s)(?: essentially)? of)"
        r"|characteri[sz]ed (?:in that|by)|wherein|the improvement comprising)\b[:,]?",
        re.IGNORECASE,
    ),
    "ja": re.compile(r"(?:であって|において|に於いて)[、,，]?"),
    "zh": re.compile(
        r"[，,]?(?:其特[征徵]在于[，,:：]?)?(?:(?:所述)?[^，；：]{0,6}(?:还)?(?:包括|包含)[^；。，：]{0,8}[：:]?)|其特[征徵]在于[，,:：]?"
    ),
}
_JAPANESE_END = re.compile(r"(?:と[、,，]?)?を(?:備え|有|含|具)[^。、]{0,3}(?:こと)?(?:を特徴とする)?|ことを特徴とする")
_MEANS = {
    "en": re.compile(
        r"\b(?:means|steps?)\s(?:for\s\w+ing\b|(?:adapted|arranged|configured)\sto\s\w+)[^;,.]{0,200}", re.IGNORECASE
    ),
    "ja": re.compile(r"[^、。；]{1,120}?手段(?=[、とをがは])"),
    "zh": re.compile(r"用于[^，。；]{1,80}的(?:装置|單元|单元|模块|部件)"),
}


class ClaimLike(Protocol):
    """A claim as records and rows have it."""

    @property
    def number(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def independent(self) -> bool: ...
    @property
    def depends_on(self) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class ParsedClaim:
    """Places in the claim's text, each `text[start:end]`.

    `transition` is empty (start = end) where there is none; the body is then what follows the preamble, in Japanese
    what stands before the claimed thing. `means` are limitations by function, `alternatives` Markush lists.
    """

    preamble: Place
    transition: Place
    body: Place
    means: tuple[Place, ...]
    alternatives: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two independent claims of different categories that claim the same; `share` of their words is common to both."""

    first: int
    second: int
    share: float


def parse(text: str, language: str) -> ParsedClaim:
    """Preamble, transitional phrase and body of a claim; limitations by function and lists of alternatives in it.

    In a Japanese claim the preamble is what stands before であって or において, or is empty. Any text can be parsed.
    """
    known = written_language(text, language)
    pattern = _TRANSITIONS.get(known)
    found = pattern.search(text) if pattern else None
    if found is not None:
        preamble, transition = (0, found.start()), found.span()
    else:
        parts = split_elements(text, language)
        end = 0 if known == "ja" or len(parts) < 2 else parts[0].end
        preamble, transition = (0, end), (end, end)
    start = transition[1]
    end = len(text)
    if known == "ja":
        endings = [each.start() for each in _JAPANESE_END.finditer(text, start)]
        end = endings[-1] if endings else end
    means = tuple(each.span() for each in _MEANS[known].finditer(text)) if known in _MEANS else ()
    return ParsedClaim(preamble, transition, (start, max(start, end)), means, tuple(alternatives(text)))


def elements(claim: ClaimLike) -> list[Element]:
    """The elements of a claim with their places in its text; see `workbench.mapping.elements`."""
    return split_elements(claim.text, claim.language)


def expanded(claims: Sequence[ClaimLike], number: int) -> tuple[str, str]:
    """What claim `number` adds, and what it takes over from its parents (empty for a claim without any).

    Both are core texts, the parents nearest first; the caller weighs the own text above them. `claims` are those of one
    publication in one language. Raises KeyError where there is no such claim.
    """
    by_number = {claim.number: claim for claim in claims}
    own = by_number[number]
    parents = [by_number[each] for each in ancestors(claims, number)]
    return core_text(own.text, own.language), "\n".join(core_text(each.text, each.language) for each in parents)


def ancestors(claims: Sequence[ClaimLike], number: int) -> list[int]:
    """The chain of claims that claim `number` depends on, nearest first, up to one that depends on none.

    A multiple dependent claim stands for several claims, one an alternative; the chain goes through the lowest number.
    A reference to a claim that is not there, or in a circle, ends the chain.
    """
    by_number = {claim.number: claim for claim in claims}
    chain: list[int] = []
    at = number
    while True:
        parents = [
            each for each in by_number[at].depends_on if each in by_number and each not in chain and each != number
        ]
        if not parents:
            return chain
        at = min(parents)
        chain.append(at)


def twins(claims: Sequence[ClaimLike]) -> list[Twins]:
    """Independent claims of one publication and language that claim one thing as method, system or medium, by number.

    Two are twins where the words of their core texts overlap (Jaccard) by `TWIN_SHARE` and their categories differ, or
    their preambles do.
    """
    words = {
        claim.number: frozenset(token.key for token in tokens(core_text(claim.text, claim.language)))
        for claim in claims
        if claim.independent
    }
    heads = {claim.number: _head(claim) for claim in claims if claim.independent}
    return [
        Twins(first, second, share)
        for first, second in combinations(sorted(words), 2)
        if heads[first] != heads[second] and (share := _overlap(words[first], words[second])) >= TWIN_SHARE
    ]


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second) if first or second else 0.0


def _head(claim: ClaimLike) -> tuple[str | None, str]:
    """The category of a claim and the thing it names."""
    category = category_of(claim.text)
    parts = elements(claim)
    thing = parts[-1].text if written_language(claim.text, claim.language) == "ja" and parts else claim.text[:60]
    return (None if category is None else category.value), " ".join(thing.lower().split()[:6])
