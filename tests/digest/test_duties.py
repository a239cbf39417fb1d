"""What plans, declaration cases and fees ask for, as it stands in the mails of those who may know."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import Session

from scrapers.records import Precision
from tests.digest.conftest import FRIDAY, MONDAY, add_item
from tests.digest.test_sending import RULES
from workbench.cases.models import CaseForm, DeclarationCase
from workbench.db import Store, key_of
from workbench.digest.duties import Duty, DutyKind, duties_of
from workbench.digest.entries import DutyEntry
from workbench.digest.sections import About, SectionKind
from workbench.digest.select import duty_entry
from workbench.digest.wording import Words
from workbench.patents.models import ApplicationStatus, Portfolio, PortfolioMember, Publication
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import Matter
from workbench.planning.models import PlannedEvent, StoredPlan
from workbench.settings import Settings

TODAY = MONDAY.date()
DAY = dt.timedelta(days=1)
EN = Words("en", Settings().zone)


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def analyst(*matters: int, role: Role = Role.IP_ANALYST) -> Viewer:
    return Viewer(None, "", frozenset({role}), frozenset(matters))


def told(store: Store, viewer: Viewer) -> dict[str, list[str]]:
    """What is due for a viewer: the section and the name, with the lines under it."""
    with store.read(viewer) as session:
        return {
            f"{duty.section} {duty.about.name}": EN.details(duty_entry(duty, TODAY))
            for duty in reversed(duties_of(session, viewer, RULES, TODAY))
            if duty.kind is not DutyKind.UNKNOWN
        }


def add_matter(session: Session) -> int:
    matter = Matter(name="M", created_at=MONDAY)
    session.add(matter)
    session.flush()
    return key_of(matter)


def test_planned_days_are_told_to_the_members_of_the_matter(store: Store) -> None:
    with store.write() as session:
        plans: list[StoredPlan] = []
        for name, event, days in (
            ("Filing", "FF_JP", 3),
            ("Release", "OSS", 20),
            ("Late", "DECL", -2),
            ("Far", "FF", 99),
        ):
            matter = add_matter(session) if not plans else plans[0].matter_id
            plan = StoredPlan(name=name, matter_id=matter, created_at=MONDAY, created_by="A")
            session.add(plan)
            session.flush()
            session.add(PlannedEvent(plan_id=key_of(plan), name=event, day=TODAY + days * DAY, estimated=days == 20))
            plans.append(plan)
        matter = plans[0].matter_id
        plan = StoredPlan(name="Filed", matter_id=matter, created_at=MONDAY, created_by="A")
        session.add(plan)
        session.flush()
        filed = TODAY.replace(year=TODAY.year - 1) + 14 * DAY
        session.add(PlannedEvent(plan_id=key_of(plan), name="FF_JP", day=filed, done=True))
        session.add(PlannedEvent(plan_id=key_of(plan), name="FOREIGN", never=True))
    found = told(store, analyst(matter))
    assert found["legal Filing"] == ["planned: First filing in Japan", "by 2026-11-19, 3 days left"]
    assert found["planned Release"][:2] == ["planned: Open-source release", "by 2026-12-06 (estimated), 20 days left"]
    assert found["cases Late"][0] == "planned day past, nothing shows that it happened: Patent declaration"
    assert not [name for name in found if "Far" in name]
    assert found["legal Filed"] == [
        "last day that rule PRI-01 allows: International application",
        "by 2026-11-30 (estimated), 14 days left",
    ]
    for outside in (analyst(), analyst(matter, role=Role.DELEGATE), analyst(role=Role.ADMINISTRATOR)):
        assert told(store, outside) == {}


def test_a_declaration_is_due_before_the_vote_closes(store: Store) -> None:
    with store.write() as session:
        matter = add_matter(session)
        item = add_item(session, 1, "ISO/IEC DIS 1", "40.20", [("40.20", "2026-09-04", Precision.DAY)])
        case = DeclarationCase(
            work_item_id=key_of(item),
            matter_id=matter,
            holder="Sample",
            form="common 2015-06-26",
            opened_at=FRIDAY,
            changed_at=FRIDAY,
        )
        session.add(case)
        session.flush()
        entries = {"option": "1"}
        session.add(CaseForm(case_id=key_of(case), revision=1, entries=entries, option="1", by="A", at=FRIDAY))
    what, when = told(store, analyst(matter))["cases Sample – ISO/IEC DIS 1"]
    assert what == "send the declaration before the vote closes"
    assert "(estimated)" in when, "nobody announced when the vote closes"
    assert told(store, analyst()) == told(store, analyst(matter, role=Role.READER)) == {}


def test_fees_of_own_applications_are_legal_dates(store: Store) -> None:
    with store.write() as session:
        for number, own, days in ((1, True, 10), (2, False, 10), (3, True, 90)):
            name, application = f"EP.{number}.A1", f"EP.100{number}"
            row = Publication(
                number=name,
                raw_number=name,
                country="EP",
                doc_number=str(number),
                application=f"{application}.A",
                source_format="x",
                first_seen=FRIDAY,
                last_seen=FRIDAY,
            )
            portfolio = Portfolio(name=f"P{number}", own=own)
            session.add_all([row, portfolio])
            session.flush()
            session.add(PortfolioMember(portfolio_id=key_of(portfolio), publication_id=key_of(row)))
            session.add(
                ApplicationStatus(
                    application=f"{application}.A",
                    application_key=application,
                    next_fee_date=TODAY + days * DAY,
                    source="x",
                    first_seen=FRIDAY,
                    last_seen=FRIDAY,
                )
            )
    assert told(store, analyst()) == {"legal EP.1.A1": ["annual fee", "by 2026-11-26, 10 days left"]}
    assert told(store, analyst(role=Role.DELEGATE)) == {}


def test_every_kind_of_duty_has_words_of_its_own() -> None:
    about = About("X", None, "/")
    for language in ("en", "ja"):
        words = Words(language, Settings().zone)
        held = [Duty("k", kind, SectionKind.PLANS, about, events=("PCT",), rule="r", count=2) for kind in DutyKind]
        assert len({words.details(DutyEntry(about, duty, 1))[0] for duty in held}) == len(DutyKind)
