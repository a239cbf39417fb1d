"""What the cover, running heads and footers of a draft say of it: reference, copyright, confidentiality."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 300
_COPYRIGHT = (re.compile(r"©\s*[^©]*\b(?:19|20)\d\d\b"), re.compile(r"©"), re.compile(r"^\s*copyright\b.*\d{4}", re.I))
_CONFIDENTIAL = re.compile(
    r"\bconfidential\b|\brestricted\b|\bproprietary\b|not (?:for|to be) (?:further )?(?:distribut|circulat|cop)\w*"
    r"|do not (?:copy|distribute|circulate|share)|committee (?:use|members) only|(?:internal|members'?) use only"
    r"|社外秘|部外秘|取扱注意|関係者限り|機密|極秘|秘密",
    re.IGNORECASE,
)
_STAGE = r"(?:PWI|NP|AWI|WD|CD|CDV|DIS|FDIS|PRF|DTS|DTR|DPAS|PDTS|PDTR|DAM|FDAM|TS|TR|PAS)"
_REFERENCE = re.compile(
    rf"(?:ISO|IEC|JIS|EN|CEN|IEEE)(?:/[A-Z]{{2,8}})*[ /](?:{_STAGE}[ /])?(?:{_STAGE} )?(?:Guide )?[A-Z]?\s?\d{{2,6}}"
    r"(?:-\d+)*(?:[:：]\s?(?:\d{4}(?:-\d\d)?|—))?"
    r"(?:/(?:Amd|Cor|DAM|FDAM)\.? ?\d+(?::\d{4})?)?(?:\s?\([A-Za-z/,]{1,5}\))?"
)
_TITLE_JOIN = re.compile(r"\s*[—–-]\s*$")
_SENTENCE = re.compile(r"[^.!?。]*[.!?。]?")


def copyright_line(lines: Iterable[str]) -> str | None:
    """The copyright line, one with a year first; None where there is none."""
    known = [" ".join(line.split()) for line in lines]
    for pattern in _COPYRIGHT:
        for line in known:
            found = pattern.search(line)
            if found:
                return line[found.start() :][:LONGEST]
    return None


def confidentiality(lines: Iterable[str]) -> str | None:
    """The marking of confidentiality as printed, the sentence of it where it stands in a longer notice."""
    for line in lines:
        folded = " ".join(line.split())
        if _CONFIDENTIAL.search(folded):
            sentences = (part for part in _SENTENCE.findall(folded) if _CONFIDENTIAL.search(part))
            return next(sentences, folded).strip()[:LONGEST]
    return None


def reference(lines: Iterable[str]) -> str | None:
    """The reference of the document: a line of its own with nothing else, else the first one inside a line."""
    known = [" ".join(line.split())[:LONGEST] for line in lines]
    for line in known:
        if _REFERENCE.fullmatch(line):
            return line
    found = (_REFERENCE.search(line) for line in known)
    return next((match[0] for match in found if match), None)


def title_of(parts: Iterable[str]) -> str | None:
    """The title from its parts, which may be several lines: introductory, main and part title."""
    cleaned = [_TITLE_JOIN.sub("", " ".join(part.split())) for part in parts]
    return " — ".join(part for part in cleaned if part) or None


def language_of(text: str) -> str:
    """`ja` where a good part of the letters are Japanese, else `en`."""
    kana = sum("぀" <= character <= "ヿ" for character in text)
    return "ja" if kana * 20 > len(text) else "en"
