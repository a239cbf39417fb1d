"""What every patent claim says whatever it claims: references, transitions, storage media, "said". Pure."""

from __future__ import annotations

import re
from typing import Final

from workbench.mapping.elements import written_language

_DIGITS = r"\s?[0-9０-９]{1,4}"
_CLAIM_NUMBERS = (
    r"(?:\(s\))?\s(?:nos?\.\s)?\d{1,4}(?:\s?(?:,\s?(?:(?:and/or|or|and)\s)?|-|–|(?:to|through|thru|and/or|or|and|&)\s)\s?"
    r"(?:(?:any|one|either)\s(?:one\s)?of\s)?(?:claims?\s)?\d{1,4}\b)*"
)
_EAST_ASIAN_REFERENCE = (
    rf"(?:請求項|(?:权利要求|權利要求)书?|(?:特許請求の範囲|申請專利範圍)第){_DIGITS}項?"
    r"(?:\s?(?:から|ないし|乃至|又は|または|若しくは|もしくは|或いは|あるいは|及び|および|並びに|以及|至|到|或者?|和|及|与"
    rf"|、|,|，|～|〜|~|-|－|−)\s?(?:請求項|(?:权利要求|權利要求)书?|第)?{_DIGITS}(?![0-9０-９つ個年])項?)*"
    r"(?:まで)?(?:の?うち)?(?:の?(?:いずれか|何れか)(?:に?[一1１]\s?[項つ方])?|中?的?任意?一[项項])?"
)
_REFERENCE: Final = re.compile(
    rf"\bclaims?{_CLAIM_NUMBERS}"
    r"|\b(?:(?:patent)?anspr[uü]che?[ns]?|revendications?)\s\d{1,4}"
    r"(?:\s?(?:,|-|–|bis|und|oder|bzw\.|à|ou|et)\s?\d{1,4}\b)*"
    r"|(?:청구항\s?제?\s?\d{1,4}|제\s?\d{1,4}\s?항)항?(?:\s?(?:내지|또는|및|에서)\s?(?:청구항|제)?\s?\d{1,4}\s?항?)*"
    rf"|{_EAST_ASIAN_REFERENCE}",
    re.IGNORECASE,
)

# Each pattern with what takes its place, in this order.
_ENGLISH: Final = (
    (
        (
            r"\b(?:non-?transitory\s)?(?:(?:computer|machine|processor)[- ](?:readable|accessible|usable)\s)?"
            r"(?:storage\s|recording\s)?(?:medium|media|memory|memories|storage device|program product)s?\b"
            r"[^;:]{0,80}?\binstructions\b[^;:]{0,160}?\b(?:cause[sd]?|configured|operable)\b[^;:]{0,80}?\bto"
            r"(?:\s(?:perform|carry out|execute)\b[^;:]{0,60}?\bcomprising)?\b:?"
        ),
        "memory, ",
    ),
    (
        (
            r"\b(?:(?:according|in accordance|as (?:claimed|recited|defined|set forth|described)|as|of|in|to|by)\s)?"
            r"(?:(?:with|to|in|per)\s)?(?:(?:any|one|either|each|all)(?:\sor\smore)?(?:\sone)?\s(?:of\s)?)?(?:the\s)?"
            rf"(?:(?:preceding|foregoing|previous|above)\sclaims?\b|claims?{_CLAIM_NUMBERS})"
        ),
        "",
    ),
    (r",?\s(?:(?:the|said)\s\w+\s|which\s)?(?:further\s)?comprising(?:\sthe\ssteps?\sof)?\b:?", ","),
    (r"(?<!\bgroup),?\s(?:which\s)?(?:further\s)?consist(?:ing|s)\s(?:essentially\s)?of\b:?", ","),
    (r",?\s(?:which\s)?(?:further\s)?comprises?\b:?", ","),
    (r"\b(?:characteri[sz]ed (?:in that|by)|wherein|whereby|computer-implemented|said|aforementioned)\b:?", ""),
    (r"\b(?:at least one(?: or more)?|one or more|a plurality of|configured to|adapted to|operable to)\b", ""),
    (r"(?<![\w-])\((?:[a-z]|[ivx]{1,5}|\d{1,3}[a-z]?)\)", ""),
)
_JAPANESE: Final = (
    (
        rf"{_EAST_ASIAN_REFERENCE}(?:に記載の|記載の|の|に係る)?",
        "",
    ),
    (r"前記|上記|当該", ""),
    (r"(?:であって|において|に於いて)[、,，]?", "、"),
    (r"ことを特徴とする", "、"),
    (r"と?[、,，]?を(?:備え|具備す|有す)る(?:、|(?=\w))", "、"),
)
_CHINESE: Final = (
    (
        rf"(?:根据|根據|如|按照|依据)?(?:前述|上述)?{_EAST_ASIAN_REFERENCE}(?:所述的?)?",
        "",
    ),
    (r"其特[征徵]在于[，,:：]?|所述的?|一种|一種", ""),
    (r"[，,]?(?:装置|方法)?(?:还)?(?:包括|包含)(?:以下步骤)?[：:]", "，"),
)
_BOILERPLATE: Final = {
    language: tuple((re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in patterns)
    for language, patterns in (("en", _ENGLISH), ("ja", _JAPANESE), ("zh", _CHINESE))
}


def without_references(text: str) -> str:
    """A claim with "claim 1", "any of claims 2, 3 or 5 to 7", 請求項１から３のいずれか一項 and their like blanked out.

    Everything else stays where it was.
    """
    return _REFERENCE.sub(lambda reference: " " * len(reference[0]), text)


def core_text(text: str, language: str) -> str:
    """A claim without what every claim says: references to claims, transitions, "said", storage media and processors.

    It reads as text and is for retrieval only; where nothing would be left, the text is returned as it is.
    """
    core = text
    for pattern, instead in _BOILERPLATE.get(written_language(text, language), ()):
        core = pattern.sub(instead, core)
    core = re.sub(r"\s+(?=[,;:.、。，；])", "", " ".join(core.split()))
    core = re.sub(r"([,;:、，；])(?:\s*[,;:、，；])+", r"\1", core)
    core = re.sub(r"^[\s,;:.、。，；]+", "", core)
    return core if re.search(r"\w", core) else " ".join(text.split())
