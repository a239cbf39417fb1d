"""Imports through the interface, answered with the run."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlmodel import select

from tests.web.api.conftest import Interface, make_token
from workbench.db import Store
from workbench.export.runs import RunRow
from workbench.people.permissions import Permission
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.web.api.problems import PROBLEM

TABLE = (
    b"Publication Number,Jurisdiction,Kind,Display Key,Title\nEP9990001B1,EP,B1,EP 9990001 B1,Records of evaluations\n"
)
BALLOTS = (
    b"Reference,ISO number,Ballot type,Opening date,Closing date,Status,Member body,Vote,P-member\n"
    b"ISO/IEC DIS 90001,90001,DIS,2026-11-02,2027-01-20,Open,AA,Approval,P\n"
)
DRAFT = b"""<?xml version="1.0"?><standard><front>
<iso-meta><title-wrap><full>Records</full></title-wrap></iso-meta></front><body>
<sec id="s1"><label>1</label><title>Scope</title>
<p>The system shall record evaluations.</p></sec></body></standard>"""


def _file(content: bytes, name: str = "list.csv") -> dict[str, Any]:
    return {"file": (io.BytesIO(content), name)}


def test_publications_are_imported_and_the_trail_says_who(interface: Interface, seeded: Store) -> None:
    answer = interface.post("/imports/patents", _file(TABLE) | {"portfolio": "ours"})
    assert answer.status_code == 200, answer.text
    RunRow.model_validate(answer.json)
    assert (answer.json["status"], answer.json["inserted"], answer.json["source"]) == ("ok", 1, "file:list.csv")
    assert interface.get("/publications?portfolio=ours").json["items"][0]["number"] == "EP.9990001.B1"
    again = interface.post("/imports/patents", _file(TABLE) | {"portfolio": "ours"})
    assert (again.status_code, again.json["status"]) == (200, "unchanged")
    with seeded.read() as session:
        told = session.exec(select(TrailEntry).where(TrailEntry.action == "imported")).all()
    assert [each.details["token"] for each in told if "token" in each.details] == ["a program", "a program"]


def test_what_cannot_be_read_is_a_failed_run_that_names_the_file(interface: Interface) -> None:
    answer = interface.post("/imports/patents", _file(b"\x7fELF nothing", "../../evil.csv"))
    assert answer.status_code == 422
    RunRow.model_validate(answer.json)
    assert answer.json["error"].startswith("evil.csv")
    assert "/tmp" not in answer.text


def test_a_draft_is_imported_as_a_version(interface: Interface) -> None:
    fields = {"work_item": "90001", "label": "DIS 9", "dated": "2026-11-01"}
    answer = interface.post("/imports/drafts", _file(DRAFT, "draft.xml") | fields)
    assert answer.status_code == 200, answer.text
    drafts = interface.get("/drafts?work_item=90001").json["items"]
    assert ("DIS 9", "2026-11-01") in [(each["draft"], each["dated"]) for each in drafts]


def test_ballots_are_imported_with_their_votes(interface: Interface) -> None:
    answer = interface.post("/imports/ballots", _file(BALLOTS, "votes.csv"))
    assert answer.status_code == 200, answer.text
    RunRow.model_validate(answer.json)
    shown = interface.get("/ballots").json["items"]
    assert "2027-01-20" in str(shown)
    refused = interface.post("/imports/ballots", _file(b"%PDF-1.7 nothing", "votes.pdf"))
    assert refused.status_code == 422
    assert refused.json["error"].startswith("votes.pdf")


@pytest.mark.parametrize(
    ("address", "data", "word"),
    [
        ("/imports/patents", {}, "exactly one file"),
        ("/imports/patents", {"colour": "red"} | _file(TABLE), "portfolio"),
        ("/imports/patents", {"file": [(io.BytesIO(b"a"), "a"), (io.BytesIO(b"b"), "b")]}, "exactly one file"),
        ("/imports/patents", _file(b""), "empty"),
        ("/imports/patents", {"matter": "nothing", "portfolio": "x"} | _file(TABLE), "matter"),
        ("/imports/drafts", _file(DRAFT), "work_item"),
        ("/imports/drafts", {"work_item": "1", "label": "x", "dated": "soon"} | _file(DRAFT), "2026-12-04"),
        ("/imports/drafts", {"work_item": "1", "label": "a\x00b"} | _file(DRAFT), "control"),
    ],
)
def test_what_is_wrong_is_said(interface: Interface, address: str, data: dict[str, Any], word: str) -> None:
    answer = interface.post(address, data)
    assert (answer.status_code, answer.mimetype) == (400, PROBLEM), answer.text
    assert word in answer.json["detail"]


def test_what_is_no_form_is_refused(interface: Interface) -> None:
    answer = interface.client.post("/api/v1/imports/patents", data=TABLE, headers=interface.headers)
    assert (answer.status_code, answer.mimetype) == (415, PROBLEM)


def test_what_is_too_large_is_refused(interface: Interface) -> None:
    interface.client.application.config["MAX_CONTENT_LENGTH"] = 100
    answer = interface.post("/imports/patents", _file(b"x" * 1000))
    assert (answer.status_code, answer.mimetype) == (413, PROBLEM)


def test_only_who_may_import_does(interface: Interface, seeded: Store) -> None:
    reader = Interface(interface.client, make_token(seeded, Viewer.local(), Permission.READ_PATENTS))
    for name in ("patents", "drafts", "declarations", "ballots"):
        assert reader.post(f"/imports/{name}", _file(TABLE)).status_code == 403


def test_who_may_only_import_publications_can(interface: Interface, seeded: Store) -> None:
    """Nobody writes what he may not see: the scope to import brings the one to read."""
    program = Interface(interface.client, make_token(seeded, Viewer.local(), Permission.IMPORT_PATENTS))
    assert program.post("/imports/patents", _file(TABLE)).status_code == 200
    assert program.get("/publications").status_code == 200
