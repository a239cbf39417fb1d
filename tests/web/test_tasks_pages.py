"""Tasks on the pages: listed where they matter, answered by an import or with a reason, by those who may."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import select

from tests.web.seed import NOW
from workbench import sample
from workbench.db import Store, key_of
from workbench.history.files import keep_file
from workbench.history.log import keep_snapshot
from workbench.settings import Settings
from workbench.standards.models import Draft, WorkItem
from workbench.standards.task_models import Task, TaskKind, TaskState
from workbench.standards.tasks import file_waits

FILE = sample.folder() / "drafts/iso-iec-cd-99001.sample.xml"


@pytest.fixture
def tasks(seeded: Store, settings: Settings) -> tuple[int, int]:
    """A draft that is expected, and a file that was not recognised."""
    with seeded.write() as session:
        item = session.exec(select(WorkItem).where(WorkItem.iso_id == 90001)).one()
        expected = Task(
            kind=TaskKind.DRAFT_EXPECTED,
            key="draft:90001:40.20:1",
            work_item_id=item.id,
            stage="40.20",
            since=dt.date(2026, 9, 11),
            opened_at=NOW,
        )
        session.add(expected)
        snapshot = keep_snapshot(session, keep_file(settings, FILE, NOW))
        session.flush()
        found = {"reference": "ISO/IEC CD 99001", "label": "CD", "title": "<b>Lanterns</b>"}
        file = file_waits(
            session, snapshot.sha256, "odd <name>.xml", "no work item goes by it", found, snapshot.id, NOW
        )
        session.flush()
        return key_of(expected), key_of(file)


def post(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    page = client.get(address.rpartition("/")[0]).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    answer = client.post(address, data={"csrf_token": token[1], **form})
    return answer.status_code, answer.text


def state_of(store: Store, key: int) -> Task:
    with store.read() as session:
        return session.get_one(Task, key)


def test_tasks_stand_on_this_week_and_on_the_item(client: FlaskClient, tasks: tuple[int, int]) -> None:
    week = client.get("/").text
    item = client.get("/standards/items/90001").text
    other = client.get("/standards/items/90002").text
    assert f'href="/tasks/{tasks[0]}"' in week
    assert f'href="/tasks/{tasks[1]}"' in week
    assert "odd &lt;name&gt;.xml" in week
    assert f'href="/tasks/{tasks[0]}"' in item
    assert "/tasks/" not in other


def test_a_task_is_dismissed_with_a_reason(client: FlaskClient, seeded: Store, tasks: tuple[int, int]) -> None:
    key = tasks[0]
    assert post(client, f"/tasks/{key}/dismiss", remark=" ")[0] == 409
    assert state_of(seeded, key).state is TaskState.OPEN
    assert post(client, f"/tasks/{key}/dismiss", remark="we do not follow it")[0] == 303
    assert state_of(seeded, key).remark == "we do not follow it"
    assert "we do not follow it" in client.get(f"/tasks/{key}").text
    assert f"/tasks/{key}" not in client.get("/").text


def test_a_person_says_what_a_file_is(client: FlaskClient, seeded: Store, tasks: tuple[int, int]) -> None:
    key = tasks[1]
    page = client.get(f"/tasks/{key}").text
    assert "&lt;b&gt;Lanterns" in page
    assert 'value="CD"' in page
    assert post(client, f"/tasks/{key}/import", work_item="", label="CD 1")[0] == 400
    assert post(client, f"/tasks/{key}/import", work_item="90002", label=" ")[0] == 400
    assert post(client, f"/tasks/{key}/import", work_item="90002", label="CD 1", dated="2026-11-01")[0] == 303
    done = state_of(seeded, key)
    assert done.state is TaskState.DONE
    with seeded.read() as session:
        draft = session.get_one(Draft, done.draft_id)
        assert (draft.label, draft.dated) == ("CD 1", dt.date(2026, 11, 1))
    assert client.get(f"/tasks/{key}").status_code == 200
    assert client.get("/tasks/99999").status_code == 404


def test_the_notices_of_a_draft_stand_on_its_pages_and_go_with_its_export(
    client: FlaskClient, seeded: Store, tasks: tuple[int, int]
) -> None:
    post(client, f"/tasks/{tasks[1]}/import", work_item="90002", label="CD 1")
    with seeded.write() as session:
        draft = session.get_one(Draft, state_of(seeded, tasks[1]).draft_id)
        draft.confidentiality = "Committee use only"
    for page in (f"/standards/drafts/{draft.id}", f"/standards/drafts/{draft.id}/clauses/1"):
        assert "Committee use only" in client.get(page).text
    asked = {"work_item": "90002", "label": "CD 1"}
    with client.get("/export/clauses.csv", query_string=asked) as answer:
        assert "clauses-marked.csv" in answer.headers["Content-Disposition"]
        assert "Committee use only" in answer.get_data(as_text=True)
    with client.get("/export/clauses.xlsx", query_string=asked) as sheets:
        book = load_workbook(io.BytesIO(sheets.data))
    assert book.sheetnames == ["notice", "export"]
    assert book["notice"]["A1"].value == "Committee use only"
