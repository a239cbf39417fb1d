"""A declaration from proposal to force by people of different roles, and everything that must not happen on the way."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel, col, delete, select, update

from tests.cases.conftest import GRANTED, Office
from tests.cases.filled import OPTION_3, TEMPLATE, VALUES
from tests.people.walled import NOW, add_publication
from workbench.assessments.models import Assessment, AssessmentPin
from workbench.assessments.statuses import Status
from workbench.cases import filing, replacement, verbs
from workbench.cases.contents import PatentEntry, newest_form, patents_of
from workbench.cases.models import CaseApproval, CaseDocument, CaseForm, CasePatent, CaseStep, DeclarationCase
from workbench.cases.statuses import CaseAct, CaseStatus
from workbench.cases.verbs import CaseError
from workbench.db import Store, key_of
from workbench.mapping.decisions import claim_hash
from workbench.patents.status import LegalStatus
from workbench.people.trail import verify
from workbench.people.viewer import Viewer
from workbench.people.walls_models import MatterApplication, TrailEntry

S = CaseStatus


def state_of(case: DeclarationCase) -> CaseStatus:
    """The status as it is now."""
    return case.status


def test_from_proposal_to_force_and_the_trail_tells_it(store: Store, office: Office) -> None:
    with store.write() as session:
        case = office.open(session)
        form = newest_form(session, case)
        assert (form.entries["doc_type"], form.option) == ("ISO_IEC", "2")
        office.revise(session, case)
        office.propose(session, case)
        office.approve(session, case, "counsel")
        assert state_of(case) is S.PROPOSED, "one is not two"
        office.approve(session, case, "signatory")
        assert state_of(case) is S.APPROVED
        office.generate(session, case)
        office.send(session, case)
        office.receive(session, case)
        office.receive(session, case, "IEC")
        assert state_of(case) is S.IN_FORCE
    with store.read() as session:
        acts = [step.act.value for step in session.exec(select(CaseStep).order_by(col(CaseStep.id)))]
        expected = ["open", "revise", "propose", "approve_one", "approve_one", "approve", "generate", "send"]
        assert acts == [*expected, "receive", "receive_further"]
        told = session.exec(select(TrailEntry).where(TrailEntry.entity == "declaration_case")).all()
        assert len(told) == len(acts)
        assert verify(session).intact
        documents = session.exec(select(CaseDocument)).all()
        assert [each.kind.value for each in documents] == ["generated", "generated", "receipt", "receipt"]
        assert filing.body_of(session, documents[2]).startswith(b"received")
        assert filing.body_of(session, documents[0]).startswith(b"PK")
        assert filing.body_of(session, documents[1]).startswith(b"%PDF")


def test_nobody_approves_his_own_work_or_twice(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.open(session)
        team.revise(session, case, who="counsel")
        team.propose(session, case, who="second")
        for who, message in (
            ("counsel", verbs.OWN_WORK),
            ("analyst", verbs.NEEDS_ROLE),
            ("delegate", verbs.NEEDS_ROLE),
        ):
            with pytest.raises(CaseError) as caught:
                team.approve(session, case, who)
            assert str(caught.value) == message
        team.approve(session, case, "signatory")
        with pytest.raises(CaseError, match="already"):
            team.approve(session, case, "signatory")
        assert state_of(case) is S.PROPOSED
        team.approve(session, case, "other_counsel")
        assert state_of(case) is S.APPROVED


def test_two_people_without_a_signatory_are_not_enough(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.open(session)
        team.revise(session, case)
        team.propose(session, case)
        team.approve(session, case, "counsel")
        team.approve(session, case, "other_counsel")
        assert state_of(case) is S.PROPOSED
        team.approve(session, case, "signatory")
        assert state_of(case) is S.APPROVED


def test_local_mode_cannot_propose(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.open(session)
        team.revise(session, case)
        with pytest.raises(CaseError, match="local mode"):
            verbs.propose(session, Viewer.local(), case, TEMPLATE, team.now())


def test_a_refusal_sends_back_and_only_a_new_version_is_proposed(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.open(session)
        team.revise(session, case)
        team.propose(session, case)
        team.approve(session, case, "counsel", yes=False)
        assert state_of(case) is S.DRAFT
        with pytest.raises(CaseError, match="judged already"):
            team.propose(session, case)
        team.revise(session, case)
        team.propose(session, case)
        with pytest.raises(CaseError, match="meanwhile"):
            verbs.approve(session, team.people["counsel"], case, team.now(), yes=True, note="", seen=case.revision - 1)


def test_a_faulty_form_is_not_proposed_and_names_its_fields(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.open(session)
        team.revise(session, case, option="3", contact_fax="", opt2_text="x")
        with pytest.raises(CaseError) as caught:
            team.propose(session, case)
        named = {fault.field for fault in caught.value.faults}
        assert named == {"contact_fax", "opt2_text", "opt3_numbers", "opt3_portions", "opt3_description"}
        assert state_of(case) is S.DRAFT


def test_unpublished_numbers_stay_inside_until_counsel_releases_them(lite: Store, team: Office) -> None:
    hidden = PatentEntry("JP", "2026-990001", "pending", "x", application="JP.2026990001.A")
    with lite.write() as session:
        case = team.open(session)
        team.revise(session, case, patents=(GRANTED, hidden))
        form = newest_form(session, case)
        content, unreleased = filing.filled(session, form)
        assert unreleased == {"2026-990001", "JP.2026990001.A"}
        assert [row.number for row in content.printed_patents] == ["7000001"]
        released = replace(hidden, released=True)
        with pytest.raises(CaseError, match="only counsel releases"):
            team.revise(session, case, patents=(GRANTED, released))
        team.revise(session, case, who="counsel", patents=(GRANTED, released))
        content, unreleased = filing.filled(session, newest_form(session, case))
        assert unreleased == set()
        assert len(content.printed_patents) == 2
        team.revise(session, case, patents=(GRANTED, released))  # what is released stays so


def test_what_a_matter_walls_is_not_published_whatever_is_typed(lite: Store, team: Office) -> None:
    from workbench.people.walls_models import Matter

    with lite.write() as session:
        matter = Matter(name="Alpha", created_at=NOW)
        session.add(matter)
        session.flush()
        session.add(MatterApplication(matter_id=key_of(matter), application_key="JP.2026990001", added_at=NOW))
        case = team.open(session)
        walled = PatentEntry("JP", "2026990001", "granted", "x", application="JP.2026990001.A")
        team.revise(session, case, patents=(walled,))
        assert not patents_of(session, newest_form(session, case))[0].published


def test_it_goes_to_iso_and_to_iec(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.to_approved(session)
        with pytest.raises(CaseError, match="present state"):
            team.send(session, case)
        team.generate(session, case)
        for to in (("ISO",), ("IEC",), ("ISO", "IEC", "ITU_T")):
            with pytest.raises(CaseError, match="every organisation"):
                team.send(session, case, *to)
        team.send(session, case)
        with pytest.raises(CaseError, match="choose the organisation"):
            team.receive(session, case, "ITU_T")


def test_receipts_are_bounded_and_dated(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.to_approved(session)
        team.generate(session, case)
        team.send(session, case)
        at = team.now()
        for content, day, words in (
            (b"", at.date(), "not empty"),
            (b"x" * (filing.MAX_RECEIPT + 1), at.date(), "too large"),
            (b"x", dt.date(2020, 1, 1), "the day"),
            (b"x", dt.date(2040, 1, 1), "the day"),
        ):
            with pytest.raises(CaseError, match=words):
                filing.receive(
                    session,
                    team.people["counsel"],
                    case,
                    TEMPLATE,
                    at,
                    organisation="ISO",
                    dated=day,
                    name="r",
                    content=content,
                )
        assert state_of(case) is S.SENT


def test_what_was_sent_is_neither_dropped_nor_changed(lite: Store, team: Office) -> None:
    with lite.write() as session:
        case = team.to_force(session)
        with pytest.raises(CaseError):
            verbs.drop(session, team.people["counsel"], case, team.now(), reason="we changed our minds")
        with pytest.raises(CaseError):
            team.revise(session, case)
        with pytest.raises(CaseError):
            verbs.send_back(session, team.people["counsel"], case, team.now(), reason="again")


def test_a_more_favourable_declaration_supersedes(store: Store, office: Office) -> None:
    with store.write() as session:
        old = office.to_force(session, patents=(GRANTED,), **OPTION_3)
        new = office.replace(session, old, corrects=False, option="2", marks=frozenset({"opt2_reciprocity"}))
        office.propose(session, new)
        office.approve(session, new, "counsel")
        office.approve(session, new, "signatory")
        assert state_of(old) is S.IN_FORCE, "it stands until the receipt of the other"
        office.to_force(session, new)
        assert (old.status, new.status) == (S.SUPERSEDED, S.IN_FORCE)
        worse = office.replace(session, new, corrects=False, patents=(GRANTED,), **OPTION_3)
        with pytest.raises(CaseError) as caught:
            office.propose(session, worse)
        assert [(each.field, each.message) for each in caught.value.faults] == [("option", replacement.LESS_FAVOURABLE)]


def test_what_the_policy_does_not_speak_of_waits_for_counsel(lite: Store, team: Office) -> None:
    with lite.write() as session:
        old = team.to_force(session)
        new = team.replace(session, old, corrects=False, option="1", marks=frozenset({"opt1_reciprocity"}))
        team.propose(session, new)
        assert new.to_legal
        team.approve(session, new, "counsel")
        team.approve(session, new, "signatory")
        assert state_of(new) is S.PROPOSED
        verbs.clear(session, team.people["other_counsel"], new, team.now())
        assert state_of(new) is S.APPROVED


def test_an_error_is_corrected_with_the_same_terms(lite: Store, team: Office) -> None:
    with lite.write() as session:
        old = team.to_force(session)
        bad = team.replace(session, old, corrects=True, option="1")
        with pytest.raises(CaseError) as caught:
            team.propose(session, bad)
        assert {each.message for each in caught.value.faults} == {replacement.CORRECTION_TERMS}
        with pytest.raises(CaseError, match="under way already"):
            team.replace(session, old, corrects=True)
        verbs.drop(session, team.people["analyst"], bad, team.now(), reason="begun by mistake")
        good = team.replace(session, old, corrects=True, doc_number="ISO/IEC 90001")
        team.propose(session, good)
        team.approve(session, good, "counsel")
        team.approve(session, good, "signatory")
        team.to_force(session, good)
        assert (old.status, good.status) == (S.CORRECTED, S.IN_FORCE)
        assert newest_form(session, old).entries["doc_number"] != "ISO/IEC 90001", "both are kept"


def test_a_correction_that_names_another_holder_waits_for_counsel(lite: Store, team: Office) -> None:
    with lite.write() as session:
        old = team.to_force(session)
        written = team.replace(session, old, corrects=True, holder_name=f"{VALUES['holder_name'].upper()}")
        assert not [fault for fault in verbs.faults_of(session, written, TEMPLATE) if fault.field == "holder_name"]
        verbs.drop(session, team.people["analyst"], written, team.now(), reason="begun by mistake")
        other = {"holder_name": "Sample Robot Inc.", "sig_holder": "Sample Robot Inc."}
        case = team.replace(session, old, corrects=True, **other)
        [fault] = [fault for fault in verbs.faults_of(session, case, TEMPLATE) if fault.field == "holder_name"]
        assert (fault.message, fault.warning) == (verbs.ANOTHER_HOLDER, True)
        team.propose(session, case)
        team.approve(session, case, "counsel")
        team.approve(session, case, "signatory")
        assert state_of(case) is S.PROPOSED
        verbs.clear(session, team.people["other_counsel"], case, team.now())
        team.to_force(session, case)
        assert (old.status, case.status) == (S.CORRECTED, S.IN_FORCE)
        # What is known of the document from then on goes by the name as corrected.
        better = team.replace(session, case, corrects=False, option="1", **other)
        assert not [fault for fault in verbs.faults_of(session, better, TEMPLATE) if fault.field == "holder_name"]


def test_what_no_form_names_any_more_is_superseded(lite: Store, team: Office) -> None:
    with lite.write() as session:
        keys = [declarable(session, team, number) for number in ("JP.7000001.B2", "JP.7000002.B2", "JP.7000003.B2")]
        named = [
            PatentEntry("JP", f"700000{at}", "granted", "x", publication=f"JP.700000{at}.B2", assessment_id=key)
            for at, key in enumerate(keys, 1)
        ]
        old = team.to_force(session, patents=named)
        other = team.to_force(session, patents=named[2:])
        better = team.replace(session, old, corrects=False, option="1", patents=named[:1])
        team.propose(session, better)
        team.approve(session, better, "counsel")
        team.approve(session, better, "signatory")
        assert {session.get_one(Assessment, key).status for key in keys} == {Status.DECLARED}
        team.to_force(session, better)
        found = [session.get_one(Assessment, key).status for key in keys]
        assert found == [Status.DECLARED, Status.SUPERSEDED, Status.DECLARED]
        told = session.exec(select(CaseStep).where(CaseStep.act == CaseAct.BE_SUPERSEDED)).one().details
        assert told == {"by": better.id, "superseded": [keys[1]], "not_superseded": []}
        assert other.status is S.IN_FORCE
        # A form that names no patent promises for all of them.
        blanket = team.replace(session, other, corrects=False, option="1", patents=())
        team.propose(session, blanket)
        team.approve(session, blanket, "counsel")
        team.approve(session, blanket, "signatory")
        team.to_force(session, blanket)
        assert session.get_one(Assessment, keys[2]).status is Status.DECLARED


def declarable(session: Session, team: Office, number: str) -> int:
    """An assessment in a status that can be declared, put there past its review."""
    text = "A method comprising recording an evaluation."
    if number != "JP.7000001.B2":
        add_publication(session, number)
    row = Assessment(
        publication=number, claim=1, language="en", work_item_id=team.item_id, status=Status.UNDETERMINED, made_at=NOW
    )
    session.add(row)
    session.flush()
    pin = AssessmentPin(
        assessment_id=key_of(row), draft_id=team.draft_id, clause_order=0, clause_hash="0", claim_text=text,
        claim_hash=claim_hash(text), legal_status=LegalStatus.GRANTED, by="sample", at=NOW,
    )  # fmt: skip
    session.add(pin)
    session.flush()
    return key_of(row)


def refused(session: Session, asked: Callable[[], object]) -> None:
    """The database itself refuses what is done, whoever asks."""
    point = session.begin_nested()
    with pytest.raises((DBAPIError, IntegrityError)):
        asked()
    point.rollback()


def test_the_database_refuses_whoever_asks(store: Store, office: Office) -> None:
    """The same through the session alone, by the workbench itself, without any verb."""
    with store.write() as session:
        case = office.open(session)
        office.revise(session, case)
        office.propose(session, case)
        form, people = newest_form(session, case), office.people
        case_id, form_id = key_of(case), key_of(form)

        def added(row: SQLModel) -> None:
            session.add(row)
            session.flush()

        def approval(who: str, *, signs: bool = False) -> Callable[[], object]:
            account = people[who].account_id or 0
            row = CaseApproval(
                case_id=case_id, form_id=form_id, approved=True, signs=signs, by_account=account, by=who, at=NOW
            )
            return lambda: added(row)

        def done(statement: Any) -> Callable[[], object]:
            return lambda: session.execute(statement)

        def to(status: CaseStatus) -> Callable[[], object]:
            return done(update(DeclarationCase).where(col(DeclarationCase.id) == case_id).values(status=status))

        refused(session, approval("analyst"))
        refused(session, approval("counsel", signs=True))
        for status in (S.APPROVED, S.GENERATED, S.SENT, S.IN_FORCE, S.SUPERSEDED, S.CORRECTED):
            refused(session, to(status))
        refused(session, done(delete(DeclarationCase)))
        refused(session, done(update(DeclarationCase).values(holder="Another K.K.")))
        born = DeclarationCase(
            work_item_id=office.item_id, holder="x", form=case.form, status=S.IN_FORCE, opened_at=NOW, changed_at=NOW
        )
        refused(session, lambda: added(born))
        for table in (CaseForm, CasePatent, CaseStep):
            refused(session, done(delete(table)))
            refused(session, done(update(table).values(case_id=case_id)))
        office.approve(session, case, "counsel")
        refused(session, approval("counsel"))
        refused(session, to(S.APPROVED))
        office.approve(session, case, "signatory")
        refused(session, to(S.GENERATED))
        office.to_force(session, case)
        for status in (S.DRAFT, S.DROPPED, S.SUPERSEDED, S.CORRECTED):
            refused(session, to(status))


def test_the_database_refuses_a_less_favourable_replacement(store: Store, office: Office) -> None:
    ticked = frozenset({"opt1_reciprocity"})
    with store.write() as session:
        old = office.to_force(session, option="1", marks=ticked)
        for option, marks, corrects, allowed in (
            ("2", frozenset(), False, False),
            ("1", ticked | {"opt1_paid_if_paid"}, False, False),
            ("1", ticked, False, False),
            ("1", frozenset(), True, False),
            ("1", frozenset(), False, True),
        ):
            case = office.replace(session, old, corrects=corrects, option=option, marks=marks)
            proposer = office.people["analyst"].account_id
            go_on = (
                update(DeclarationCase)
                .where(col(DeclarationCase.id) == case.id)
                .values(status=S.PROPOSED, proposed_by=proposer)
            )
            if allowed:
                session.execute(go_on)
            else:
                refused(session, functools.partial(session.execute, go_on))
                verbs.drop(session, office.people["analyst"], case, office.now(), reason="not as the policy allows")
