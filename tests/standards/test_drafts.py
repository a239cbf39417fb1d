"""A draft is imported whole, once, under a label of its own, for the work item that people name."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from workbench import sample
from workbench.db import Store
from workbench.export import rows
from workbench.history.models import RunState
from workbench.search import find
from workbench.settings import Settings
from workbench.standards.drafts import UnknownWorkItemError, find_work_item, import_draft
from workbench.standards.models import Clause, Draft, WorkItem

CD = sample.folder() / "drafts/iso-iec-cd-99001.sample.xml"
DIS = sample.folder() / "drafts/iso-iec-dis-99001.sample.xml"
JAPANESE = sample.folder() / "drafts/iso-iec-dis-99001.sample.ja.xml"


def test_a_draft_becomes_a_tree_of_clauses_with_provisions_at_exact_places(store: Store, settings: Settings) -> None:
    run = import_draft(store, settings, CD, work_item="9900001", label="CD 1")
    assert (run.state, run.error) == (RunState.OK, None)
    with store.read() as session:
        clauses = list(rows(session, "clauses", {"work_item": "9900001", "label": "CD 1"}))
    assert len(clauses) == run.inserted
    assert [clause["order"] for clause in clauses] == list(range(len(clauses)))
    by_number = {clause["number"]: clause for clause in clauses if clause["number"]}
    assert len(by_number) == sum(clause["number"] is not None for clause in clauses), "numbers are unique in a draft"
    for number, clause in by_number.items():
        parent = number.rpartition(".")[0]
        assert clause["parent"] == (parent or None)
        assert clause["level"] == number.count(".") + 1
    for clause in clauses:
        for provision in clause["provisions"]:
            assert clause["text"][provision["start"] : provision["end"]] == provision["text"]
    kinds = {provision["kind"] for clause in clauses for provision in clause["provisions"]}
    assert kinds == {"requirement", "recommendation", "permission", "possibility", "statement"}


def test_the_same_file_again_changes_nothing_and_another_text_is_refused(store: Store, settings: Settings) -> None:
    import_draft(store, settings, CD, work_item="9900001", label="CD 1")
    again = import_draft(store, settings, CD, work_item="9900001", label=" CD  1 ")
    other = import_draft(store, settings, DIS, work_item="9900001", label="CD 1")
    later = import_draft(store, settings, DIS, work_item="ISO/IEC 99001", label="DIS")
    assert (again.state, again.inserted) == (RunState.UNCHANGED, 0)
    assert other.state is RunState.FAILED
    assert "label of its own" in (other.error or "")
    assert later.state is RunState.OK
    with store.read() as session:
        assert [draft.label for draft in session.exec(select(Draft).order_by(Draft.label))] == ["CD 1", "DIS"]


def test_a_file_that_is_no_draft_is_one_clear_line_and_leaves_nothing(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    for name, content in (("notes.txt", b"Minutes of the meeting"), ("cut.xml", CD.read_bytes()[:3000])):
        file = tmp_path / name
        file.write_bytes(content)
        run = import_draft(store, settings, file, work_item="9900001", label="CD 1")
        assert run.state is RunState.FAILED
        assert name in (run.error or "")
        assert "\n" not in (run.error or "")
    missing = import_draft(store, settings, tmp_path / "none.xml", work_item="9900001", label="CD 1")
    assert "none.xml" in (missing.error or "")
    with store.read() as session:
        assert session.exec(select(WorkItem)).all() == []
        assert session.exec(select(Clause)).all() == []


def test_a_work_item_is_found_whatever_stage_its_reference_was_written_with(store: Store, settings: Settings) -> None:
    import_draft(store, settings, CD, work_item="9900001", label="CD 1")
    with store.read() as session:
        names = ("9900001", "ISO/IEC CD 99001", "ISO/IEC DIS 99001", "ISO/IEC 99001:2027")
        assert {find_work_item(session, name).iso_id for name in names} == {9900001}
        with pytest.raises(UnknownWorkItemError, match="give its ISO id"):
            find_work_item(session, "ISO/IEC 99002")
        with pytest.raises(UnknownWorkItemError, match="give a reference such as"):
            find_work_item(session, "the evaluation one")


def test_clauses_are_found_by_search_japanese_included(store: Store, settings: Settings) -> None:
    assert import_draft(store, settings, JAPANESE, work_item="9900001", label="DIS (ja)").error is None
    with store.read() as session:
        sentence = next(row["text"] for row in rows(session, "clauses") if "ならない" in row["text"])
        word, pair = sentence[:4], sentence[1:3]
        assert find(session, word)
        assert find(session, pair), "words of two characters are found too"
        assert find(session, "zzzunheardof") == []
