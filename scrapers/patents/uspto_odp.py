"""Answers of the USPTO's Open Data Portal in JSON: search results and file wrappers of applications.

An application gives up to two publications, its earliest publication and its grant, both without claims. The grant's
kind is not printed; a utility patent whose application was published before is a B2 by the USPTO's definition, any
other is left without kind. The same fields come in camel case (search, application) and in upper camel case (metadata
alone). Answers that name no publication, such as continuity or status codes, are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber, Series
from scrapers.patents.classification import symbol
from scrapers.patents.fields import Refusal, date_of, distinct_names, publication, unique
from scrapers.patents.json_files import items, load, objects, text
from scrapers.patents.xml_stream import Outcome
from scrapers.records import Priority

NAME = "uspto-odp"
BAG = "patentFileWrapperDataBag"
OTHER_KEYS = {
    "statusCodeBag": "a list of status codes",
    "bulkDataProductBag": "a list of bulk data products",
    "Claims": "a list of foreign priorities",
    "GrantDocumentMetaData": "a list of full-text files",
}


def read(path: Path) -> Iterator[Outcome]:
    """Publications of an answer; see `scrapers.patents.read_patents`."""
    try:
        value = load(path)
    except UnreadableFileError as error:
        yield Refusal(place=path.name, reason=str(error).removeprefix(f"{path.name}: "))
        return
    answer = value if isinstance(value, dict) else {}
    if BAG not in answer and "InventionTitle" not in answer:
        found = next((title for key, title in OTHER_KEYS.items() if key in answer), "an answer of another kind")
        yield Refusal(place=path.name, reason=f"is {found} of the Open Data Portal; nothing in it to import")
        return
    applications = objects(answer[BAG]) if BAG in answer else [_camel(answer)]
    for position, application in enumerate(applications, start=1):
        yield from _application(application, f"{path.name}, application {position}")
    if not applications:
        yield Refusal(place=path.name, reason="holds no application; nothing in it to import")


def _camel(answer: dict[str, Any]) -> dict[str, Any]:
    """Metadata in upper camel case as the file wrapper has it."""
    lowered = {key[:1].lower() + key[1:]: value for key, value in answer.items()}
    lowered["applicantBag"] = [
        {"applicantNameText": each.get("ApplicantNameText")} for each in objects(answer.get("Applicants"))
    ]
    lowered["inventorBag"] = [
        {key[:1].lower() + key[1:]: value for key, value in each.items()} for each in objects(answer.get("Inventors"))
    ]
    return {"applicationNumberText": answer.get("ApplicationNumber"), "applicationMetaData": lowered}


def _application(application: dict[str, Any], place: str) -> Iterator[Outcome]:
    data = application.get("applicationMetaData")
    number = re.sub(r"[^0-9]", "", text(application.get("applicationNumberText")))
    if not isinstance(data, dict):
        reason = f"has no metadata of the application {number}; ask for the application data"
        yield Refusal(place=place, reason=reason, excerpt=json.dumps(application, ensure_ascii=False))
        return
    early, grant = text(data.get("earliestPublicationNumber")), text(data.get("patentNumber"))
    if not early and not grant:
        yield Refusal(place=place, reason=f"the application {number} is not published; nothing in it to import")
    if grant and "applicationTypeCode" not in data:
        reason = f"the application {number} has no applicationTypeCode, so the kind of its grant can't be told"
        yield Refusal(place=place, reason=reason, excerpt=json.dumps(application, ensure_ascii=False))
        grant = ""
    fields = _fields(application, data, number)
    if early:
        yield _publication(early, text(data.get("earliestPublicationDate")), fields, place)
    if grant:
        kind = " B2" if early and text(data.get("applicationTypeCode")) == "UTL" else ""
        yield _publication(f"US {grant}{kind}", text(data.get("grantDate")), fields, place)


def _publication(printed: str, date: str, fields: dict[str, Any], place: str) -> Outcome:
    try:
        number = PatentNumber.parse(printed)
    except InvalidIdentifierError as error:
        return Refusal(place=place, reason=str(error), excerpt=printed)
    return publication(number, NAME, {**fields, "date": date_of(date.replace("-", ""))})


def _fields(application: dict[str, Any], data: dict[str, Any], number: str) -> dict[str, Any]:
    inventors = distinct_names(_inventor(each) for each in objects(data.get("inventorBag")))
    applicants = distinct_names(
        text(each.get("applicantNameText")) or _inventor(each) for each in objects(data.get("applicantBag"))
    )
    title = text(data.get("inventionTitle"))
    return {
        "application": f"US.{number}" if number else None,
        "priorities": (*_foreign(application), *_provisional(application)),
        "title": title,
        "title_language": "en" if title else None,
        "applicants": applicants or inventors,
        "inventors": inventors,
        "cpc": unique(symbol(text(each)) for each in items(data.get("cpcClassificationBag"))),
    }


def _inventor(person: dict[str, Any]) -> str:
    given = " ".join(filter(None, (text(person.get("firstName")), text(person.get("middleName")))))
    family = text(person.get("lastName"))
    return ", ".join(filter(None, (family, given))) if family else text(person.get("inventorNameText"))


def _foreign(application: dict[str, Any]) -> tuple[Priority, ...]:
    """Foreign priorities; the office is named in words only, so that the number stays as printed."""
    return tuple(
        Priority(number=number, date=_day(each.get("filingDate")))
        for each in objects(application.get("foreignPriorityBag"))
        if (number := text(each.get("applicationNumberText")))
    )


def _provisional(application: dict[str, Any]) -> tuple[Priority, ...]:
    """Provisional applications whose benefit the application itself claims."""
    own = text(application.get("applicationNumberText"))
    found = []
    for each in objects(application.get("parentContinuityBag")):
        printed = text(each.get("parentApplicationNumberText"))
        if each.get("claimParentageTypeCode") != "PRO" or text(each.get("childApplicationNumberText")) != own:
            continue
        try:
            number = PatentNumber.from_parts("US", printed, None, Series.APPLICATION)
        except InvalidIdentifierError:
            continue
        found.append(Priority(number=f"US {number.doc_number}", date=_day(each.get("parentApplicationFilingDate"))))
    return tuple(found)


def _day(value: Any) -> Any:
    return date_of(text(value).replace("-", ""))
