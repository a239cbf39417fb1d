"""Where sentences begin and end in English and Japanese text; pure."""

from __future__ import annotations

import re

_STOP = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？]+|(?<!\d)．|．(?!\d)")
_NEXT = re.compile(r"\s*[\"'“‘(\[]?(?:[A-Z0-9]|[^\x00-\x7f])")
_LAST_WORD = re.compile(r"(\S+?)[.!?]+[\"'”’)\]]*$")
# These never end a sentence in a standard, whatever follows them.
_ABBREVIATIONS = frozenset(
    "e.g i.e cf vs viz fig figs no nos eq eqs ref refs vol pp ed eds al dr mr mrs ms prof st approx resp u.s u.k "
    "incl excl ext art para sect ch".split()
)
# After these a single capital letter is a designation ("Annex A."), not an initial ("J. Sato").
_DESIGNATED = frozenset("annex table figure clause class type part formula group grade level key method option".split())
_OPENER = re.compile(r"\s+(?:The|This|These|An?|It|If|When|Where|In|For|Each|All|No|Every|Any|NOTE|EXAMPLE)\b")
_LONGEST_WORDS = 100
_CLOSING = "」』）)"


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The (start, end) offsets of the sentences of one paragraph, in order, without the white space around them.

    Every character that is not white space lies in exactly one span. Abbreviations (`e.g.`, `Fig. 3`), clause numbers
    (`5.1`), initials and a list number at the start (`1. `) end no sentence; nor does a full stop inside Japanese
    brackets.
    """
    spans = []
    start = 0
    for match in _STOP.finditer(text):
        end = match.end()
        if end < len(text) and _ends_sentence(text, start, match):
            spans.append((start, end))
            start = end
    spans.append((start, len(text)))
    trimmed = (_trim(text, begin, end) for begin, end in spans)
    return [(begin, end) for begin, end in trimmed if begin < end]


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    stop = match.group()[0]
    if stop in "。！？．":
        return text[match.end()] not in _CLOSING
    if not _NEXT.match(text, match.end()):
        return False
    if stop != ".":
        return True
    window = max(start, match.end() - _LONGEST_WORDS)
    words = text[window : match.end()].split()
    last = _LAST_WORD.match(words[-1]) if words else None
    word = last[1].lstrip('("“‘[') if last else ""
    if word.lower() in _ABBREVIATIONS:
        return False
    if len(words) == 1 and window == start and re.fullmatch(r"\d+|[A-Za-z]", word):
        return False
    if len(word) == 1 and word.isupper():
        before = words[-2] if len(words) > 1 else ""
        return before.lower() in _DESIGNATED or _OPENER.match(text, match.end()) is not None
    return True


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
