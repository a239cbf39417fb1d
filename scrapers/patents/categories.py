"""The category of a claim, read from the noun that it opens with. Pure.

Patent law knows two basic categories: claims to a physical entity (product, apparatus, system, medium) and claims to an
activity (process, method, use); EPO Guidelines F-IV 3.1.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from scrapers.patents.references import folded

_LOOKED_AT = 400  # characters: the opening noun stands at one end of the claim
_KANA = re.compile(r"[぀-ヿ]")
_HAN = re.compile(r"[一-鿿]")
_HANGUL = re.compile(r"[가-힣]")
_ARTICLE = (
    r"(?:(?:an?|the|said|one or more|at least one|eine?[rsmn]?|der|die|das|dem|den|des|une?|les?|la|los?|las|unos?"
    r"|unas?|o|um|uma|il|lo|gli|i)\s+|l['’]\s?)"
)
_PLACE_WORDS = ("in", "within", "at", "on", "for")
_ARTICLES = re.compile(rf"^{_ARTICLE}+")
# The opening noun phrase ends where its first complement begins.
_COMPLEMENT = re.compile(
    r"[,:;(]|(?<![\w-])(?:according|as|of|in|for|to|by|with|that|which|wherein|whereby|where|comprising|comprises"
    r"|including|having"
    r"|performed|implemented|executed|carried|operable|configured|adapted|using|on|at|from|when|further"
    r"|nach|gemäß|gemaess|zum|zur|zu|von|mit|für|fuer|bei|in|im|dadurch|umfassend|wobei|eines|einer|der|des"
    r"|selon|de|du|des|pour|dans|comprenant|caractérisée?|permettant|mis|mise"
    r"|según|para|que|comprende|segundo|secondo|per|di)(?![\w-])|\bd['’]"
)
_ACTIVITY_WORD = re.compile(
    r"(?:methods?|process|processes|procedures?|uses?|\w*verfahrens?|\w*verwendung|procédés?|procede|méthodes?|utilisation"
    r"|método|procedimiento|uso|processo|procedimento|metodo)"
)
_BRACKETED = re.compile(r"\s?\([^()]*\)")
# "In a network, a method of ...": the noun comes after the place.
_PLACE = re.compile(r"^(?:in|within|at|on|for)\s[^,]*,\s*")
# Between the noun and the reference stand none but function words: the claim is about the thing of the other claim.
_SAME_THING = re.compile(
    r"\W*(?:(?:as|of|in|to|by|with|per|under|according|accordance|claimed|recited|defined|described|specified|disclosed|set"
    r"|forth|out|any|one|or|more|either|each|all|at|least|the|preceding|previous|prior|foregoing|above|said"
    r"|nach|gemäß|gemaess|wie|laut|entsprechend|mindestens|zumindest|wenigstens|einem|eines|einer|der|den|oder|mehreren"
    r"|\w+(?:geh|steh)enden|beansprucht|selon|suivant|conforme|conformément|à|a|aux?|dans|une?|quelconque|des?|du|la|les"
    r"|según|conforme|con|cualquiera|las?|una|segundo|secondo|uma|qualquer|das|qualsiasi|delle)\W+|l'une?\s)*"
    r"(?:claims?|(?:patent)?anspr(?:u|ü|ue)ch\w*|revendications?|reivindica\w+|rivendicazion[ei])\b"
)
_SAME_THING_CHINESE = re.compile(
    r"(?:一种|一種)?(?:根据|根據|如|按照|依据|依據)?(?:前述|上述)?(?:任一项|任一)?(?:权利要求|權利要求|請求項)[^,的]*?所述的?"
    r"[^,的]{1,20}(?:,|$)"
)
_SAME_THING_AT_END = re.compile(
    r"請求項[^。]{0,60}記載の[^のをがはにで、,]{1,40}$|^[^,]{0,40}(?:청구항|제 ?[0-9]+ ?항)[^,]{0,40}에 있어서"
)
# Words that open a claim without saying what it claims.
_EMPTY_OPENING = re.compile(
    r"(?:invention|subject matter|subject-matter|gegenstand|objet|objeto|claims?|any|anspruch)?"
)
_ACTIVITY_END = ("方法", "製法", "製造方法", "使用", "工艺", "工藝", "用途", "应用", "應用", "방법", "용도")


class Category(StrEnum):
    """What a claim is directed to: a physical entity or an activity."""

    PRODUCT = "product"
    PROCESS = "process"


def category_of(text: str) -> Category | None:
    """The category of a claim from its text without number.

    None where the opening does not tell, and where it says no more than that the claim is about the very thing of
    another claim ("The method of claim 1", "Verfahren nach Anspruch 1", 請求項１に記載の方法), whose
    category it shares.
    """
    ascii_only = text.isascii()
    # The whole text matters only where the noun stands at its end.
    shown = text[: 2 * _LOOKED_AT] if ascii_only else unicodedata.normalize("NFKC", text)
    plain = folded(shown.lower())
    if not ascii_only and (_KANA.search(plain) or _HANGUL.search(plain)):
        return _category_at_end(plain[-_LOOKED_AT:])
    opening = plain[:_LOOKED_AT]
    if "(" in opening:
        opening = _BRACKETED.sub("", opening)
    if not ascii_only and _HAN.search(opening):
        if _SAME_THING_CHINESE.match(opening):
            return None
        return _category_of_noun(re.split(r"[,、:;。(]|其特征|其特徵|包括|包含", opening)[0].strip())
    if opening.startswith(_PLACE_WORDS):
        opening = _PLACE.sub("", opening)
    opening = _ARTICLES.sub("", opening)
    found = _COMPLEMENT.search(opening)
    head = opening[: found.start()] if found else opening
    if _SAME_THING.match(opening[len(head) :]):
        return None
    return _category_of_words(head.strip(" .-–"))


@lru_cache(maxsize=4096)
def _category_of_words(head: str) -> Category | None:
    """The category of an opening noun phrase of a European language."""
    if _EMPTY_OPENING.fullmatch(head):
        return None
    words = head.split()
    if _ACTIVITY_WORD.fullmatch(words[-1]) or _ACTIVITY_WORD.fullmatch(words[0]):
        return None if words[0] in {"process", "processes"} and len(words) > 1 else Category.PROCESS
    # "A method executed by ...": the noun may be followed by a participle that is no complement we know.
    for noun, following in itertools.pairwise(words):
        if _ACTIVITY_WORD.fullmatch(noun) and following.endswith(("ed", "ing")):
            return Category.PROCESS
    return Category.PRODUCT


def _category_at_end(text: str) -> Category | None:
    """Japanese and Korean claims end with the noun that they claim."""
    ending = text.rstrip("。. ")
    if _SAME_THING_AT_END.search(ending):
        return None
    return _category_of_noun(re.split(r"[、。,.\s]", ending)[-1])


def _category_of_noun(noun: str) -> Category | None:
    if not noun:
        return None
    return Category.PROCESS if noun.endswith(_ACTIVITY_END) else Category.PRODUCT
