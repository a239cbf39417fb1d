"""What can be taken out of registers and of what offices say: declarations, families, legal events, releases, pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.declarations.queries import DECLARATION_FILTERS, declaration_page
from workbench.declarations.reconcile import patents_of
from workbench.history.queries import FilterError
from workbench.patents.models import ExtendedFamilyMember, Family, LegalEvent, Publication
from workbench.standards.drafts import find_work_item
from workbench.watched.queries import PAGE_FILTERS, RELEASE_FILTERS, select_pages, select_releases

Row = dict[str, Any]
FAMILY_FILTERS: Final = ("number", "family")
EVENT_FILTERS: Final = ("number", "application", "office", "since", "until")
DECLARATION_EXPORT_FILTERS: Final = (*DECLARATION_FILTERS, "work_item")

_PATENT_FIELDS: Final = ("raw", "country", "publication", "application", "reason", "status", "title")
_BATCH: Final = 500


def declarations(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Declarations with their patents, by holder. Raises FilterError, UnknownWorkItemError."""
    wanted = {name: value for name, value in filters.items() if name != "work_item"}
    if "work_item" in filters:
        wanted["deliverable"] = find_work_item(session, filters["work_item"]).reference
    offset = 0
    while page := declaration_page(session, wanted, sort="holder", limit=_BATCH, offset=offset):
        offset += len(page)
        for row in page:
            each = row.declaration
            yield {
                "key": each.key,
                "register": each.listed_in,
                "statement": each.statement,
                "policy": each.policy,
                "form_version": each.form_version,
                "holder": each.holder,
                "party": row.party,
                "deliverable": each.deliverable,
                "deliverable_raw": each.deliverable_raw,
                "work_items": [item.iso_id for item in row.items],
                "option": each.option,
                "option_raw": each.option_raw,
                "reciprocity": each.reciprocity,
                "date": _iso(each.date),
                "patents": [
                    {field: getattr(patent, field) for field in _PATENT_FIELDS}
                    for patent in patents_of(session, key_of(each))
                ],
                "url": each.url,
                "source": each.source,
                "first_seen": each.first_seen.isoformat(),
                "last_seen": each.last_seen.isoformat(),
            }


def families(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
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


def legal_events(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
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
            "date": _iso(event.date),
            "description": event.description,
            "text": event.text,
            "effect": event.effect,
            "source": event.source,
            "first_seen": event.first_seen.isoformat(),
            "last_seen": event.last_seen.isoformat(),
        }


def releases(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Releases of the repositories that are followed, newest first. Raises FilterError."""
    for each in select_releases(session, filters):
        yield {
            "repository": each.repository,
            "name": each.name,
            "tag": each.tag,
            "date": _iso(each.date),
            "title": each.title,
            "licence": each.licence,
            "prerelease": each.prerelease,
            "url": each.url,
            "source": each.source,
            "first_seen": each.first_seen.isoformat(),
            "last_seen": each.last_seen.isoformat(),
        }


def pages(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Watched pages as they were last read; what they said before is in the changes."""
    for each in select_pages(session, filters):
        yield {
            "name": each.name,
            "url": each.url,
            "selector": each.selector,
            "work_item": each.work_item,
            "text": each.text,
            "sha256": each.sha256,
            "changed_at": each.changed_at.isoformat(),
            "first_seen": each.first_seen.isoformat(),
            "last_seen": each.last_seen.isoformat(),
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
        "date": _iso(date),
        "simple_family_id": simple,
        "sources": sources,
        "last_seen": seen.last_seen.isoformat(),
    }


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(name: str, value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise FilterError(f"{name}: {value!r} is no date; write it like 2026-12-04") from error


KINDS: Final = {
    "declarations": (declarations, frozenset(DECLARATION_EXPORT_FILTERS)),
    "families": (families, frozenset(FAMILY_FILTERS)),
    "legal-events": (legal_events, frozenset(EVENT_FILTERS)),
    "releases": (releases, frozenset(RELEASE_FILTERS)),
    "pages": (pages, frozenset(PAGE_FILTERS)),
}
