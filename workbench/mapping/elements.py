"""Split a claim into its elements: the preamble, and each step, part or limitation behind it. Pure.

Elements cover the claim in order; every word of it is in exactly one, with its separators. In English and Chinese
the first is the preamble ("A method comprising:"); in Japanese the last names the claimed thing (「…を備える装置。」).
The members of a list of alternatives ("selected from the group consisting of …") stay together.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_ENUMERATOR = r"(?:\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)|(?:[a-z]|[ivx]{1,5}|\d{1,2})\))\s\w"
_ANY_LANGUAGE = (
    # after a semicolon and the "and" behind it
    re.compile(r"[;；؛](?:\s{0,9}(?:and/or|and|or|otherwise)\b|\s?(?:以及|并且|或者|和|及|且|或))?,?"),
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
    # of two-part form (37 CFR 1.75(e)): "In a …, the improvement comprising …"
    re.compile(r",(?=\s(?:the\s|an?\s)?improvement\b)", re.IGNORECASE),
    # before the next of "the steps of: 1. weighing, 2. drying, and 3. packing"
    re.compile(r",(?=\s(?:(?:and|or)\s)?\d{1,2}\.\s[a-z])"),
    # before the first of "that (i) … (ii) …"
    re.compile(r"\b(?:that|to|by|of|which)(?=\s\((?:i|a|1)\)\s\w)"),
)
_OTHER_EUROPEAN = (
    re.compile(
        r",(?=\s(?:dadurch gekennzeichnet|wobei|caractérisée?s? en ce qu|dans le(?:quel|squels)|caracterizad[oa])\b)"
    ),
)
_TRANSITION = re.compile(
    r"\b(?:compris(?:ing|es)|consist(?:ing|s)(?: essentially)? of)\b(?!\sinstructions\b)"
    r"(?![^;:,]{0,40}:)(?!,[^;:]{0,60}:)",
    re.IGNORECASE,
)
_IN_BODY = re.compile(r"[;:]|\b(?:wherein|whereby|in which|characteri[sz]ed)\b", re.IGNORECASE)
_LOOSE_TRANSITION = re.compile(r"\b(?:having|including)\b", re.IGNORECASE)
_FURTHER = re.compile(r"\bfurther (?:including|having)\b(?!:)", re.IGNORECASE)
_PART = r"(?:an?|at least|one or more|means|plural|two|three)\b"
_LISTS = (
    (re.compile(rf"\s*(?:{_PART}|from \d)", re.IGNORECASE), re.compile(rf",(?=\s(?:and\s)?{_PART})")),
    (
        re.compile(r"\s*[a-z]+ing\b", re.IGNORECASE),
        re.compile(r",(?=\s(?:and\s)?(?!being\b|having\b|including\b)[a-z]+ing\b)"),
    ),
)
_ALTERNATIVES = re.compile(
    r"\b(?:one(?: or more)? of|group consisting of|either|selected from(?: the following)?|any of)\b"
    r"(?!\s(?:the\s)?(?:\w+\s)?claims?\b):?",
    re.IGNORECASE,
)

_LAST_ALTERNATIVE = re.compile(r";\s{0,9}(?:and|or)\b[^;]*")
_BEHIND_ALTERNATIVES = re.compile(r"[;:]|,\s(?:and\s)?(?:wherein|whereby|in which)\b")

_HAVING = r"(?:備え|有し|含み|具備し|具え|含有し)"
_HAVING_AND = rf"を{_HAVING}[、,，]"
_JAPANESE = (
    re.compile(r"(?:において|に於いて|であって)[、,，]?"),
    re.compile(rf"(?<!る)と[、,，](?:及び|および|並びに)?(?!\s?{_HAVING_AND})"),
    # files part the lines of a claim, which become spaces
    re.compile(rf"と(?=\s?を(?:備|有|含|具))(?!\s?{_HAVING_AND})"),
    re.compile(_HAVING_AND),
    re.compile(r"(?:コンピュータ|プロセッサ|計算機)[がにを][、,，]"),
    re.compile(r"(?=ことを特徴と)"),
    # a dependent claim may name the other claim last
    re.compile(r"(?<=[るすむたう])(?<!ことを特徴とする)(?=請求項\s?[0-9０-９])"),
    # the thing that is claimed, behind the comma
    re.compile(r"(?<=[るすむうた])[、,，](?=[^、,，。]{1,60}。?\s*\Z)"),
)
_JAPANESE_STEP = re.compile(r"(?<=[しりみえせいきぎちにびけげめべれね])[、,，]")
_JAPANESE_PART = re.compile(
    r"(?:部|手段|工程|ステップ|器|層|モジュール|ユニット)(?:[、,，](?:及び|および|並びに)?|(?=\s?を(?:備|有|含|具)))"
)
_JAPANESE_PART_END = re.compile(r"(?:と|部|手段)[、,，]?(?:及び|および|並びに)?\Z")
_JAPANESE_OPEN = re.compile(r"[、,，\s]*を(?:備える|備えた|有する|含む|含んだ|含有する|具備する|具備した|具える)")
_CHINESE = (
    re.compile(r"其特[征徵]在于[，,:：]?(?![^；。：]{0,14}(?:包括|包含)[^；。，：]{0,8}[：:])"),
    re.compile(r"[，,](?=其中)"),
)
_KANA = re.compile(r"[぀-ヿ]")
_HAN = re.compile(r"[一-鿿]")


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a claim: `text` is the claim's `[start:end]`; `index` counts from 0."""

    index: int
    text: str
    start: int
    end: int


def split_elements(text: str, language: str) -> list[Element]:
    """The elements of a claim, in order; none empty, none without a word unless the claim has none.

    `language` is a two-letter code; where it says nothing (`und`) the script decides. Languages without rules of their
    own are split at semicolons, colons and enumerators only. A text of white space has no elements.
    """
    language = written_language(text, language)
    cuts = {cut.end() for pattern in _ANY_LANGUAGE for cut in pattern.finditer(text)}
    match language:
        case "ja":
            cuts = _japanese(text, cuts)
        case "zh":
            cuts.update(cut.end() for pattern in _CHINESE for cut in pattern.finditer(text))
        case "en":
            cuts = _english(text, cuts)
        case _:
            cuts.update(cut.end() for pattern in _OTHER_EUROPEAN for cut in pattern.finditer(text))
    return _elements(text, sorted(cuts))


def written_language(text: str, language: str) -> str:
    """The language, and where it is not known what the script tells: `ja`, `zh` or `en`."""
    if language and language != "und":
        return language
    if _KANA.search(text):
        return "ja"
    return "zh" if _HAN.search(text) else "en"


def alternatives(text: str) -> list[tuple[int, int]]:
    """Where lists of alternatives stand ("selected from the group consisting of A, B and C"): start and end of each.

    A list ends at the semicolon behind its last member, the one after "and" or "or", at the next "wherein", or with
    the claim; one with commas ends at the next semicolon.
    """
    found: list[tuple[int, int]] = []
    for opening in _ALTERNATIVES.finditer(text):
        if found and opening.start() < found[-1][1]:
            continue
        if opening[0].endswith(":"):
            ending = _LAST_ALTERNATIVE.search(text, opening.end())
            end = ending.end() if ending else len(text)
        else:
            ending = _BEHIND_ALTERNATIVES.search(text, opening.end())
            end = ending.start() if ending else len(text)
        found.append((opening.start(), end))
    return found


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place is within one of the spans, which are in order and apart."""
    at = bisect_left(spans, (place, 0)) - 1
    return at >= 0 and spans[at][0] < place < spans[at][1]


def _english(text: str, cuts: set[int]) -> set[int]:
    cuts |= {cut.end() for pattern in _ENGLISH for cut in pattern.finditer(text)}
    inside = alternatives(text)
    cuts = {cut for cut in cuts if not _inside(cut, inside)}
    further = _FURTHER.search(text)
    if further:
        cuts.add(further.end())
    transition = next(
        (each for each in _TRANSITION.finditer(text) if not _inside(each.start(), inside)),
        None,
    )
    if transition and not _IN_BODY.search(text, 0, transition.start()):
        cuts.add(transition.end())
        cuts |= set(_listed(text, transition.end(), cuts, inside))
    elif not transition and not any(character in text for character in ";:"):
        loose = _LOOSE_TRANSITION.search(text)
        listed = list(_listed(text, loose.end(), cuts, inside)) if loose else []
        if loose and len(listed) > 1:
            cuts |= {loose.end(), *listed}
    return cuts


def _listed(text: str, start: int, cuts: Iterable[int], inside: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Where the members of a list with commas end; none where semicolons part the members."""
    end = min((cut for cut in cuts if cut > start), default=len(text))
    if ";" in text[start:]:
        return
    for opening, comma in _LISTS:
        if opening.match(text, start):
            for found in comma.finditer(text, start, end):
                if not _inside(found.start(), inside):
                    yield found.end()
            return


def _japanese(text: str, cuts: set[int]) -> set[int]:
    cuts = cuts | {cut.end() for pattern in _JAPANESE for cut in pattern.finditer(text)}
    if not re.search(r"と(?:[、,，]|\s?を)", text):
        cuts |= {cut.end() for cut in _JAPANESE_PART.finditer(text)}
    # A clause that goes on to describe a part ("… 入力し、… を検出する検出装置と、") is no step of its own.
    hard = sorted(cuts)
    for comma in _JAPANESE_STEP.finditer(text):
        at = bisect_right(hard, comma.end())
        following = hard[at] if at < len(hard) else len(text)
        if not _JAPANESE_PART_END.search(text[max(comma.end(), following - 9) : following]):
            cuts.add(comma.end())
    # 「と を備える こと…」: the verb alone is no element
    ordered = sorted(cuts)
    return {
        cut
        for before, cut in zip([0, *ordered], ordered, strict=False)
        if not _JAPANESE_OPEN.fullmatch(text, before, cut)
    }


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
