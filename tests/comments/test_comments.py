"""Comments from the first word to the secretariat's observation, and on to the next version."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from sqlmodel import Session, select

from scrapers.comments import CommentRow, CommentType, read_form
from tests.comments.conftest import ISO_ID, NOW, TEXTS, add_draft
from workbench.comments import verbs
from workbench.comments.form import WRITERS, FormHead
from workbench.comments.imports import import_comments
from workbench.comments.models import Comment, CommentOrigin, CommentState, Outcome, ReturnedRow
from workbench.comments.queries import (
    carried_to,
    comment_heat,
    count_comments,
    export_rows,
    merged_into,
    rows_of_form,
    select_comments,
    steps_of,
    waiting_rows,
)
from workbench.comments.verbs import CommentError, Said
from workbench.db import Store, key_of
from workbench.history.models import QuarantinedRecord, RunState
from workbench.people.trail import verify
from workbench.people.viewer import Viewer
from workbench.settings import Settings
from workbench.standards.carry_over import CarriedState
from workbench.standards.models import Clause, Draft

WHO = Viewer.local()
HEAD = FormHead(dt.date(2026, 11, 16), "Sample", "ISO/IEC CD 99077")
TECHNICAL = Said(CommentType.TECHNICAL, "JP", "Who keeps the record is not said.")


def clause_of(session: Session, draft_id: int, order: int) -> Clause:
    return session.exec(select(Clause).where(Clause.draft_id == draft_id, Clause.order == order)).one()


def write(session: Session, draft_id: int, order: int | None, said: Said = TECHNICAL) -> Comment:
    clause = None if order is None else clause_of(session, draft_id, order)
    return verbs.draft_comment(session, WHO, session.get_one(Draft, draft_id), clause, said, at=NOW)


def move(session: Session, comment: Comment, *states: CommentState) -> None:
    for state in states:
        verbs.put_into(session, WHO, comment, state, seen=verbs.last_step(session, key_of(comment)), at=NOW)


def returned(store: Store, settings: Settings, path: Path) -> tuple[RunState, int, int, int]:
    run = import_comments(store, settings, path, work_item=str(ISO_ID), label="CD 1", now=lambda: NOW)
    return run.state, run.inserted, run.updated, run.unchanged


def form_file(folder: Path, rows: list, kind: str = "docx") -> Path:  # type: ignore[type-arg]
    path = folder / f"form.{kind}"
    path.write_bytes(WRITERS[kind](HEAD, rows))
    return path


def test_a_comment_goes_from_a_selection_to_the_observation(
    store: Store, settings: Settings, draft_id: int, tmp_path: Path
) -> None:
    said = replace(TECHNICAL, passage="The user may read\nthe record.", wording="The user can read the record.")
    with store.write() as session:
        comment = write(session, draft_id, 2, said)
        assert (comment.start, comment.end, comment.quote) == (36, 65, "The user may read the record.")
        move(session, comment, CommentState.AGREED)
        key = key_of(comment)
    with store.write() as session:
        assert verbs.submit_agreed(session, WHO, session.get_one(Draft, draft_id), "JP", at=NOW) == 1
    with store.read() as session:
        (row,) = rows_of_form(session, session.get_one(Draft, draft_id))
    assert row.clause == "2"
    assert row.proposal == "Change “The user may read the record.” to “The user can read the record.”."
    file = form_file(tmp_path, [replace(row, member="JP-001", observation="Accepted with modifications: see 2.1")])
    assert returned(store, settings, file) == (RunState.OK, 0, 1, 0)
    assert returned(store, settings, file) == (RunState.UNCHANGED, 0, 0, 1)
    with store.read() as session:
        comment = session.get_one(Comment, key)
        assert (comment.state, comment.outcome) == (CommentState.RESOLVED, Outcome.MODIFIED)
        assert (comment.number, comment.observation) == ("JP-001", "Accepted with modifications: see 2.1")
        assert [step.state.value for step in steps_of(session, comment)] == ["draft", "agreed", "submitted", "resolved"]
        assert verify(session).intact
        assert [each["outcome"] for each in export_rows(session, {"state": "resolved"})] == [Outcome.MODIFIED.value]


def test_what_a_comment_said_before_is_kept(one_store: Store, one_settings: Settings) -> None:
    draft_id = add_draft(one_store, "CD 1", TEXTS, 1)
    with one_store.write() as session:
        comment = write(session, draft_id, 1)
        seen = verbs.last_step(session, key_of(comment))
        verbs.reword(session, WHO, comment, replace(TECHNICAL, text="Better said."), seen=seen, at=NOW)
        assert steps_of(session, comment)[-1].changes == {"text": [TECHNICAL.text, "Better said."]}
        with pytest.raises(CommentError, match="meanwhile"):
            verbs.reword(session, WHO, comment, TECHNICAL, seen=seen, at=NOW)
        move(session, comment, CommentState.AGREED)
        with pytest.raises(CommentError, match="only a comment that is a draft"):
            verbs.reword(session, WHO, comment, TECHNICAL, seen=verbs.last_step(session, key_of(comment)), at=NOW)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (replace(TECHNICAL, member="JPN"), "two letters"),
        (replace(TECHNICAL, text="  "), "say something"),
        (replace(TECHNICAL, passage="not in the clause"), "word for word"),
        (replace(TECHNICAL, wording="new"), "needs the passage"),
        (replace(TECHNICAL, text="x" * 9000), "at most 8000"),
        (replace(TECHNICAL, ballot_id=99), "not one of this work item"),
    ],
)
def test_a_comment_that_cannot_be_kept_is_refused(one_store: Store, said: Said, message: str) -> None:
    draft_id = add_draft(one_store, "CD 1", TEXTS, 1)
    with one_store.write() as session, pytest.raises(CommentError, match=message):
        write(session, draft_id, 2, said)


def test_states_follow_their_order(one_store: Store) -> None:
    draft_id = add_draft(one_store, "CD 1", TEXTS, 1)
    with one_store.write() as session:
        comment = write(session, draft_id, None)
        assert comment.clause == "General"
        with pytest.raises(CommentError, match="cannot take this step"):
            move(session, comment, CommentState.SUBMITTED)
        with pytest.raises(CommentError, match="mark it as submitted"):
            verbs.answer(session, WHO, comment, "Noted", None, seen=verbs.last_step(session, key_of(comment)), at=NOW)
        move(session, comment, CommentState.WITHDRAWN, CommentState.DRAFT, CommentState.AGREED, CommentState.SUBMITTED)
        seen = verbs.last_step(session, key_of(comment))
        verbs.answer(session, WHO, comment, "To be discussed", None, seen=seen, at=NOW)
        assert comment.outcome is None
        seen = verbs.last_step(session, key_of(comment))
        verbs.answer(session, WHO, comment, "To be discussed", Outcome.NOTED, seen=seen, at=NOW)
        assert [step.state.value for step in steps_of(session, comment)][-3:] == ["submitted", "submitted", "resolved"]


def test_duplicates_are_merged_and_nothing_is_lost(one_store: Store) -> None:
    draft_id = add_draft(one_store, "CD 1", TEXTS, 1)
    with one_store.write() as session:
        first, second, third = (write(session, draft_id, 2, replace(TECHNICAL, text=text)) for text in "abc")
        verbs.merge(session, WHO, first, second, seen=verbs.last_step(session, key_of(first)), at=NOW)
        verbs.merge(session, WHO, second, third, seen=verbs.last_step(session, key_of(second)), at=NOW)
        assert [each.text for each in merged_into(session, third)] == ["a", "b"]
        draft = session.get_one(Draft, draft_id)
        assert [row.comment for row in rows_of_form(session, draft, drafts=True)] == ["c"]
        with pytest.raises(CommentError, match="merged or withdrawn"):
            verbs.merge(session, WHO, third, first, seen=verbs.last_step(session, key_of(third)), at=NOW)
        verbs.unmerge(session, WHO, first, seen=verbs.last_step(session, key_of(first)), at=NOW)
        assert [row.comment for row in rows_of_form(session, draft, drafts=True)] == ["a", "c"]


def test_comments_of_others_come_once_and_ours_that_are_unknown_wait(
    store: Store, settings: Settings, draft_id: int, tmp_path: Path
) -> None:
    with store.write() as session:
        ours = write(session, draft_id, 3)
        move(session, ours, CommentState.AGREED)
        draft = session.get_one(Draft, draft_id)
        (row,) = rows_of_form(session, draft)
    others = [
        replace(row, member="US-001", clause="Clause 2.1", comment="A second opinion.", observation="Noted"),
        replace(row, member="**", clause="9.9", type=CommentType.EDITORIAL, comment="Style."),
        replace(row, member="JP-002", comment="Somebody else in our country wrote this.", observation="Rejected"),
    ]
    file = form_file(tmp_path, [*others, row], "xlsx")
    assert returned(store, settings, file) == (RunState.OK, 3, 0, 1)
    assert returned(store, settings, file) == (RunState.UNCHANGED, 0, 0, 4)
    with store.read() as session:
        placed = {line.comment.member: line.comment for line in select_comments(session, {"origin": "imported"})}
        assert placed["US"].clause_order == 3
        assert placed["US"].outcome is Outcome.NOTED
        assert placed["**"].clause_order is None
        heat = {
            heat.clause.number or heat.clause.title if heat.clause else None: heat
            for heat in comment_heat(session, draft_id)
        }
        assert (heat["2.1"].by_member, heat["2.1"].own) == ({"JP": 1, "US": 1}, 1)
        assert heat[None].by_member == {"**": 1}
        assert heat["10"].total == 0
        ((waiting, _, _),) = waiting_rows(session, draft_id)
        everything = rows_of_form(session, session.get_one(Draft, draft_id), others=True)
    assert {each.member for each in everything} == {"JP", "US", "**"}
    with store.write() as session:
        comment = verbs.take_up_row(session, WHO, session.get_one(ReturnedRow, waiting.id), at=NOW)
        assert (comment.member, comment.outcome, comment.clause_order) == ("JP", Outcome.REJECTED, 3)
        assert waiting_rows(session) == []
    assert returned(store, settings, file) == (RunState.UNCHANGED, 0, 0, 4)


def test_a_person_says_which_comment_a_row_is(one_store: Store, one_settings: Settings, tmp_path: Path) -> None:
    draft_id = add_draft(one_store, "CD 1", TEXTS, 1)
    with one_store.write() as session:
        ours = write(session, draft_id, 3)
        (row,) = rows_of_form(session, session.get_one(Draft, draft_id), drafts=True)
    file = form_file(tmp_path, [replace(row, clause="4", comment="Wholly rewritten.", observation="Accepted")], "csv")
    assert returned(one_store, one_settings, file) == (RunState.OK, 1, 0, 0)
    with one_store.write() as session:
        waiting = waiting_rows(session)[0][0]
        comment = session.get_one(Comment, ours.id)
        verbs.assign_row(session, WHO, waiting, comment, at=NOW)
        assert (comment.state, comment.outcome) == (CommentState.RESOLVED, Outcome.ACCEPTED)
        with pytest.raises(CommentError, match="settled already"):
            verbs.assign_row(session, WHO, waiting, comment, at=NOW)
    assert returned(one_store, one_settings, file)[0] is RunState.UNCHANGED


def test_a_bad_row_spoils_no_good_one_and_a_bad_file_changes_nothing(
    one_store: Store, one_settings: Settings, tmp_path: Path
) -> None:
    add_draft(one_store, "CD 1", TEXTS, 1)
    path = tmp_path / "form.csv"
    heading = "MB/NC,Line,Clause,Paragraph,Type,Comments,Proposed change,Observations\n"
    path.write_text(f"{heading}US,,2,,te,Good.,,\nUS,,2,,xx,Bad.,,\nUS,,2,,te,,,\nUS,{'9' * 200},2,,te,Long.,,\n")
    run = import_comments(one_store, one_settings, path, work_item="9900077", label="CD 1", now=lambda: NOW)
    # A heading cut short is not the form's.
    assert run.state is RunState.OK, run.error
    assert (run.inserted, len(run.warnings)) == (1, 3)
    with one_store.read() as session:
        assert len(session.exec(select(QuarantinedRecord)).all()) == 3
    path.write_text("not a form")
    failed = import_comments(one_store, one_settings, path, work_item="9900077", label="CD 1", now=lambda: NOW)
    assert failed.state is RunState.FAILED
    unknown = import_comments(one_store, one_settings, path, work_item="9900077", label="CD 7", now=lambda: NOW)
    assert unknown.error == "ISO/IEC CD 99077 has no draft 'CD 7'; there are: CD 1"


def test_comments_come_along_to_the_next_version(store: Store, draft_id: int) -> None:
    with store.write() as session:
        kept = key_of(write(session, draft_id, 1))
        changed = key_of(write(session, draft_id, 2, replace(TECHNICAL, passage="The user may read the record.")))
    later = add_draft(store, "CD 2", TEXTS | {"2": TEXTS["2"].replace("may read", "can read")}, 2)
    with store.write() as session:
        draft = session.get_one(Draft, later)
        assert [(each.state, row.id) for at, row in carried_to(session, draft, 1) for each in (at.carried,)] == [
            (CarriedState.KEPT, kept)
        ]
        ((attached, row),) = carried_to(session, draft, 2)
        assert (attached.carried.state, row.id) == (CarriedState.REVIEW, changed)
        verbs.close_on(session, WHO, row, draft, seen=verbs.last_step(session, changed), at=NOW)
        assert carried_to(session, draft, 2) == []
        again = verbs.draft_comment(session, WHO, draft, clause_of(session, later, 1), TECHNICAL, at=NOW, restates=kept)
        assert again.restates == kept
        assert carried_to(session, draft, 1) == []
        with pytest.raises(CommentError, match="settled already"):
            verbs.close_on(
                session, WHO, session.get_one(Comment, kept), draft, seen=verbs.last_step(session, kept), at=NOW
            )


def test_five_hundred_comments_go_out_and_come_back_exactly(
    one_store: Store, one_settings: Settings, tmp_path: Path
) -> None:
    """Exported, shuffled among others' comments and numbered by a secretariat, observed, imported: each has its own."""
    draft_id = add_draft(one_store, "CD 1", TEXTS, 1)
    chance = random.Random(7)
    words = [
        "accuracy",
        "評価方法",
        "shall",
        "=SUM(A1)",
        "5 %",
        "データの品質",
        "— see",
        "'quoted'",
        "+1",
        "“new”",
        "\t",
    ]

    def text(most: int) -> str:
        return " ".join(chance.choice(words) for _ in range(chance.randrange(most)))

    with one_store.write() as session:
        for number in range(500):
            order = chance.choice([None, *range(len(TEXTS))])
            said = Said(
                chance.choice(list(CommentType)),
                "JP",
                text(12) or f"{number}",
                proposal=text(8),
                paragraph=text(2),
                line=str(chance.randrange(99)),
            )
            if order is not None and chance.random() < 0.5:
                passage = TEXTS[list(TEXTS)[order]][: chance.randrange(4, 20)]
                said = replace(said, passage=passage, wording=chance.choice([None, "", text(5)]))
            write(session, draft_id, order, said)
        rows = rows_of_form(session, session.get_one(Draft, draft_id), drafts=True)
        before = {line.comment.id: line.comment.model_dump() for line in select_comments(session, {})}
    assert list(read_form(form_file(tmp_path, rows)).rows) == rows
    answers = ["Accepted", "Rejected: 範囲外", "Noted", "Accepted with modifications:\n=A1", ""]
    edited = [replace(row, member=f"JP-{at:03}", observation=chance.choice(answers)) for at, row in enumerate(rows)]
    compiled = [*edited, *(replace(row, member="US") for row in rows[:50])]
    chance.shuffle(compiled)
    state, inserted, updated, unchanged = returned(one_store, one_settings, form_file(tmp_path, compiled))
    assert (state, inserted, updated, unchanged) == (RunState.OK, 50, 500, 0)
    with one_store.read() as session:
        after = {line.comment.id: line.comment for line in select_comments(session, {"origin": "own"})}
        told = sorted((row.clause, row.comment, row.proposal, row.observation) for row in edited)
        draft = session.get_one(Draft, draft_id)
        assert (
            sorted((row.clause, row.comment, row.proposal, row.observation) for row in rows_of_form(session, draft))
            == told
        )
        assert len({comment.number for comment in after.values()}) == 500
        for key, comment in after.items():
            changed = {name for name, value in comment.model_dump().items() if value != before[key][name]}
            assert changed <= {"number", "observation", "outcome", "state"}
        assert count_comments(session, {"origin": CommentOrigin.IMPORTED.value}) == 50
        assert waiting_rows(session) == []


def test_the_form_opens_in_an_office_suite(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice on this machine to open the form with")
    rows = [
        CommentRow(
            "JP",
            "12",
            "6.2.1",
            "Table 2",
            CommentType.TECHNICAL,
            "The limit is missing.\n限度値がない。",
            "Add “≤ 5 %”.",
        ),
        CommentRow("US", "", "General", "", CommentType.GENERAL, "A sample.", "", "Noted."),
    ]
    file = form_file(tmp_path, rows)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    pdf = pypdfium2.PdfDocument(tmp_path / "form.pdf")
    words = " ".join(pdf[0].get_textpage().get_text_range().split())
    pdf.close()
    assert "MB/NC" in words.replace("MB/ NC", "MB/NC")  # a narrow column breaks there
    assert "Observations of the secretariat" in words
    for row in rows:
        assert row.comment.split("\n")[0] in words
    assert "限度値がない" in words
