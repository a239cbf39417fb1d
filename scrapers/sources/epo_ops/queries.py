"""A watch as CQL (OPS guide 1.3.20, section 4.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapers.day_windows import Days
from scrapers.records import Watch

_SYMBOL = re.compile(r"[A-HY](?:[0-9]{2}(?:[A-Z](?:[0-9]{1,4}(?:/[0-9]{2,6})?)?)?)?")


def query_of(watch: Watch, days: Days) -> str:
    """The CQL query of a watch for the publications of some days. Raises ValueError where a term can't be asked for.

    Example: `(pa="NEC Corp" or pa="Riken") and cpc=/low G06N3/08 and ta="neural network" and pd within "20260101
    20260107"`.
    """
    clauses = [
        _any(f'pa="{_phrase(name)}"' for name in watch.applicants),
        _any(f"cpc=/low {_symbol(symbol)}" for symbol in watch.cpc),
        _any(f'ta="{_phrase(words)}"' for words in watch.words),
        f'pd within "{days.first:%Y%m%d} {days.last:%Y%m%d}"',
    ]
    return " and ".join(clause for clause in clauses if clause)


def _any(clauses: Iterable[str]) -> str:
    listed = list(clauses)
    return f"({' or '.join(listed)})" if len(listed) > 1 else "".join(listed)


def _phrase(text: str) -> str:
    """Words without what would end the phrase; CQL has no escape for a quotation mark."""
    words = " ".join(re.sub(r'["\\\x00-\x1f]', " ", text).split())
    if not re.search(r"\w", words):
        raise ValueError(f"{text!r} holds no word to search for")
    return words


def _symbol(text: str) -> str:
    symbol = re.sub(r"\s+", "", text).upper()
    if not _SYMBOL.fullmatch(symbol):
        raise ValueError(f"{text!r} is no CPC symbol such as G06N or G06N 3/08")
    return symbol
