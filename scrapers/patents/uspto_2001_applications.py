"""USPTO application publications of 2001 to 2004 (`patent-application-publication`, DTD 1.5 and 1.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from scrapers.identifiers import PatentNumber
from scrapers.patents.claims import PrintedClaim, build_claims, claim_ids
from scrapers.patents.classification import symbol
from scrapers.patents.fields import date_of, distinct_names, publication, unique
from scrapers.patents.markup import flat_text
from scrapers.records import Priority, Publication
from scrapers.xml import text_of

_BIBLIO = "subdoc-bibliographic-information"


def read_root(root: etree._Element, source_format: str) -> Publication:
    """The publication of one document; raises InvalidIdentifierError where it has no number."""
    number = PatentNumber.from_parts(
        "US", _text(root, f"{_BIBLIO}/document-id/doc-number"), _text(root, f"{_BIBLIO}/document-id/kind-code") or None
    )
    application = re.sub(r"[^0-9A-Z]", "", _text(root, f"{_BIBLIO}/domestic-filing-data/application-number/doc-number"))
    inventors = distinct_names(_name(inventor) for inventor in root.iterfind(f"{_BIBLIO}/inventors/*"))
    assignees = distinct_names(_name(assignee) for assignee in root.iterfind(f"{_BIBLIO}/assignee"))
    title = _text(root, f"{_BIBLIO}/technical-information/title-of-invention")
    fields: dict[str, Any] = {
        "date": date_of(_text(root, f"{_BIBLIO}/document-id/document-date")),
        "application": f"US.{application}" if application else None,
        "priorities": tuple(_priorities(root)),
        "title": title,
        "title_language": "en" if title else None,
        "abstract": " ".join(flat_text(paragraph) for paragraph in root.iterfind("subdoc-abstract/paragraph")),
        "applicants": assignees or inventors,
        "inventors": inventors,
        "ipc": unique(
            symbol(text_of(item)) for item in root.iterfind(f"{_BIBLIO}/technical-information/classification-ipc//ipc")
        ),
        "claims": build_claims(
            (_claim(claim, at) for at, claim in enumerate(root.iterfind("subdoc-claims//claim"), start=1)), "en"
        ),
    }
    return publication(number, source_format, fields)


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return flat_text(found) if found is not None else ""


def _priorities(root: etree._Element) -> Iterator[Priority]:
    """Foreign priorities, then the provisional applications whose benefit is claimed."""
    for item in root.iterfind(f"{_BIBLIO}/foreign-priority-data"):
        number = _text(item, "priority-application-number/doc-number")
        if number:
            country = _text(item, "country-code")
            yield Priority(number=f"{country} {number}".strip(), date=date_of(_text(item, "filing-date")))
    for item in root.iterfind(f"{_BIBLIO}//non-provisional-of-provisional/document-id"):
        number = _text(item, "doc-number")
        if number:
            yield Priority(number=f"US {number}", date=date_of(_text(item, "document-date")))


def _name(party: etree._Element) -> str:
    given = " ".join(filter(None, (_text(party, "name/given-name"), _text(party, "name/middle-name"))))
    person = ", ".join(filter(None, (_text(party, "name/family-name"), given)))
    return _text(party, "organization-name") or person


def _claim(claim: etree._Element, position: int) -> PrintedClaim:
    own = claim_ids(claim.get("id"))
    references = tuple(
        number
        for reference in claim.iter("dependent-claim-reference")
        for number in claim_ids(reference.get("depends_on"))
    )
    return PrintedClaim(own[0] if own else position, flat_text(claim), references)
