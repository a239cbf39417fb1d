"""INPADOC families with legal events (OPS guide 1.3.20, sections 3.2 and 3.5). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from scrapers.errors import DriftError, InvalidIdentifierError
from scrapers.identifiers import PatentNumber
from scrapers.patents.fields import date_of
from scrapers.records import FamilyMember, LegalEvent, PatentFamily
from scrapers.xml import text_of

_NO_DATE = dt.date(1, 1, 1)  # written by INPADOC where it has none


@dataclass(frozen=True, slots=True)
class FamilyAnswer:
    """A family, the legal events of its applications each once, and what could not be read."""

    family: PatentFamily
    events: tuple[LegalEvent, ...]
    notes: tuple[str, ...]


def read_family(root: etree._Element, asked: str) -> FamilyAnswer:
    """Read the family of the publication `asked`. Raises DriftError where the answer holds no family."""
    family = root.find("{*}patent-family")
    if family is None:
        raise DriftError("expected a patent-family, found none")
    members: dict[str, FamilyMember] = {}
    events: dict[LegalEvent, None] = {}
    notes: list[str] = []
    for element in family.iterfind("{*}family-member"):
        try:
            number = _publication(element)
        except InvalidIdentifierError as error:
            notes.append(f"family of {asked}: {error}; the member is left out")
            continue
        application = ".".join(filter(None, _docdb(element, "application-reference")))
        if number is None or not application:
            notes.append(f"family of {asked}: a member has no docdb number; it is left out")
            continue
        members[number] = FamilyMember(
            number=number,
            application=application,
            date=date_of(_text(element, "{*}publication-reference/{*}document-id[@document-id-type='docdb']/{*}date")),
            simple_family_id=element.get("family-id"),
        )
        events.update(dict.fromkeys(_events(element, application, number)))
    if not members:
        raise DriftError(f"the family of {asked} has no member that can be read")
    return FamilyAnswer(PatentFamily(number=asked, members=tuple(members.values())), tuple(events), tuple(notes))


def _docdb(member: etree._Element, reference: str) -> tuple[str, ...]:
    """Country, number and kind of a reference in docdb form; nothing where there is none."""
    found = member.find(f"{{*}}{reference}/{{*}}document-id[@document-id-type='docdb']")
    if found is None:
        return ()
    return tuple(_text(found, f"{{*}}{name}") for name in ("country", "doc-number", "kind"))


def _publication(member: etree._Element) -> str | None:
    parts = _docdb(member, "publication-reference")
    return str(PatentNumber.from_parts(parts[0], parts[1], parts[2] or None)) if parts else None


def _events(member: etree._Element, application: str, number: str) -> Iterator[LegalEvent]:
    for legal in member.iterfind("{*}legal"):
        code = (legal.get("code") or _text(legal, "{*}L008EP")).strip()
        if not code:
            continue
        effect = (legal.get("infl") or "").strip()
        details = [(field.get("desc"), text_of(field)) for field in legal.iterfind("{*}L500EP/*")]
        yield LegalEvent(
            application=application,
            number=number,
            office=_text(legal, "{*}L001EP") or application[:2],
            code=code,
            date=_day(_text(legal, "{*}L007EP")),
            description=" ".join((legal.get("desc") or "").split()) or None,
            text="; ".join(f"{name}: {value}" if name else value for name, value in details if value) or None,
            effect=effect if effect in {"+", "-"} else None,
        )


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return None if day == _NO_DATE else day


def _text(element: etree._Element, path: str) -> str:
    found = element.find(path)
    return text_of(found) if found is not None else ""
