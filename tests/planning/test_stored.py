"""Plans in the store: what counts of each day, evidence, history, overrides, versions of rules, scenarios, walls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from scrapers.records import Precision
from tests.people.walled import add_account, add_publication
from workbench.ballots.models import Ballot
from workbench.ballots.rulebook import load_rulebook
from workbench.cases.models import CaseForm, CasePatent, CaseStep, DeclarationCase
from workbench.cases.statuses import CaseAct, CaseStatus
from workbench.db import Store, key_of
from workbench.patents.models import ApplicationStatus
from workbench.people.gate import seen_by
from workbench.people.matters import MatterError, make_matter
from workbench.people.overrides import OverrideError
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailAction, TrailEntry
from workbench.planning import queries, scenarios, verbs
from workbench.planning.compiled import straight_pieces
from workbench.planning.finding_overrides import ask_to_set_aside, decide_to_set_aside
from workbench.planning.impact import impact
from workbench.planning.inflow import Origin
from workbench.planning.models import PlanChange, RuleKind, StoredPlan
from workbench.planning.plan_templates import plan_from_template, templates
from workbench.planning.plans import Event, Gap
from workbench.planning.queries import DueKind
from workbench.planning.rule_store import RuleEditError, keep_edit, rule_from_yaml, rule_store, rule_to_yaml
from workbench.planning.rules import Finding, Verdict
from workbench.planning.scheduling import Change, binding, conflict, schedule
from workbench.planning.solving import Aim, Demand, DemandKind
from workbench.planning.stored import Prepared, prepare
from workbench.planning.verbs import AssetEdit, EventEdit, PlanEditError
from workbench.planning.vocabulary import event_names, layers
from workbench.settings import Settings
from workbench.standards.ballots import BallotKind
from workbench.standards.models import StageEvent, WorkItem
from workbench.watched.models import Release

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
SYSTEM = Viewer.system()
RULES = load_rulebook(Settings())


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """On SQLite: none of this is about SQL; `test_both_databases_keep_a_plan_alike` looks at both."""
    store = Store(Settings(home=tmp_path / "home"), SYSTEM)
    store.migrate()
    with store.write() as session:
        yield session
    store.close()


def made(session: Session, key: str = "defacto_then_dejure", **more: Any) -> StoredPlan:
    matter = make_matter(session, SYSTEM, f"A matter {len(queries.plans_seen(session))}", None, NOW)
    return plan_from_template(session, SYSTEM, key_of(matter), "A plan", key, day("2026-12-01"), NOW, **more)


def put(session: Session, plan: StoredPlan, name: str, on: str, **more: Any) -> None:
    verbs.set_event(session, SYSTEM, plan, name, EventEdit(day=day(on), **more), NOW)


def look(session: Session, plan: StoredPlan, **more: Any) -> Prepared:
    session.flush()
    return prepare(session, plan, RULES, TODAY, **more)


def said(prepared: Prepared, rule: str, office: str | None = None) -> Finding:
    return next(each for each in prepared.findings if (each.rule.id, each.office) == (rule, office))


def work_item(session: Session, stage: str = "40.20") -> WorkItem:
    item = WorkItem(
        iso_id=99001,
        reference="ISO/IEC DIS 99001",
        title_en="Invented",
        deliverable_type="IS",
        stage=stage,
        first_seen=NOW,
        last_seen=NOW,
    )
    session.add(item)
    session.flush()
    return item


def release(session: Session, on: str) -> None:
    session.add(
        Release(repository="acme/frame", tag="v0.1", date=day(on), source="github", first_seen=NOW, last_seen=NOW)
    )


def test_both_databases_keep_a_plan_alike(store: Store) -> None:
    with store.write() as session:
        plan = made(session)
        verbs.set_asset(session, SYSTEM, plan, AssetEdit("Schemas", "schemas", made_in=["jp"], releases=["OSS"]), NOW)
        key = key_of(plan)
    with store.read() as session:
        row = queries.plan_of(session, key)
        assert row is not None
        prepared = prepare(session, row, RULES, TODAY)
        assert prepared.plan.events["FF_JP"] == Event(day("2026-12-01"), until=day("2026-12-31"))
        assert prepared.plan.gaps[0] == Gap("FF_JP", "OSS", 7)
        assert prepared.facts["made_in_japan"].value is True
        assert prepared.facts["made_in_japan"].row is None


@pytest.mark.parametrize("key", list(templates()))
def test_every_template_makes_a_plan_that_the_solver_can_date(session: Session, key: str) -> None:
    prepared = look(session, made(session, key))
    assert [each for each in prepared.findings if each.verdict is Verdict.FAIL] == []
    problem, beyond = scenarios.question(prepared, room=0)
    assert beyond == []
    assert schedule(problem, Aim.EARLIEST) is not None


def test_a_missing_day_is_unknown_and_says_what_is_missing(session: Session) -> None:
    plan = made(session)
    verbs.remove_event(session, SYSTEM, plan, "NP", NOW)
    found = said(look(session, plan), "NOV-06")
    assert found.verdict is Verdict.UNKNOWN
    assert "NP" in found.missing


def test_stages_and_ballots_flow_in_and_slack_is_taken_off_estimates(session: Session) -> None:
    item = work_item(session)
    plan = made(session, work_item=item.iso_id)
    session.add(StageEvent(work_item_id=key_of(item), stage="40.20", date=day("2026-11-12"), precision=Precision.DAY))
    prepared = look(session, plan)
    assert prepared.events["DIS"].origin is Origin.STAGE
    assert prepared.events["DIS"].event.day == day("2026-11-12")
    close = prepared.events["DIS_CLOSE"]
    assert close.origin is Origin.ESTIMATED
    assert not close.open
    assert close.event.day
    plan.slack_days = 14
    assert look(session, plan).events["DIS_CLOSE"].event.day == close.event.day - dt.timedelta(days=14)
    session.add(
        Ballot(
            work_item_id=key_of(item),
            kind=BallotKind.DIS,
            opens_on=day("2026-11-12"),
            closes_on=day("2027-02-05"),
            source="person",
            first_seen=NOW,
            last_seen=NOW,
        )
    )
    announced = look(session, plan).events["DIS_CLOSE"]
    assert (announced.origin, announced.event.day) == (Origin.ANNOUNCED, day("2027-02-05"))


def test_an_early_tag_raises_its_findings_at_once_and_a_person_may_rule_it_out(session: Session) -> None:
    plan = made(session)
    put(session, plan, "OSS", "2027-01-10", repository="acme/frame")
    put(session, plan, "FF_JP", "2026-12-14")
    assert said(look(session, plan), "NOV-02", "EP").verdict is Verdict.PASS
    release(session, "2026-11-20")
    prepared = look(session, plan)
    assert prepared.events["OSS"].surprise
    assert prepared.events["OSS"].origin is Origin.EVIDENCE
    assert said(prepared, "NOV-02", "EP").verdict is Verdict.FAIL
    kinds = [line.kind for line in queries.due(session, RULES, TODAY)]
    assert kinds[0] is DueKind.SURPRISE
    assert DueKind.BLOCK in kinds
    identity = prepared.events["OSS"].evidence[0].identity
    verbs.rule_out(session, SYSTEM, plan, "OSS", identity, NOW, counts=False)
    assert not look(session, plan).events["OSS"].surprise
    verbs.rule_out(session, SYSTEM, plan, "OSS", identity, NOW, counts=True)
    assert look(session, plan).events["OSS"].surprise


def test_a_release_as_planned_closes_its_event_without_a_surprise(session: Session) -> None:
    plan = made(session)
    put(session, plan, "OSS", "2026-11-20", repository="acme/frame")
    release(session, "2026-11-20")
    placed = look(session, plan).events["OSS"]
    assert placed.origin.happened
    assert not placed.surprise


def test_each_release_has_its_own_contents_and_evidence_and_the_worst_licence_counts(session: Session) -> None:
    plan = made(session)
    for name, repository in (("Frame", "acme/frame"), ("Tools", "acme/tools")):
        release_name = "OSS" if name == "Frame" else "OSS_TOOLS"
        edit = AssetEdit(name, "base_framework", repositories=[repository], releases=[release_name])
        verbs.set_asset(session, SYSTEM, plan, edit, NOW)
    verbs.set_fact(session, SYSTEM, plan, "option", "2", "", NOW)
    put(session, plan, "OSS", "2027-01-10", licence="MIT")
    put(session, plan, "OSS_TOOLS", "2027-02-10")
    assert "licence_against_option" not in look(session, plan).facts
    put(session, plan, "OSS_TOOLS", "2027-02-10", licence="GPL-3.0-only")
    assert look(session, plan).facts["licence_against_option"].value == "strong"
    session.add(
        Release(repository="acme/tools", tag="v1", date=day("2026-11-20"), source="x", first_seen=NOW, last_seen=NOW)
    )
    events = look(session, plan).events
    assert (events["OSS"].surprise, events["OSS_TOOLS"].surprise) == (False, True)


def test_what_was_said_of_a_plan_or_a_rule_is_changed_by_nobody(store: Store) -> None:
    with store.write() as session:
        made(session)
        content = rule_from_yaml(rule_text())
        keep_edit(session, SYSTEM, RuleKind.RULE, "OWN-01", content, "the board asked for it", NOW, seen=0)
    for table in ("plan_change", "rule_version"):
        for statement in (f"UPDATE {table} SET by = 'nobody'", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="is kept"), store.engine.begin() as connection:
                connection.exec_driver_sql(statement)


def test_a_filing_in_a_register_closes_its_event(session: Session) -> None:
    plan = made(session)
    put(session, plan, "FF_JP", "2026-12-14", application="JP.2026990001.A")
    add_publication(session, "JP.2026990001.A1")
    session.add(
        ApplicationStatus(
            application="JP.2026990001.A",
            application_key="JP.2026990001",
            filing_date=day("2026-12-10"),
            source="register",
            first_seen=NOW,
            last_seen=NOW,
        )
    )
    placed = look(session, plan).events["FF_JP"]
    assert (placed.origin, placed.event.day) == (Origin.EVIDENCE, day("2026-12-10"))


@pytest.mark.parametrize(("family", "counts"), [("99000001", True), ("99000002", False), (None, True)])
def test_a_declaration_that_was_sent_closes_its_event(session: Session, family: str | None, counts: bool) -> None:
    """By the families of the plan's assets; where they name none, by the matter."""
    item = work_item(session)
    plan = made(session, work_item=item.iso_id)
    put(session, plan, "DECL", "2027-03-01")
    if family is not None:
        verbs.set_asset(session, SYSTEM, plan, AssetEdit("Method", families=[family]), NOW)
    times: dict[str, Any] = {"opened_at": NOW, "changed_at": NOW}
    case = DeclarationCase(
        work_item_id=key_of(item), matter_id=plan.matter_id, holder="Sample", form="common 2015-06-26", **times
    )
    session.add(case)
    session.flush()
    form = CaseForm(case_id=key_of(case), revision=1, entries={"option": "1"}, option="1", by="A", at=NOW)
    session.add(form)
    session.flush()
    patent: dict[str, Any] = {"position": 1, "country": "JP", "number": "1", "status": "granted", "published": True}
    session.add(CasePatent(case_id=key_of(case), form_id=key_of(form), family="99000001", **patent))
    session.add(
        CaseStep(
            case_id=key_of(case), act=CaseAct.SEND, status=CaseStatus.SENT, revision=1,
            details={"sent_on": "2026-11-20"}, by="A", at=NOW,
        )
    )  # fmt: skip
    placed = look(session, plan).events["DECL"]
    assert (placed.origin is Origin.EVIDENCE) is counts
    assert not counts or placed.event.day == day("2026-11-20")


def test_what_a_person_says_happened_goes_before_evidence(session: Session) -> None:
    plan = made(session)
    release(session, "2026-11-20")
    put(session, plan, "OSS", "2026-11-18", done=True, repository="acme/frame")
    placed = look(session, plan).events["OSS"]
    assert (placed.origin, placed.event.day) == (Origin.DONE, day("2026-11-18"))


def test_every_change_is_kept_and_on_the_trail(session: Session) -> None:
    plan = made(session)
    before = len(queries.history_of(session, plan))
    put(session, plan, "OSS", "2027-01-10")
    put(session, plan, "OSS", "2027-01-10")
    put(session, plan, "OSS", "2027-02-10")
    newest, older = queries.history_of(session, plan)[:2]
    assert len(queries.history_of(session, plan)) == before + 2
    assert (newest.old, newest.new) == ({"day": "2027-01-10"}, {"day": "2027-02-10"})
    assert older.key == "OSS"
    entries = session.exec(select(TrailEntry).where(TrailEntry.entity == "plan")).all()
    assert len(entries) == len(session.exec(select(PlanChange)).all())
    assert {each.matter_id for each in entries} == {plan.matter_id}
    assert entries[-1].action == TrailAction.CHANGED
    assert "2027" not in str(entries[-1].details)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (EventEdit(day=day("1889-01-01")), "correct the year"),
        (EventEdit(day=day("2026-12-02"), until=day("2026-12-01")), "a window ends"),
        (EventEdit(day=day("2026-12-02"), moment=NOW), "not both"),
        (EventEdit(day=day("2026-12-02"), never=True), "never happens"),
        (EventEdit(done=True), "needs its one day"),
        (EventEdit(day=day("2026-12-02"), confidential=True), "what shows"),
        (EventEdit(asset_id=12345), "no such asset"),
        (EventEdit(evidence="x" * 2001), "shorten"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(session: Session, edit: EventEdit, complaint: str) -> None:
    plan = made(session)
    with pytest.raises(PlanEditError, match=complaint):
        verbs.set_event(session, SYSTEM, plan, "PAPER", edit, NOW)


@pytest.mark.parametrize("name", ["", "oss", "TODAY", "NEVER", "A B", "X" * 41, "ÄX"])
def test_a_name_that_rules_cannot_read_is_refused(session: Session, name: str) -> None:
    with pytest.raises(PlanEditError, match="in capitals"):
        verbs.set_event(session, SYSTEM, made(session), name, EventEdit(), NOW)


@given(
    st.one_of(st.booleans(), st.integers(-(10**14), 10**14), st.sets(st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True)))
)
def test_a_fact_is_read_as_it_is_written(value: Any) -> None:
    read = verbs.read_fact(verbs.write_fact(sorted(value) if isinstance(value, set) else value))
    assert (set(read) if isinstance(value, set) else read) == value
    assert type(read) is (list if isinstance(value, set) else type(value))


def test_a_finding_is_set_aside_by_two_people_until_its_inputs_change(session: Session) -> None:
    one, two = add_account(session, "one", Role.IP_COUNSEL), add_account(session, "two", Role.IP_COUNSEL)
    plan = made(session)
    asker, second = (
        Viewer(key, f"counsel {key}", frozenset({Role.IP_COUNSEL}), frozenset({plan.matter_id})) for key in (one, two)
    )
    put(session, plan, "OSS", "2026-11-30")
    put(session, plan, "FF_JP", "2026-12-14")
    prepared = look(session, plan)
    finding = said(prepared, "NOV-02", "EP")
    with pytest.raises(MatterError, match="reason"):
        ask_to_set_aside(session, asker, prepared, finding, "short", NOW)
    with pytest.raises(OverrideError, match="two people"):
        ask_to_set_aside(session, SYSTEM, prepared, finding, "no patent is wanted there", NOW)
    row = ask_to_set_aside(session, asker, prepared, finding, "no patent is wanted there", NOW)
    assert not look(session, plan).set_aside(finding)
    with pytest.raises(OverrideError, match="not the one who asked"):
        decide_to_set_aside(session, asker, look(session, plan), key_of(row), NOW, granted=True)
    decide_to_set_aside(session, second, look(session, plan), key_of(row), NOW, granted=True)
    prepared = look(session, plan)
    assert prepared.set_aside(said(prepared, "NOV-02", "EP"))
    assert finding not in prepared.standing()
    assert said(prepared, "NOV-02", "CN") in prepared.standing()
    put(session, plan, "OSS", "2026-11-29")
    prepared = look(session, plan)
    assert not prepared.set_aside(said(prepared, "NOV-02", "EP"))


def rule_text(**fields: str) -> str:
    given = {"id": "OWN-01", "jurisdiction": "all", "severity": "block", "holds": "OSS <= NP", "en": "a", "ja": "b"}
    given |= {"source": "us", "confidence": "unverified"} | fields
    return "\n".join(f"{name}: {value}" for name, value in given.items())


def test_a_user_adds_a_rule_without_code_and_sees_what_it_changes(session: Session) -> None:
    plan = made(session)
    put(session, plan, "OSS", "2027-03-01")
    put(session, plan, "NP", "2027-02-01")
    session.flush()
    store, content = rule_store(session), rule_from_yaml(rule_text())
    changed = impact(session, RULES, TODAY, store, store.with_edit(RuleKind.RULE, "OWN-01", content))
    assert [(each.rule, each.findings[0]) for each in changed[0].rows] == [("OWN-01", None)]
    assert changed[0].rows[0].findings[1].verdict is Verdict.FAIL  # type: ignore[union-attr]
    keep_edit(session, SYSTEM, RuleKind.RULE, "OWN-01", content, "the board asked for it", NOW, seen=0)
    found = said(look(session, plan), "OWN-01")
    assert (found.verdict, found.version) == (Verdict.FAIL, "OWN-01 v1")
    with pytest.raises(RuleEditError, match="meanwhile"):
        keep_edit(session, SYSTEM, RuleKind.RULE, "OWN-01", content, "the board asked for it", NOW, seen=0)
    keep_edit(session, SYSTEM, RuleKind.RULE, "OWN-01", None, "the board changed its mind", NOW, seen=1)
    assert "OWN-01" not in rule_store(session).rules()


def test_the_version_in_force_on_the_day_of_the_event_counts(session: Session) -> None:
    plan = made(session)
    text = rule_text(id="STR-01", when="happens(OSS)", holds="NP <= OSS", on="OSS") + "\nfrom: 2027-01-01"
    keep_edit(session, SYSTEM, RuleKind.RULE, "STR-01", rule_from_yaml(text), "turned round from 2027", NOW, seen=0)
    put(session, plan, "NP", "2027-02-01")
    put(session, plan, "OSS", "2026-12-31")
    assert said(look(session, plan), "STR-01").verdict is Verdict.PASS
    assert said(look(session, plan), "STR-01").version == rule_store(session).shipped.version
    put(session, plan, "OSS", "2027-01-01")
    assert said(look(session, plan), "STR-01").verdict is Verdict.FAIL
    assert said(look(session, plan), "STR-01").version == "STR-01 v1"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a", "fields of one rule"),
        ("a: [", "not valid YAML: line 1, column 5"),
        (rule_text(holds="__import__('os')"), "no function"),
        (rule_text(holds="days(3)"), "yes or no"),
        (rule_text(severity="loud"), "severity: must be one of 'block', 'warn', 'info'"),
        (rule_text(holds="FF <="), "holds: “FF <=” cannot be read: something is missing at the end"),
        (rule_text(id="NOV-99"), "identifier cannot be changed"),
        (rule_text(version="x7"), "leave `version` out"),
        (rule_text(each_office="[XX]"), "no office XX"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_in_one_line(session: Session, text: str, complaint: str) -> None:
    with pytest.raises(RuleEditError, match=complaint) as caught:
        keep_edit(session, SYSTEM, RuleKind.RULE, "OWN-01", rule_from_yaml(text), "a good reason", NOW, seen=0)
    assert "\n" not in str(caught.value)


def test_every_shipped_rule_survives_the_editor(session: Session) -> None:
    store = rule_store(session)
    for versions in store.rules().values():
        again = rule_from_yaml(rule_to_yaml(versions[-1]))
        kept = store.with_edit(RuleKind.RULE, versions[-1].id, again).rules()[versions[-1].id][-1]
        assert kept.model_copy(update={"version": ""}) == versions[-1]


def test_windows_and_licences_are_edited_too(session: Session) -> None:
    plan = made(session)
    keep_edit(
        session, SYSTEM, RuleKind.DEFINITION, "PUB18", {"expression": "deadline(FF, 6)"}, "for a test", NOW, seen=0
    )
    assert rule_store(session).definitions()["PUB18"] == "deadline(FF, 6)"
    with pytest.raises(RuleEditError, match="leads back to itself"):
        keep_edit(session, SYSTEM, RuleKind.DEFINITION, "FF", {"expression": "min(FF, PCT)"}, "for a test", NOW, seen=0)
    put(session, plan, "OSS", "2027-01-10", licence="MIT")
    assert said(look(session, plan), "OSS-03").verdict is Verdict.PASS
    row = rule_store(session).licences()["MIT"].model_dump(mode="json") | {"option2": "conflict"}
    keep_edit(session, SYSTEM, RuleKind.LICENCE, "MIT", row, "our own reading", NOW, seen=0)
    assert said(look(session, plan), "OSS-03").verdict is Verdict.FAIL


def early(session: Session) -> tuple[StoredPlan, Prepared]:
    plan = made(session)
    put(session, plan, "OSS", "2026-11-30", licence="Apache-2.0")
    put(session, plan, "FF_JP", "2026-12-14")
    return plan, look(session, plan)


def test_the_solver_repairs_a_plan_names_what_dates_cannot_help_and_is_taken_over(session: Session) -> None:
    plan, prepared = early(session)
    assert said(prepared, "NOV-02", "EP").verdict is Verdict.FAIL
    problem, beyond = scenarios.question(prepared, room=60)
    assert beyond == ["OSS-03"]
    found = schedule(problem, Aim.EARLIEST_RELEASE)
    assert found is not None
    assert found.days["OSS"] - found.days["FF_JP"] >= dt.timedelta(days=7)
    assert binding(problem, Aim.EARLIEST_RELEASE)
    days = scenarios.solved_days(prepared, found)
    row = scenarios.make_scenario(session, SYSTEM, prepared, "Repaired", NOW, days=days, aim=Aim.EARLIEST_RELEASE)
    other = look(session, plan, scenario=row)
    assert said(other, "NOV-02", "EP").verdict is Verdict.PASS
    assert other.events["OSS"].origin.estimated, "what the solver found is marked wherever it is shown"
    scenarios.move_in_scenario(session, SYSTEM, plan, row, {"OSS": Event(other.events["OSS"].event.day)}, NOW)
    assert look(session, plan, scenario=row).events["OSS"].origin is Origin.SCENARIO, "a person typed it"
    session.delete(row)
    session.flush()
    row = scenarios.make_scenario(session, SYSTEM, prepared, "Repaired", NOW, days=days, aim=Aim.EARLIEST_RELEASE)
    assert ("NOV-02", "EP") in {
        (each.rule, each.office) for each in scenarios.compared([prepared, other]) if each.differs
    }
    assert said(look(session, plan), "NOV-02", "EP").verdict is Verdict.FAIL
    scenarios.take_over(session, SYSTEM, look(session, plan), row, NOW)
    taken = look(session, plan)
    assert said(taken, "NOV-02", "EP").verdict is Verdict.PASS
    assert taken.events["OSS"].origin is Origin.CHOSEN
    assert taken.events["OSS"].origin.estimated


def test_without_room_the_conflict_is_named_and_each_way_out_works(session: Session) -> None:
    plan, prepared = early(session)
    problem, _ = scenarios.question(prepared, room=0)
    assert schedule(problem, Aim.EARLIEST) is None
    why = conflict(problem)
    assert {each.name for each in why.demands} == {"FF_JP", "OSS", "FF_JP → OSS"}
    assert why.ways_out
    for number, way in enumerate(why.ways_out):
        days, offices, gaps = scenarios.relaxed(prepared, way)
        assert all(event.day and event.day >= TODAY for event in days.values())
        made_so = scenarios.make_scenario(
            session, SYSTEM, prepared, f"Way {number}", NOW, days=days, offices=offices, gaps=gaps
        )
        again, _ = scenarios.question(look(session, plan, scenario=made_so), room=0)
        assert schedule(again, Aim.EARLIEST) is not None


def test_no_way_out_moves_what_has_happened(session: Session) -> None:
    plan, _ = early(session)
    put(session, plan, "OSS", "2026-11-20", done=True)
    prepared = look(session, plan)
    problem, beyond = scenarios.question(prepared, room=60)
    assert "NOV-01" in beyond
    for way in conflict(problem).ways_out:
        assert "OSS" not in {change.demand.name for change in way}


def test_most_offices_are_kept_and_the_others_named(session: Session) -> None:
    plan, _ = early(session)
    verbs.set_gaps(session, SYSTEM, plan, [], NOW)
    content = rule_store(session).rules()["NOV-01"][-1].model_dump(by_alias=True, mode="json", exclude={"version"})
    for key in ("NOV-01", "NOV-06", "OSS-02"):
        content = rule_store(session).rules()[key][-1].model_dump(by_alias=True, mode="json", exclude={"version"})
        keep_edit(session, SYSTEM, RuleKind.RULE, key, content | {"enabled": False}, "for a test", NOW, seen=0)
    problem, _ = scenarios.question(look(session, plan), room=0)
    assert schedule(problem, Aim.EARLIEST) is None
    found = schedule(problem, Aim.MOST_OFFICES)
    assert found is not None
    assert {"EP", "CN"}.isdisjoint(found.plan.offices)
    assert {"US", "KR"} <= found.plan.offices


def test_a_way_out_that_was_not_offered_is_refused(session: Session) -> None:
    _, prepared = early(session)
    with pytest.raises(PlanEditError, match="cannot be taken over"):
        scenarios.relaxed(prepared, [Change(Demand(DemandKind.RULE, "NOV-01"), None, 0)])


@given(st.lists(st.sampled_from([0, 1, 1, 1, 5]), min_size=1, max_size=60))
def test_straight_pieces_say_the_same_as_their_table(steps: list[int]) -> None:
    table = [sum(steps[: index + 1]) for index in range(len(steps))]
    pieces = straight_pieces(table, 0, len(table) - 1)
    told = [table[first] + slope * (at - first) for first, last, slope in pieces for at in range(first, last + 1)]
    assert told == table


def test_who_is_not_in_the_matter_knows_of_no_plan(session: Session) -> None:
    plan = made(session)
    put(session, plan, "OSS", "2026-11-30")
    session.flush()
    counsel = frozenset({Role.IP_COUNSEL})
    inside = Viewer(1, "inside", counsel, frozenset({plan.matter_id}))
    outside = Viewer(2, "outside", counsel, frozenset({plan.matter_id + 1}))
    delegate = Viewer(3, "delegate", frozenset({Role.DELEGATE}), frozenset({plan.matter_id}))
    for viewer, seen in ((inside, 1), (outside, 0), (delegate, 0)):
        with seen_by(session, viewer):
            assert len(queries.plans_seen(session)) == seen
            assert bool(queries.due(session, RULES, TODAY)) is bool(seen)
            assert bool(session.exec(select(PlanChange)).all()) is bool(seen)


def test_words_of_the_files_are_what_rules_name() -> None:
    names = event_names()
    assert len(names.every) == len(set(names.every))
    assert set(names.stages) | set(names.closes) <= set(names.every)
    assert "weights" in layers()
