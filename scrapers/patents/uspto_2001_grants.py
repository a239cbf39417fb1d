"""USPTO grants of 2001 to 2004 in WIPO ST.32 XML (`PATDOC`, DTD 2.4 and 2.5); tags are INID codes of ST.9."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from scrapers.identifiers import PatentNumber
from scrapers.patents.claims import PrintedClaim, build_claims, claim_ids
from scrapers.patents.classification import symbol
from scrapers.patents.fields import date_of, distinct_names, publication, unique
from scrapers.patents.inid import priorities
from scrapers.patents.markup import flat_text
from scrapers.records import Publication


def read_root(root: etree._Element, source_format: str) -> Publication:
    """The publication of one `PATDOC`; raises InvalidIdentifierError where it has no number."""
    number = PatentNumber.from_parts(
        _text(root, "SDOBI/B100/B190") or "US", _text(root, "SDOBI/B100/B110"), _text(root, "SDOBI/B100/B130") or None
    )
    application = re.sub(r"[^0-9A-Z]", "", _text(root, "SDOBI/B200/B210"))
    inventors = distinct_names(map(_name, root.iterfind("SDOBI/B700/B720/B721/PARTY-US")))
    assignees = distinct_names(map(_name, root.iterfind("SDOBI/B700/B730/B731/PARTY-US")))
    title = _text(root, "SDOBI/B500/B540")
    fields: dict[str, Any] = {
        "date": date_of(_text(root, "SDOBI/B100/B140/DATE")),
        "application": f"US.{application}" if application else None,
        "priorities": priorities(root),
        "title": title,
        "title_language": "en" if title else None,
        "abstract": _text(root, "SDOAB"),
        "applicants": assignees or inventors,
        "inventors": inventors,
        "ipc": unique(symbol("".join(item.itertext())) for item in root.iterfind("SDOBI/B500/B510/*")),
        "claims": build_claims((_claim(claim, at) for at, claim in enumerate(root.iter("CLM"), start=1)), "en"),
    }
    return publication(number, source_format, fields)


def _text(root: etree._Element, path: str) -> str:
    found = root.find(path)
    return flat_text(found) if found is not None else ""


def _name(party: etree._Element) -> str:
    person = ", ".join(filter(None, (_text(party, "NAM/SNM"), _text(party, "NAM/FNM"))))
    return _text(party, "NAM/ONM") or person


def _claim(claim: etree._Element, position: int) -> PrintedClaim:
    own = claim_ids(claim.get("ID"))
    references = tuple(number for reference in claim.iter("CLREF") for number in claim_ids(reference.get("ID")))
    return PrintedClaim(own[0] if own else position, flat_text(claim), references)
