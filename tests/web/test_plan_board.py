"""The constraint board: what people say of an asset, the two tracks, and what lies on both."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.web.seed import NOW
from workbench.db import Store
from workbench.people.matters import make_matter
from workbench.people.models import Account
from workbench.people.tracks import put_on_side
from workbench.people.viewer import Track, Viewer
from workbench.people.walls_models import MatterMember
from workbench.planning import board
from workbench.planning.board_models import BoardEntry, Standing
from workbench.planning.models import AssetTrack, PlanAsset, PlanChange, StoredPlan
from workbench.planning.queries import plan_of
from workbench.planning.verbs import AssetEdit, PlanEditError, make_plan, set_asset
from workbench.web.app import create_app

SYSTEM = Viewer.system()


@pytest.fixture
def plan_id(store: Store) -> int:
    with store.write() as session:
        matter = make_matter(session, SYSTEM, "Sample matter", None, NOW)
        plan = make_plan(session, SYSTEM, matter.id or 0, "Sample harness", NOW)
        west = AssetEdit("Harness", track=AssetTrack.US_WEST, repositories=["sample/harness"], families=["99000001"])
        china = AssetEdit("Harness CN", track=AssetTrack.CHINA, repositories=["sample/harness"], families=["99000002"])
        for edit in (west, china, AssetEdit("Schemas", repositories=["sample/schemas"])):
            set_asset(session, SYSTEM, plan, edit, NOW)
        assert plan.id is not None
        return plan.id


@pytest.fixture
def client(store: Store) -> FlaskClient:
    app = create_app(store.settings, store, open_local=True, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def entries(store: Store) -> list[BoardEntry]:
    with store.read() as session:
        return list(session.exec(select(BoardEntry)))


def test_what_people_say_stands_with_evidence_and_day_and_nothing_is_written_over(
    store: Store, plan_id: int, client: FlaskClient
) -> None:
    said = {"asset": "1", "regime": "us_export", "standing": "answered", "as_of": "2026-11-20"}
    first = client.post(f"/plans/{plan_id}/board", data={**said, "evidence": "Letter <1> of counsel"})
    assert first.status_code == 303
    assert first.headers["Location"].startswith(f"/plans/{plan_id}/board")
    client.post(f"/plans/{plan_id}/board", data={**said, "standing": "barred", "evidence": "Letter 2"})
    page = client.get(f"/plans/{plan_id}/board").text
    assert "Letter 2" in page
    assert "Letter &lt;1&gt;" not in page
    assert [each.evidence for each in entries(store)] == ["Letter <1> of counsel", "Letter 2"]
    with store.read() as session:
        kept = session.exec(select(PlanChange).where(PlanChange.what == "board")).all()
    assert [(each.key, (each.new or {}).get("standing")) for each in kept] == [
        ("Harness: us_export", "answered"),
        ("Harness: us_export", "barred"),
    ]
    overview = " ".join(client.get("/plans/board").text.split())
    assert '<td class="number" data-name="Open questions">11</td>' in overview
    assert '<td class="number" data-name="Barred">1</td>' in overview


@pytest.mark.parametrize(
    "wrong",
    [
        {"asset": "77"},
        {"asset": "9" * 30},
        {"asset": "x"},
        {"regime": "mars"},
        {"standing": "safe"},
        {"as_of": ""},
        {"evidence": " "},
        {"evidence": "x" * 2001},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
    store: Store, plan_id: int, client: FlaskClient, wrong: dict[str, str]
) -> None:
    said = {"asset": "1", "regime": "china", "standing": "answered", "as_of": "2026-11-20", "evidence": "Letter"}
    assert client.post(f"/plans/{plan_id}/board", data=said | wrong).status_code == 409
    assert entries(store) == []


def test_the_matrix_keeps_only_what_changed(store: Store, plan_id: int, client: FlaskClient) -> None:
    cells = {"hardware-china": "Domestic chips", "hardware-us_west": "", "partners-us_west": "Two labs"}
    assert client.post(f"/plans/{plan_id}/tracks", data=cells).status_code == 303
    client.post(f"/plans/{plan_id}/tracks", data=cells | {"hardware-china": "Domestic chips only"})
    with store.read() as session:
        kept = session.exec(select(PlanChange).where(PlanChange.what == "board")).all()
    assert [each.key for each in kept] == ["hardware: china", "partners: us_west", "hardware: china"]
    assert "Domestic chips only" in client.get(f"/plans/{plan_id}/board").text


def looked_at(store: Store, plan_id: int) -> board.Firewall:
    with store.read() as session:
        plan = plan_of(session, plan_id)
        assert plan is not None
        assets = session.exec(select(PlanAsset).where(PlanAsset.plan_id == plan_id)).all()
        return board.firewall(session, plan, assets)


def test_a_repository_on_both_tracks_is_found_and_an_asset_without_one_is_not_known(store: Store, plan_id: int) -> None:
    found = looked_at(store, plan_id)
    assert [(each.kind.value, each.name) for each in found.spanning] == [("repository", "sample/harness")]
    assert found.without_track == ["Schemas"]


def test_an_artefact_of_another_plan_on_the_other_track_is_found(store: Store, plan_id: int) -> None:
    with store.write() as session:
        matter = make_matter(session, SYSTEM, "The other matter", None, NOW)
        other = make_plan(session, SYSTEM, matter.id or 0, "The other plan", NOW)
        for name, track in (("sample  Weights", AssetTrack.CHINA), ("Unlike", AssetTrack.CHINA)):
            set_asset(session, SYSTEM, other, AssetEdit(name, track=track), NOW)
        here = session.get_one(StoredPlan, plan_id)
        set_asset(session, SYSTEM, here, AssetEdit("Sample weights", track=AssetTrack.US_WEST), NOW)
    told = [(each.kind.value, each.name) for each in looked_at(store, plan_id).spanning]
    assert ("artefact", "sample weights") in told


def test_a_person_on_the_other_side_is_found(store: Store, plan_id: int) -> None:
    with store.write() as session:
        plan = session.exec(select(StoredPlan)).one()
        for name, track in (("West", Track.US_WEST), ("Nobody", None)):
            account = Account(
                name=name, email=f"{name.lower()}@sample.example", language="en", roles=[], created_at=NOW
            )
            session.add(account)
            session.flush()
            assert account.id is not None
            session.add(MatterMember(matter_id=plan.matter_id, account_id=account.id, added_at=NOW))
            put_on_side(session, SYSTEM, account.id, track, NOW)
    found = looked_at(store, plan_id)
    assert ("person", "West", ("us_west",)) in [(each.kind.value, each.name, each.places) for each in found.spanning]
    assert found.people_unseen == 1


def test_of_a_closed_question_the_evidence_is_asked(store: Store, plan_id: int) -> None:
    with store.write() as session:
        plan = plan_of(session, plan_id)
        assert plan is not None
        with pytest.raises(PlanEditError, match="on what evidence"):
            board.say(session, SYSTEM, plan, 1, "china", Standing.ANSWERED, "", dt.date(2026, 11, 1), NOW)
        row = board.say(session, SYSTEM, plan, 1, "china", Standing.OPEN, "", dt.date(2026, 11, 1), NOW)
        assert row.by == SYSTEM.name
