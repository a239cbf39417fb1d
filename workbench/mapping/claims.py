"""A claim as a reader takes it apart: preamble, transition and body, chains of dependency, twins. Pure.

Terms are those of patent offices: preamble, transitional phrase and body (MPEP 2111.02 and 2111.03), multiple dependent
claim (37 CFR 1.75(c)), means plus function (35 U.S.C. 112(f)), Markush list of alternatives (MPEP 2173.05(h)).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scrapers.patents.categories import category_of
from workbench.mapping.claims_boilerplate import core_text
from workbench.mapping.elements import Element, alternatives, split_elements, written_language
from workbench.mapping.text import tokens

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
        r"\b(?:means|steps?)\s(?:for\s\w+ing\b|(?:adapted|arranged|configured)\sto\s\w+)"
        r"(?:(?!\s(?:wherein|whereby)\b)[^;,.]){0,200}",
        re.IGNORECASE,
    ),
    "ja": re.compile(r"(?<=[るたすう])[^、。；るたすう]{0,12}?手段(?=[、とをがは])"),
    "zh": re.compile(r"用于[^，。；]{1,80}的(?:装置|單元|单元|模块|部件)"),
}
_STEPS_OF = re.compile(r"\s*(?:the\s)?(?:following\s)?(?:steps?|acts?|operations?)?(?:\sof)?\s*:?\s*", re.IGNORECASE)
_WHEREIN = re.compile(r"\bwherein\b", re.IGNORECASE)
_OPEN_PREAMBLE = re.compile(r"\b(?:having|including|containing)\b", re.IGNORECASE)
_MARKUSH = re.compile(r"(?:group consisting of|selected from|chosen from)\b", re.IGNORECASE)
_MARKUSH_ELSEWHERE = re.compile(r"からなる群(?:から|より)?(?:選択|選ば)|选自|選自")


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


class Note(StrEnum):
    """What is particular about an element: it is the preamble, a limitation by function, a list of alternatives."""

    PREAMBLE = "preamble"
    BY_FUNCTION = "by_function"
    ALTERNATIVES = "alternatives"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another independent claim of the publication that claims the same; `share` of the words is common to both."""

    number: int
    share: float


def parse(text: str, language: str) -> ParsedClaim:
    """Preamble, transitional phrase and body of a claim; limitations by function and lists of alternatives in it.

    In a Japanese claim the preamble is what stands before であって or において and names what the claim ends with
    (「…装置であって、…装置。」), or is empty. Any text can be parsed.
    """
    known = written_language(text, language)
    pattern = _TRANSITIONS.get(known)
    found = pattern.search(text) if pattern else None
    if found is not None and known == "ja" and not _names_the_end(text, found.start()):
        found = None
    if found is not None:
        preamble, transition = (0, found.start()), found.span()
    else:
        parts = split_elements(text, language)
        end = parts[0].end if len(parts) > 1 and known != "ja" and parts[0].text[-1] in ":：" else 0
        preamble, transition = (0, end), (end, end)
    start = transition[1]
    end = len(text)
    if known == "ja":
        endings = [each.start() for each in _JAPANESE_END.finditer(text, start)]
        end = endings[-1] if endings else end
    means = [each.span() for each in _MEANS[known].finditer(text)] if known in _MEANS else []
    if known == "ja":
        means = [(_after_comma(text, first), last) for first, last in means]
    lists = [place for place in alternatives(text) if _MARKUSH.match(text, place[0])]
    lists += [each.span() for each in _MARKUSH_ELSEWHERE.finditer(text)]
    return ParsedClaim(preamble, transition, (start, max(start, end)), tuple(means), tuple(lists))


def _after_comma(text: str, at: int) -> int:
    """The place behind the last comma or full stop before a place; 120 characters before it at most."""
    return max(text.rfind(each, max(0, at - 120), at) for each in "、。；") + 1 or max(0, at - 120)


def _names_the_end(text: str, at: int) -> bool:
    """Whether what stands before a place ends as the whole text does, in two characters at least."""
    ending = text.rstrip("。.． \n")[-2:]
    return len(ending) == 2 and at >= 2 and text[at - 2 : at] == ending


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


def notes(text: str, language: str) -> list[frozenset[Note]]:
    """What is particular about each element of a claim (`split_elements`), in their order."""
    parsed = parse(text, language)
    preamble, transition = parsed.preamble[1], parsed.transition[1]
    if _WHEREIN.search(text, preamble, transition) and _OPEN_PREAMBLE.search(text, 0, preamble):
        preamble = 0  # "A scale having a pan, wherein …": no telling where the body begins

    def of(element: Element) -> Iterator[Note]:
        if element.start < preamble and _STEPS_OF.fullmatch(text, min(transition, element.end), element.end):
            yield Note.PREAMBLE
        elif any(element.start < end <= element.end for _, end in parsed.means):
            yield Note.BY_FUNCTION
        if any(element.start <= start < element.end for start, _ in parsed.alternatives):
            yield Note.ALTERNATIVES

    return [frozenset(of(element)) for element in split_elements(text, language)]


def twins(claims: Sequence[ClaimLike], number: int) -> list[Twin]:
    """The independent claims that claim the same as independent claim `number`, as method, system or medium.

    Two are twins where the words of their core texts overlap (Jaccard) by `TWIN_SHARE` and their categories differ, or
    their preambles do. `claims` are those of one publication in one language; a dependent claim has no twins.
    """
    independent = {claim.number: claim for claim in claims if claim.independent}
    own = independent.pop(number, None)
    if own is None:
        return []
    head, words = _head(own), _words(own)
    return [
        Twin(other.number, share)
        for _, other in sorted(independent.items())
        if _head(other) != head and (share := _overlap(words, _words(other))) >= TWIN_SHARE
    ]


def _words(claim: ClaimLike) -> frozenset[str]:
    return frozenset(token.key for token in tokens(core_text(claim.text, claim.language)))


def _overlap(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second) if first or second else 0.0


def _head(claim: ClaimLike) -> tuple[str | None, str]:
    """The category of a claim and the thing it names."""
    category = category_of(claim.text)
    parts = split_elements(claim.text, claim.language)
    thing = parts[-1].text if written_language(claim.text, claim.language) == "ja" and parts else claim.text[:60]
    return (None if category is None else category.value), " ".join(thing.lower().split()[:6])
