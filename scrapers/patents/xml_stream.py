"""A file of XML documents as a stream of publications and refusals: one bad document spoils none of the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.records import Publication
from scrapers.xml import XmlDocument, iter_documents

Outcome = Publication | Refusal
RootReader = Callable[[etree._Element, str], Iterator[Outcome]]


def read_documents(path: Path, read_root: RootReader) -> Iterator[Outcome]:
    """What `read_root(root, place)` makes of each document of the file, which is never in memory as a whole.

    A document that is not well-formed, too large or unsafe, or for which `read_root` raises UnreadableFileError or
    InvalidIdentifierError, becomes a Refusal. Raises UnreadableFileError where the file itself cannot be opened.
    """
    for document in iter_documents(path):
        place = f"{document.name}, document {document.number}, line {document.first_line}"
        try:
            root = document.parse()
        except UnreadableFileError as error:
            yield _broken(document, error)
            continue
        try:
            yield from read_root(root, place)
        except (UnreadableFileError, InvalidIdentifierError) as error:
            yield Refusal(place=place, reason=str(error))


def _broken(document: XmlDocument, error: UnreadableFileError) -> Refusal:
    """The refusal for a document that could not be parsed; the message names the place before its first colon."""
    what = f"{document.name}, document {document.number}"
    found = re.match(r"(?:, line ([0-9]+))?: ", rest := str(error).removeprefix(what))
    line = found[1] if found and found[1] else str(document.first_line)
    return Refusal(place=f"{what}, line {line}", reason=rest[found.end() :] if found else rest)
