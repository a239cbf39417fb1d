"""The sample's IP team at work: candidates triaged, a chart reviewed, another that waits; all people are invented."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Session, col, select

from workbench.assessments.charting import find, quoted, save_chart, start_chart, submit
from workbench.assessments.charts import ChartRow, check, proposed_strength, rows_of
from workbench.assessments.models import Assessment, ChartVersion
from workbench.assessments.statuses import Status
from workbench.assessments.verbs import ensure, triage
from workbench.db import Store, key_of
from workbench.mapping.decisions_models import Verdict
from workbench.mapping.evidence_reader import EvidenceReader
from workbench.patents.models import Claim, Portfolio, Publication
from workbench.patents.portfolios import mark_own
from workbench.people import accounts
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.standards.models import Clause, Draft, Provision

PEOPLE = {
    "SAMPLE Administrator": Role.ADMINISTRATOR,
    "SAMPLE Analyst A": Role.IP_ANALYST,
    "SAMPLE Analyst B": Role.IP_ANALYST,
    "SAMPLE Counsel": Role.IP_COUNSEL,
    "SAMPLE Signatory": Role.SIGNATORY,
}
"""Invented; nobody of them can sign in, for no invitation is sent."""

TRIAGED = (
    ("US.99900011.B2", "DIS", "A.3", Verdict.PLAUSIBLE),
    ("US.20999900009.A1", "DIS", "7.2", Verdict.NEEDS_EXPERT),
    ("US.99900006.B1", "DIS", "6.2.1", Verdict.NOT),
    ("US.20999900004.A1", "CD 1", "5.9", Verdict.PLAUSIBLE),
    ("US.99900007.B2", "CD 1", "6.2.3", Verdict.PLAUSIBLE),
)
"""Publication, draft and clause of claims that are triaged; the first is charted, the last charted and reviewed."""


def plant_assessments(store: Store, portfolio: str, at: dt.datetime) -> str:
    """Triage, chart and review what the sample maps, once; returns what was done, in words."""
    with store.write() as session:
        people = {name: _person(session, name, at) for name in PEOPLE}
        for held in session.exec(select(Portfolio).where(Portfolio.name == portfolio)):
            mark_own(session, Viewer.system(), held, own=True, at=at)
        if session.exec(select(Assessment.id)).first() is not None:
            return "there already"
        author, second, counsel = (people[f"SAMPLE {name}"] for name in ("Analyst A", "Analyst B", "Counsel"))
        for number, label, clause, verdict in TRIAGED:
            triage(session, author, _claim(session, number), _clause(session, label, clause), verdict, at=at)
        for waiting in (TRIAGED[0], TRIAGED[-1]):
            row, version = _chart(session, author, *waiting[:3], at)
            submit(session, author, row, seen=version.number, at=at)
        outcome = next(iter(check(rows_of(version.rows)).outcomes))
        for reader in (second, counsel):
            reasons = "SAMPLE: the elements and the provisions quoted beside them, read one by one."
            find(session, reader, row, outcome, reasons, seen=version.number, at=at)
        return f"{len(TRIAGED)} candidates triaged, 2 charts, 1 review: {Status(row.status).value}"


def _person(session: Session, name: str, at: dt.datetime) -> Viewer:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    account = accounts.by_email(session, email)
    if account is None:
        account, _ = accounts.invite(session, Viewer.system(), email, [PEOPLE[name]], at, name=name)
    return accounts.viewer_of(account, None)


def _claim(session: Session, number: str) -> Claim:
    statement = select(Claim).join(Publication, col(Publication.id) == Claim.publication_id)
    return session.exec(statement.where(Publication.number == number, Claim.number == 1, Claim.language == "en")).one()


def _clause(session: Session, label: str, number: str) -> Clause:
    statement = select(Clause).join(Draft, col(Draft.id) == Clause.draft_id)
    return session.exec(statement.where(Draft.label == label, Clause.number == number)).one()


def _chart(
    session: Session, author: Viewer, publication: str, label: str, number: str, at: dt.datetime
) -> tuple[Assessment, ChartVersion]:
    """A chart of the provisions that the engine finds for each element; one without any is said not to be met."""
    claim, clause = _claim(session, publication), _clause(session, label, number)
    row = ensure(session, author, claim, clause, at)
    begun = start_chart(session, author, row, at)
    newest = select(Clause).join(Draft, col(Draft.id) == Clause.draft_id).where(Clause.number == number)
    here = session.exec(newest.where(Draft.label == "DIS")).one()
    provisions = session.exec(
        select(Provision).where(Provision.clause_id == key_of(here)).order_by(col(Provision.index))
    ).all()
    by_index = {each.index: quoted(here, each) for each in provisions}
    rows: list[ChartRow] = []
    found = EvidenceReader().elements(session, claim, here, provisions)
    for each, evidence in zip(rows_of(begun.rows), found, strict=True):
        quotes = [] if evidence.provision is None else [by_index[evidence.provision]]
        said = {
            "provisions": tuple(quotes),
            "met": bool(quotes),
            "strength": proposed_strength(quotes),
            "note": "SAMPLE: the same step in other words." if quotes else "",
            "gap": "" if quotes else "SAMPLE: the clause does not speak of this.",
        }
        rows.append(each.model_copy(update=said))
    return row, save_chart(session, author, row, rows, seen=begun.number, at=at)
