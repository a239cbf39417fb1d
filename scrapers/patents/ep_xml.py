"""Full texts of the European publication server (`ep-patent-document`, DTD 1.4 and 1.5); tags are INID codes of ST.9.

Applications (A1, A2) have claims in the language of proceedings, patents (B1, B2) in English, French and German.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import PatentNumber, Series
from scrapers.patents.claims import PrintedClaim, build_claims, claim_ids
from scrapers.patents.classification import symbol
from scrapers.patents.fields import date_of, distinct_names, preferred, publication, unique
from scrapers.patents.inid import priorities
from scrapers.patents.markup import flat_text
from scrapers.patents.xml_stream import Outcome, read_documents
from scrapers.records import Claim
from scrapers.xml import local_name, text_of

NAME = "ep-xml"
ROOTS = frozenset({"ep-patent-document"})


def read(path: Path) -> Iterator[Outcome]:
    """Publications of a file of the publication server; see `scrapers.patents.read_patents`."""
    return read_documents(path, _read_root)


def _read_root(root: etree._Element, _place: str) -> Iterator[Outcome]:
    number = PatentNumber.from_parts(
        root.get("country") or _text(root, "SDOBI/B100/B190"),
        root.get("doc-number") or _text(root, "SDOBI/B100/B110"),
        root.get("kind") or _text(root, "SDOBI/B100/B130") or None,
    )
    title = preferred(_titles(root))
    abstract = preferred(
        ((each.get("lang") or "").lower(), flat_text(each)) for each in root.iterfind("abstract") if flat_text(each)
    )
    fields: dict[str, Any] = {
        "date": date_of(root.get("date-publ") or _text(root, "SDOBI/B100/B140/date")),
        "application": _application(_text(root, "SDOBI/B200/B210")),
        "priorities": priorities(root),
        "title": title[1] if title else None,
        "title_language": title[0] if title else None,
        "abstract": abstract[1] if abstract else None,
        "applicants": _names(root, "SDOBI/B700/B710/*") or _names(root, "SDOBI/B700/B730/*"),
        "inventors": _names(root, "SDOBI/B700/B720/*"),
        "ipc": unique(symbol(text_of(item)) for item in root.iterfind("SDOBI/B500/B510EP/classification-ipcr/text")),
        "cpc": unique(
            symbol(text_of(item))
            for item in root.iterfind("SDOBI/B500/B520EP/classifications-cpc/classification-cpc/text")
        ),
        "claims": tuple(claim for element in root.iterfind("claims") for claim in _claims(element)),
    }
    yield publication(number, NAME, fields)


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return flat_text(found) if found is not None else ""


def _application(printed: str) -> str | None:
    """`EP.17171508.A` from `17171508.9`, as DOCDB has it; a number of another form stays as printed."""
    if not printed:
        return None
    try:
        number = PatentNumber.parse(f"EP {printed}", Series.APPLICATION)
    except InvalidIdentifierError:
        return f"EP.{printed}"
    return f"{number}.A"


def _titles(root: etree._Element) -> list[tuple[str, str]]:
    """Languages (B541) and titles (B542) follow each other under one B540."""
    titles = []
    language = ""
    for item in root.iterfind("SDOBI/B500/B540/*"):
        if local_name(item) == "B541":
            language = text_of(item).lower()
        elif local_name(item) == "B542" and (title := flat_text(item)):
            titles.append((language, title))
            language = ""
    return titles


def _names(root: etree._Element, parties: str) -> tuple[str, ...]:
    return distinct_names(_text(party, "snm") for party in root.iterfind(parties))


def _claims(element: etree._Element) -> tuple[Claim, ...]:
    printed = []
    for position, claim in enumerate(element.iterfind("claim"), start=1):
        own = claim_ids(f"CLM-{claim.get('num') or ''}")
        printed.append(PrintedClaim(own[0] if own else position, flat_text(claim)))
    return build_claims(printed, element.get("lang"))
