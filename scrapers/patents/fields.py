"""Small things that every reader of publications needs: dates, names, the choice of a language. Pure."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import field_validator

from scrapers.identifiers import PatentNumber
from scrapers.records import Publication, Record
from scrapers.set_aside import excerpt_of

_COUNTRY_SUFFIX = re.compile(r"\s*\[[A-Z]{2}\]$")


class Refusal(Record):
    """A single record of a file that could not be read, while the others were.

    `place` names file, document and line; `reason` says what is wrong. Both are one line, whatever a parser's message
    or a member's name had in it. `excerpt` is the beginning of the record's raw text, where the reader has it.
    """

    place: str
    reason: str
    excerpt: str = ""

    @field_validator("excerpt", mode="before")
    @classmethod
    def _a_beginning(cls, text: str | bytes) -> str:
        return excerpt_of(text)

    @field_validator("place", "reason")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        return " ".join(text.split())


def date_of(text: str | None) -> dt.date | None:
    """A day from `YYYYMMDD` (WIPO ST.2); None where it is absent or no day, as in `19981000` for October 1998."""
    if text is None or not re.fullmatch(r"[0-9]{8}", text.strip()):
        return None
    digits = text.strip()
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def publication(number: PatentNumber, source_format: str, fields: Mapping[str, Any]) -> Publication:
    """A publication with the fields that hold something; the others stay unset, so that they change nothing."""
    kept = {name: value for name, value in fields.items() if value not in (None, "", ())}
    if number.kind is not None:
        kept["kind"] = number.kind
    return Publication(
        number=str(number),
        raw_number=number.raw,
        country=number.country,
        doc_number=number.doc_number,
        source_format=source_format,
        **kept,
    )


def unique(values: Iterable[str | None]) -> tuple[str, ...]:
    """The values in order, without empty ones and repetitions."""
    return tuple(dict.fromkeys(value for value in values if value))


def distinct_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names as printed, each once; `HERRALA, SAMI` and `Herrala, Sami` or `MUELLER` and `Müller` are one name.

    Trailing commas and country suffixes (`[FI]`) are taken off; of two spellings the one that is not all capitals is
    kept, in the place of the first.
    """
    kept: dict[str, str] = {}
    for name in names:
        plain = _COUNTRY_SUFFIX.sub("", " ".join(name.split())).rstrip(" ,;")
        key = _name_key(plain)
        if key and (key not in kept or (kept[key].isupper() and not plain.isupper())):
            kept[key] = plain
    return tuple(kept.values())


def _name_key(name: str) -> str:
    folded = name.casefold().replace("ß", "ss")
    letters = "".join(character for character in unicodedata.normalize("NFKD", folded) if character.isalnum())
    return re.sub("(?<=[aou])e", "", letters) or letters


def preferred(texts: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """The English one of `(language, text)` pairs, otherwise the first; None where there is none."""
    pairs = list(texts)
    return next((pair for pair in pairs if pair[0] == "en"), pairs[0] if pairs else None)
