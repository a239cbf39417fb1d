"""DOCDB files of the EPO's bulk data (exchange documents): bibliographic data, never claims.

Unlike in OPS the form of a number or name is in the attribute `data-format`; `docdba` is the original spelling. A
document with the status D tells that DOCDB deleted the publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.errors import UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.lines import opened
from scrapers.patents.classification import symbol
from scrapers.patents.exchange import in_languages, joined, names, scheme, text
from scrapers.patents.fields import date_of, preferred, publication, unique
from scrapers.patents.xml_stream import Outcome, read_elements
from scrapers.records import Priority, Publication

NAME = "docdb-xml"
_ROOT_TAG_BYTES = 4096
# With a DOCTYPE, which is never followed, DOCDB's own entities (`&SACUTE;`) are no error and stay as they are.
_OPENING = (
    b'<!DOCTYPE exch:exchange-documents SYSTEM "docdb-entities.dtd">'
    b'<exch:exchange-documents xmlns:exch="http://www.epo.org/exchange">'
)
ROOTS = frozenset({"exchange-documents", "exchange-document"})


def read(path: Path) -> Iterator[Outcome]:
    """Publications of a DOCDB file, in its order; see `scrapers.patents.read_patents`."""
    return read_elements(path, "exchange-document", _publication, wrapper=_wrapper(path))


def _wrapper(path: Path) -> tuple[bytes, bytes]:
    """Tags around a document that was cut out of its file and lost its DOCTYPE and the declaration of its prefix."""
    with opened(path) as stream:
        start = stream.read(_ROOT_TAG_BYTES)
    cut_out = re.match(rb"\s*<exch:exchange-document[\s>][^>]*>", start)
    if cut_out is None or b"xmlns:exch" in cut_out[0]:
        return b"", b""
    return _OPENING, b"</exch:exchange-documents>"


def _publication(document: etree._Element) -> Publication:
    country, doc_number, kind = (document.get(name) or "" for name in ("country", "doc-number", "kind"))
    number = PatentNumber.from_parts(country, doc_number, kind or None)
    if document.get("status") == "D":
        raise UnreadableFileError(f"DOCDB deleted {number}; nothing in it to import")
    data = document.find("{*}bibliographic-data")
    if data is None:
        raise UnreadableFileError(f"the exchange document of {number} has no bibliographic-data")
    title = preferred(in_languages(data.iterfind("{*}invention-title")))
    abstract = preferred(in_languages(document.iterfind("{*}abstract")))
    fields: dict[str, Any] = {
        "date": date_of(document.get("date-publ")),
        "application": joined(_in_form(data.iterfind("{*}application-reference"), "docdb")),
        "priorities": _priorities(data),
        "family_id": document.get("family-id"),
        "title": title[1] if title else None,
        "title_language": title[0] if title else None,
        "abstract": abstract[1] if abstract else None,
        "applicants": names(data, "{*}parties/{*}applicants/{*}applicant", "{*}applicant-name/{*}name", "docdba"),
        "inventors": names(data, "{*}parties/{*}inventors/{*}inventor", "{*}inventor-name/{*}name", "docdba"),
        "ipc": unique(
            symbol(text(item, "{*}text")) for item in data.iterfind("{*}classifications-ipcr/{*}classification-ipcr")
        ),
        "cpc": unique(
            symbol(text(item, "{*}classification-symbol"))
            for item in data.iterfind("{*}patent-classifications/{*}patent-classification")
            if scheme(item).startswith("CPC")
        ),
    }
    return publication(number, NAME, fields)


def _in_form(references: Iterator[etree._Element], form: str) -> etree._Element | None:
    """The document-id of the first reference in one form."""
    return next((item.find("{*}document-id") for item in references if item.get("data-format") == form), None)


def _priorities(data: etree._Element) -> tuple[Priority, ...]:
    """The docdb and epodoc forms of one priority share its sequence number; those of the original form do not."""
    forms: dict[str, dict[str, etree._Element]] = {}
    for claim in data.iterfind("{*}priority-claims/{*}priority-claim"):
        document_id, form = claim.find("{*}document-id"), claim.get("data-format") or ""
        if document_id is not None and form in {"docdb", "epodoc"}:
            forms.setdefault(claim.get("sequence") or "", {}).setdefault(form, document_id)
    priorities = []
    for printed in forms.values():
        docdb, epodoc = printed.get("docdb"), printed.get("epodoc")
        number = text(epodoc, "{*}doc-number") if epodoc is not None else joined(docdb)
        if number:
            priorities.append(
                Priority(number=number, date=date_of(text(docdb, "{*}date") if docdb is not None else ""))
            )
    return tuple(priorities)
