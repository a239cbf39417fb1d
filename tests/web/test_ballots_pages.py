"""Pages of ballots: the list, one ballot with its parts, and every form on it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from tests.web.conftest import clock, token
from tests.web.seed import seed
from workbench.ballots.models import Ballot, MemberVote, Position, Roster, WaitingBallot
from workbench.db import Store
from workbench.people.walls_models import TrailEntry
from workbench.settings import Settings
from workbench.standards.models import WorkItem
from workbench.web import create_app


@pytest.fixture
def item(sqlite_store: Store, page: FlaskClient) -> int:
    with sqlite_store.read() as session:
        return session.exec(select(WorkItem.iso_id).where(WorkItem.stage == "40.20")).first() or 0


def _send(client: FlaskClient, address: str, **form: str) -> int:
    return client.post(address, data={"csrf_token": token(client), **form}).status_code


def test_a_ballot_is_typed_answered_counted_and_listed(page: FlaskClient, sqlite_store: Store, item: int) -> None:
    typed = {
        "work_item": str(item),
        "kind": "DIS",
        "iteration": "1",
        "opens_on": "2026-11-09",
        "closes_on": "2027-02-01",
    }
    assert _send(page, "/ballots/", **typed) == 303
    own = f"/ballots/{item}/DIS/1"
    section = page.get(f"/standards/items/{item}").text.partition('id="ballot"')[2].partition("</section>")[0]
    assert "2027-02-01" in section, "the page of the item says what is announced, not what was estimated before"
    assert f'href="{own}"' in section
    text = page.get(own).text
    assert "2027-02-01" in text
    assert "Europe/Zurich" in text
    assert _send(page, f"{own}/position", level="company", answer="no", seen="") == 409
    assert _send(page, f"{own}/position", level="company", answer="no", reasons="Clause 4 lacks a test", seen="") == 303
    assert _send(page, f"{own}/position", level="company", answer="yes", seen="") == 409
    with sqlite_store.read() as session:
        first = session.exec(select(Position)).one()
        assert "position" in session.exec(select(TrailEntry.entity)).all()
    assert _send(page, f"{own}/position", level="company", answer="yes", seen=str(first.id)) == 303
    for member, answer in (("JISC", "yes"), ("DIN", "yes"), ("ANSI", "no")):
        assert _send(page, f"{own}/vote", member=member, answer=answer, p_member="on", reasons="yes") == 303
    assert _send(page, f"{own}/roster", dated="2026-01-01", members="JISC\nDIN\nANSI\nBSI") == 303
    text = page.get(own).text
    assert "6 ≥ 6" in text
    assert "4 ≤ 3" in text
    assert "BSI" in text
    assert _send(page, f"{own}/vote/remove", member="ANSI") == 303
    assert _send(page, f"{own}/track", track="SDT 24", registered_on="2025-03-10") == 303
    assert "2027-12-10" in page.get(own).text
    days = {"opens_on": "2026-11-09", "closes_on": "2027-02-05", "company_close": "2027-01-08", "state": "open"}
    assert _send(page, f"{own}/dates", **days) == 303
    assert _send(page, f"{own}/dates", **days | {"company_close": "2027-03-01"}) == 409
    assert "2027-01-08" in page.get(own).text
    listed = page.get("/ballots/?kind=DIS&answer=given").text
    assert f'href="{own}"' in listed
    with sqlite_store.read() as session:
        assert len(session.exec(select(MemberVote)).all()) == 2
        assert session.exec(select(Roster)).one().members == ["ANSI", "BSI", "DIN", "JISC"]


def test_an_estimated_ballot_has_a_page_and_is_kept_once_something_is_said_of_it(
    page: FlaskClient, sqlite_store: Store, item: int
) -> None:
    own = f"/ballots/{item}/DIS/1"
    assert "est." in page.get(own).text
    assert _send(page, f"{own}/position", level="national", answer="abstain", seen="") == 303
    text = page.get(own).text
    assert "est." in text
    with sqlite_store.read() as session:
        assert session.exec(select(Ballot)).one().closes_on is None


def test_an_uploaded_mail_is_imported_and_an_unknown_item_waits_for_a_person(
    page: FlaskClient, sqlite_store: Store, item: int
) -> None:
    mail = b"Subject: ISO/IEC DIS 88888 DIS ballot\nMIME-Version: 1.0\n\nClosing date: 2027-02-01\n"
    form = {"csrf_token": token(page), "file": (io.BytesIO(mail), "note.eml")}
    assert page.post("/ballots/import", data=form).status_code == 303
    assert "ISO/IEC DIS 88888" in page.get("/ballots/").text
    assert _send(page, "/ballots/waiting/1", work_item=str(item)) == 303
    assert _send(page, "/ballots/waiting/1", work_item=str(item)) == 409
    with sqlite_store.read() as session:
        assert str(session.exec(select(Ballot)).one().closes_on) == "2027-02-01"
    bad = {"csrf_token": token(page), "file": (io.BytesIO(b"nothing"), "x.csv")}
    assert page.post("/ballots/import", data=bad).status_code == 409


MAP = b"""
name = "ours"
date_formats = ["%d.%m.%y"]
[columns]
reference = "Doc"
kind = "What"
closes = "Until"
[values.kind]
DIS = ["Umfrage"]
"""


def test_a_table_of_another_layout_is_looked_at_then_imported_by_its_column_map(
    page: FlaskClient, sqlite_store: Store
) -> None:
    table = b"Doc,What,Until\nISO/IEC 88888,Umfrage,01.02.27\nISO/IEC 88889,Umfrage,soon\n"

    def send(address: str, columns: bytes | None = MAP) -> tuple[int, str]:
        form: dict[str, object] = {"csrf_token": token(page), "file": (io.BytesIO(table), "t.csv")}
        if columns is not None:
            form["columns"] = (io.BytesIO(columns), "t.csv")
        answer = page.post(address, data=form)
        return answer.status_code, answer.text

    status, text = send("/ballots/import/preview")
    assert status == 200
    for words in ("ISO/IEC 88888", "2027-02-01", "t.csv, row 3", "is no date"):
        assert words in text
    with sqlite_store.read() as session:
        assert session.exec(select(WaitingBallot)).all() == []
    assert send("/ballots/import/preview", None)[0] == 409
    status, text = send("/ballots/import/preview", b"name = 1")
    assert status == 409
    assert "t.csv: is no column map" in text
    assert send("/ballots/import")[0] == 303
    with sqlite_store.read() as session:
        assert session.exec(select(WaitingBallot)).one().record["closes_on"] == "2027-02-01"


@pytest.mark.parametrize(
    "address", ["/ballots/1/DIS/1", "/ballots/1/XX/1", "/ballots/1/DIS/0", "/ballots/99999999/SR/1"]
)
def test_what_is_not_known_is_not_found(page: FlaskClient, address: str) -> None:
    assert page.get(address).status_code == 404


@pytest.mark.parametrize("rule", ["ballot_rules", "tally_rules", "deadline_rules", "obligation_rules", "limit_rules"])
def test_a_broken_file_of_rules_is_told_in_one_line(
    sqlite_settings: Settings, sqlite_store: Store, tmp_path: Path, rule: str
) -> None:
    seed(sqlite_store)
    broken = tmp_path / "rules.toml"
    broken.write_text("[[rule]\n")
    app = create_app(sqlite_settings.model_copy(update={rule: broken}), sqlite_store, open_local=True, clock=clock)
    answer = app.test_client().get("/ballots/")
    assert answer.status_code == 503
    assert "rules.toml: not valid TOML" in answer.text
