"""Reads of declarations and parties, for pages and exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StandardRef
from workbench.db import key_of
from workbench.declarations.models import AliasState, Declaration, DeclaredPatent, Party, PartyAlias
from workbench.declarations.parties import Parties
from workbench.declarations.reconcile import deliverable_key, patents_of
from workbench.history.queries import FilterError, day_of, filled, in_order
from workbench.patents.applications import application_forms
from workbench.patents.models import Publication
from workbench.search import matching_keys
from workbench.standards.models import WorkItem

DECLARATION_FILTERS: Final = ("q", "holder", "deliverable", "option", "register", "patent", "from", "to")
DECLARATION_SORTS: Final = ("holder", "deliverable", "option", "date", "register", "patents")
NO_OPTION: Final = "none"
OPTIONS: Final = ("1", "2", "3", NO_OPTION)
ALIAS_FILTERS: Final = ("state", "name")


@dataclass(frozen=True)
class DeclarationRow:
    """A declaration as a table shows it. `party` is whom the holder stands for; `unread` of its `patents` have no form.

    `items` are the work items of the deliverable, whatever their edition.
    """

    declaration: Declaration
    party: str
    patents: int
    unread: int
    items: Sequence[WorkItem]


@dataclass(frozen=True)
class PatentRow:
    """A patent that a declaration names, with the publications of it that the store has."""

    patent: DeclaredPatent
    publications: Sequence[Publication]


@dataclass(frozen=True)
class AliasRow:
    """A name and the party it is suggested, accepted or rejected for; `declarations` counts those under the name.

    `others` are the declarations under all other names of the party.
    """

    alias: PartyAlias
    party: str
    declarations: int
    others: int
    earlier: Sequence[PartyAlias]


def select_declarations(
    session: Session, filters: Mapping[str, str], *, sort: str = "holder", limit: int | None = None, offset: int = 0
) -> Sequence[Declaration]:
    """The declarations that the filters (`DECLARATION_FILTERS`) leave; an empty value filters nothing.

    `holder` finds words in any name of a party, `deliverable` a reference in any edition or words of it, `option` is
    one of `OPTIONS`, `patent` is a part of a number. `sort` is one of `DECLARATION_SORTS`, with `-` before it for
    descending order. Raises FilterError.
    """
    statement = select(Declaration).where(*_conditions(session, filters)).order_by(*_order(sort))
    return session.exec(statement.limit(limit).offset(offset)).all()


def count_declarations(session: Session, filters: Mapping[str, str]) -> int:
    """How many declarations the filters leave. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(Declaration).where(*_conditions(session, filters))
    return int(session.execute(counted).scalar_one())


def declaration_page(
    session: Session, filters: Mapping[str, str], *, sort: str, limit: int | None, offset: int = 0
) -> list[DeclarationRow]:
    """A page of declarations with parties, work items and counts of patents. Raises FilterError."""
    found = select_declarations(session, filters, sort=sort, limit=limit, offset=offset)
    counted = (
        sa.select(
            col(DeclaredPatent.declaration_id),
            sa.func.count(),
            sa.func.sum(sa.case((col(DeclaredPatent.reason).is_not(None), 1), else_=0)),
        )
        .where(col(DeclaredPatent.declaration_id).in_([key_of(each) for each in found]))
        .group_by(col(DeclaredPatent.declaration_id))
    )
    counts = {key: (int(patents), int(unread)) for key, patents, unread in session.execute(counted)}
    parties = Parties(session)
    items = work_items_by_key(session, {each.deliverable_key for each in found})
    return [
        DeclarationRow(
            each,
            parties.of(each.holder),
            *counts.get(key_of(each), (0, 0)),
            items=items.get(each.deliverable_key, []),
        )
        for each in found
    ]


def registers(session: Session) -> Sequence[str]:
    """The registers that declarations are listed in, in order."""
    return session.exec(select(Declaration.listed_in).distinct().order_by(col(Declaration.listed_in))).all()


def declaration(session: Session, declaration_id: int) -> Declaration | None:
    return session.get(Declaration, declaration_id)


def declaration_keyed(session: Session, key: str) -> Declaration | None:
    """The declaration with this key, as the change log names it."""
    return session.exec(select(Declaration).where(Declaration.key == key)).one_or_none()


def declarations_of_item(session: Session, item: WorkItem) -> Sequence[Declaration]:
    """What registers list for a work item's document in any edition, newest first."""
    key = deliverable_key(None, item.reference)
    statement = select(Declaration).where(Declaration.deliverable_key == key)
    return session.exec(statement.order_by(col(Declaration.date).desc().nulls_last(), col(Declaration.id))).all()


def work_items_by_key(session: Session, keys: Iterable[str]) -> dict[str, list[WorkItem]]:
    """The work items of each document, all editions, by its key (`deliverable_key`)."""
    wanted = set(keys)
    ids = {identity: key for identity, reference in _references(session) if (key := _undated(reference)) in wanted}
    found: dict[str, list[WorkItem]] = {}
    for item in session.exec(select(WorkItem).where(col(WorkItem.id).in_(ids)).order_by(col(WorkItem.iso_id).desc())):
        found.setdefault(ids[key_of(item)], []).append(item)
    return found


def patent_rows(session: Session, row: Declaration) -> list[PatentRow]:
    """The patents of a declaration with their publications in the store."""
    return [PatentRow(each, _publications(session, each)) for each in patents_of(session, key_of(row))]


def same_document(session: Session, row: Declaration) -> Sequence[Declaration]:
    """The other declarations for the same document, by holder."""
    statement = select(Declaration).where(Declaration.deliverable_key == row.deliverable_key, Declaration.id != row.id)
    return session.exec(statement.order_by(col(Declaration.holder), col(Declaration.date))).all()


def declarations_naming(session: Session, publication: Publication) -> Sequence[Declaration]:
    """The declarations that name a publication or its application."""
    stem = f"{publication.country}.{publication.doc_number}"
    names = sa.or_(
        col(DeclaredPatent.publication).in_([publication.number, stem]),
        col(DeclaredPatent.application).in_(
            application_forms(publication.application) if publication.application else []
        ),
    )
    ids = sa.select(col(DeclaredPatent.declaration_id)).where(names)
    return session.exec(select(Declaration).where(col(Declaration.id).in_(ids)).order_by(col(Declaration.id))).all()


def alias_page(session: Session, filters: Mapping[str, str], *, limit: int, offset: int = 0) -> list[AliasRow]:
    """Names with what is suggested or decided about them, suggestions first. Raises FilterError."""
    decided = sa.case((col(PartyAlias.state) == AliasState.SUGGESTED, 0), else_=1)
    statement = (
        select(PartyAlias, Party)
        .join(Party, col(Party.id) == PartyAlias.party_id)
        .where(*_alias_conditions(filters))
        .order_by(decided, col(PartyAlias.said_at).desc(), col(PartyAlias.id))
    )
    parties = Parties(session)
    counts = dict(
        session.execute(sa.select(col(Declaration.holder), sa.func.count()).group_by(col(Declaration.holder))).all()
    )
    rows = []
    for alias, party in session.exec(statement.limit(limit).offset(offset)):
        root = parties.of(party.name)
        others = sum(number for name, number in counts.items() if name != alias.name and parties.of(name) == root)
        rows.append(AliasRow(alias, root, int(counts.get(alias.name, 0)), int(others), _earlier(session, alias)))
    return rows


def count_aliases(session: Session, filters: Mapping[str, str]) -> int:
    """How many names the filters leave. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(PartyAlias).join(Party, col(Party.id) == PartyAlias.party_id)
    return int(session.execute(counted.where(*_alias_conditions(filters))).scalar_one())


def _alias_conditions(filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [col(PartyAlias.in_force).is_(True)]
    if name := filters.get("name"):
        conditions.append(
            sa.or_(
                col(PartyAlias.name).icontains(name, autoescape=True),
                col(Party.name).icontains(name, autoescape=True),
            )
        )
    if state := filters.get("state"):
        if state not in set(AliasState):
            raise FilterError(f"state: {state!r} is none of {', '.join(AliasState)}")
        conditions.append(col(PartyAlias.state) == state)
    return conditions


def _earlier(session: Session, alias: PartyAlias) -> list[PartyAlias]:
    """The decisions before this one, newest first; the suggestion at their beginning is left out."""
    found = []
    while alias.replaces_id is not None:
        alias = session.get_one(PartyAlias, alias.replaces_id)
        if alias.state is not AliasState.SUGGESTED:
            found.append(alias)
    return found


def _references(session: Session) -> list[tuple[int, str]]:
    rows = session.execute(sa.select(col(WorkItem.id), col(WorkItem.reference)))
    return [(int(identity), str(reference)) for identity, reference in rows]


def _undated(reference: str) -> str | None:
    try:
        return str(StandardRef.parse(reference).undated)
    except InvalidIdentifierError:
        return None


def _publications(session: Session, patent: DeclaredPatent) -> Sequence[Publication]:
    conditions: list[sa.ColumnElement[bool]] = []
    if patent.publication:
        country, number, *kind = patent.publication.split(".")
        conditions.append(
            col(Publication.number) == patent.publication
            if kind
            else sa.and_(col(Publication.country) == country, col(Publication.doc_number) == number)
        )
    if patent.application:
        conditions.append(col(Publication.application).in_(application_forms(patent.application)))
    if not conditions:
        return []
    return session.exec(select(Publication).where(sa.or_(*conditions)).order_by(col(Publication.number))).all()


def _conditions(session: Session, filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filled(filters).items():
        match name:
            case "q":
                conditions.append(col(Declaration.key).in_(matching_keys(session, value, "declaration")))
            case "holder":
                conditions.append(col(Declaration.holder).in_(_holders(session, value)))
            case "deliverable":
                conditions.append(_of_deliverable(value))
            case "option":
                conditions.append(_with_option(value))
            case "register":
                conditions.append(col(Declaration.listed_in) == value)
            case "patent":
                named = sa.select(col(DeclaredPatent.declaration_id)).where(
                    sa.or_(
                        *(
                            col(column).icontains(value, autoescape=True)
                            for column in (DeclaredPatent.raw, DeclaredPatent.publication, DeclaredPatent.application)
                        )
                    )
                )
                conditions.append(col(Declaration.id).in_(named))
            case "from":
                conditions.append(col(Declaration.date) >= day_of(name, value))
            case "to":
                conditions.append(col(Declaration.date) <= day_of(name, value))
            case _:
                raise FilterError(
                    f"declarations cannot be filtered by {name}; they can by: {', '.join(DECLARATION_FILTERS)}"
                )
    return conditions


def _holders(session: Session, text: str) -> list[str]:
    """The names as written of every party that has the text in one of its names."""
    known = session.exec(select(Declaration.holder).distinct()).all()
    parties = Parties(session)
    wanted = {parties.of(name) for name in known if text.casefold() in name.casefold()}
    wanted |= {party for party in map(parties.of, known) if text.casefold() in party.casefold()}
    return [name for name in known if parties.of(name) in wanted]


def _of_deliverable(text: str) -> sa.ColumnElement[bool]:
    words = sa.or_(
        *(
            col(column).icontains(text, autoescape=True)
            for column in (Declaration.deliverable_raw, Declaration.deliverable)
        )
    )
    key = _undated(text)
    return words if key is None else sa.or_(col(Declaration.deliverable_key) == key, words)


def _with_option(value: str) -> sa.ColumnElement[bool]:
    if value not in OPTIONS:
        raise FilterError(f"option: {value!r} is none of {', '.join(OPTIONS)}")
    return col(Declaration.option).is_(None) if value == NO_OPTION else col(Declaration.option) == int(value)


def _order(sort: str) -> tuple[Any, ...]:
    columns: dict[str, sa.SQLColumnExpression[Any]] = {
        "holder": sa.func.lower(col(Declaration.holder)),
        "deliverable": col(Declaration.deliverable_key),
        "option": col(Declaration.option),
        "date": col(Declaration.date),
        "register": col(Declaration.listed_in),
        "patents": sa.select(sa.func.count())
        .where(col(DeclaredPatent.declaration_id) == col(Declaration.id))
        .scalar_subquery(),
    }
    return in_order(columns, sort), col(Declaration.id).asc()
