"""Reads of what offices say of the application behind a publication: status, events, family, citations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.patents.applications import application_forms, application_key
from workbench.patents.models import (
    ApplicationStatus,
    CitedDocument,
    ExtendedFamilyMember,
    FiledClaims,
    LegalEvent,
    Publication,
)
from workbench.patents.status import (
    EventFact,
    Expiry,
    PublicationFact,
    RegisterFact,
    Standing,
    expiry_of,
    status_of_patent,
)


@dataclass(frozen=True)
class OfficeView:
    """What is known of the application of a publication; events newest first."""

    standing: Standing
    expiry: Expiry | None
    register: ApplicationStatus | None
    events: Sequence[LegalEvent]
    citations: Sequence[CitedDocument]


class Patent(NamedTuple):
    """What of a publication says whether it is in force; `family` is the key of its simple family."""

    key: int
    number: str
    country: str
    kind: str | None
    date: dt.date | None
    application: str | None
    source_format: str
    family: int | None


class RegisterEntry(NamedTuple):
    """What of an `ApplicationStatus` says whether the patent is in force, and until when."""

    application: str
    application_key: str
    status: str | None
    status_date: dt.date | None
    filing_date: dt.date | None
    grant_number: str | None
    grant_date: dt.date | None
    expiry_date: dt.date | None
    ended_on: dt.date | None
    next_fee_date: dt.date | None
    source: str
    last_seen: dt.datetime
    snapshot_id: int | None


_REGISTER: Final = tuple(getattr(ApplicationStatus, name) for name in RegisterEntry._fields)


@dataclass(frozen=True, slots=True)
class PatentView:
    """What offices say of the application of a publication, without the papers."""

    patent: Patent
    standing: Standing
    expiry: Expiry | None
    register: RegisterEntry | None


@dataclass(frozen=True)
class ExtendedFamily:
    """The INPADOC extended family as listed with the publication `asked`; `imported` are the members the store has."""

    asked: str
    source: str
    seen: dt.datetime
    snapshot_id: int | None
    members: Sequence[ExtendedFamilyMember]
    imported: frozenset[str]

    def is_listed(self, member: ExtendedFamilyMember) -> bool:
        """Whether the office still lists the member."""
        return member.last_seen == self.seen


@dataclass(frozen=True)
class FamilySource:
    """Who said which simple family a publication is in, and when last."""

    source: str
    at: dt.datetime
    family_id: str


def office_view(session: Session, row: Publication, today: dt.date) -> OfficeView:
    """What offices say of the application of a publication on a day."""
    keys = _application_keys(session, row)
    events = session.exec(
        select(LegalEvent)
        .where(sa.or_(col(LegalEvent.application_key).in_(keys), col(LegalEvent.number) == row.number))
        .order_by(col(LegalEvent.date).desc().nulls_last(), col(LegalEvent.id).desc())
    ).all()
    register = session.exec(
        select(ApplicationStatus)
        .where(col(ApplicationStatus.application_key).in_(keys))
        .order_by(col(ApplicationStatus.last_seen).desc())
    ).first()
    citations = session.exec(
        select(CitedDocument)
        .where(col(CitedDocument.application_key).in_(keys))
        .order_by(col(CitedDocument.date).desc().nulls_last(), col(CitedDocument.kind), col(CitedDocument.order))
    ).all()
    fact = None if register is None else _register_fact(register)
    standing = status_of_patent(
        today,
        events=[_event_fact(event) for event in events],
        register=fact,
        publications=[_publication_fact(each) for each in _same_application(session, row)],
    )
    return OfficeView(standing, expiry_of(fact), register, events, citations)


def patents_of(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Patent]:
    """The publications that satisfy conditions on `Publication`, with what of them says whether they are in force."""
    columns = (
        Publication.id, Publication.number, Publication.country, Publication.kind, Publication.date,
        Publication.application, Publication.source_format, Publication.family_ref,
    )  # fmt: skip
    return [Patent(*row) for row in session.execute(sa.select(*columns).where(*conditions).order_by(columns[0]))]  # type: ignore[call-overload]


def patent_views(session: Session, patents: Sequence[Patent], today: dt.date) -> dict[int, PatentView]:
    """What offices say of the applications of publications on a day, by key of the publication.

    Publications of one application that are not among these say nothing.
    """
    numbers, own = [each.number for each in patents], {}
    for each in patents:
        if each.application:
            own[each.key] = application_key(each.application)
    listed: dict[str, set[str]] = {}
    for part in in_parts(numbers):
        by_number = sa.select(col(LegalEvent.number), col(LegalEvent.application_key)).where(
            col(LegalEvent.number).in_(part)
        )
        for number, key in session.execute(by_number.distinct()):
            listed.setdefault(number, set()).add(key)
    keys = sorted({*own.values(), *(key for found in listed.values() for key in found)})
    events: dict[str, list[EventFact]] = {}
    registers: dict[str, RegisterEntry] = {}
    for part in in_parts(keys):
        for event in session.exec(select(LegalEvent).where(col(LegalEvent.application_key).in_(part))):
            events.setdefault(event.application_key, []).append(_event_fact(event))
        of_registers = sa.select(*_REGISTER).where(col(ApplicationStatus.application_key).in_(part))
        registers.update((row[1], RegisterEntry(*row)) for row in session.execute(of_registers))
    together: dict[str, list[PublicationFact]] = {}
    for each in patents:
        fact = PublicationFact(each.country, each.kind, each.number, each.date, each.source_format)
        together.setdefault(own.get(each.key, each.number), []).append(fact)
    found = {}
    for each in patents:
        mine = sorted({*listed.get(each.number, ()), *([own[each.key]] if each.key in own else [])})
        told = [registers[key] for key in mine if key in registers]
        register = max(told, key=lambda row: row.last_seen, default=None)
        fact_of_register = None if register is None else _register_fact(register)
        standing = status_of_patent(
            today,
            events=[event for key in mine for event in events.get(key, ())],
            register=fact_of_register,
            publications=together[own.get(each.key, each.number)],
        )
        found[each.key] = PatentView(each, standing, expiry_of(fact_of_register), register)
    return found


def in_parts(keys: Sequence[Any], size: int = 5_000) -> Iterator[Sequence[Any]]:
    """Keys in parts that fit into a statement."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def extended_family(session: Session, row: Publication) -> ExtendedFamily | None:
    """The extended family that a publication is in, from its newest reading; None where no office was asked."""
    newest = session.exec(
        select(ExtendedFamilyMember)
        .where(ExtendedFamilyMember.number == row.number)
        .order_by(col(ExtendedFamilyMember.last_seen).desc(), col(ExtendedFamilyMember.asked))
    ).first()
    if newest is None:
        return None
    members = session.exec(
        select(ExtendedFamilyMember)
        .where(ExtendedFamilyMember.asked == newest.asked)
        .order_by(col(ExtendedFamilyMember.date).nulls_last(), col(ExtendedFamilyMember.number))
    ).all()
    numbers = [member.number for member in members]
    imported = session.exec(select(Publication.number).where(col(Publication.number).in_(numbers))).all()
    latest = max(members, key=lambda member: member.last_seen)
    return ExtendedFamily(
        newest.asked, latest.source, latest.last_seen, latest.snapshot_id, members, frozenset(imported)
    )


def filed_claims(session: Session, row: Publication) -> Sequence[FiledClaims]:
    """The papers with claims in the file of a publication's application, newest number first."""
    statement = select(FiledClaims).where(col(FiledClaims.application_key).in_(_application_keys(session, row)))
    return session.exec(statement.order_by(col(FiledClaims.document_number).desc(), col(FiledClaims.part))).all()


def family_sources(row: Publication) -> list[FamilySource]:
    """Who said which simple family the publication is in, newest first."""
    found = [
        FamilySource(source, dt.datetime.fromisoformat(word["at"]), word["fields"]["family_id"])
        for source, word in row.said.items()
        if word["fields"].get("family_id")
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _application_keys(session: Session, row: Publication) -> list[str]:
    """The application of the publication as the offices that know it write it."""
    listed = session.exec(select(LegalEvent.application_key).where(LegalEvent.number == row.number).distinct())
    return sorted({*listed, *([application_key(row.application)] if row.application else [])})


def _same_application(session: Session, row: Publication) -> Iterable[Publication]:
    if row.application is None:
        return [row]
    forms = application_forms(row.application)
    return session.exec(select(Publication).where(col(Publication.application).in_(forms)))


def _event_fact(event: LegalEvent) -> EventFact:
    return EventFact(
        office=event.office,
        code=event.code,
        date=event.date,
        description=event.description,
        text=event.text,
        source=event.source,
        snapshot_id=event.snapshot_id,
    )


def _register_fact(row: ApplicationStatus | RegisterEntry) -> RegisterFact:
    return RegisterFact(
        office=row.application[:2],
        status=row.status,
        status_date=row.status_date,
        filing_date=row.filing_date,
        grant_number=row.grant_number,
        grant_date=row.grant_date,
        expiry_date=row.expiry_date,
        ended_on=row.ended_on,
        source=row.source,
        seen=row.last_seen.date(),
        snapshot_id=row.snapshot_id,
    )


def _publication_fact(row: Publication) -> PublicationFact:
    return PublicationFact(
        country=row.country, kind=row.kind, number=row.number, date=row.date, source=row.source_format
    )
