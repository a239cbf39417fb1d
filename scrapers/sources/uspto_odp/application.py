"""What the Open Data Portal says of an application: status, events and where its full texts are. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import PatentNumber
from scrapers.json_objects import child, children, text
from scrapers.records import ApplicationStatus, LegalEvent

_FILES = {"pgpubDocumentMetaData": "earliestPublicationNumber", "grantDocumentMetaData": "patentNumber"}


@dataclass(frozen=True, slots=True)
class FullText:
    """A file with the full text of a publication; `number` is docdb without kind, for the portal prints no grant's."""

    number: str
    url: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application of the portal."""

    status: ApplicationStatus
    events: tuple[LegalEvent, ...]
    full_texts: tuple[FullText, ...]


def read_application(wrapper: dict[str, Any]) -> Application:
    """Read one entry of `patentFileWrapperDataBag`. Raises ValueError where it has no application number."""
    number = re.sub(r"[^0-9]", "", text(wrapper, "applicationNumberText") or "")
    if not number:
        raise ValueError("an application without applicationNumberText")
    application = f"US.{number}"
    data = child(wrapper, "applicationMetaData")
    grant = text(data, "patentNumber")
    printed = [text(data, "earliestPublicationNumber"), f"US{grant}" if grant else None]
    values: dict[str, Any] = {
        "status": text(data, "applicationStatusDescriptionText"),
        "status_code": text(data, "applicationStatusCode"),
        "status_date": day(text(data, "applicationStatusDate")),
        "title": text(data, "inventionTitle"),
        "filing_date": day(text(data, "filingDate")),
        "publications": tuple(str(found) for each in printed if each and (found := _number(each)) is not None),
        "grant_number": grant,
        "grant_date": day(text(data, "grantDate")),
        "applicants": tuple(
            dict.fromkeys(name for each in children(data, "applicantBag") if (name := text(each, "applicantNameText")))
        ),
    }
    kept = {name: value for name, value in values.items() if value not in (None, ())}
    return Application(
        ApplicationStatus(application=application, **kept),
        tuple(dict.fromkeys(_events(wrapper, application))),
        tuple(_full_texts(wrapper, data)),
    )


def day(value: str | None) -> dt.date | None:
    """A day from `2023-05-09` or a time of that day; None where it is no day."""
    try:
        return dt.date.fromisoformat((value or "")[:10])
    except ValueError:
        return None


def _events(wrapper: dict[str, Any], application: str) -> Iterator[LegalEvent]:
    for event in children(wrapper, "eventDataBag"):
        code = text(event, "eventCode")
        if code:
            yield LegalEvent(
                application=application,
                office="US",
                code=code,
                date=day(text(event, "eventDate")),
                description=text(event, "eventDescriptionText"),
            )


def _full_texts(wrapper: dict[str, Any], data: dict[str, Any]) -> Iterator[FullText]:
    for name, field in _FILES.items():
        url, printed = text(child(wrapper, name), "fileLocationURI"), text(data, field)
        number = _number(printed if (printed or "").startswith("US") else f"US{printed}") if printed else None
        if url and number is not None:
            yield FullText(f"US.{number.doc_number}", url)


def _number(printed: str) -> PatentNumber | None:
    try:
        return PatentNumber.parse(printed)
    except InvalidIdentifierError:
        return None
