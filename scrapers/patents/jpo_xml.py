"""Gazettes of the Japan Patent Office in XML: `jp-official-gazette` (to 2021) and the schema of WIPO ST.96 (from 2022).

Documents of an application's file, as the JPO's interface gives them in a ZIP of Shift_JIS XML (notices, opinions,
amendments), name an application and no publication; they are refused one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber, Series
from scrapers.patents.claims import PrintedClaim, build_claims
from scrapers.patents.classification import symbol
from scrapers.patents.fields import Refusal, date_of, distinct_names, publication, unique
from scrapers.patents.markup import flat_text
from scrapers.patents.xml_stream import Outcome, read_documents
from scrapers.records import Claim, Priority
from scrapers.xml import local_name

NAME = "jpo-xml"
GAZETTE = "jp-official-gazette"
ST96_ROOTS = frozenset({"UnexaminedPatentPublication", "RegisteredPatentPublication", "InternationalPatentPublication"})
# Roots of documents of the file wrapper (JPO, tables of XML tags of the patent information API).
FILE_ROOTS = {
    "pat-app-doc": "an application",
    "pat-amnd": "an amendment",
    "pat-rspns": "an opinion",
    "pat-etc": "a request",
    "cpy-notice-pat-exam": "a notice of the examiner",
    "cpy-notice-pat-exam-rn": "a notice of the examiner",
    "cpy-notice-pat-frm": "a notice of formalities",
}


def read(path: Path) -> Iterator[Outcome]:
    """Publications of a gazette; see `scrapers.patents.read_patents`."""
    return read_documents(path, _read_root)


def _read_root(root: etree._Element, place: str) -> Iterator[Outcome]:
    name = local_name(root)
    if name == GAZETTE:
        yield _gazette(root)
    elif name in ST96_ROOTS:
        yield _st96(root)
    else:
        application = _text(root, ".//{*}application-reference/{*}document-id/{*}doc-number")
        of = f" of the application {application}" if application else ""
        yield Refusal(
            place=place,
            reason=f"is {FILE_ROOTS.get(name, f'<{name}>')}{of}, a document of its file without a publication number; "
            "import the gazette instead",
        )


def _text(element: etree._Element | None, path: str) -> str:
    found = element.find(path) if element is not None else None
    return flat_text(found) if found is not None else ""


def _gazette(root: etree._Element) -> Outcome:
    data = root.find("bibliographic-data")
    if data is None:
        raise UnreadableFileError(f"<{GAZETTE}> has no bibliographic-data; expected a gazette of the JPO")
    kind = root.get("kind-of-st16") or None
    number = _number(_text(data, "publication-reference/document-id/doc-number"), kind)
    title = _text(data, "invention-title")
    fields: dict[str, Any] = {
        "date": _day(_text(data, "publication-reference/document-id/date")),
        "application": _application(_text(data, "application-reference/document-id/doc-number")),
        "priorities": tuple(
            Priority(
                number=f"{_text(claim, 'country')} {_text(claim, 'doc-number')}".strip(),
                date=_day(_text(claim, "date")),
            )
            for claim in data.iterfind("priority-claims/priority-claim")
            if _text(claim, "doc-number")
        ),
        "title": title,
        "title_language": "ja" if title else None,
        "abstract": " ".join(filter(None, map(flat_text, root.iterfind("abstract")))),
        "applicants": _names(data, "{*}applicant") or _names(data, "{*}grantee"),
        "inventors": _names(data, "{*}inventor"),
        "ipc": unique(_ipc(flat_text(item)) for item in data.iterfind("classification-ipc/*")),
        "claims": _claims(root, "num"),
    }
    return publication(number, NAME, fields)


def _st96(root: etree._Element) -> Outcome:
    data = next((item for item in root if local_name(item).endswith("BibliographicData")), None)
    if data is None:
        raise UnreadableFileError(f"<{local_name(root)}> has no bibliographic data; expected a gazette of the JPO")
    identification = "{*}PatentPublicationIdentification"
    if data.find(identification) is None:
        identification = "{*}PatentGrantIdentification"
    kind = _text(data, f"{identification}/{{*}}PatentDocumentKindCode") or None
    printed = _text(data, f"{identification}/{{*}}PublicationNumber") or _text(
        data, f"{identification}/{{*}}PatentNumber"
    )
    title = _text(data, "{*}InventionTitle")
    fields: dict[str, Any] = {
        "date": _day(
            _text(data, f"{identification}/{{*}}PublicationDate") or _text(data, f"{identification}/{{*}}GrantDate")
        ),
        "application": _application(_text(data, "{*}ApplicationIdentification/{*}ApplicationNumber")),
        "title": title,
        "title_language": "ja" if title else None,
        "abstract": " ".join(filter(None, map(flat_text, root.iterfind(".//{*}Abstract")))),
        "applicants": _entities(data, "{*}Applicant") or _entities(data, "{*}PatentGrantee"),
        "inventors": _entities(data, "{*}Inventor"),
        "ipc": unique(
            _ipc(flat_text(item))
            for name in ("MainClassification", "FurtherClassification")
            for item in data.iterfind(f".//{{*}}{name}")
        ),
        "claims": _claims(root, "{http://www.wipo.int/standards/XMLSchema/ST96/Common}sequenceNumber"),
    }
    return publication(number=_number(printed, kind), source_format=NAME, fields=fields)


def _number(printed: str, kind: str | None) -> PatentNumber:
    """From ten digits, a running number or the printed form 特開2012-000001."""
    if printed and not re.match(r"[0-9０-９A-Z]", printed):
        return PatentNumber.parse(f"{printed}({kind})" if kind else printed)
    return PatentNumber.from_parts("JP", printed, kind)


def _application(printed: str) -> str | None:
    """`JP.2020123456.A` as DOCDB has it; a number of another form stays as printed."""
    if not printed:
        return None
    try:
        return str(PatentNumber.from_parts("JP", printed, "A", Series.APPLICATION))
    except InvalidIdentifierError:
        try:
            return f"{PatentNumber.parse(printed, Series.APPLICATION)}.A"
        except InvalidIdentifierError:
            return f"JP.{printed}"


def _day(text: str) -> Any:
    return date_of(text.replace("-", ""))


def _ipc(text: str) -> str | None:
    """A symbol with its edition after it: `G06N   3/08     (2023.01)`."""
    return symbol(re.sub(r"\(.*", "", text))


def _names(data: etree._Element, party: str) -> tuple[str, ...]:
    return distinct_names(_text(item, ".//{*}name") for item in data.iterfind(f"parties//{party}"))


def _entities(data: etree._Element, party: str) -> tuple[str, ...]:
    return distinct_names(_text(item, ".//{*}EntityName") for item in data.iterfind(f".//{party}"))


def _claims(root: etree._Element, number: str) -> tuple[Claim, ...]:
    claims = [item for item in root.iter("{*}claim", "{*}Claim") if isinstance(item.tag, str)]
    printed = []
    for position, claim in enumerate(claims, start=1):
        own = claim.get(number) or ""
        printed.append(PrintedClaim(int(own) if re.fullmatch(r"[0-9]{1,4}", own) else position, flat_text(claim)))
    return build_claims(printed, "ja")
