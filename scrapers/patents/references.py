"""Which claims the words of a claim refer to, in the languages of the offices we read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"[0-9]{1,4}(?![0-9])"


@dataclass(frozen=True)
class _Wording:
    """How a language refers to claims; all fields are regular expressions over folded lower-case text.

    A text without any of the plain words `hints` refers to no claim, one without any of `earlier_hints` not to every
    earlier one. Where `led` a reference begins with a hint. `word` opens a reference and may be repeated before each
    number, `plural` is the form of `word` that takes a list joined by commas alone, `ranges` and `lists`
    join numbers, `all_earlier` refers to every earlier claim.
    """

    hints: tuple[str, ...]
    earlier_hints: tuple[str, ...]
    led: bool
    word: str
    plural: str
    ranges: str
    lists: str
    all_earlier: str
    after_number: str = ""

    def pattern(self) -> re.Pattern[str]:
        one = rf"(?:{self.word})\s?(?:{_NUMBER}){self.after_number}"
        joined = rf"\s?(?:[,;、，]\s?(?:{self.lists})?|{self.ranges}|{self.lists})\s?"
        filler = r"(?:(?:any|one|either) (?:one )?of )?第?"
        return re.compile(rf"{one}(?:{joined}{filler}(?:{self.word})?\s?(?:{_NUMBER}){self.after_number}){{0,99}}")


_SINGLE = re.compile(r"claims? ([0-9]{1,4})")
_DASH = r"[-‐-―−~〜]"
_WORDINGS = (
    _Wording(
        hints=("claim",),
        earlier_hints=("preceding", "foregoing", "previous", "prior", "above", "earlier", "aforementioned"),
        led=True,
        word=r"(?<![a-z])claims?(?:\(s\))?(?: nos?\.)?",
        plural=r"claims",
        ranges=rf"(?:\bto\b|\bthrough\b|\bthru\b|\bup to\b|{_DASH})",
        lists=r"(?:\band/or\b|\band\b|\bor\b|&)",
        all_earlier=r"\b(?:(?:preceding|foregoing)|(?:any|one|each|either|all)(?: [a-z]+){0,5}? "
        r"(?:previous|prior|above|earlier|aforementioned))(?: [a-z-]+)?? claims?\b(?! ?[0-9])",
    ),
    _Wording(
        hints=("anspr",),
        earlier_hints=("vor", "obig"),
        led=False,
        word=r"(?:patent)?anspr(?:u|ü|ue)ch(?:e[ns]?|s)?(?: nr\.)?",
        plural=r"anspr(?:ü|ue)che",
        ranges=rf"(?:\bbis\b|{_DASH})",
        lists=r"(?:\bund/oder\b|\bund\b|\boder\b|\bsowie\b|\bbzw\.)",
        all_earlier=r"\b(?:vorhergehend|vorstehend|vorangehend|vorangegangen|voranstehend|vorherig|vorgenannt|obig)"
        r"e[nrs]?(?: [a-zäöüß-]+)?? (?:patent)?anspr(?:u|ü|ue)ch(?:e[ns]?|s)?\b(?! ?[0-9])",
    ),
    _Wording(
        hints=("revendication",),
        earlier_hints=("dente", "dessus", "rieure"),
        led=True,
        word=r"revendications?(?: n°)?",
        plural=r"revendications",
        ranges=rf"(?:\bà\b|\ba\b|{_DASH})",
        lists=r"(?:\bet/ou\b|\bet\b|\bou\b)",
        all_earlier=r"\brevendications? (?:pr[ée]c[ée]dentes?|ant[ée]rieures?|ci-dessus)",
    ),
    _Wording(
        hints=("reivindica", "rivendica"),
        earlier_hints=("anterior", "precedent"),
        led=True,
        word=r"(?:reivindicaci(?:ón|on|ones)|reivindicaç(?:ão|ões)|rivendicazion[ei])",
        plural=r"(?:reivindicaciones|reivindicações|rivendicazioni)",
        ranges=rf"(?:\ba\b|\bà\b|\bal\b|\baté\b|{_DASH})",
        lists=r"(?:\b[ye]/ou?\b|\by\b|\be\b|\bou?\b|\bu\b|\bed\b)",
        all_earlier=r"\b(?:reivindicaciones|reivindicações|rivendicazioni) (?:anteriores|precedent[ie]s?)",
    ),
    _Wording(
        hints=("請求項", "权利要求", "權利要求", "請求の範囲", "專利範圍"),
        earlier_hints=("請求項", "权利要求", "權利要求"),
        led=False,
        # Before 1988 in Japan and about 2013 in Taiwan claims were items of the "scope of the patent sought".
        word=r"請求項|(?:权利要求|權利要求|专利权利要求)书?|(?:請求の範囲|專利範圍)第",
        plural=r"",
        ranges=rf"(?:ないし|乃至|から|至|到|{_DASH})",
        lists=r"(?:又は|または|或いは|あるいは|及び|および|並びに|若しくは|もしくは|以及|或|和|及|与|と)",
        all_earlier=r"(?:前記|上記|前述|上述|先行する|前面)[^、。，0-9]{0,8}?(?:請求項|权利要求|權利要求)(?!\s?[0-9])"
        r"|請求項の(?:うち)?(?:いずれか|何れか)",
        after_number=r"\s?項?",
    ),
    _Wording(
        hints=("항",),
        earlier_hints=("청구항",),
        led=False,
        word=r"(?:청구항 ?제?|제)",
        plural=r"",
        ranges=rf"(?:내지|에서|부터|{_DASH})",
        lists=r"(?:또는|및|혹은)",
        all_earlier=r"(?:전술한|선행하는|앞선|이전의?) ?(?:[가-힣]+ ){0,3}?청구항(?! ?[0-9])",
        after_number=r"(?: ?항)?",
    ),
)
_COMPILED = tuple((wording, wording.pattern(), re.compile(wording.all_earlier)) for wording in _WORDINGS)


_ASCII_WORDINGS = sum(hint.isascii() for hint in (wording.hints[0] for wording in _WORDINGS))


def referred_claims(text: str, number: int) -> frozenset[int]:
    """The claims with a number under `number` that the text of claim `number` refers to.

    Ranges are expanded; "any preceding claim" gives all of them. Whether they exist is not known here.
    """
    ascii_only = text.isascii()
    lowered = text.lower() if ascii_only else unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    plain = folded(lowered)
    found: set[int] = set()
    for wording, pattern, all_earlier in _COMPILED[:_ASCII_WORDINGS] if ascii_only else _COMPILED:
        for hint in wording.hints:
            if hint in plain:
                break
        else:
            continue
        for match in _led_by(pattern, plain, wording.hints) if wording.led else pattern.finditer(plain):
            found.update(_numbers(match[0], wording, number))
        if any(hint in plain for hint in wording.earlier_hints) and all_earlier.search(plain):
            found.update(range(1, number))
    return frozenset(found)


def folded(text: str) -> str:
    """White space folded to single spaces and trimmed; at once where it is so already, as most texts are."""
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " " and text.isascii():
        return text
    return " ".join(text.split())


def _led_by(pattern: re.Pattern[str], plain: str, hints: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """What `finditer` gives for a pattern that begins with one of these words, many times faster."""
    for hint in hints:
        at = plain.find(hint)
        while at >= 0:
            match = pattern.match(plain, at)
            if match is not None:
                yield match
            at = plain.find(hint, at + 1 if match is None else match.end())


def _numbers(reference: str, wording: _Wording, limit: int) -> set[int]:
    """The numbers under `limit` that a matched reference such as `claims 1 to 3, 5 and 7` names."""
    if (single := _SINGLE.fullmatch(reference)) is not None:
        only = int(single[1])
        return {only} if 0 < only < limit else set()
    if reference.startswith("제") and "항" not in reference:
        return set()  # Korean 제1 alone is an ordinal ("the first"), not a claim
    tokens = re.findall(rf"{_NUMBER}|{wording.ranges}|{wording.lists}", reference)
    joined_by_words = any(not token.isdecimal() for token in tokens)
    if wording.plural and not joined_by_words and not re.match(wording.plural, reference.removeprefix("patent")):
        tokens = tokens[:1]  # "the method of claim 1, 10 times repeated"
    numbers: set[int] = set()
    last = 0
    open_range = False
    for token in tokens:
        if token.isdecimal():
            current = int(token)
            first = last + 1 if open_range and last < current else current
            numbers.update(range(first, min(current + 1, limit)))
            last, open_range = current, False
        else:
            open_range = re.fullmatch(wording.ranges, token) is not None
    return {number for number in numbers if 0 < number < limit}
