"""Rules of the gate for what hangs on publications, claims, portfolios and applications.

A portfolio of a matter is open to the members of the matter. What the engine or a person says of a publication in such
a portfolio is as confidential as the portfolio: it is open to who is in one of the matters that hold the publication.
The publication itself is public and open to all who may read patents.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from workbench.people import completeness
from workbench.people.gate import Rule, private, viewer_of
from workbench.people.permissions import Permission
from workbench.people.rules import in_open_matter, matter_held
from workbench.people.viewer import Viewer


def of_open_portfolio(column: str = "portfolio_id") -> Rule:
    """A row that belongs to a portfolio is seen by who sees the portfolio."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        portfolio = private("portfolio")
        opened = sa.select(portfolio.c.id).where(in_open_matter(portfolio.c.matter_id, viewer))
        return sa.cast(getattr(model, column).in_(opened), sa.Boolean)

    return rule


def of_open_claim(column: str = "claim_id") -> Rule:
    """A row about a claim is seen by who may know what is thought of its publication. Rows of no claim are open."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        claim = private("claim")
        walled = sa.select(claim.c.id).where(claim.c.publication_id.in_(_walled_publications(viewer)))
        named = getattr(model, column)
        return sa.or_(named.is_(None), named.not_in(walled))

    return rule


def of_open_publication(column: str = "publication_id") -> Rule:
    """A row about a publication, by its key, is seen by who may know what is thought of it."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        named = getattr(model, column)
        return sa.or_(named.is_(None), named.not_in(_walled_publications(viewer)))

    return rule


def of_open_number(column: str = "publication") -> Rule:
    """A row about a publication, by its number in docdb form, is seen by who may know what is thought of it."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        publication = private("publication")
        walled = sa.select(publication.c.number).where(publication.c.id.in_(_walled_publications(viewer)))
        named = getattr(model, column)
        return sa.or_(named.is_(None), named.not_in(walled))

    return rule


def reads_others(viewer: Viewer) -> bool:
    """Whether what others claim is open to somebody; who brings claims in has them in hand."""
    return viewer.may(Permission.READ_OTHERS_CLAIMS) or viewer.may(Permission.IMPORT_PATENTS)


def need_others(session: Session, remedy: str | None = None) -> None:
    """For what is wrong where others' claims are hidden. Raises IncompleteError with another way, if there is one."""
    if not reads_others(viewer_of(session)):
        completeness.refuse(Permission.READ_OTHERS_CLAIMS, remedy)


def own_or_permitted(column: str = "publication_id") -> Rule:
    """What others claim is read by who may read others' claims, by nobody else.

    The company's own are the publications in portfolios that a person said are its own, and their families. `column`
    holds the key of a publication, or its number where it is called `publication`.
    """

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        if reads_others(viewer):
            return sa.true()
        publication = private("publication")
        identity = publication.c.number if column == "publication" else publication.c.id
        return sa.cast(getattr(model, column).in_(sa.select(identity).where(is_own(publication.c, viewer))), sa.Boolean)

    return rule


def own_or_permitted_in_search(kind: str) -> Rule:
    """What is found of a publication shows its claims: an entry of that kind is seen as its claims are."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        entry: Any = model
        return sa.or_(entry.kind != kind, own_or_permitted("publication")(_Named(entry.key), viewer))  # type: ignore[arg-type]

    return rule


class _Named:
    """Something that has a publication's number, for rules that ask for it by that name."""

    def __init__(self, publication: Any) -> None:
        self.publication = publication


def is_own(publication: Any, viewer: Viewer) -> sa.ColumnElement[bool]:
    """Whether a publication, by its columns `id` and `family_ref`, is the company's own; null for one of no family.

    Only portfolios that are open to the viewer say so: that a matter holds a publication is not told by this either.
    """
    portfolio, _, in_portfolios = _held_publications()
    held, own = private("publication"), in_portfolios.where(portfolio.c.own)
    if not viewer.unlimited:
        own = own.where(in_open_matter(portfolio.c.matter_id, viewer))
    families = sa.select(held.c.family_ref).where(held.c.id.in_(own), held.c.family_ref.is_not(None))
    return sa.or_(publication.id.in_(own), publication.family_ref.in_(families))


def of_open_application(column: str = "application_key") -> Rule:
    """A row about an application is seen by the members of the matters that the application was put into."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        return getattr(model, column).not_in(walled_applications(viewer))  # type: ignore[no-any-return]

    return rule


def of_open_applications_only(column: str = "id") -> Rule:
    """A snapshot in which an office speaks of an application of a matter is seen by the members of the matter."""

    def rule(model: type[SQLModel], viewer: Viewer) -> sa.ColumnElement[bool]:
        read = []
        for name in ("application_status", "filed_claims", "legal_event", "cited_document"):
            table = private(name)
            walled = table.c.application_key.in_(walled_applications(viewer))
            read.append(sa.select(table.c.snapshot_id).where(walled, table.c.snapshot_id.is_not(None)))
        return getattr(model, column).not_in(sa.union_all(*read))  # type: ignore[no-any-return]

    return rule


def walled_applications(viewer: Viewer) -> Any:
    """The keys of applications that are only in matters which are not open to the viewer."""
    held, opened = private("matter_application"), private("matter_application")
    mine = sa.select(opened.c.application_key).where(opened.c.matter_id.in_(sorted(viewer.matters)))
    return sa.select(held.c.application_key).where(held.c.application_key.not_in(mine))


def _walled_publications(viewer: Viewer) -> Any:
    """The keys of publications that are in portfolios of matters, none of which is open to the viewer."""
    portfolio, member, found = _held_publications()
    opened, _, in_opened = _held_publications()
    mine = in_opened.where(opened.c.matter_id.in_(sorted(viewer.matters)))
    return found.where(portfolio.c.matter_id.is_not(None), member.c.publication_id.not_in(mine))


def _held_publications() -> tuple[sa.FromClause, sa.FromClause, Any]:
    portfolio, member = private("portfolio"), private("portfolio_member")
    together = member.join(portfolio, portfolio.c.id == member.c.portfolio_id)
    return portfolio, member, sa.select(member.c.publication_id).select_from(together)


def portfolio_held(portfolio_id: Any) -> sa.ColumnElement[bool]:
    """Whether the portfolio that a column names belongs to a matter under legal hold."""
    portfolio = private("portfolio")
    return portfolio_id.in_(  # type: ignore[no-any-return]
        sa.select(portfolio.c.id).where(matter_held(portfolio.c.matter_id))
    )


def number_held(number: Any) -> sa.ColumnElement[bool]:
    """Whether the publication that a column names by its number is in a portfolio of a matter under legal hold."""
    portfolio, member, publication = private("portfolio"), private("portfolio_member"), private("publication")
    held = (
        sa.select(publication.c.number)
        .join(member, member.c.publication_id == publication.c.id)
        .join(portfolio, portfolio.c.id == member.c.portfolio_id)
        .where(matter_held(portfolio.c.matter_id))
    )
    return number.in_(held)  # type: ignore[no-any-return]
