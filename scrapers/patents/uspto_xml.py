"""USPTO full text in XML: Red Book grants and applications v4 (2005 on), single or in concatenated weekly files.

Grants of 2001 to 2004 (ST.32, `PATDOC`) and applications of those years (`patent-application-publication`) come in the
same kind of file; their modules do the reading. Roots that are no publication, such as sequence listings, are refused
one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.errors import UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.patents import uspto_2001_applications, uspto_2001_grants
from scrapers.patents.claims import PrintedClaim, build_claims, claim_ids
from scrapers.patents.classification import symbol, symbol_from_parts
from scrapers.patents.fields import Refusal, date_of, distinct_names, publication, unique
from scrapers.patents.markup import flat_text
from scrapers.patents.xml_stream import Outcome, read_documents
from scrapers.records import Claim, Priority, Publication
from scrapers.xml import local_name, text_of

NAME = "uspto-xml"
ROOTS = frozenset({"us-patent-grant", "us-patent-application", "PATDOC", "patent-application-publication"})
OTHER_ROOTS = {"sequence-cwu": "a sequence listing", "us-sequence-listing": "a sequence listing"}


def read(path: Path) -> Iterator[Outcome]:
    """Publications of a USPTO XML file, in its order; see `scrapers.patents.read_patents`."""
    return read_documents(path, _read_root)


def _read_root(root: etree._Element, place: str) -> Iterator[Outcome]:
    match local_name(root):
        case "us-patent-grant" | "us-patent-application":
            yield _publication(root)
        case "PATDOC":
            yield uspto_2001_grants.read_root(root, NAME)
        case "patent-application-publication":
            yield uspto_2001_applications.read_root(root, NAME)
        case other:
            what = OTHER_ROOTS.get(other, "no publication")
            yield Refusal(place=place, reason=f"<{other}> is {what}; nothing in it to import")


def _publication(root: etree._Element) -> Publication:
    biblio = next((child for child in root if local_name(child).startswith("us-bibliographic-data")), None)
    document = biblio.find("publication-reference/document-id") if biblio is not None else None
    if biblio is None or document is None:
        raise UnreadableFileError(
            f"<{local_name(root)}> has no publication-reference/document-id; expected the USPTO's v4 full text"
        )
    number = PatentNumber.from_parts(
        _text(document, "country") or "US", _text(document, "doc-number"), _text(document, "kind") or None
    )
    language = (root.get("lang") or "en").lower()
    title = biblio.find("invention-title")
    applicants, inventors = _parties(biblio)
    fields: dict[str, Any] = {
        "date": date_of(_text(document, "date")),
        "application": _application(biblio),
        "priorities": _priorities(biblio),
        "title": flat_text(title) if title is not None else None,
        "title_language": language if title is not None else None,
        "abstract": " ".join(filter(None, (flat_text(abstract) for abstract in root.findall("abstract")))),
        "applicants": applicants,
        "inventors": inventors,
        "ipc": _ipc(biblio),
        "cpc": _symbols(biblio.findall("classifications-cpc//classification-cpc")),
        "claims": _claims(root, language),
    }
    return publication(number, NAME, fields)


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return text_of(found) if found is not None else ""


def _application(biblio: etree._Element) -> str | None:
    document = biblio.find("application-reference/document-id")
    number = re.sub(r"[^0-9A-Z]", "", _text(document, "doc-number")) if document is not None else ""
    return f"{_text(document, 'country') or 'US'}.{number}" if document is not None and number else None


def _priorities(biblio: etree._Element) -> tuple[Priority, ...]:
    """Foreign priorities, then the provisional applications whose benefit is claimed; both count as priorities."""
    documents = [
        *biblio.findall("priority-claims/priority-claim"),
        *biblio.findall("us-related-documents/us-provisional-application/document-id"),
    ]
    printed = [
        (f"{_text(item, 'country')} {_text(item, 'doc-number')}".strip(), _text(item, "date")) for item in documents
    ]
    return tuple(dict.fromkeys(Priority(number=number, date=date_of(date)) for number, date in printed if number))


def _parties(biblio: etree._Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Applicants and inventors.

    Before the America Invents Act the inventors were the applicants; then the assignees are taken for applicants,
    and the inventors only where there is no assignee either.
    """
    parties = [*biblio.findall("us-parties"), *biblio.findall("parties")]
    listed = [
        applicant
        for party in parties
        for applicant in party.iterfind("*/*")
        if local_name(applicant) in {"us-applicant", "applicant"}
    ]
    inventors = [
        *(
            found
            for party in parties
            for found in party.iterfind("inventors/*")
            if local_name(found).endswith("inventor")
        ),
        *(applicant for applicant in listed if "inventor" in (applicant.get("app-type") or "")),
    ]
    owners = [applicant for applicant in listed if "inventor" not in (applicant.get("app-type") or "")]
    assignees = biblio.findall("assignees/assignee")
    return distinct_names(map(_name, owners or assignees or inventors)), distinct_names(map(_name, inventors))


def _name(party: etree._Element) -> str:
    book = party.find("addressbook")
    place = book if book is not None else party
    person = ", ".join(filter(None, (_text(place, "last-name"), _text(place, "first-name"))))
    return _text(place, "orgname") or person or _text(place, "name")


def _ipc(biblio: etree._Element) -> tuple[str, ...]:
    old = biblio.find("classification-ipc")
    packed = (
        [symbol("".join(item.itertext())) for item in old if "classification" in local_name(item)]
        if old is not None
        else []
    )
    return unique([*_symbols(biblio.findall("classifications-ipcr/classification-ipcr")), *packed])


def _symbols(classifications: list[etree._Element]) -> tuple[str, ...]:
    parts = ("section", "class", "subclass", "main-group", "subgroup")
    return unique(symbol_from_parts(*(_text(item, part) for part in parts)) for item in classifications)


def _claims(root: etree._Element, language: str) -> tuple[Claim, ...]:
    printed = []
    for position, claim in enumerate(root.iterfind("claims/claim"), start=1):
        own = claim_ids(f"CLM-{claim.get('num') or ''}") or claim_ids(claim.get("id"))
        references = tuple(
            number for reference in claim.iter("claim-ref") for number in claim_ids(reference.get("idref"))
        )
        printed.append(PrintedClaim(own[0] if own else position, flat_text(claim), references))
    return build_claims(printed, language)
