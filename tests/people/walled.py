"""A store with matters, portfolios and matches for tests of the walls. All of it is invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session

from scrapers.records import ClauseKind
from tests.drafts import plant_draft
from workbench.db import key_of
from workbench.history.models import Run, RunKind, RunState
from workbench.mapping.models import Match
from workbench.patents.models import Claim, Portfolio, PortfolioMember, Publication
from workbench.people.models import Account
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter
from workbench.standards.models import Clause, WorkItem

NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Walled:
    """Keys of a matter with one walled publication, and of an open publication; a match for each."""

    matter: int
    walled: int
    opened: int
    portfolio: int


def person(role: Role, *matters: int, account_id: int = 77) -> Viewer:
    """A viewer of one role in some matters."""
    return Viewer(account_id, f"a {role}", frozenset({role}), frozenset(matters))


def add_account(session: Session, name: str, *roles: Role) -> int:
    """A person who may sign in."""
    account = Account(name=name, email=f"{name}@example.org", language="en", roles=list(roles), created_at=NOW)
    session.add(account)
    session.flush()
    return key_of(account)


def add_publication(session: Session, number: str) -> int:
    """A publication with one claim of the same key."""
    row = Publication(
        number=number,
        raw_number=number,
        country=number[:2],
        doc_number=number.split(".")[1],
        kind="A1",
        title=f"Title of {number}",
        source_format="sample",
        first_seen=NOW,
        last_seen=NOW,
    )
    session.add(row)
    session.flush()
    text = "A method comprising recording an evaluation."
    session.add(Claim(id=row.id, publication_id=key_of(row), language="en", number=1, text=text, independent=True))
    return key_of(row)


def add_clause(session: Session, iso_id: int = 90001) -> tuple[int, int]:
    """A draft with one clause; their keys."""
    item = WorkItem(
        iso_id=iso_id,
        reference=f"ISO/IEC DIS {iso_id}",
        committee="ISO/IEC JTC 1/SC 9042",
        title_en="Records of evaluations",
        deliverable_type="IS",
        stage="40.20",
        first_seen=NOW,
        last_seen=NOW,
    )
    session.add(item)
    session.flush()
    draft = plant_draft(session, key_of(item), "DIS 1", NOW, title="Records")
    clause = Clause(
        draft_id=key_of(draft),
        order=0,
        number="6",
        title="Records",
        level=1,
        kind=ClauseKind.CLAUSE,
        normative=True,
        text="The system shall record each evaluation.",
    )
    session.add(clause)
    session.flush()
    return key_of(draft), key_of(clause)


def plant(session: Session) -> Walled:
    """A matter whose portfolio holds one publication; another publication is in nobody's portfolio."""
    matter = Matter(name="Matter Alpha", created_at=NOW)
    session.add(matter)
    session.flush()
    draft, clause = add_clause(session)
    walled, opened = add_publication(session, "XX.1.A1"), add_publication(session, "XX.2.A1")
    portfolio = Portfolio(name="Walled portfolio", matter_id=matter.id)
    session.add(portfolio)
    session.flush()
    session.add(PortfolioMember(portfolio_id=key_of(portfolio), publication_id=walled))
    run = Run(
        kind=RunKind.MAP,
        source="map:x",
        parser_version="1",
        state=RunState.OK,
        started_at=NOW,
        clock=NOW,
    )
    session.add(run)
    session.flush()
    for claim in (walled, opened):
        session.add(
            Match(run_id=key_of(run), draft_id=draft, claim_id=claim, clause_id=clause, rank=1, score=float(claim))
        )
    return Walled(key_of(matter), walled, opened, key_of(portfolio))
