"""People, a work item and a draft for cases. All of it is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlmodel import Session, select

from tests.cases.filled import TEMPLATE, VALUES
from tests.people.walled import NOW, add_account, add_clause, add_publication
from workbench.cases import filing, verbs
from workbench.cases.contents import Content, PatentEntry
from workbench.cases.models import DeclarationCase
from workbench.db import Store, key_of
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.models import WorkItem

GRANTED = PatentEntry("JP", "7000001", "granted", "評価の記録")


@dataclass
class Office:
    """The people of an IP team, and what they do in the order in which they do it."""

    people: dict[str, Viewer]
    item_id: int
    draft_id: int
    at: dt.datetime = NOW

    def now(self) -> dt.datetime:
        self.at += dt.timedelta(minutes=1)
        return self.at

    def open(self, session: Session, **entries: str) -> DeclarationCase:
        item = session.get_one(WorkItem, self.item_id)
        at = self.now()
        return verbs.open_case(
            session, self.people["analyst"], item, VALUES["holder_name"], TEMPLATE, at, entries={**VALUES, **entries}
        )

    def revise(self, session: Session, case: DeclarationCase, who: str = "analyst", **changes: Any) -> None:
        patents = changes.pop("patents", (GRANTED,))
        marks, portions = changes.pop("marks", frozenset()), changes.pop("portions", ((self.draft_id, 0),))
        content = Content({**VALUES, **changes}, marks, patents, portions)
        verbs.revise(session, self.people[who], case, TEMPLATE, content, self.now(), seen=case.revision)

    def propose(self, session: Session, case: DeclarationCase, who: str = "analyst") -> None:
        verbs.propose(session, self.people[who], case, TEMPLATE, self.now())

    def approve(self, session: Session, case: DeclarationCase, who: str, *, yes: bool = True) -> None:
        note = "" if yes else "the title is not that of the document"
        verbs.approve(session, self.people[who], case, self.now(), yes=yes, note=note, seen=case.revision)

    def generate(self, session: Session, case: DeclarationCase) -> None:
        filing.generate(session, self.people["analyst"], case, TEMPLATE, self.now(), "en")

    def send(self, session: Session, case: DeclarationCase, *to: str) -> None:
        at = self.now()
        wanted = to or ("ISO", "IEC")
        filing.send(session, self.people["counsel"], case, TEMPLATE, at, to=wanted, sent_on=at.date(), how="by e-mail")

    def receive(self, session: Session, case: DeclarationCase, organisation: str = "ISO") -> None:
        at = self.now()
        filing.receive(
            session,
            self.people["counsel"],
            case,
            TEMPLATE,
            at,
            organisation=organisation,
            dated=at.date(),
            name="receipt.eml",
            content=f"received {case.id} {organisation}".encode(),
        )

    def to_approved(self, session: Session, **changes: Any) -> DeclarationCase:
        case = self.open(session)
        self.revise(session, case, **changes)
        self.propose(session, case)
        self.approve(session, case, "counsel")
        self.approve(session, case, "signatory")
        return case

    def to_force(self, session: Session, case: DeclarationCase | None = None, **changes: Any) -> DeclarationCase:
        case = case or self.to_approved(session, **changes)
        self.generate(session, case)
        self.send(session, case)
        self.receive(session, case)
        return case

    def replace(self, session: Session, old: DeclarationCase, *, corrects: bool, **changes: Any) -> DeclarationCase:
        case = verbs.replace_case(
            session,
            self.people["analyst"],
            old,
            TEMPLATE,
            self.now(),
            corrects=corrects,
            reason="decided by the IP committee",
        )
        self.revise(session, case, **changes)
        return case


def staff(session: Session) -> dict[str, Viewer]:
    """An analyst, another one, counsel, another one, a signatory and a delegate."""
    found = {}
    roles = {
        "analyst": Role.IP_ANALYST,
        "second": Role.IP_ANALYST,
        "counsel": Role.IP_COUNSEL,
        "other_counsel": Role.IP_COUNSEL,
        "signatory": Role.SIGNATORY,
        "delegate": Role.DELEGATE,
    }
    for name, role in roles.items():
        found[name] = Viewer(add_account(session, name, role), name, frozenset({role}))
    return found


def office_of(store: Store) -> Office:
    with store.write() as session:
        people = staff(session)
        draft_id, _ = add_clause(session)
        add_publication(session, "JP.7000001.B2")
        item = session.exec(select(WorkItem)).one()
        return Office(people, key_of(item), draft_id)


@pytest.fixture
def office(store: Store) -> Office:
    """On both databases."""
    return office_of(store)


@pytest.fixture
def lite(tmp_path: Any) -> Iterator[Store]:
    """A store in SQLite alone, for what does not depend on the database."""
    store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def team(lite: Store) -> Office:
    """The office of the SQLite store."""
    return replace(office_of(lite))
