"""Claims from printed text: what depends on what, and where one claim ends. Pure.

**Dependency.** `depends_on` holds every earlier claim of the publication that a claim refers to, be it by a reference
element of the file or by its words ("according to claim 1", "any one of claims 1 to 3", "nach Anspruch 1",
"selon la revendication 1", 請求項１に記載). "Any preceding claim" means all earlier ones. A number that is the claim's
own, a later one or one that the publication does not have is dropped.

**Independence.** A claim is independent when it refers to no claim, and also when it refers only to claims of another
category, a product to a process or a process to a product: "A system configured to perform the method of claim 1"
claims something of its own and is examined as independent (EPO Guidelines F-IV 3.4 and 3.8; 35 U.S.C. 112(d) asks a
dependent claim to further limit the claim referred to). It keeps its reference in `depends_on`. Within one category a
reference makes a claim dependent ("A network comprising the device of claim 1"). A claim none of whose references can
be resolved is independent, so that it is not lost to what looks at independent claims only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from scrapers.patents.categories import Category, category_of
from scrapers.patents.references import folded as fold_text
from scrapers.patents.references import referred_claims
from scrapers.records import Claim

_CLAIM_IDS = re.compile(r"CLM-0*([0-9]{1,4})(?![0-9])(?:-0*([0-9]{1,4})(?![0-9]))?")
_LANGUAGE_UNKNOWN = "und"  # BCP 47: undetermined
_NUMBERED = re.compile(
    r"(?:[【\[［]\s*(?:請求項|청구항)\s*([0-9]{1,4})\s*[】\]］]|(?:請求項|청구항)\s*([0-9]{1,4})\s*[.:]|([0-9]{1,4})\s?[.)](?![0-9]))\s*(?=\S)"
)
# In running text a number opens a claim only after a full stop and before a capital.
_NUMBERED_INLINE = re.compile(r"(?<=[.;]) ([0-9]{1,4})\s?\. ?(?=[A-ZÀ-Þ])")
_HEADING = re.compile(
    r"(?:what (?:is|we|i) claim(?:ed)?(?: is)?|(?:we|i) claim|(?:the )?claims?|(?:patent)?ansprüche|revendications?"
    r"|reivindicaciones|特許請求の範囲|权利要求书|權利要求書|청구범위)\W*",
    re.IGNORECASE,
)
_CANCELLED = re.compile(
    r"\W*(?:(?:claims? )?[0-9]+(?:(?:\W+|\W*(?:to|through|and)\W*)[0-9]+)*\W*)?(?:cancell?ed|deleted|withdrawn)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedClaim:
    """A claim as a file has it: `text` with or without the printed number, `references` from reference elements."""

    number: int
    text: str
    references: tuple[int, ...] = ()


def build_claims(printed: Iterable[PrintedClaim], language: str | None) -> tuple[Claim, ...]:
    """The claims of one publication in one language, in order of number, with their dependencies (see above).

    Empty and cancelled claims ("5-9. (canceled)") are left out; of two claims with one number the first is kept.
    `language` is folded to lower case, `und` where it is None.
    """
    texts: dict[int, str] = {}
    marked: dict[int, tuple[int, ...]] = {}
    for claim in printed:
        text = without_number(claim.text, claim.number)
        if claim.number > 0 and claim.number not in texts and text and not _CANCELLED.fullmatch(text[:200]):
            texts[claim.number] = text
            marked[claim.number] = claim.references
    folded_language = (language or _LANGUAGE_UNKNOWN).strip().lower() or _LANGUAGE_UNKNOWN
    categories: dict[int, Category | None] = {}
    claims = []
    for number in sorted(texts):
        text = texts[number]
        named = referred_claims(text, number).union(marked[number])
        parents = tuple(sorted(parent for parent in named if parent < number and parent in texts))
        inherited = {categories[parent] for parent in parents}
        own = category_of(text)
        categories[number] = own or (next(iter(inherited)) if len(inherited) == 1 else None)
        other_category = own is not None and None not in inherited and own not in inherited
        claims.append(
            Claim(
                number=number,
                text=text,
                language=folded_language,
                independent=other_category or not parents,
                depends_on=parents,
            )
        )
    return tuple(claims)


def claim_ids(ids: str | None) -> tuple[int, ...]:
    """The claims that an identifier of the USPTO's XML names: `CLM-00001`, or a span `CLM-00001-00003`."""
    if ids is not None and len(ids) == 9 and ids.startswith("CLM-") and (digits := ids[4:]).isdecimal():
        number = int(digits)
        return (number,) if number <= 9999 else ()
    return tuple(
        number for first, last in _CLAIM_IDS.findall(ids or "") for number in range(int(first), int(last or first) + 1)
    )


def without_number(text: str, number: int) -> str:
    """The claim's text with white space folded and the printed claim number ("1. ", "【請求項１】") taken off."""
    folded = fold_text(text)
    if folded.startswith(printed := f"{number}. "):
        return folded[len(printed) :]
    found = _NUMBERED.match(unicodedata.normalize("NFKC", folded[:40]))
    if found is not None and _number(found) == number:
        # NFKC may change lengths, so the prefix is cut off by its last character.
        opening = re.match(r".{0,30}?[0-9０-９]{1,4}\s*[.)．）:：】\]］]\s*", folded)
        return folded[opening.end() :] if opening else folded
    bare = re.match(rf"{number} (?=[A-ZÀ-Þ][a-zß-ÿ]* )", folded)
    return folded[bare.end() :] if bare else folded


def split_claims(paragraphs: Iterable[str]) -> list[PrintedClaim]:
    """Claims from the paragraphs of a full text that does not mark them up reliably.

    A paragraph may hold one claim, several claims on lines of their own or in running text, or go on with the claim
    before it. A claim opens where its number stands at the start of a paragraph, or at the start of a line or after a
    full stop if it is the next number; not at a line that goes on in lower case where the first claim did not, which is
    an item of a list. Headings before the first claim are dropped. Where no paragraph is numbered, each one is a claim.
    """
    unnumbered: list[str] = []
    claims: list[tuple[int, list[str], bool]] = []
    for paragraph in paragraphs:
        for position, line in enumerate(line for line in paragraph.splitlines() if line.strip()):
            folded = " ".join(line.split())
            found = _NUMBERED.match(unicodedata.normalize("NFKC", folded[:40]))
            last = claims[-1][0] if claims else 0
            number = _number(found) if found else 0
            listed = position > 0 and claims and _is_lower(folded, found) and not claims[0][2]
            if (number == last + 1 and not listed) or (position == 0 and number > last):
                claims.append((number, [folded], _is_lower(folded, found)))
            elif claims:
                claims[-1][1].append(folded)
            elif position == 0 or not unnumbered:
                unnumbered.append(folded)
            else:
                unnumbered[-1] += f" {folded}"
    if not claims:
        texts = [text for text in unnumbered if not _HEADING.fullmatch(text)]
        return [PrintedClaim(number, text) for number, text in enumerate(texts, start=1)]
    return [part for number, lines, _ in claims for part in _split_inline(number, " ".join(lines))]


def _is_lower(line: str, number: re.Match[str] | None) -> bool:
    """Whether a line goes on in lower case behind its number."""
    return number is not None and unicodedata.normalize("NFKC", line[:40])[number.end() : number.end() + 1].islower()


def _split_inline(number: int, text: str) -> list[PrintedClaim]:
    parts = []
    start = 0
    for found in _NUMBERED_INLINE.finditer(text):
        if int(found[1]) == number + 1:
            parts.append(PrintedClaim(number, text[start : found.start()]))
            number, start = number + 1, found.start() + 1
    return [*parts, PrintedClaim(number, text[start:])]


def _number(found: re.Match[str]) -> int:
    return int(found[1] or found[2] or found[3])
