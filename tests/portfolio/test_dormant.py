"""Which patents are dormant and for whom, whose word on an annuity counts, what was chosen, what the digest says."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from tests.digest.test_sending import RULES
from tests.portfolio.own import NOW, TODAY, Made, add_publication, plant
from workbench.assessments.models import Assessment
from workbench.assessments.statuses import Status
from workbench.db import Store, key_of
from workbench.declarations.models import Declaration, DeclaredPatent
from workbench.digest.duties import DutyKind, of_dormant
from workbench.history.queries import FilterError
from workbench.patents.models import Portfolio, PortfolioMember
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.portfolio.annuities import Origin
from workbench.portfolio.choices import ChoiceError, choose, type_annuity
from workbench.portfolio.dormant import Need, dormant_families, of_family, waiting
from workbench.portfolio.models import AnnuityDate, Choice, PatentChoice
from workbench.standards.models import WorkItem

REASON = "Nothing of ours is built like that."


@pytest.fixture
def made(store: Store) -> Made:
    return plant(store)


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def listed(store: Store, viewer: Viewer, **filters: str) -> list[str]:
    with store.read(viewer) as session:
        return [each.family for each in dormant_families(session, TODAY, filters, sort="family")]


def assess(store: Store, status: Status, family: str | None, publication: str, matter: int | None = None) -> None:
    with store.write() as session:
        item = session.exec(select(WorkItem)).first()
        if item is None:
            item = WorkItem(iso_id=1, reference="ISO/IEC CD 1", title_en="Sample", first_seen=NOW, last_seen=NOW)
            session.add(item)
            session.flush()
        row = Assessment(
            publication=publication, claim=1, language="en", family=family, work_item_id=key_of(item),
            matter_id=matter, status=status, made_at=NOW,
        )  # fmt: skip
        session.add(row)


def test_own_families_in_force_are_listed_and_those_of_a_matter_to_its_members(store: Store, made: Made) -> None:
    assert listed(store, made.insider) == ["F1", "F9", "US.101.B2"]
    assert listed(store, made.outsider) == ["F1", "US.101.B2"], "nothing tells of the family behind the wall"
    assert listed(store, made.insider, office="JP") == ["F1"]
    assert listed(store, made.insider, portfolio="Secret") == ["F9"]
    assert listed(store, made.outsider, portfolio="Secret") == []
    assert listed(store, made.insider, q="title us.101") == ["US.101.B2"]
    with store.read(made.insider) as session:
        assert of_family(session, "EP.102.A1", TODAY) is None, "pending"
        assert of_family(session, "US.500.B2", TODAY) is None, "somebody else's"


@pytest.mark.parametrize(
    ("status", "needed"),
    [
        (Status.NOT_ESSENTIAL, Need.NONE),
        (Status.CANDIDATE, Need.OPEN),
        (Status.IN_REVIEW, Need.OPEN),
        (Status.LIKELY_ESSENTIAL, None),
        (Status.DECLARED, None),
        (Status.WITHDRAWN_FROM_TEXT, None),
    ],
)
def test_what_people_found_takes_a_family_from_the_list(
    store: Store, made: Made, status: Status, needed: Need | None
) -> None:
    assess(store, status, "F1", "EP.100.B1")
    assess(store, status, None, "US.101.B2")
    found = {need: listed(store, made.insider, need=need) for need in Need}
    assert {need for need in Need if "F1" in found[need]} == ({needed} - {None})
    assert {need for need in Need if "US.101.B2" in found[need]} == ({needed} - {None})
    assert "F9" in found[Need.NONE]


def test_what_a_register_lists_as_declared_is_not_dormant(store: Store, made: Made) -> None:
    with store.write() as session:
        row = Declaration(
            key="k", listed_in="iso", policy="common", holder="Own K.K.", deliverable_raw="x", deliverable_key="x",
            source_format="sample", source="sample", first_seen=NOW, last_seen=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for place, (publication, application) in enumerate(((None, "US.17101.A"), ("JP.100.B2", None))):
            session.add(
                DeclaredPatent(
                    declaration_id=key_of(row),
                    position=place,
                    raw="x",
                    publication=publication,
                    application=application,
                )
            )
    assert listed(store, made.insider) == ["F9"]


def test_the_first_annuity_of_a_family_counts_and_an_estimate_says_so(store: Store, made: Made) -> None:
    with store.write(made.insider) as session:
        rows = {each.family: each for each in dormant_families(session, TODAY)}
        first = rows["F1"].annuity
        assert first is not None
        assert (first.day, first.origin, first.estimated) == (dt.date(2026, 12, 31), Origin.COMPUTED, True)
        ends = rows["F1"].ends
        assert ends is not None
        assert (ends.date, ends.estimated) == (dt.date(2039, 12, 4), True)
        assert rows["US.101.B2"].ends is None, "no filing is known: nothing is guessed"
        day = dt.date(2027, 1, 5)
        type_annuity(session, made.insider, "EP.100.B1", day, "letter", NOW, matter_id=None, seen=None)
    with store.read(made.insider) as session:
        again = of_family(session, "F1", TODAY)
        assert again is not None
        assert again.annuity is not None
        assert (again.annuity.day, again.annuity.origin, again.annuity.estimated) == (day, Origin.TYPED, False)
        assert [each.family for each in waiting(session, TODAY, dt.date(2027, 1, 31))] == ["F1", "US.101.B2"]
        last = session.exec(select(AnnuityDate)).one()
    with store.write(made.insider) as session:
        type_annuity(session, made.insider, "EP.100.B1", None, "paid", NOW, matter_id=None, seen=last.id)
    with store.read(made.insider) as session:
        back = of_family(session, "F1", TODAY)
        assert back is not None
        assert back.annuity is not None
        assert back.annuity.origin is Origin.COMPUTED


def test_a_choice_is_kept_with_its_history_and_leaves_a_trace(store: Store, made: Made) -> None:
    def say(choice: Choice, seen: int | None, viewer: Viewer = made.insider, **values: object) -> PatentChoice:
        with store.write(viewer) as session:
            given = {"publication": "EP.100.B1", "reason": REASON, "matter_id": made.matter, **values}
            return choose(session, viewer, choice=choice, at=NOW, seen=seen, **given)  # type: ignore[arg-type]

    first = say(Choice.KEEP, None, reason="\x00Nothing of ours\u202e is \ud800 built like that.\n")
    assert first.reason == REASON
    with pytest.raises(ChoiceError, match="meanwhile"):
        say(Choice.LAPSE, None)
    second = say(Choice.LICENSE, first.id)
    assert (second.family, second.replaces) == ("F1", first.id)
    for refused, values in (
        ("10 to 1000", {"reason": "short"}),
        ("none of our own", {"publication": "US.500.B2"}),
        ("none of our own", {"publication": "US.909.B2", "viewer": made.outsider, "matter_id": None}),
        ("matter", {"viewer": made.outsider}),
        ("role", {"viewer": made.delegate}),
    ):
        with pytest.raises(ChoiceError, match=refused):
            say(Choice.KEEP, second.id, **values)
    with store.read(made.insider) as session:
        row = of_family(session, "F1", TODAY)
        assert row is not None
        assert row.choice is not None
        assert (row.choice.choice, row.waits) == (Choice.LICENSE, False)
    assert listed(store, made.insider, choice="license") == ["F1"]
    for outside in (made.outsider, made.delegate):
        with store.read(outside) as session:
            assert session.exec(select(PatentChoice)).all() == []
    assert listed(store, made.outsider, choice="none") == ["F1", "US.101.B2"], "a choice behind a wall tells nothing"
    with store.read() as session:
        told = session.exec(select(TrailEntry).where(TrailEntry.entity == "patent_choice")).all()
        assert [(each.details["choice"], each.matter_id) for each in told] == [
            ("keep", made.matter),
            ("license", made.matter),
        ]
        assert REASON not in str([each.details for each in told]), "the trail has facts, no contents"


def test_a_word_to_keep_holds_for_one_annuity(store: Store, made: Made) -> None:
    with store.write(made.insider) as session:
        long_ago = NOW - dt.timedelta(days=400)
        choose(session, made.insider, "EP.100.B1", Choice.KEEP, REASON, long_ago, matter_id=None, seen=None)
        choose(session, made.insider, "US.101.B2", Choice.LAPSE, REASON, long_ago, matter_id=None, seen=None)
    with store.read(made.insider) as session:
        rows = {each.family: each.waits for each in dormant_families(session, TODAY)}
    assert rows == {"F1": True, "US.101.B2": False, "F9": True}


def test_the_digest_asks_before_the_annuity_and_marks_what_is_estimated(store: Store, made: Made) -> None:
    def asked(viewer: Viewer) -> dict[str, tuple[dt.date | None, bool]]:
        with store.read(viewer) as session:
            duties = list(of_dormant(session, viewer, RULES, TODAY))
        assert {duty.kind for duty in duties} <= {DutyKind.CHOOSE}
        return {duty.about.path: (duty.day, duty.estimated) for duty in duties}

    due = {"/portfolio/dormant/F1": (dt.date(2026, 12, 31), True)}
    assert asked(made.outsider) == due
    assert asked(made.delegate) == {}
    with store.write(made.insider) as session:
        day = dt.date(2026, 11, 30)
        type_annuity(session, made.insider, "US.909.B2", day, "letter", NOW, matter_id=made.matter, seen=None)
    assert asked(made.outsider) == due
    assert asked(made.insider) == {**due, "/portfolio/dormant/F9": (day, False)}
    with store.write(made.insider) as session:
        choose(session, made.insider, "EP.100.B1", Choice.DONATE, REASON, NOW, matter_id=None, seen=None)
    assert list(asked(made.insider)) == ["/portfolio/dormant/F9"]


def test_of_many_the_digest_names_some_and_counts_the_others(store: Store, made: Made) -> None:
    with store.write() as session:
        portfolio = session.exec(select(Portfolio).where(Portfolio.name == "Own")).one()
        for number in range(30):
            row = add_publication(session, f"US.{7000 + number}.B2", date=dt.date(2023, 6, 1))
            session.add(PortfolioMember(portfolio_id=key_of(portfolio), publication_id=key_of(row)))
    with store.read(made.outsider) as session:
        duties = list(of_dormant(session, made.outsider, RULES, TODAY))
    assert len(duties) == 20
    assert [duty.count for duty in duties] == [0] * 19 + [11]


@pytest.mark.parametrize(
    "filters", [{"need": "x"}, {"choice": "x"}, {"before": "soon"}, {"nothing": "x"}], ids=lambda each: next(iter(each))
)
def test_a_filter_that_cannot_be_is_named(store: Store, filters: dict[str, str]) -> None:
    with store.read(Viewer.system()) as session, pytest.raises(FilterError, match=next(iter(filters))):
        dormant_families(session, TODAY, filters)


class TestOnBothDatabases:
    """What the databases themselves refuse."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def dialect(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_nothing_that_was_said_is_changed_or_deleted(self, store: Store, made: Made) -> None:
        with store.write() as session:
            choose(session, Viewer.system(), "EP.100.B1", Choice.KEEP, REASON, NOW, matter_id=None, seen=None)
            type_annuity(session, Viewer.system(), "EP.100.B1", TODAY, "letter", NOW, matter_id=None, seen=None)
        for table in ("patent_choice", "annuity_date"):
            for statement in (f"UPDATE {table} SET by = 'x'", f"DELETE FROM {table}"):
                with pytest.raises(sa.exc.DatabaseError, match="never changed or deleted"), store.write() as session:
                    _execute(session, statement)
        with store.read() as session:
            assert [each.family for each in dormant_families(session, TODAY, {"choice": "keep"})] == ["F1"]


def _execute(session: Session, statement: str) -> None:
    session.connection().exec_driver_sql(statement)
