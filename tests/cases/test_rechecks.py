"""What asks to look at a declaration again follows from the facts, is settled once, and asks anew when they change."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import Session

from scrapers.records import ClauseKind
from tests.cases.conftest import Office
from tests.people.walled import NOW
from workbench.ballots.models import Ballot
from workbench.ballots.rulebook import load_rulebook
from workbench.cases import filing, rechecks, verbs
from workbench.cases.contents import PatentEntry, newest_form, portions_of
from workbench.cases.models import CaseTaskKind
from workbench.cases.queries import DueKind, case_views, conflicts_of, due
from workbench.cases.queries import Gates as AllGates
from workbench.cases.rechecks import open_rechecks, rechecks_of
from workbench.cases.verbs import CaseError
from workbench.db import Store, key_of
from workbench.patents.models import ApplicationStatus
from workbench.standards.ballots import BallotKind
from workbench.standards.models import Clause, Draft, Relation, RelationKind, WorkItem


def later_draft(session: Session, office: Office, text: str, number: int = 2) -> int:
    """The next version of the draft."""
    first = session.get_one(Draft, office.draft_id)
    draft = Draft(
        work_item_id=first.work_item_id,
        label=f"DIS {number}",
        dated=NOW.date() + dt.timedelta(days=number),
        format="sts",
        parser_version="1",
        snapshot_id=first.snapshot_id,
        imported_at=NOW + dt.timedelta(days=number),
    )
    session.add(draft)
    session.flush()
    clause = Clause(
        draft_id=key_of(draft),
        order=0,
        number="6",
        title="Records",
        level=1,
        kind=ClauseKind.CLAUSE,
        normative=True,
        text=text,
    )
    session.add(clause)
    session.flush()
    return key_of(draft)


SAME = "The system shall record each evaluation."
OTHER = "The system shall record each evaluation together with the time at which it took place."


def test_a_draft_that_rewords_a_declared_clause_asks_once(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.to_force(session)
        assert rechecks_of(session, case) == []
        unchanged = later_draft(session, team, SAME)
        assert rechecks_of(session, case) == []
        second = later_draft(session, team, OTHER, 3)
        [asked] = rechecks_of(session, case)
        assert (asked.kind, asked.facts["draft_id"]) == (CaseTaskKind.WORDING, second)
        assert [each.key for each in open_rechecks(session)] == [asked.key]
        with pytest.raises(CaseError, match="reason"):
            rechecks.settle(session, team.people["analyst"], case, asked.key, NOW, remark="ok")
        remark = "covers it still; confirmed with counsel"
        rechecks.settle(session, team.people["analyst"], case, asked.key, NOW, remark=remark)
        assert rechecks_of(session, case) == []
        assert {row.draft_id for row in portions_of(session, newest_form(session, case))} == {team.draft_id, second}
        with pytest.raises(CaseError, match="nothing asks"):
            rechecks.settle(session, team.people["analyst"], case, asked.key, NOW, remark=remark)
        later_draft(session, team, OTHER, 4)
        assert rechecks_of(session, case) == [], "the wording that was confirmed stands"
        later_draft(session, team, SAME, 5)
        assert [each.kind for each in rechecks_of(session, case)] == [CaseTaskKind.WORDING]
        assert unchanged != second


def test_new_editions_amendments_and_assignments_ask(lite: Store, team: Office) -> None:
    with lite.write() as session:
        register = ApplicationStatus(
            application="JP.2020000001",
            application_key="JP.2020000001",
            holders=["Sample K.K."],
            source="sample",
            first_seen=NOW,
            last_seen=NOW,
        )
        session.add(register)
        session.flush()
        patent = PatentEntry("JP", "7000001", "granted", "x", application="JP.2020000001")
        case = team.to_force(session, patents=(patent,))
        item = session.get_one(WorkItem, team.item_id)
        assert rechecks_of(session, case) == []
        session.add(Relation(from_iso_id=item.iso_id, kind=RelationKind.REPLACED_BY, to_iso_id=90777))
        for iso_id, seen in ((90778, team.now()), (90779, NOW - dt.timedelta(days=1))):
            amendment = WorkItem(
                iso_id=iso_id,
                reference=f"{item.reference}/Amd {iso_id}",
                amends=item.reference,
                first_seen=seen,
                last_seen=seen,
            )
            session.add(amendment)
        register.holders = ["Another K.K."]
        session.add(register)
        filing.record_assignment(session, team.people["counsel"], case, team.now(), patent="US 1", to="A third Inc.")
        session.flush()
        kinds = sorted(each.kind.value for each in rechecks_of(session, case))
        assert kinds == ["amendment", "edition", "transfer", "transfer"]
        for each in rechecks_of(session, case):
            rechecks.settle(session, team.people["counsel"], case, each.key, NOW, remark="written to the new holder")
        assert rechecks_of(session, case) == []
        assert len(rechecks.settled_of(session, case)) == 4


def test_an_altered_adoption_asks_and_an_identical_one_relies_on_the_declaration(store: Store, office: Office) -> None:
    with store.write() as session:
        case, counsel = office.open(session), office.people["counsel"]
        with pytest.raises(CaseError, match="was sent and stands"):
            filing.record_adoption(session, counsel, case, office.now(), reference="JIS X 1", identical=True)
        office.revise(session, case)
        office.propose(session, case)
        office.approve(session, case, "counsel")
        office.approve(session, case, "signatory")
        office.to_force(session, case)
        for reference, identical in (("JIS X 90001:2027", True), ("EN 90001:2027", False)):
            for _ in range(2):
                filing.record_adoption(session, counsel, case, office.now(), reference=reference, identical=identical)
        [asked] = rechecks_of(session, case)
        assert (asked.kind, asked.facts["reference"]) == (CaseTaskKind.ADOPTION, "EN 90001:2027")
        assert [row.facts["reference"] for row in rechecks.settled_of(session, case)] == ["JIS X 90001:2027"]


def test_what_is_due_follows_the_ballot_and_says_what_is_estimated(lite: Store, team: Office) -> None:
    rules, today = load_rulebook(lite.settings), NOW.date()
    with lite.write() as session:
        case = team.open(session)
        [line] = due(session, rules, today)
        assert (line.kind, line.day, line.estimated) == (DueKind.SEND, None, False)
        closes = today + dt.timedelta(days=10)
        ballot = Ballot(
            work_item_id=team.item_id,
            kind=BallotKind.DIS,
            closes_on=closes,
            source="sample",
            first_seen=NOW,
            last_seen=NOW,
        )
        session.add(ballot)
        session.flush()
        [line] = due(session, rules, today)
        assert (line.kind, line.day, line.estimated) == (DueKind.SEND, closes - dt.timedelta(days=1), False)
        [line] = due(session, rules, closes)
        assert line.kind is DueKind.OVERDUE
        team.revise(session, case)
        team.propose(session, case)
        assert [each.kind for each in due(session, rules, today)] == [DueKind.SEND, DueKind.APPROVE]
        team.approve(session, case, "counsel")
        team.approve(session, case, "signatory")
        team.generate(session, case)
        team.send(session, case)
        assert [each.kind for each in due(session, rules, today)] == [DueKind.RECEIPT]
        team.receive(session, case)
        assert due(session, rules, today) == []
        later_draft(session, team, OTHER)
        assert [each.kind for each in due(session, rules, today)] == [DueKind.RECHECK]
    with lite.read(team.people["delegate"]) as session:
        assert due(session, rules, today) == []
        assert case_views(session, AllGates(session, rules, today)) == []


def test_one_patent_under_two_options_is_flagged(lite: Store, team: Office) -> None:
    with lite.write() as session:
        first, second = team.open(session), team.open(session)
        team.revise(session, first, option="1")
        team.revise(session, second, option="2")
        assert len(conflicts_of(session, second)) == 1
        split = PatentEntry("JP", "7000001", "granted", "x", claims=(1,))
        other = PatentEntry("JP", "7000001", "granted", "x", claims=(2,))
        team.revise(session, first, option="1", patents=(split,))
        team.revise(session, second, option="2", patents=(other,))
        assert conflicts_of(session, second) == []
        team.revise(session, first, option="1")
        assert len(conflicts_of(session, second)) == 1
        verbs.drop(session, team.people["analyst"], first, team.now(), reason="another way was chosen")
        assert conflicts_of(session, second) == []
