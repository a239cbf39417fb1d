"""A new stage asks for its text, once; an import or a reason answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlmodel import Session, select

from scrapers import records
from workbench import sample
from workbench.db import Store, key_of
from workbench.history.log import ChangeLog, start_run
from workbench.history.models import RunKind
from workbench.settings import Settings
from workbench.standards.drafts import import_draft
from workbench.standards.models import Draft, WorkItem
from workbench.standards.reconcile import reconcile_work_item
from workbench.standards.task_models import Task, TaskState
from workbench.standards.tasks import OVERTAKEN, TaskError, ask_for_drafts, dismiss, open_tasks, stage_group

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
FILE = sample.folder() / "drafts/iso-iec-cd-99001.sample.xml"
ITEM = 9900001


def seen_at(store: Store, stage: str, day: int) -> list[Task]:
    """The catalogue shows the item at a stage on a day of November."""
    at = NOW.replace(day=day)
    run_id = start_run(store, RunKind.POLL, "iso_open_data", "1", at)
    with store.write() as session:
        record = records.WorkItem(iso_id=ITEM, reference="ISO/IEC CD 99001", stage=stage)
        reconcile_work_item(session, ChangeLog(session, run_id, "iso_open_data", at), record, None)
        return ask_for_drafts(session, at)


def states(store: Store) -> list[tuple[str | None, TaskState, str]]:
    with store.read() as session:
        return [(task.stage, task.state, task.remark) for task in session.exec(select(Task).order_by(Task.id))]  # type: ignore[arg-type]


def test_only_a_move_to_a_stage_that_brings_a_text_asks_for_it_and_once(store: Store) -> None:
    assert seen_at(store, "30.20", 2) == []
    assert seen_at(store, "30.60", 3) == []
    (task,) = seen_at(store, "40.20", 4)
    assert (task.stage, task.state) == ("40.20", TaskState.OPEN)
    assert seen_at(store, "40.20", 5) == []
    with store.read() as session:
        (row,) = open_tasks(session)
        assert row.item is not None
        assert row.item.iso_id == ITEM
        assert [each.task.id for each in open_tasks(session, row.item)] == [row.task.id]


def test_a_later_stage_overtakes_an_older_question(store: Store) -> None:
    seen_at(store, "30.00", 2)
    seen_at(store, "30.20", 3)
    seen_at(store, "40.20", 4)
    assert states(store) == [("30.20", TaskState.DISMISSED, OVERTAKEN), ("40.20", TaskState.OPEN, "")]


def imported(store: Store, settings: Settings, label: str, path: Path = FILE) -> None:
    assert import_draft(store, settings, path, work_item=str(ITEM), label=label, now=lambda: NOW).error is None


@pytest.mark.parametrize(("label", "state"), [("DIS", "done"), ("as we got it", "open"), ("CD 1", "open")])
def test_a_draft_answers_the_question_unless_it_is_of_an_earlier_stage(
    store: Store, settings: Settings, label: str, state: str
) -> None:
    seen_at(store, "40.00", 2)
    seen_at(store, "40.20", 3)
    imported(store, settings, label)
    ((_, found, _),) = states(store)
    assert found.value == state
    with store.read() as session:
        task = session.exec(select(Task)).one()
        draft = session.exec(select(Draft)).one()
        assert task.draft_id == (key_of(draft) if state == "done" else None)


def test_no_text_is_asked_for_that_is_there(store: Store, settings: Settings) -> None:
    seen_at(store, "40.00", 12)
    imported(store, settings, "DIS")
    assert seen_at(store, "40.20", 18) == []


def test_a_task_is_dismissed_with_a_reason_and_once(store: Store) -> None:
    seen_at(store, "40.00", 2)
    (task,) = seen_at(store, "40.20", 3)
    with store.write() as session, pytest.raises(TaskError, match="with a reason"):
        dismiss(session, key_of(task), "  ", NOW)
    with store.write() as session:
        dismiss(session, key_of(task), " not ours ", NOW)
    assert states(store) == [("40.20", TaskState.DISMISSED, "not ours")]
    with store.write() as session, pytest.raises(TaskError, match="settled already"):
        dismiss(session, key_of(task), "again", NOW)


def test_an_item_that_is_listed_no_more_asks_for_nothing(store: Store) -> None:
    seen_at(store, "40.00", 2)
    with store.write() as session:
        row = _item(session)
        row.missing_since = NOW
        row.stage = "40.20"
        assert ask_for_drafts(session, NOW) == []


def _item(session: Session) -> WorkItem:
    return session.exec(select(WorkItem)).one()


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("CD 2", 30), ("ISO/IEC CD 42001", 30), ("DIS", 40), ("ISO/IEC DTS 1", 40), ("FDIS", 50), ("WD 3", 20),
        ("published", 60), ("draft of May", None), (None, None), ("ISO/IEC 22989/DAM 1", 40),
    ],
)  # fmt: skip
def test_the_stage_of_a_draft_by_its_label(text: str | None, group: int | None) -> None:
    assert stage_group(text) == group
