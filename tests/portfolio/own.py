"""A store with own patents in force, behind a wall and not, and people before it. All of it is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from sqlmodel import Session

from tests.people.walled import add_account
from workbench.db import Store, key_of
from workbench.patents.models import ApplicationStatus, Family, Portfolio, PortfolioMember, Publication
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter

NOW = dt.datetime(2026, 11, 16, 3, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


class Made(NamedTuple):
    """The matter behind the wall; a member of it, an analyst outside, counsel inside, a delegate."""

    matter: int
    insider: Viewer
    outsider: Viewer
    counsel: Viewer
    delegate: Viewer


def add_publication(session: Session, number: str, **values: Any) -> Publication:
    """A publication by its number in docdb form."""
    country, doc_number, kind = number.split(".")
    given = {"title": f"Title of {number}", "title_language": "en", "applicants": ["Own K.K."], **values}
    row = Publication(
        number=number, raw_number=number, country=country, doc_number=doc_number, kind=kind,
        source_format="sample", first_seen=NOW, last_seen=NOW, **given,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def add_family(session: Session, name: str) -> int:
    row = Family(family_id=name)
    session.add(row)
    session.flush()
    return key_of(row)


def add_register(session: Session, application: str, **values: Any) -> None:
    """What a register says of an application."""
    session.add(
        ApplicationStatus(
            application=application,
            application_key=application.rsplit(".", 1)[0],
            source="sample",
            first_seen=NOW,
            last_seen=NOW,
            **values,
        )
    )


def add_portfolio(session: Session, name: str, rows: list[Publication], *, matter: int | None = None) -> None:
    """A portfolio that a person said is the company's own."""
    portfolio = Portfolio(name=name, matter_id=matter, own=True)
    session.add(portfolio)
    session.flush()
    for row in rows:
        session.add(PortfolioMember(portfolio_id=key_of(portfolio), publication_id=key_of(row)))
    session.flush()


def plant(store: Store) -> Made:
    """Three own families in force, one of them of a matter; one own application; one patent of somebody else.

    `F1` is granted at two offices and has a register; US.101.B2 is in no family; `F9` is the matter's.
    """
    with store.write(Viewer.system()) as session:
        matter = Matter(name="M", created_at=NOW)
        session.add(matter)
        session.flush()
        key = key_of(matter)
        f1, f9 = add_family(session, "F1"), add_family(session, "F9")
        granted = add_publication(
            session, "EP.100.B1", family_ref=f1, date=dt.date(2023, 3, 1), application="EP.1000.A", inventors=["A"]
        )
        add_publication(session, "JP.100.B2", family_ref=f1, date=dt.date(2024, 5, 10), application="JP.2000.A")
        add_register(session, "EP.1000.A", filing_date=dt.date(2019, 12, 4), status="granted")
        alone = add_publication(session, "US.101.B2", date=dt.date(2023, 7, 20), application="US.17101.A")
        add_publication(session, "US.20101.A1", date=dt.date(2021, 7, 20), application="US.17101.A")
        pending = add_publication(session, "EP.102.A1", date=dt.date(2025, 7, 20), application="EP.1020.A")
        walled = add_publication(
            session, "US.909.B2", family_ref=f9, date=dt.date(2024, 1, 5), application="US.17909.A"
        )
        add_publication(session, "US.500.B2", date=dt.date(2024, 1, 5), applicants=["Other Inc."])
        add_portfolio(session, "Own", [granted, alone, pending])
        add_portfolio(session, "Secret", [walled], matter=key)
        people = {name: add_account(session, name, role) for name, role in _ROLES.items()}
    viewers = {name: Viewer(account, name, frozenset({_ROLES[name]})) for name, account in people.items()}
    inside = frozenset({key})
    return Made(
        key,
        Viewer(people["inge"], "inge", frozenset({Role.IP_ANALYST}), inside),
        viewers["otto"],
        Viewer(people["lex"], "lex", frozenset({Role.IP_COUNSEL}), inside),
        Viewer(people["dela"], "dela", frozenset({Role.DELEGATE}), inside),
    )


_ROLES = {
    "inge": Role.IP_ANALYST,
    "otto": Role.IP_ANALYST,
    "lex": Role.IP_COUNSEL,
    "dela": Role.DELEGATE,
}
