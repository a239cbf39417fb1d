"""Stores with a claim on a sample draft and the people who assess it. The publication is invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlmodel import Session, col, select

from tests.people.walled import add_account
from workbench import sample
from workbench.assessments.charting import quoted, save_chart, start_chart
from workbench.assessments.charts import ChartRow, proposed_strength, rows_of
from workbench.assessments.models import Assessment, ChartVersion
from workbench.assessments.verbs import ensure
from workbench.db import Store, key_of
from workbench.patents.models import Claim, Portfolio, PortfolioMember, Publication
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter, MatterMember
from workbench.standards.drafts import import_draft
from workbench.standards.models import Clause, Draft, Provision

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
NUMBER = "EP.9990777.A1"
ITEM = "9900001"
TEXT = "A method comprising: returning a score of an evaluation through an interface; and signing the score."
FILES = {"CD 1": "iso-iec-cd-99001.sample.xml", "DIS": "iso-iec-dis-99001.sample.xml"}


def import_version(store: Store, label: str) -> None:
    """A version of the sample draft, by its label."""
    day = dt.date(2026, 5, 1 + list(FILES).index(label))
    path = sample.folder() / "drafts" / FILES[label]
    run = import_draft(store, store.settings, path, work_item=ITEM, label=label, dated=day)
    assert run.error is None


def plant_claim(store: Store, *, text: str = TEXT, number: str = NUMBER, matter: bool = True) -> dict[str, Viewer]:
    """A publication with a claim in a portfolio of a matter, and four people who are in it: the viewers by name."""
    with store.write() as session:
        people = {name: add_account(session, name, Role.IP_ANALYST) for name in ("ann", "ben", "cho")}
        people["counsel"] = add_account(session, "counsel", Role.IP_COUNSEL)
        row = Publication(
            number=number, raw_number=number, country="EP", doc_number=number.split(".")[1], kind="A1",
            title="Sample of an evaluation", source_format="sample", applicants=["Sample AI K.K."],
            first_seen=NOW, last_seen=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(Claim(publication_id=key_of(row), language="en", number=1, text=text, independent=True))
        matters: frozenset[int] = frozenset()
        if matter:
            held = Matter(name="Scores", created_at=NOW)
            session.add(held)
            session.flush()
            matters = frozenset({key_of(held)})
            for account in people.values():
                session.add(MatterMember(matter_id=key_of(held), account_id=account, added_at=NOW))
            portfolio = Portfolio(name="Ours", matter_id=key_of(held), own=True)
            session.add(portfolio)
            session.flush()
            session.add(PortfolioMember(portfolio_id=key_of(portfolio), publication_id=key_of(row)))
    roles = {name: Role.IP_COUNSEL if name == "counsel" else Role.IP_ANALYST for name in people}
    viewers = {
        name: Viewer(account, name, frozenset({roles[name]}), matters, email=f"{name}@example.org")
        for name, account in people.items()
    }
    viewers["delegate"] = replace(viewers["ann"], account_id=999, name="delegate", roles=frozenset({Role.DELEGATE}))
    return viewers


def claim(session: Session, number: str = NUMBER) -> Claim:
    return session.exec(select(Claim).join(Publication).where(Publication.number == number)).one()


def draft(session: Session, label: str) -> Draft:
    return session.exec(select(Draft).where(Draft.label == label)).one()


def clause(session: Session, label: str, number: str) -> Clause:
    statement = select(Clause).where(Clause.draft_id == draft(session, label).id, Clause.number == number)
    return session.exec(statement).one()


def assessment(session: Session) -> Assessment:
    return session.exec(select(Assessment)).one()


def charted(store: Store, author: Viewer, label: str = "CD 1", number: str = "6.5", **said: object) -> int:
    """An assessment with a chart in which every element is met by a provision of the clause; its key."""
    with store.write(author) as session:
        row = ensure(session, author, claim(session), clause(session, label, number), NOW)
        version = start_chart(session, author, row, NOW)
        save_chart(session, author, row, filled(session, version, label, number, **said), seen=1, at=NOW)
        return key_of(row)


def filled(session: Session, version: ChartVersion, label: str, number: str, **said: object) -> list[ChartRow]:
    """The rows of a version, each met by the first provision of a clause."""
    at = clause(session, label, number)
    provision = session.exec(
        select(Provision).where(Provision.clause_id == at.id).order_by(col(Provision.index))
    ).first()
    assert provision is not None
    quote = quoted(at, provision)
    update = {"provisions": (quote,), "met": True, "strength": proposed_strength([quote]), **said}
    return [row.model_copy(update=update) for row in rows_of(version.rows)]
