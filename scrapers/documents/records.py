"""A committee document as a list names it."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Final

from pydantic import Field, ValidationInfo, field_validator

from scrapers.records import Record
from scrapers.text import fold

MAX_NAME: Final = 120
_ADDRESS: Final = re.compile(r"https?://\S+")
_NUMBERED: Final = re.compile(r"n[\s.\u00a0]*(?:°|o\b)?\s*(\d{1,9})", re.IGNORECASE)


class DocumentKind(StrEnum):
    """What a document is for; a patent call asks the experts of which patents they know."""

    DOCUMENT = "document"
    EXPERTS = "experts"
    PATENT_CALL = "patent_call"
    RESOLUTION = "resolution"
    CITATION = "citation"


def document_number(text: str) -> str:
    """The number as committees write it: `N1234` and `n 1234` are `N 1234`; another number only loses white space."""
    plain = _plain(text)
    found = _NUMBERED.fullmatch(plain)
    return f"N {int(found[1])}" if found else plain


class ListedDocument(Record):
    """A document `number` of a `body`, both as they stand; what a list does not say stays unset.

    `due_on` is the day by which an answer is asked for, `supersedes` the number of an older document of the same body,
    `reference` the standard that it is about.
    """

    body: str = Field(min_length=1, max_length=MAX_NAME)
    number: str = Field(min_length=1, max_length=MAX_NAME)
    title: str = Field(min_length=1, max_length=500)
    kind: DocumentKind = DocumentKind.DOCUMENT
    issued_on: dt.date | None = None
    due_on: dt.date | None = None
    supersedes: str | None = Field(default=None, min_length=1, max_length=MAX_NAME)
    reference: str | None = Field(default=None, min_length=1, max_length=200)
    address: str | None = Field(default=None, max_length=2000)

    @field_validator("body", "title", "reference", mode="before")
    @classmethod
    def _folded(cls, value: object) -> object:
        return _plain(value) if isinstance(value, str) else value

    @field_validator("number", "supersedes", mode="before")
    @classmethod
    def _numbered(cls, value: object) -> object:
        return document_number(value) if isinstance(value, str) else value

    @field_validator("supersedes")
    @classmethod
    def _older(cls, value: str | None, found: ValidationInfo) -> str | None:
        if value is not None and value == found.data.get("number"):
            raise ValueError(f"{value} cannot supersede itself; name the older document or none")
        return value

    @field_validator("address")
    @classmethod
    def _of_the_web(cls, value: str | None) -> str | None:
        if value is not None and not (_ADDRESS.fullmatch(value) and value.isprintable()):
            raise ValueError(f"{value[:80]!r} is no address of the web; expected https://host/path")
        return value


def _plain(text: str) -> str:
    """The text on one line, without characters that cannot be shown."""
    return fold("".join(each if each.isprintable() else " " for each in text))
