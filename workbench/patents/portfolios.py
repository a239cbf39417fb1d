"""Portfolios: named sets of publications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.patents.models import Portfolio, PortfolioMember, Publication
from workbench.people.trail import record
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction


def put_into(session: Session, name: str, publications: Iterable[Publication], *, matter_id: int | None = None) -> int:
    """Add publications to the portfolio of that name, which is made where there is none; returns how many were new.

    Each matter has portfolios of its own, and so has the open ground of those who may read patents (no matter).
    """
    portfolio = session.exec(
        select(Portfolio).where(Portfolio.name == name, Portfolio.matter_id == matter_id)
    ).one_or_none()
    if portfolio is None:
        portfolio = Portfolio(name=name, matter_id=matter_id)
        session.add(portfolio)
        session.flush()
    added = 0
    for publication in publications:
        member = (key_of(portfolio), key_of(publication))
        if session.get(PortfolioMember, member) is None:
            session.add(PortfolioMember(portfolio_id=member[0], publication_id=member[1]))
            added += 1
    return added


def mark_own(session: Session, viewer: Viewer, portfolio: Portfolio, *, own: bool, at: dt.datetime) -> None:
    """Say whether the patents of a portfolio are the company's own: others' claims are read with a permission only."""
    if portfolio.own == own:
        return
    portfolio.own = own
    session.add(portfolio)
    record(
        session,
        viewer,
        TrailAction.CHANGED,
        "portfolio",
        key_of(portfolio),
        {"own": own},
        matter_id=portfolio.matter_id,
        at=at,
    )


def portfolio_names_of(session: Session, matter_id: int) -> Sequence[str]:
    """The names of a matter's portfolios, in order."""
    return session.exec(
        select(Portfolio.name).where(Portfolio.matter_id == matter_id).order_by(col(Portfolio.name))
    ).all()


def matters_of_publication(session: Session, publication: Publication) -> Sequence[int]:
    """The matters, of those that the session's viewer may know of, whose portfolios hold the publication."""
    statement = (
        select(Portfolio.matter_id)
        .join(PortfolioMember, col(PortfolioMember.portfolio_id) == Portfolio.id)
        .where(PortfolioMember.publication_id == publication.id, col(Portfolio.matter_id).is_not(None))
        .distinct()
    )
    return sorted(key for key in session.exec(statement) if key is not None)


def matters_of_portfolio(session: Session, name: str) -> Sequence[int]:
    """The matters, of those that the session's viewer may know of, that have a portfolio of this name."""
    found = session.exec(select(Portfolio.matter_id).where(Portfolio.name == name)).all()
    return sorted(key for key in found if key is not None)
