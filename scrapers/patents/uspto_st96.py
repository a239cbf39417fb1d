"""USPTO files by WIPO ST.96: the CPC master classification file, and documents of an application's file (XML4IP).

The master file gives grants with number, date, application and CPC symbols, thousands in one document, so it is read
element by element. XML4IP documents (claims, specification, abstract) belong to an application, often to one of several
versions, and name no publication; they are refused one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.patents.classification import symbol_from_parts
from scrapers.patents.fields import Refusal, date_of, publication, unique
from scrapers.patents.xml_stream import Outcome, read_documents, read_elements
from scrapers.records import Publication
from scrapers.xml import text_of

NAME = "uspto-st96"
MASTER = "CPCMasterClassificationFile"
_RECORD = "CPCMasterClassificationRecord"
FILE_ROOTS = {
    "ClaimsDocument": "claims",
    "SpecificationDocument": "a part of the specification",
    "AbstractDocument": "an abstract",
    "DrawingsDocument": "drawings",
}
_INSTANCE = re.compile(r"([0-9]{8})[.]")


def read_master(path: Path) -> Iterator[Outcome]:
    """Publications of a CPC master file, without claims; see `scrapers.patents.read_patents`."""
    return read_elements(path, _RECORD, _record)


def read_file_documents(path: Path) -> Iterator[Outcome]:
    """A refusal for each document of an application's file."""
    return read_documents(path, _refuse)


def _refuse(root: etree._Element, place: str) -> Iterator[Outcome]:
    name = etree.QName(root).localname
    instance = next((value for key, value in root.attrib.items() if str(key).endswith("instanceFileName")), "")
    found = _INSTANCE.match(str(instance))
    of = f" of the application {found[1]}" if found else ""
    yield Refusal(
        place=place,
        reason=f"is {FILE_ROOTS.get(name, f'<{name}>')}{of}, a document of its file without a publication number; "
        "import the publication's full text instead",
    )


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return text_of(found) if found is not None else ""


def _record(record: etree._Element) -> Publication:
    grant = "{*}PatentGrantIdentification"
    if record.find(grant) is None:
        grant = "{*}PatentPublicationIdentification"
    printed = _text(record, f"{grant}/{{*}}PatentNumber") or _text(record, f"{grant}/{{*}}PublicationNumber")
    if not printed:
        raise UnreadableFileError(f"<{_RECORD}> names no grant and no publication; expected its number")
    try:
        number = PatentNumber.from_parts(
            _text(record, f"{grant}/{{*}}IPOfficeCode") or "US",
            printed,
            _text(record, f"{grant}/{{*}}PatentDocumentKindCode") or None,
        )
    except InvalidIdentifierError as error:
        raise UnreadableFileError(str(error)) from error
    application = re.sub(
        r"[^0-9]", "", _text(record, "{*}ApplicationIdentification/{*}ApplicationNumber/{*}ApplicationNumberText")
    )
    date = _text(record, f"{grant}/{{*}}GrantDate") or _text(record, f"{grant}/{{*}}PublicationDate")
    parts = ("CPCSection", "Class", "Subclass", "MainGroup", "Subgroup")
    fields: dict[str, Any] = {
        "date": date_of(date.replace("-", "")),
        "application": f"US.{application}" if application else None,
        "cpc": unique(
            symbol_from_parts(*(_text(item, f"{{*}}{part}") for part in parts))
            for item in record.iter("{*}CPCClassification")
        ),
    }
    return publication(number, NAME, fields)
