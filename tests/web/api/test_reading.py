"""Reading through the interface: shapes, pages, ETags, refusals, walls."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from tests.web.api.conftest import Interface, PlantedWorld, make_token
from tests.web.library import Library
from tests.web.planted import PATENT_WORD, WALLS, secret
from workbench import export
from workbench.db import Store
from workbench.history.models import Change
from workbench.people.api_tokens import SCOPES
from workbench.people.permissions import Permission, Role, allows
from workbench.people.viewer import Viewer
from workbench.people.walls_models import TrailEntry
from workbench.web.api.asked import Cursor
from workbench.web.api.imports import IMPORTS
from workbench.web.api.problems import PROBLEM, ProblemError
from workbench.web.permissions import EXPORTS

LISTS = [name for name, kind in export.KINDS.items() if not kind.required]


def test_every_permission_that_is_needed_can_be_given_to_a_token() -> None:
    assert set(EXPORTS.values()) | {each.need for each in IMPORTS.values()} <= set(SCOPES)


def test_rows_have_the_shape_that_is_told(interface: Interface) -> None:
    for name in LISTS:
        answer = interface.get(f"/{name}")
        assert answer.status_code == 200, name
        for row in answer.json["items"]:
            export.KINDS[name].shape.model_validate(row)


def test_rows_of_the_samples_have_the_shape_that_is_told(library: Library) -> None:
    with library.store.read() as session:
        for name in ("drafts", "clauses", "publications", "matches"):
            rows = list(export.rows(session, name, window=export.Window(0, 60)))
            assert rows
            for row in rows:
                assert set(export.KINDS[name].shape.model_validate(row).model_dump()) == set(row)


def test_rows_of_registers_and_offices_have_the_shape_that_is_told(world: PlantedWorld) -> None:
    counsel = world.of(Role.IP_COUNSEL, *WALLS)
    for name in LISTS:
        if not allows([Role.IP_COUNSEL], EXPORTS[name]):
            continue
        answer = counsel.get(f"/{name}?limit=500")
        assert answer.status_code == 200, name
        for row in answer.json["items"]:
            export.KINDS[name].shape.model_validate(row)


@pytest.mark.parametrize("name", ["work-items", "changes"])
def test_pages_together_are_the_list(interface: Interface, name: str) -> None:
    whole = interface.get(f"/{name}?limit=500").json
    assert whole["next"] is None
    found: list[Any] = []
    answer = interface.get(f"/{name}?limit=3")
    while True:
        found += answer.json["items"]
        if answer.json["next"] is None:
            break
        assert 'rel="next"' in answer.headers["Link"]
        answer = interface.get(f"/{name}?limit=3&cursor={answer.json['next']}")
    assert found == whole["items"]
    assert len(found) > 6


def test_a_list_that_changed_before_the_place_is_begun_again(interface: Interface, seeded: Store) -> None:
    cursor = interface.get("/changes?limit=3").json["next"]
    with seeded.write() as session:
        session.delete(session.exec(select(Change).order_by(Change.at, Change.id)).first())  # type: ignore[arg-type]
    answer = interface.get(f"/changes?limit=3&cursor={cursor}")
    assert (answer.status_code, answer.mimetype) == (410, PROBLEM)


def test_a_cursor_of_other_filters_is_refused(interface: Interface) -> None:
    cursor = interface.get("/changes?limit=3").json["next"]
    assert interface.get(f"/changes?entity=work_item&cursor={cursor}").status_code == 400


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    with suppress(ProblemError):
        Cursor.parse(text)


@given(st.integers(1, 2**31 - 1), st.text("0123456789abcdef", max_size=32))
def test_a_cursor_is_read_as_it_was_written(read: int, mark: str) -> None:
    assert Cursor.parse(str(Cursor(read, mark, mark))) == Cursor(read, mark, mark)


def test_what_is_known_already_is_not_sent_again(interface: Interface) -> None:
    first = interface.get("/work-items")
    again = interface.get("/work-items", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Authorization" in first.headers["Vary"]
    assert interface.get("/work-items", **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "word"),
    [
        ("/nothing", 404, "openapi.json"),
        ("/nothing/at/all", 404, "openapi.json"),
        ("/work-items?colour=red", 400, "stage"),
        ("/work-items?stage=40&stage=50", 400, "once"),
        ("/work-items?limit=501", 400, "500"),
        ("/work-items?limit=%D9%A3", 400, "500"),
        ("/work-items?q=%00", 400, "control"),
        ("/work-items?cursor=x", 400, "cursor"),
        ("/changes?since=yesterday", 400, "2026-12-04"),
        ("/drafts?work_item=999999999999999999999", 404, "no work item"),
        ("/lineage", 400, "work_item"),
    ],
)
def test_what_is_wrong_is_said(interface: Interface, address: str, status: int, word: str) -> None:
    answer = interface.get(address)
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert answer.json["status"] == status
    assert word in answer.json["detail"]


def test_a_wrong_method_is_said_with_those_that_are_right(interface: Interface) -> None:
    answer = interface.post("/work-items")
    assert (answer.status_code, answer.mimetype) == (405, PROBLEM)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("role", Role)
def test_the_walls_hold_for_programs_too(world: PlantedWorld, role: Role) -> None:
    """Nobody outside the matters reads a trace of them, and what a role may not take out is refused."""
    program = world.of(role)
    # Counsel is in the three matters; the others are in none.
    words = [] if role is Role.IP_COUNSEL else [secret(wall) for wall in WALLS]
    if not allows([role], Permission.READ_PATENTS):
        words.append(PATENT_WORD)
    for name in LISTS:
        answer = program.get(f"/{name}?limit=500")
        assert answer.status_code == (200 if allows([role], EXPORTS[name]) else 403), name
        assert not [word for word in words if word in answer.text], name


def test_members_read_what_is_theirs(world: PlantedWorld) -> None:
    program = world.of(Role.IP_COUNSEL, *WALLS)
    text = "".join(program.get(f"/{name}?limit=500").text for name in LISTS)
    # On the side of one track only: what is behind the walls that are open to counsel.
    assert secret(1) in text


def test_a_token_holds_no_more_than_its_scopes(world: PlantedWorld) -> None:
    viewer = world.planted.viewer(Role.IP_COUNSEL, WALLS)
    narrow = Interface(world.app.test_client(), make_token(world.store, viewer, Permission.READ_STANDARDS))
    assert narrow.get("/publications").status_code == 403
    assert narrow.get("/matches").status_code == 403
    assert PATENT_WORD not in narrow.get("/changes?limit=500").text
    local = Interface(world.app.test_client(), "wb_" + "x" * 43)
    assert local.get("/work-items").status_code == 401


def test_a_narrow_token_of_local_mode_is_narrow(interface: Interface, seeded: Store) -> None:
    narrow = Interface(interface.client, make_token(seeded, Viewer.local(), Permission.READ_STANDARDS))
    assert narrow.get("/publications").status_code == 403
    assert interface.get("/publications").status_code == 200


def test_what_is_taken_out_is_on_the_trail(world: PlantedWorld) -> None:
    world.of(Role.IP_COUNSEL).get("/decisions?verdict=plausible")
    with world.store.read() as session:
        last = session.exec(select(TrailEntry).order_by(TrailEntry.id.desc())).first()  # type: ignore[attr-defined]
        assert last is not None
        assert (last.action, last.key, last.details["format"]) == ("exported", "decisions", "api")
