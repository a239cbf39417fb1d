"""Answers of the EPO's Open Patent Services 3.2 in XML: exchange documents (biblio) and full-text claims.

A biblio answer gives publications without claims, a claims answer publications with nothing but claims; what an answer
does not speak of stays unset, so that storing both completes the publication. Search and family answers are read
where they carry exchange documents (constituent `biblio`). All other answers are refused in one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.patents.claims import PrintedClaim, build_claims, split_claims
from scrapers.patents.classification import symbol
from scrapers.patents.exchange import cpc_of_parts, in_languages, joined, names, text
from scrapers.patents.fields import Refusal, date_of, preferred, publication, unique
from scrapers.patents.xml_stream import Outcome, read_documents
from scrapers.records import Claim, Priority, Publication
from scrapers.xml import local_name

NAME = "ops-xml"
ROOTS = frozenset({"world-patent-data", "fulltext-documents", "fault", "error"})
_ANSWERS = {
    "classification-scheme": "a classification scheme",
    "document-inquiry": "a list of drawings and facsimiles",
    "equivalents-inquiry": "a list of equivalents",
    "fulltext-inquiry": "a list of available full texts",
    "biblio-search": "a search result without biblio; ask for the constituent biblio",
    "patent-family": "a family without biblio; ask for the constituent biblio",
    "register-search": "EP Register data",
    "standardization": "an answer of the number service",
}


def read(path: Path) -> Iterator[Outcome]:
    """Publications of an OPS answer, or of several in one file; see `scrapers.patents.read_patents`."""
    return read_documents(path, _read_root)


def _read_root(root: etree._Element, place: str) -> Iterator[Outcome]:
    if local_name(root) in {"fault", "error"}:
        yield Refusal(place=place, reason=f"no publication but a fault reported by OPS: {_fault(root)}")
        return
    documents = [
        element for element in root.iter("{*}exchange-document", "{*}fulltext-document") if isinstance(element.tag, str)
    ]
    if not documents:
        yield Refusal(place=place, reason=f"no publication in this OPS answer: {_answer(root)}")
    for position, document in enumerate(documents, start=1):
        try:
            yield _biblio(document) if local_name(document) == "exchange-document" else _fulltext(document)
        except (UnreadableFileError, InvalidIdentifierError) as error:
            yield Refusal(place=f"{place}, publication {position}", reason=str(error))


def _fault(root: etree._Element) -> str:
    return " ".join(filter(None, (text(root, "{*}code"), text(root, "{*}description") or text(root, "{*}message"))))


def _answer(root: etree._Element) -> str:
    names = [local_name(child) for child in root]
    known = [_ANSWERS[name] for name in names if name in _ANSWERS]
    return known[0] if known else f"<{next((name for name in names if name and name != 'meta'), 'nothing')}>"


def _number_of(document: etree._Element) -> PatentNumber:
    """The docdb number: from the attributes of an exchange document, otherwise from its publication reference."""
    country, doc_number, kind = (document.get(name) or "" for name in ("country", "doc-number", "kind"))
    if not doc_number:
        reference = document.find("{*}bibliographic-data/{*}publication-reference/{*}document-id")
        if reference is None:
            raise UnreadableFileError(f"<{local_name(document)}> has no publication number")
        country, doc_number, kind = (text(reference, f"{{*}}{name}") for name in ("country", "doc-number", "kind"))
    return PatentNumber.from_parts(country, doc_number, kind or None)


def _biblio(document: etree._Element) -> Publication:
    number = _number_of(document)
    if document.get("status"):
        raise UnreadableFileError(f"OPS has no biblio of {number}: {document.get('status')}")
    data = document.find("{*}bibliographic-data")
    if data is None:
        raise UnreadableFileError(f"the exchange document of {number} has no bibliographic-data")
    title = preferred(in_languages(data.findall("{*}invention-title")))
    abstract = preferred(in_languages(document.findall("{*}abstract")))
    reference = _reference(data.find("{*}publication-reference"), "docdb")
    application = _reference(data.find("{*}application-reference"), "docdb")
    fields: dict[str, Any] = {
        "date": date_of(text(reference, "{*}date")) if reference is not None else None,
        "application": joined(application),
        "priorities": tuple(
            filter(None, (_priority(claim) for claim in data.iterfind("{*}priority-claims/{*}priority-claim")))
        ),
        "family_id": document.get("family-id"),
        "title": title[1] if title else None,
        "title_language": title[0] if title else None,
        "abstract": abstract[1] if abstract else None,
        "applicants": names(data, "{*}parties/{*}applicants/{*}applicant", "{*}applicant-name/{*}name", "original"),
        "inventors": names(data, "{*}parties/{*}inventors/{*}inventor", "{*}inventor-name/{*}name", "original"),
        "ipc": unique(
            symbol(text(item, "{*}text")) for item in data.iterfind("{*}classifications-ipcr/{*}classification-ipcr")
        ),
        "cpc": cpc_of_parts(data),
    }
    return publication(number, NAME, fields)


def _reference(reference: etree._Element | None, form: str) -> etree._Element | None:
    """The document-id of one form (docdb, epodoc, original) in a reference that gives several."""
    if reference is None:
        return None
    return next((item for item in reference.iterfind("{*}document-id") if item.get("document-id-type") == form), None)


def _priority(claim: etree._Element) -> Priority | None:
    """A priority in its printed form where OPS has it, preceded by the country, otherwise in epodoc or docdb form."""
    original, epodoc, docdb = (_reference(claim, form) for form in ("original", "epodoc", "docdb"))
    standard = text(epodoc, "{*}doc-number") if epodoc is not None else joined(docdb) or ""
    printed = text(original, "{*}doc-number") if original is not None else ""
    number = f"{standard[:2]} {printed}" if printed and standard else printed or standard
    date = next((text(form, "{*}date") for form in (epodoc, docdb, original) if form is not None), None)
    return Priority(number=number, date=date_of(date)) if number else None


def _fulltext(document: etree._Element) -> Publication:
    number = _number_of(document)
    claims = tuple(claim for element in document.iterfind("{*}claims") for claim in _claims(element))
    if not claims:
        raise UnreadableFileError(f"the full text of {number} has no claims; ask OPS for its claims")
    return publication(number, NAME, {"claims": claims})


def _claims(element: etree._Element) -> tuple[Claim, ...]:
    """The claims of one language; lines of a claim-text are kept apart, for a claim may open on each of them."""
    paragraphs = ["".join(text.itertext()) for text in element.iter("{*}claim-text")]
    printed: list[PrintedClaim] = split_claims(paragraphs)
    return build_claims(printed, element.get("lang"))
