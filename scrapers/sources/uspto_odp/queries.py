"""A watch as a query of the Open Data Portal, in its simplified syntax: fields, phrases, ranges, AND and OR. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapers.day_windows import Days
from scrapers.identifiers import PatentNumber
from scrapers.records import Watch

_META = "applicationMetaData."
_SUBCLASS = re.compile(r"[A-HY][0-9]{2}[A-Z]")
_GROUP = re.compile(r"([A-HY][0-9]{2}[A-Z])([0-9]{1,4})/([0-9]{2,6})")


def query_of(watch: Watch, days: Days) -> str:
    """The query for what was published or granted in some days. Raises ValueError where a term can't be asked for.

    Words are looked for in the title, for the portal has no abstracts. It writes the main group right-aligned in four
    places: `G06N   3/08`.
    """
    span = f"[{days.first} TO {days.last}]"
    clauses = [
        _any(f"{_META}applicantBag.applicantNameText:{_phrase(name)}" for name in watch.applicants),
        _any(f"{_META}cpcClassificationBag:{_symbol(symbol)}" for symbol in watch.cpc),
        _any(f"{_META}inventionTitle:{_phrase(words)}" for words in watch.words),
        _any([f"{_META}earliestPublicationDate:{span}", f"{_META}grantDate:{span}"]),
    ]
    return " AND ".join(clause for clause in clauses if clause)


def query_of_number(number: PatentNumber) -> str:
    """The query for the application behind a US publication or grant."""
    if re.fullmatch(r"20[0-9]{9}", number.doc_number):
        return f"{_META}earliestPublicationNumber:US{number.doc_number}{number.kind or '*'}"
    return f"{_META}patentNumber:{number.doc_number}"


def _any(clauses: Iterable[str]) -> str:
    listed = list(clauses)
    return f"({' OR '.join(listed)})" if len(listed) > 1 else "".join(listed)


def _phrase(text: str) -> str:
    words = " ".join(re.sub(r'["\\\x00-\x1f]', " ", text).split())
    if not re.search(r"\w", words):
        raise ValueError(f"{text!r} holds no word to search for")
    return f'"{words}"'


def _symbol(text: str) -> str:
    symbol = re.sub(r"\s+", "", text).upper()
    if _SUBCLASS.fullmatch(symbol):
        return f"{symbol}*"
    match = _GROUP.fullmatch(symbol)
    if match is None:
        raise ValueError(f"{text!r} is no CPC symbol such as G06N or G06N 3/08")
    return f'"{match[1]}{match[2]:>4}/{match[3]}"'
