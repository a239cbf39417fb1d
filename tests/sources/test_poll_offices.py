"""What the patent offices' sources hand over is stored once, with its source, and changes are logged."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from scrapers.registry import sources
from tests.pages import FOLDER, Case, cases
from workbench.db import Store
from workbench.history.models import Change, Run, RunState
from workbench.patents.models import (
    ApplicationStatus,
    CitedDocument,
    ExtendedFamilyMember,
    FiledClaims,
    LegalEvent,
)
from workbench.settings import Settings
from workbench.sources.poll import Replay, poll

OFFICES = ("epo_ops", "uspto_odp", "jpo_api")
TABLES: tuple[type[SQLModel], ...] = (ExtendedFamilyMember, LegalEvent, ApplicationStatus, CitedDocument, FiledClaims)


def _case(source: str) -> Case:
    return next(case for case in cases() if case.source == source and case.options.get("credentials"))


def _poll(store: Store, settings: Settings, source: str, day: dt.date | None = None) -> Run:
    case = _case(source)
    configured = Settings.model_validate(
        {
            **settings.model_dump(),
            "credentials": {source: case.options["credentials"]},
            "watches": case.options["watches"],
        }
    )
    return poll(store, configured, sources()[source], replay=Replay(FOLDER / source, day or case.as_of))


def _rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.read() as session:
        return {
            str(table.__tablename__): [
                row.model_dump(exclude={"last_seen", "said"}) for row in session.exec(select(table))
            ]
            for table in TABLES
        }


@pytest.mark.parametrize("source", OFFICES)
def test_the_same_answers_again_change_and_log_nothing(store: Store, settings: Settings, source: str) -> None:
    first = _poll(store, settings, source)
    assert (first.state, first.error) == (RunState.OK, None)
    before = _rows(store)
    again = _poll(store, settings, source, dt.date(2026, 3, 9))
    assert (again.state, again.inserted, again.updated) == (RunState.UNCHANGED, 0, 0)
    assert _rows(store) == before
    with store.read() as session:
        assert session.exec(select(Change).where(Change.run_id == again.id)).all() == []


def test_an_extended_family_is_kept_with_its_simple_families_and_its_source(store: Store, settings: Settings) -> None:
    run = _poll(store, settings, "epo_ops")
    with store.read() as session:
        found = session.exec(select(ExtendedFamilyMember).where(ExtendedFamilyMember.asked == "EP.9990001.A1")).all()
    assert {row.number for row in found} == {"EP.9990001.A1", "US.20260990002.A1", "EP.9990004.A1"}
    assert {(row.simple_family_id, row.source) for row in found} == {("90000001", "epo_ops")}
    assert all(row.snapshot_id and row.first_seen == row.last_seen for row in found)
    assert run.measures["requests"] > 0


def test_an_event_listed_with_two_publications_of_an_application_is_one(store: Store, settings: Settings) -> None:
    _poll(store, settings, "epo_ops")
    events = _rows(store)["legal_event"]
    assert sorted(event["application_key"] for event in events) == ["EP.21000001", "EP.21000006", "US.21000001.A"]


def test_two_answers_about_one_application_make_one_status(store: Store, settings: Settings) -> None:
    _poll(store, settings, "jpo_api")
    rows = _rows(store)
    status = next(row for row in rows["application_status"] if row["application_key"] == "JP.2024990001")
    assert status["expiry_date"] == dt.date(2044, 1, 15), "from the progress"
    assert status["holders"] == ["見本株式会社"], "from the registration"
    assert [row["document"] for row in rows["cited_document"]] == ["JPA 414999001"]
    assert [len(row["claims"]) for row in rows["filed_claims"]] == [2]
