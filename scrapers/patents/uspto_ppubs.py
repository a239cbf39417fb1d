"""Documents of the USPTO's Patent Public Search in JSON: full text with claims, one document or a list of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import html

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.patents.claims import build_claims, split_claims
from scrapers.patents.classification import symbol
from scrapers.patents.fields import Refusal, date_of, distinct_names, publication, unique
from scrapers.patents.json_files import items, load, objects, text
from scrapers.patents.markup import flat_text
from scrapers.patents.xml_stream import Outcome
from scrapers.records import Claim, Priority, Publication

NAME = "uspto-ppubs"
KEY = "publicationReferenceDocumentNumber"
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_GUID = re.compile(r"([A-Z]{2})-([0-9A-Z]+)-([A-Z][0-9]?)")


def read(path: Path) -> Iterator[Outcome]:
    """Publications of the file; see `scrapers.patents.read_patents`."""
    try:
        value = load(path)
    except UnreadableFileError as error:
        yield Refusal(place=path.name, reason=str(error).removeprefix(f"{path.name}: "))
        return
    listed = value.get("patents", value.get("docs", [value])) if isinstance(value, dict) else value
    documents = objects(listed)
    for position, document in enumerate(documents, start=1):
        try:
            yield _publication(document)
        except (UnreadableFileError, InvalidIdentifierError) as error:
            raw = json.dumps(document, ensure_ascii=False)
            yield Refusal(place=f"{path.name}, publication {position}", reason=str(error), excerpt=raw)
    if not documents:
        yield Refusal(place=path.name, reason="holds no document; nothing in it to import")


def _publication(document: dict[str, Any]) -> Publication:
    guid = _GUID.fullmatch(text(document.get("guid")))
    if guid is None:
        raise UnreadableFileError("has no guid of the form US-11556547-B2; save the document again")
    number = PatentNumber.from_parts(guid[1], guid[2], guid[3])
    application = re.sub(r"[^0-9]", "", text(document.get("applicationNumber")))
    inventors = distinct_names(_name(each) for each in items(document.get("inventorsName")))
    applicants = distinct_names(_name(each) for each in items(document.get("applicantName")))
    assignees = distinct_names(_name(each) for each in items(document.get("assigneeName")))
    title = _plain(document.get("inventionTitle"))
    fields: dict[str, Any] = {
        "date": _day(document.get("datePublished")),
        "application": f"US.{application}" if application else None,
        "priorities": _priorities(document),
        "title": title,
        "title_language": "en" if title else None,
        "abstract": _plain(document.get("abstractHtml")),
        "applicants": applicants or assignees or inventors,
        "inventors": inventors,
        "ipc": _symbols(document.get("ipcCodeFlattened")),
        "cpc": unique(
            (
                *_symbols(document.get("cpcInventiveFlattened")),
                *_symbols(document.get("cpcAdditionalFlattened")),
            )
        ),
        "claims": _claims(document.get("claimsHtml")),
    }
    return publication(number, NAME, fields)


def _plain(fragment: Any) -> str:
    """The text of a fragment of HTML on one line."""
    if not isinstance(fragment, str) or not fragment.strip():
        return ""
    root = html.fragment_fromstring(fragment, create_parent="div")
    for element in list(root.iter("script", "style")):
        element.drop_tree()
    return flat_text(root)


def _claims(fragment: Any) -> tuple[Claim, ...]:
    """Claims stand on lines of their own, parted by `br`, with their number before them."""
    if not isinstance(fragment, str):
        return ()
    return build_claims(split_claims(line for part in _BREAK.split(fragment) if (line := _plain(part))), "en")


def _name(value: Any) -> str:
    """Family name and given names, which the service parts with a semicolon."""
    return ", ".join(part.strip() for part in text(value).split(";") if part.strip())


def _day(value: Any) -> Any:
    return date_of(text(value)[:10].replace("-", ""))


def _symbols(value: Any) -> tuple[str, ...]:
    return unique(symbol(part) for part in text(value).split(";"))


def _priorities(document: dict[str, Any]) -> tuple[Priority, ...]:
    """Numbers and dates come in two lists; which of several belong together is not said."""
    numbers = [text(each) for each in items(document.get("priorityClaimsDocNumber")) if text(each)]
    dates = [text(each) for each in items(document.get("priorityClaimsDate")) if text(each)]
    day = _day(dates[0]) if len(numbers) == len(dates) == 1 else None
    return tuple(Priority(number=number, date=day) for number in numbers)
