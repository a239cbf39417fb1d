"""Charts and reviews in the store: who may do what, what is refused even to a direct session, what reopens."""

from __future__ import annotations

import copy
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from tests.assessments.made import (
    NOW,
    NUMBER,
    assessment,
    charted,
    claim,
    clause,
    draft,
    filled,
    import_version,
    plant_claim,
)
from tests.conftest import empty_database
from workbench.assessments import charting
from workbench.assessments.charts import ChartError, Strength, rows_of
from workbench.assessments.claim_texts import hashes_now
from workbench.assessments.models import Assessment, AssessmentPin, ChartVersion, Finding, Reader
from workbench.assessments.pins import last_pin
from workbench.assessments.queries import (
    DueKind,
    agreement,
    current_chart,
    due,
    findings_of,
    is_reviewed,
    may_review,
    stand_of,
    steps_of,
)
from workbench.assessments.statuses import Act, Event, Status, TransitionError
from workbench.assessments.verbs import AssessmentError, act, ensure, triage
from workbench.assessments.watch import watch
from workbench.db import Store, key_of
from workbench.mapping.decisions import claim_hash
from workbench.mapping.decisions_models import Verdict
from workbench.patents.models import ApplicationStatus, Claim, LegalEvent, Portfolio, Publication
from workbench.people.permissions import Role
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings

LATER = NOW + dt.timedelta(hours=1)
SAYS = "Element 2 is met by the requirement of 6.5, word for word."
LIKELY, NOT = Status.LIKELY_ESSENTIAL, Status.NOT_ESSENTIAL


class World:
    """A store with a chart on CD 1, and its people."""

    def __init__(self, settings: Settings) -> None:
        self.store = Store(settings, Viewer.system())
        self.store.migrate()
        import_version(self.store, "CD 1")
        self.people = plant_claim(self.store)
        self.key = charted(self.store, self.people["ann"])

    def row(self, session: Session) -> Assessment:
        return session.get_one(Assessment, self.key)

    def seen(self, session: Session) -> int:
        version = current_chart(session, self.row(session))
        assert version is not None
        return version.number

    def submit(self, name: str = "ann", outcome: Status | None = None) -> None:
        viewer = self.people[name]
        with self.store.write(viewer) as session:
            charting.submit(
                session, viewer, self.row(session), seen=self.seen(session), at=LATER, outcome=outcome, reasons=SAYS
            )

    def find(self, name: str, outcome: Status = LIKELY) -> None:
        viewer = self.people[name]
        with self.store.write(viewer) as session:
            charting.find(session, viewer, self.row(session), outcome, SAYS, seen=self.seen(session), at=LATER)

    @property
    def status(self) -> Status:
        with self.store.read() as session:
            return self.row(session).status

    @property
    def stale(self) -> bool:
        with self.store.read() as session:
            return self.row(session).stale


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """For what the database itself refuses."""
    with empty_database(request.param, request, tmp_path / "home", migrated=True) as settings:
        world = World(settings)
        yield world
        world.store.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A store in SQLite, made once and copied for every test."""
    world = World(Settings(home=tmp_path_factory.mktemp("prepared") / "home"))
    world.store.close()
    return world


@pytest.fixture
def world(prepared: World, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(prepared.store.settings.home, tmp_path / "home")
    world = copy.copy(prepared)
    world.store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    yield world
    world.store.close()


def test_two_readers_conclude_and_the_author_is_none_of_them(both: World) -> None:
    both.submit()
    with pytest.raises(AssessmentError, match="cannot review"):
        both.find("ann")
    both.find("ben")
    assert both.status is Status.IN_REVIEW
    with pytest.raises(AssessmentError, match="already"):
        both.find("ben")
    both.find("cho")
    assert both.status is LIKELY
    with both.store.read(both.people["ann"]) as session:
        stand = stand_of(session, both.key)
        assert stand is not None
        assert is_reviewed(session, stand)
        assert agreement(session).alike == 1
        assert [step.what for step in steps_of(session, stand.assessment)] == [
            "conclude_likely",
            "submit",
            "start_chart",
            "made",
        ]


def test_a_direct_session_cannot_review_its_own_chart_or_take_a_forbidden_path(both: World) -> None:
    both.submit()
    ann = both.people["ann"]

    def own(reader: Reader, at: dt.datetime = LATER) -> None:
        with both.store.write() as session:
            version = session.exec(select(ChartVersion).order_by(sa.desc("number"))).first()
            assert version is not None
            session.add(
                Finding(
                    assessment_id=both.key,
                    version_id=key_of(version),
                    round=1,
                    reader=reader,
                    outcome=LIKELY,
                    reasons=SAYS,
                    by_account=(ann if reader is Reader.REVIEWER else both.people["ben"]).account_id or 0,
                    by="ann",
                    at=at,
                )
            )

    with pytest.raises(sa.exc.DBAPIError, match="cannot review"):
        own(Reader.REVIEWER)
    with pytest.raises(sa.exc.DBAPIError, match="cannot review"):
        own(Reader.REVIEWER, NOW - dt.timedelta(days=400))
    with pytest.raises(sa.exc.DBAPIError, match="author"):
        own(Reader.AUTHOR)
    for status in (LIKELY, NOT, Status.DECLARED, Status.CANDIDATE):

        def force(status: Status = status) -> None:
            with both.store.write() as session:
                both.row(session).status = status

        with pytest.raises(sa.exc.DBAPIError, match="does not change its status"):
            force()
    for table in ("finding", "chart_version", "assessment_event", "assessment_pin"):
        if table == "finding":
            both.find("ben")

        def erase(table: str = table) -> None:
            with both.store.write() as session:
                session.execute(sa.text(f"DELETE FROM {table}"))

        with pytest.raises(sa.exc.DBAPIError, match="never changed or deleted"):
            erase()
    assert both.status is Status.IN_REVIEW


def test_the_first_pass_is_blind(world: World) -> None:
    world.submit(outcome=LIKELY)
    ben, cho = world.people["ben"], world.people["cho"]
    with world.store.read(ben) as session:
        assert findings_of(session, world.row(session)) == []
        assert may_review(session, ben, world.row(session))
    world.find("ben", NOT)
    assert world.status is Status.IN_REVIEW
    with world.store.read(ben) as session:
        assert [each.outcome for each in findings_of(session, world.row(session))] == [LIKELY, NOT]
    with world.store.read(cho) as session:
        assert findings_of(session, world.row(session)) == []
    with world.store.read(world.people["ann"]) as session:
        assert [each.by for each in findings_of(session, world.row(session))] == ["ann"]
    world.find("cho", NOT)
    assert world.status is NOT
    with world.store.read(world.people["counsel"]) as session:
        assert len(findings_of(session, world.row(session))) == 3
        found = agreement(session)
        assert (found.rounds, found.alike, found.kappa) == (1, 0, 0.0)


def test_a_missing_element_forbids_to_find_it_essential(world: World) -> None:
    ann = world.people["ann"]
    with world.store.write(ann) as session:
        version = current_chart(session, world.row(session))
        assert version is not None
        rows = rows_of(version.rows)
        rows[-1] = rows[-1].model_copy(update={"met": False, "gap": "No signature is asked for."})
        charting.save_chart(session, ann, world.row(session), rows, seen=2, at=LATER)
    world.submit()
    with pytest.raises(AssessmentError, match="does not allow"):
        world.find("ben", LIKELY)
    world.find("ben", NOT)
    world.find("cho", NOT)
    assert world.status is NOT


def test_an_unfinished_chart_is_not_submitted_and_a_chart_in_review_not_changed(world: World) -> None:
    ann = world.people["ann"]
    with world.store.write(ann) as session:
        version = current_chart(session, world.row(session))
        assert version is not None
        rows = [row.model_copy(update={"met": None}) for row in rows_of(version.rows)]
        charting.save_chart(session, ann, world.row(session), rows, seen=2, at=LATER)
        with pytest.raises(ChartError, match="row 1: say whether"):
            charting.submit(session, ann, world.row(session), seen=3, at=LATER)
        with pytest.raises(AssessmentError, match="meanwhile"):
            charting.save_chart(session, ann, world.row(session), rows, seen=2, at=LATER)
        full = filled(session, version, "CD 1", "6.5")
        again = charting.save_chart(session, ann, world.row(session), full, seen=3, at=LATER)
        assert charting.save_chart(session, ann, world.row(session), full, seen=4, at=LATER).id == again.id
    world.submit()
    with (
        pytest.raises(AssessmentError, match="while it is written only"),
        world.store.write(ann) as session,
    ):
        charting.save_chart(session, ann, world.row(session), full[:1], seen=4, at=LATER)


def test_who_writes_without_an_account_submits_nothing(world: World) -> None:
    local = Viewer.local()
    with world.store.write(local) as session:
        row = world.row(session)
        version = current_chart(session, row)
        assert version is not None
        rows = [each.model_copy(update={"note": "x"}) for each in rows_of(version.rows)]
        charting.save_chart(session, local, row, rows, seen=2, at=LATER)
        with pytest.raises(AssessmentError, match="without an account"):
            charting.submit(session, local, row, seen=3, at=LATER)


def test_a_reworded_clause_reopens_and_every_row_is_confirmed_anew(world: World) -> None:
    world.submit()
    world.find("ben")
    world.find("cho")
    import_version(world.store, "DIS")
    with world.store.read(world.people["ann"]) as session:
        stand = stand_of(session, world.key)
        assert stand is not None
        assert stand.events == (Event.TEXT_CHANGED,)
        assert (stand.state.status, stand.state.stale) == (Status.CHARTING, True)
        assert not is_reviewed(session, stand)
        lines = due(session, world.people["ann"])
        assert [line.kind for line in lines] == [DueKind.CHART_STALE]
    assert world.status is LIKELY  # nobody has noted it yet
    assert watch(world.store, LATER) == 1
    assert watch(world.store, LATER) == 0
    assert (world.status, world.stale) == (Status.CHARTING, True)
    ann = world.people["ann"]
    with pytest.raises(TransitionError, match="rests on has changed"):
        world.submit()
    with world.store.write(ann) as session:
        version = charting.bring_over(session, ann, world.row(session), seen=2, at=LATER)
        rows = rows_of(version.rows)
        assert not any(row.confirmed for row in rows)
        assert all(row.met and row.provisions[0].text.startswith("A 90 %") for row in rows)
        assert session.get_one(AssessmentPin, version.pin_id).draft_id == draft(session, "DIS").id
        charting.save_chart(
            session, ann, world.row(session), filled(session, version, "DIS", "6.5", confirmed=True), seen=3, at=LATER
        )
    assert (world.status, world.stale) == (Status.CHARTING, False)
    world.submit()
    world.find("ben")
    world.find("cho")
    assert world.status is LIKELY


def test_an_unchanged_clause_is_carried_along(tmp_path: Path) -> None:
    store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    store.migrate()
    import_version(store, "CD 1")
    ann = plant_claim(store)["ann"]
    key = charted(store, ann, number="6.2.3")
    import_version(store, "DIS")
    assert watch(store, LATER) == 0
    with store.read(ann) as session:
        stand = stand_of(session, key)
        assert stand is not None
        assert (stand.events, stand.state.stale) == ((), False)
        assert stand.newest.label == "DIS"
    with store.write(ann) as session:
        # One assessment through all versions: found again from the newest text.
        assert ensure(session, ann, claim(session), clause(session, "DIS", "6.2.3"), LATER).id == key
    store.close()


def test_a_clause_that_is_gone_needs_another_chosen_by_a_person(tmp_path: Path) -> None:
    store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    store.migrate()
    import_version(store, "CD 1")
    ann = plant_claim(store)["ann"]
    key = charted(store, ann, number="5.8")
    import_version(store, "DIS")
    watch(store, LATER)
    with store.write(ann) as session:
        row = session.get_one(Assessment, key)
        assert next(step.what for step in steps_of(session, row)) == Event.TEXT_GONE
        with pytest.raises(AssessmentError, match="is gone in DIS"):
            charting.bring_over(session, ann, row, seen=2, at=LATER)
        order = clause(session, "DIS", "5.3.2").order
        charting.bring_over(session, ann, row, seen=2, at=LATER, order=order)
        stand = stand_of(session, key)
        assert stand is not None
        assert stand.clauses == (order,)
    store.close()


def test_an_amended_claim_keeps_what_was_written(world: World) -> None:
    with world.store.write() as session:
        row = claim(session)
        row.text = row.text.replace("signing the score", "signing the score with a key")
        session.add(row)
    assert watch(world.store, LATER) == 1
    ann = world.people["ann"]
    with world.store.write(ann) as session:
        version = charting.bring_over(session, ann, world.row(session), seen=2, at=LATER)
        rows = rows_of(version.rows)
        assert [row.confirmed for row in rows] == [True] * (len(rows) - 1) + [False]
        assert rows[-1].element.endswith("with a key.")
        assert rows[-1].provisions


def test_a_dependent_claim_is_charted_with_what_it_takes_over(world: World) -> None:
    ann = world.people["ann"]
    with world.store.write() as session:
        first = claim(session)
        second = Claim(
            publication_id=first.publication_id, language="en", number=2, independent=False, depends_on=[1],
            text="The method of claim 1, wherein the score is rounded.",
        )  # fmt: skip
        session.add(second)
        session.flush()
        own = claim_hash(second.text)
        assert own in hashes_now(session, [second])[key_of(second)], "as older pins hold it"
        row = ensure(session, ann, second, clause(session, "CD 1", "6.5"), NOW)
        version = charting.start_chart(session, ann, row, NOW)
        text = last_pin(session, row).claim_text
        rows = rows_of(version.rows)
        assert [each.element for each in rows] == [text[each.start : each.end] for each in rows]
        assert [each.element for each in rows] == [
            "The method of claim 1,",
            "wherein the score is rounded.",
            "A method comprising:",
            "returning a score of an evaluation through an interface; and",
            "signing the score.",
        ]
        first.text = first.text.replace("signing the score", "signing the score with a key")
        session.add(first)
    assert watch(world.store, LATER) == 2
    with world.store.write(ann) as session:
        brought = charting.bring_over(session, ann, session.get_one(Assessment, key_of(row)), seen=1, at=LATER)
        assert [each.element for each in rows_of(brought.rows)][-1] == "signing the score with a key."


def test_what_offices_say_reopens(world: World) -> None:
    world.submit()
    world.find("ben", NOT)
    world.find("cho", NOT)
    with world.store.write() as session:
        publication = session.exec(select(Publication)).one()
        publication.application = "EP.09990777"
        session.add(publication)
        seen: dict[str, Any] = {"source": "sample", "first_seen": NOW, "last_seen": NOW}
        session.add(
            ApplicationStatus(
                application="EP.09990777", application_key="EP.09990777", grant_number="9990777",
                grant_date=dt.date(2026, 11, 1), holders=["Sample AI K.K."], **seen,
            )
        )  # fmt: skip
    assert watch(world.store, LATER) == 1
    assert (world.status, world.stale) == (Status.CHARTING, True)


def legal_event(code: str, description: str, seen: dt.datetime = LATER) -> LegalEvent:
    return LegalEvent(
        fingerprint=code.ljust(64, "0"), application="EP.09990777", application_key="EP.09990777", number=NUMBER,
        office="EP", code=code, date=dt.date(2026, 11, 20), description=description, source="sample",
        first_seen=seen, last_seen=seen,
    )  # fmt: skip


def test_an_opposition_reopens_once_and_what_was_known_before_does_not(world: World) -> None:
    world.submit()
    world.find("ben")
    world.find("cho")
    with world.store.write() as session:
        session.add(legal_event("26N", "No opposition filed"))
        session.add(legal_event("PLBI", "Opposition filed", seen=NOW - dt.timedelta(days=1)))
    assert watch(world.store, LATER) == 0
    with world.store.write() as session:
        session.add(legal_event("26", "Opposition filed"))
    assert watch(world.store, LATER) == 1
    assert watch(world.store, LATER) == 0
    assert (world.status, world.stale) == (Status.CHARTING, True)
    ann = world.people["ann"]
    with world.store.write(ann) as session:
        assert next(step.what for step in steps_of(session, world.row(session))) == Event.OPPOSITION
        charting.bring_over(session, ann, world.row(session), seen=2, at=LATER + dt.timedelta(hours=1))
    assert not world.stale
    assert watch(world.store, LATER + dt.timedelta(days=1)) == 0


def test_secrecy_holds_back_a_declaration(world: World) -> None:
    world.submit()
    world.find("ben")
    world.find("cho")
    counsel, ann = world.people["counsel"], world.people["ann"]
    with world.store.write(ann) as session, pytest.raises(AssessmentError, match="roles"):
        act(session, ann, world.row(session), Act.HOLD, LATER, reason="A designation is expected.")
    with world.store.write(counsel) as session:
        row = world.row(session)
        with pytest.raises(AssessmentError, match="say why"):
            act(session, counsel, row, Act.HOLD, LATER)
        act(session, counsel, row, Act.HOLD, LATER, reason="A designation is expected.")
        with pytest.raises(TransitionError, match="secrecy"):
            act(session, counsel, row, Act.DECLARE, LATER, details={"case": 1})
        act(session, counsel, row, Act.RELEASE, LATER, reason="The designation was not made.")
        act(session, counsel, row, Act.DECLARE, LATER, details={"case": 1})
    assert world.status is Status.DECLARED


def test_a_declared_chart_goes_stale_and_stays_declared(world: World) -> None:
    world.submit()
    world.find("ben")
    world.find("cho")
    ann = world.people["ann"]
    with world.store.write(ann) as session:
        act(session, ann, world.row(session), Act.DECLARE, LATER, details={"case": 1})
    import_version(world.store, "DIS")
    watch(world.store, LATER)
    assert (world.status, world.stale) == (Status.DECLARED, True)
    with world.store.write(ann) as session:
        version = charting.bring_over(session, ann, world.row(session), seen=2, at=LATER)
        rows = filled(session, version, "DIS", "6.5", confirmed=True)
        charting.save_chart(session, ann, world.row(session), rows, seen=3, at=LATER)
        stand = stand_of(session, world.key)
        assert stand is not None
        assert not is_reviewed(session, stand)
    assert (world.status, world.stale) == (Status.DECLARED, False)


def test_delegates_and_people_outside_the_matter_see_nothing(world: World) -> None:
    world.submit(outcome=LIKELY)
    outside = Viewer(world.people["ann"].account_id, "out", frozenset({Role.IP_ANALYST}))
    for viewer in (world.people["delegate"], outside):
        with world.store.read(viewer) as session:
            for model in (Assessment, AssessmentPin, ChartVersion, Finding):
                assert session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one() == 0
            assert due(session, viewer) == []
    with world.store.read(world.people["counsel"]) as session:
        told = session.exec(select(TrailEntry).where(TrailEntry.entity == "chart")).all()
        assert told
        assert all(set(each.details) <= {"version", "rows", "round", "reader"} for each in told)


def test_claims_of_others_need_a_permission(world: World) -> None:
    signatory = Viewer(77, "sig", frozenset({Role.SIGNATORY}), world.people["ann"].matters)
    with world.store.read(signatory) as session:
        assert len(session.exec(select(Claim)).all()) == 1
        assert len(session.exec(select(Assessment)).all()) == 1
    with world.store.write() as session:
        portfolio = session.exec(select(Portfolio)).one()
        portfolio.own = False
        session.add(portfolio)
    with world.store.read(signatory) as session:
        assert session.exec(select(Claim)).all() == []
        assert session.exec(select(Assessment)).all() == []
        assert session.exec(select(ChartVersion)).all() == []


def test_triage_makes_one_candidate(tmp_path: Path) -> None:
    store = Store(Settings(home=tmp_path / "home"), Viewer.system())
    store.migrate()
    import_version(store, "CD 1")
    ann = plant_claim(store)["ann"]
    with store.write(ann) as session:
        here = clause(session, "CD 1", "6.5")
        first = triage(session, ann, claim(session), here, Verdict.NEEDS_EXPERT, at=NOW)
        triage(session, ann, claim(session), here, Verdict.PLAUSIBLE, seen=[key_of(first)], at=NOW)
        triage(session, ann, claim(session), clause(session, "CD 1", "6.4"), Verdict.NOT, at=NOW)
        assert assessment(session).status is Status.CANDIDATE
    store.close()


def test_strength_is_proposed_from_the_provision(world: World) -> None:
    with world.store.read(world.people["ann"]) as session:
        version = current_chart(session, world.row(session))
        assert version is not None
        assert {row.strength for row in rows_of(version.rows)} == {Strength.MANDATORY}
