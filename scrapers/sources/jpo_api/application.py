"""What the JPO says of an application, from its JSON and the amendments in its archives. Pure but for reading files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.fetching import Response
from scrapers.identifiers import PatentNumber
from scrapers.json_objects import children, text, texts
from scrapers.patents.archives import Limits, members_of, unpacked
from scrapers.patents.claims import PrintedClaim, build_claims
from scrapers.patents.fields import Refusal, date_of
from scrapers.patents.markup import flat_text
from scrapers.records import ApplicationStatus, CitedDocument, FiledClaims, LegalEvent
from scrapers.xml import local_name, parse_xml

APPLICANT = "1"  # applicantAttorneyClass: 1 applicant, 2 attorney
AMENDMENT = "A523"  # amendment of description, claims or drawings
_ALIVE = "00"
_NUMBER_TYPE_APPLICATION = "01"
_ARCHIVE = Limits(total=256 * 1024 * 1024, members=500)


# Keys that every answer of a kind has, empty where there is nothing to say (handbook 1.4, examples of both APIs).
_KEYS = {
    "app_progress": (
        "inventionTitle",
        "applicantAttorney",
        "filingDate",
        "ADPublicationNumber",
        "registrationNumber",
        "registrationDate",
        "erasureIdentifier",
        "expireDate",
        "disappearanceDate",
        "bibliographyInformation",
    ),
    "registration_info": (
        "registrationNumber",
        "decisionDate",
        "rightPersonInformation",
        "numberOfClaims",
        "nextPensionPaymentDate",
        "lastPaymentYearly",
        "erasureIdentifier",
    ),
}


def missing_keys(api: str, data: dict[str, Any]) -> tuple[str, ...]:
    """The keys that an answer should have and has not."""
    return tuple(key for key in _KEYS[api] if key not in data)


def read_progress(application: str, data: dict[str, Any]) -> ApplicationStatus:
    """Status from `app_progress`."""
    return _status(
        application,
        data,
        publications=tuple(_publications(data)),
        applicants=tuple(
            dict.fromkeys(
                name
                for each in children(data, "applicantAttorney")
                if text(each, "applicantAttorneyClass") == APPLICANT and (name := text(each, "name"))
            )
        ),
    )


def read_registration(application: str, data: dict[str, Any]) -> ApplicationStatus:
    """Status from `registration_info`: holders, fees, decision."""
    return _status(
        application,
        data,
        decision_date=date_of(text(data, "decisionDate")),
        next_fee_date=date_of(text(data, "nextPensionPaymentDate")),
        fees_paid_to_year=_count(text(data, "lastPaymentYearly")),
        claims_count=_count(text(data, "numberOfClaims")),
        holders=tuple(
            dict.fromkeys(
                name for each in children(data, "rightPersonInformation") if (name := text(each, "rightPersonName"))
            )
        ),
    )


def _status(application: str, data: dict[str, Any], **more: Any) -> ApplicationStatus:
    """The fields that both answers have; those that say nothing stay unset.

    `erasureIdentifier` 00 means that the right was not erased; what other codes mean is not in the handbook, so the
    code is kept and `status` left unset.
    """
    erased = text(data, "erasureIdentifier")
    values: dict[str, Any] = {
        "status_code": erased if erased != _ALIVE else None,
        "title": text(data, "inventionTitle"),
        "filing_date": date_of(text(data, "filingDate")),
        "grant_number": text(data, "registrationNumber"),
        "grant_date": date_of(text(data, "registrationDate")),
        "expiry_date": date_of(text(data, "expireDate")),
        "ended_on": date_of(text(data, "disappearanceDate")),
        **more,
    }
    return ApplicationStatus(
        application=application, **{name: value for name, value in values.items() if value not in (None, ())}
    )


def _publications(data: dict[str, Any]) -> Iterator[str]:
    for name, kind in (
        ("ADPublicationNumber", "A"),
        ("ADNationalPublicationNumber", "A"),
        ("registrationNumber", None),
    ):
        printed = text(data, name)
        if not printed:
            continue
        try:
            yield str(PatentNumber.from_parts("JP", printed, kind))
        except InvalidIdentifierError:
            continue


def read_events(application: str, data: dict[str, Any]) -> tuple[LegalEvent, ...]:
    """The papers in the file of the application itself, as events. Papers without a code are left out."""
    found = []
    for group in children(data, "bibliographyInformation"):
        for paper in children(group, "documentList"):
            code = text(paper, "documentCode")
            if code:
                found.append(
                    LegalEvent(
                        application=application,
                        office="JP",
                        code=code,
                        date=date_of(text(paper, "legalDate")),
                        description=text(paper, "documentDescription"),
                        text=_paper(paper),
                    )
                )
    return tuple(dict.fromkeys(found))


def _paper(paper: dict[str, Any]) -> str | None:
    number = text(paper, "documentNumber") or ""
    return number if re.fullmatch(r"[0-9]+", number) and set(number) != {"9"} else None


def last_amendment(data: dict[str, Any]) -> dt.date | None:
    """The day of the last amendment whose text the JPO has; None where there is none."""
    days = [
        day
        for group in children(data, "bibliographyInformation")
        if text(group, "numberType") == _NUMBER_TYPE_APPLICATION
        for paper in children(group, "documentList")
        if (text(paper, "documentCode") or "").startswith(AMENDMENT)
        and text(paper, "availabilityFlag") == "1"
        and (day := date_of(text(paper, "legalDate")))
    ]
    return max(days, default=None)


def read_citations(application: str, data: dict[str, Any]) -> tuple[CitedDocument, ...]:
    """Patents and other documents that examiners cited, as the JPO writes them."""
    found = []
    for name, is_patent in (("patentDoc", True), ("nonPatentDoc", False)):
        for position, cited in enumerate(children(data, name), start=1):
            document = text(cited, "documentNumber") or _described(cited)
            if document:
                found.append(
                    CitedDocument(
                        application=application,
                        date=date_of(text(cited, "draftDate")),
                        kind=text(cited, "citationType") or "",
                        order=_count(text(cited, "citationOrder")) or position,
                        document=document,
                        is_patent=is_patent,
                    )
                )
    return tuple(dict.fromkeys(found))


def _described(cited: dict[str, Any]) -> str | None:
    """A document that is no patent, from whatever fields describe it."""
    skipped = {"draftDate", "citationType", "citationOrder"}
    parts = [text(cited, name) for name in cited if name not in skipped]
    parts += [each for name in cited for each in texts(cited, name)]
    return ", ".join(part for part in parts if part) or None


def read_amendments(response: Response, application: str) -> Iterator[FiledClaims | Refusal]:
    """The claims in the amendments of an archive of XML in Shift_JIS; other papers are passed over.

    Raises UnreadableFileError where the archive is broken or unsafe.
    """
    if response.body is None:
        return
    for member in members_of(response.body, _ARCHIVE):
        code, _, number = member.filename.partition("/")[0].partition("_")
        if not member.filename.lower().endswith(".xml"):
            continue
        try:
            with unpacked(response.body, member, _ARCHIVE) as file:
                yield from _amended(file, application, code, number)
        except UnreadableFileError as error:
            yield Refusal(place=member.filename, reason=str(error))


def _amended(file: Path, application: str, code: str, number: str) -> Iterator[FiledClaims]:
    root = parse_xml(file)
    if local_name(root) != "pat-amnd":
        return
    for position, group in enumerate(root.iter("{*}amendment-group"), start=1):
        printed = list(group.iter("{*}claim"))
        claims = build_claims(
            (
                PrintedClaim(int(number_of), flat_text(claim))
                for claim in printed
                if (number_of := claim.get("num", "")).isascii() and number_of.isdigit()
            ),
            "ja",
        )
        if printed and not claims:
            raise UnreadableFileError(f"{file.name}: its {len(printed)} claims have no number or no text")
        if claims:
            part = next((value for name, value in group.attrib.items() if str(name).endswith("serial-number")), "")
            yield FiledClaims(
                application=application,
                document_code=code,
                document_number=number,
                part=str(part or position),
                claims=claims,
            )


def _count(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() else None


def is_granted(data: dict[str, Any]) -> bool:
    """Whether the progress names a registration."""
    return text(data, "registrationNumber") is not None


def names_application(data: dict[str, Any], number: str) -> bool:
    """Whether an answer is about the application that was asked for."""
    return text(data, "applicationNumber") == number
