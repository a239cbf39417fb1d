"""What can be taken out of the patent side: publications with their claims, families, legal events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.export.base import Day, Kind, Moment, Row, Shape, Window, cut, iso
from workbench.history.queries import FilterError
from workbench.i18n import mark
from workbench.patents.models import Claim, ExtendedFamilyMember, Family, LegalEvent, Publication
from workbench.patents.queries import PUBLICATION_FILTERS, select_publications

FAMILY_FILTERS: Final = ("number", "family")
EVENT_FILTERS: Final = ("number", "application", "office", "since", "until")


class ClaimPart(Shape):
    number: int
    text: str
    independent: bool
    depends_on: list[int]
    language: str


class PublicationRow(Shape):
    number: str
    raw_number: str
    country: str
    doc_number: str
    kind: str | None
    date: Day | None
    application: str | None
    priorities: list[str]
    family_id: str | None
    title: str | None
    title_language: str | None
    abstract: str | None
    applicants: list[str]
    inventors: list[str]
    ipc: list[str]
    cpc: list[str]
    claims: list[ClaimPart]
    source_format: str


class FamilyMemberRow(Shape):
    kind: str
    family: str
    number: str
    application: str | None
    date: Day | None
    simple_family_id: str | None
    sources: list[str]
    last_seen: Moment


class LegalEventRow(Shape):
    application: str
    number: str | None
    office: str
    code: str
    date: Day | None
    description: str | None
    text: str | None
    effect: str | None
    source: str
    first_seen: Moment
    last_seen: Moment


def _publications(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
    families = {family.id: family.family_id for family in session.exec(select(Family))}
    for row in select_publications(session, filters, limit=window.limit, offset=window.offset):
        claims = session.exec(
            select(Claim).where(Claim.publication_id == row.id).order_by(col(Claim.language), col(Claim.number))
        )
        yield {
            "number": row.number,
            "raw_number": row.raw_number,
            "country": row.country,
            "doc_number": row.doc_number,
            "kind": row.kind,
            "date": None if row.date is None else row.date.isoformat(),
            "application": row.application,
            "priorities": [" ".join(filter(None, (each["number"], each.get("date")))) for each in row.priorities],
            "family_id": families.get(row.family_ref),
            "title": row.title,
            "title_language": row.title_language,
            "abstract": row.abstract,
            "applicants": row.applicants,
            "inventors": row.inventors,
            "ipc": row.ipc,
            "cpc": row.cpc,
            "claims": [
                {
                    "number": claim.number,
                    "text": claim.text,
                    "independent": claim.independent,
                    "depends_on": claim.depends_on,
                    "language": claim.language,
                }
                for claim in claims
            ],
            "source_format": row.source_format,
        }


def _families(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Members of DOCDB simple families (`kind` "simple"), then of INPADOC extended ones as offices list them."""
    simple = (
        select(Publication, Family)
        .join(Family, col(Family.id) == Publication.family_ref)
        .order_by(col(Family.family_id), col(Publication.number))
    )
    extended = select(ExtendedFamilyMember).order_by(col(ExtendedFamilyMember.asked), col(ExtendedFamilyMember.number))
    if number := filters.get("number"):
        refs = sa.select(col(Publication.family_ref)).where(col(Publication.number) == number)
        simple = simple.where(col(Publication.family_ref).in_(refs))
        asked = sa.select(col(ExtendedFamilyMember.asked)).where(col(ExtendedFamilyMember.number) == number)
        extended = extended.where(col(ExtendedFamilyMember.asked).in_(asked))
    if family := filters.get("family"):
        simple = simple.where(Family.family_id == family)
        extended = extended.where(ExtendedFamilyMember.simple_family_id == family)
    for row, of in session.exec(simple):
        sources = [name for name, said in row.said.items() if said["fields"].get("family_id") == of.family_id]
        yield _member("simple", of.family_id, row.number, row.application, row.date, of.family_id, sources, row)
    for member in session.exec(extended):
        yield _member(
            "extended",
            member.asked,
            member.number,
            member.application,
            member.date,
            member.simple_family_id,
            [member.source],
            member,
        )


def _legal_events(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Legal events by application, oldest first. Raises FilterError."""
    statement = select(LegalEvent).order_by(
        col(LegalEvent.application_key), col(LegalEvent.date).nulls_last(), col(LegalEvent.id)
    )
    for name in ("number", "application", "office"):
        if value := filters.get(name):
            columns = (LegalEvent.application, LegalEvent.application_key) if name == "application" else None
            statement = statement.where(
                sa.or_(*(col(column) == value for column in columns))
                if columns
                else col(getattr(LegalEvent, name)) == value
            )
    if since := filters.get("since"):
        statement = statement.where(col(LegalEvent.date) >= _day("since", since))
    if until := filters.get("until"):
        statement = statement.where(col(LegalEvent.date) <= _day("until", until))
    for event in session.exec(statement):
        yield {
            "application": event.application,
            "number": event.number,
            "office": event.office,
            "code": event.code,
            "date": iso(event.date),
            "description": event.description,
            "text": event.text,
            "effect": event.effect,
            "source": event.source,
            "first_seen": event.first_seen.isoformat(),
            "last_seen": event.last_seen.isoformat(),
        }


def _member(
    kind: str,
    family: str,
    number: str,
    application: str | None,
    date: dt.date | None,
    simple: str | None,
    sources: list[str],
    seen: Publication | ExtendedFamilyMember,
) -> Row:
    return {
        "kind": kind,
        "family": family,
        "number": number,
        "application": application,
        "date": iso(date),
        "simple_family_id": simple,
        "sources": sources,
        "last_seen": seen.last_seen.isoformat(),
    }


def _day(name: str, value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise FilterError(f"{name}: {value!r} is no date; write it like 2026-12-04") from error


KINDS = {
    "publications": Kind(
        _publications,
        frozenset(PUBLICATION_FILTERS),
        PublicationRow,
        ("number",),
        mark("Publications with their claims."),
    ),
    "families": Kind(
        cut(_families),
        frozenset(FAMILY_FILTERS),
        FamilyMemberRow,
        ("kind", "family", "number"),
        mark("Members of DOCDB simple families, then of INPADOC extended ones as offices list them."),
    ),
    "legal-events": Kind(
        cut(_legal_events),
        frozenset(EVENT_FILTERS),
        LegalEventRow,
        ("application", "code", "date", "description", "source"),
        mark("What registers say happened to applications, by application, oldest first."),
    ),
}
