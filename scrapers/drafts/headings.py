"""What a printed heading says: number, title and, for an annex, its status."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from scrapers.drafts.labels import read_label
from scrapers.drafts.tree import annex_is_normative

_STATUS = re.compile(r"[\(（]\s*(normative|informative|normatif|informatif|規定|参考)\s*[\)）]", re.IGNORECASE)
_ANNEX = re.compile(r"^(?:annexe?|appendix|附属書)\s*([A-Z]{1,2})(?![A-Za-z])\s*[:：.—–-]?\s*", re.IGNORECASE)
_NUMBERED = re.compile(r"^((?:\d{1,3}|[A-Z]{1,2}\.\d{1,3})(?:\.\d{1,3})*)(?:\.(?=\s|$)|(?=\s|$))\s*")
_SENTENCE_END = re.compile(r"[.:;。；：]$")
_WORDS_IN_TITLE = 6


@dataclass(frozen=True)
class Heading:
    """A heading taken apart; `normative` is None where its text does not say."""

    number: str | None
    title: str | None
    annex: bool = False
    normative: bool | None = None


def annex_heading(text: str, letter: str | None = None) -> Heading | None:
    """`Annex A (normative) Tests` taken apart; None where the text is no heading of an annex.

    `letter` is the one that the numbering gives, for text that does not hold it.
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _ANNEX.match(folded)
    if found is None and letter is None:
        return None
    rest = folded[found.end() :] if found else folded
    status = _STATUS.match(rest)
    title = rest[status.end() :].strip(" :—–-") if status else rest.strip()
    number = letter or (found[1].upper() if found else None)
    return Heading(number, title or None, True, annex_is_normative(status[1]) if status else None)


def annex_status(text: str) -> bool | None:
    """Whether a line such as `(informative)` makes its annex normative; None where the line says something else."""
    found = _STATUS.fullmatch(text.strip())
    return annex_is_normative(found[1]) if found else None


def numbered_heading(text: str) -> Heading:
    """`4.2 Frames` taken apart; a text that begins with no clause number is all title."""
    folded = " ".join(text.split())
    found = _NUMBERED.match(unicodedata.normalize("NFKC", folded[:20]))
    if found is None:
        return Heading(None, folded or None)
    return Heading(found[1], folded[found.end() :] or None)


def is_sentence(text: str) -> bool:
    """Whether the text after a number is a sentence and so no title: the subclause has none (Part 2, 22.2)."""
    words = len(text.split())
    japanese = text.endswith("。")
    return bool(_SENTENCE_END.search(text)) and (japanese or words > _WORDS_IN_TITLE)


def may_be_title(text: str) -> bool:
    """Whether a short text without full stop, label or list mark can be a title."""
    return len(text.split()) <= 2 * _WORDS_IN_TITLE and not _SENTENCE_END.search(text) and read_label(text).kind is None


def run_in_title(text: str, bold: str) -> tuple[str | None, str]:
    """Title and text of `Sieve, with round perforations`, where only the title is in bold type."""
    lead = bold.strip().rstrip(",.:;—– ")
    rest = text.strip().removeprefix(bold.strip()).strip()
    if not lead or len(lead.split()) > 2 * _WORDS_IN_TITLE or not text.strip().startswith(bold.strip()):
        return None, text.strip()
    if re.match(r"(?:or|and) ", rest) and len(rest.split()) < _WORDS_IN_TITLE and "," not in rest:
        return f"{lead} {rest}".rstrip(",.:; "), ""
    return lead, rest.lstrip(",.:;—– ")
