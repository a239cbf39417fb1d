"""Committee documents: read from lists and typed, told once in the digest, shown and taken out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from scrapers.comments.form import CommentType
from scrapers.documents import DocumentKind, ListedDocument, read_documents
from scrapers.documents.records import document_number
from scrapers.errors import UnreadableFileError
from scrapers.patents.fields import Refusal
from tests.digest.test_select import digest_of, names
from tests.web.seed import NOW
from workbench import sample
from workbench.comments.models import Comment, CommentEvent, CommentOrigin, CommentState
from workbench.db import Store, alembic_config, key_of
from workbench.digest.committee_news import touched
from workbench.digest.entries import AnsweredEntry, DocumentEntry
from workbench.digest.sections import SectionKind
from workbench.digest.wording import Words
from workbench.documents.models import CommitteeDocument
from workbench.documents.queries import count_documents, is_of, last_change, select_documents
from workbench.documents.verbs import correct_document, import_documents, take_away, type_document
from workbench.history.models import RunState
from workbench.history.queries import FilterError
from workbench.people.viewer import Viewer
from workbench.search import Hit, find
from workbench.settings import Settings
from workbench.standards.drafts import import_draft
from workbench.standards.lineage import LinkKind
from workbench.standards.lineage_queries import links_of
from workbench.standards.models import Committee, Draft, WorkItem

OURS = "ISO/IEC JTC 1/SC 42"
HEAD = "Committee,Document number,Title,Document type,Date,Due date,Supersedes,Project,Link\n"
TODAY = NOW.date()
SOON = TODAY + dt.timedelta(days=9)


def _list(path: Path, *rows: str) -> Path:
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@given(st.integers(0, 10**8), st.sampled_from(["N{}", "n {}", "N. {}", "N° {}", "No {}", "N  {}"]))
def test_a_number_reads_alike_however_it_is_written(number: int, written: str) -> None:
    assert document_number(written.format(number)) == f"N {number}"


@given(st.text(max_size=80))
def test_any_other_number_only_loses_white_space(text: str) -> None:
    plain = document_number(text)
    assert document_number(plain) == plain


def test_a_list_is_read_row_by_row_and_a_bad_row_spoils_none(tmp_path: Path) -> None:
    path = _list(
        tmp_path / "list.csv",
        f"{OURS},N 12,Agenda,Agenda,2026-11-02,,,,",
        f"{OURS},N 13,Call,Call for experts,2026-11-02,{SOON},,ISO/IEC 90001,https://documents.example/13",
        f"{OURS},N 14,Odd kind,Recipe,,,,,",
        f"{OURS},N 15,Odd day,,the third,,,,",
        f"{OURS},N 16,Odd link,,,,,,javascript:alert(1)",
        f"{OURS},,No number,,,,,,",
    )
    found = list(read_documents(path))
    assert [each.number for each in found if isinstance(each, ListedDocument)] == ["N 12", "N 13"]
    refused = [each for each in found if isinstance(each, Refusal)]
    assert [each.place for each in refused] == [f"list.csv, row {row}" for row in (4, 5, 6, 7)]
    assert "'Recipe' is not known" in refused[0].reason
    assert "no date in the form" in refused[1].reason
    assert refused[2].reason.startswith("address:")
    assert refused[3].reason.startswith("number:")


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b,c\n1,2,3\n")
    with pytest.raises(UnreadableFileError, match="no known list of documents"):
        list(read_documents(path))


def test_a_list_is_imported_once_and_what_it_leaves_out_stays(store: Store, settings: Settings, tmp_path: Path) -> None:
    rows = f"{OURS},N 12,Agenda,Agenda,2026-11-02,,,,", f"{OURS},N 13,Call,Patent call,,{SOON},,,"
    first = import_documents(store, settings, _list(tmp_path / "list.csv", *rows), now=lambda: NOW)
    again = import_documents(store, settings, _list(tmp_path / "list.csv", *rows), now=lambda: NOW)
    assert [(run.state, run.inserted) for run in (first, again)] == [(RunState.OK, 2), (RunState.UNCHANGED, 0)]
    later = _list(tmp_path / "list.csv", f"{OURS},N13,Call moved,Patent call,,,,,", f"{OURS},N 14,New,,,,N 12,,")
    run = import_documents(store, settings, later, now=lambda: NOW + dt.timedelta(days=1))
    assert (run.inserted, run.updated) == (1, 1)
    with store.read() as session:
        views = {view.row.number: view for view in select_documents(session, {}, sort="number")}
        assert list(views) == ["N 12", "N 13", "N 14"]
        assert (views["N 13"].row.title, views["N 13"].row.due_on) == ("Call moved", SOON)
        successor = views["N 12"].superseded_by
        assert successor is not None
        assert successor.number == "N 14"
        assert count_documents(session, {"kind": "patent_call", "due_from": str(TODAY)}) == 1
        for wrong in ({"kind": "recipe"}, {"from": "soon"}, {"colour": "red"}):
            with pytest.raises(FilterError):
                count_documents(session, wrong)


def test_what_a_person_says_stands_until_a_list_says_something_new(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    def listed(name: str, due: str) -> dt.date | None:
        path = _list(tmp_path / name, f"{OURS},N 12,Agenda,Agenda,,{due},,,")
        import_documents(store, settings, path, now=lambda: NOW)
        with store.read() as session:
            return session.exec(select(CommitteeDocument)).one().due_on

    def typed(due: dt.date | None) -> None:
        with store.write() as session:
            row = session.exec(select(CommitteeDocument)).one()
            record = ListedDocument(body=OURS, number="N 12", title="Agenda", due_on=due)
            correct_document(session, Viewer.local(), row, record, NOW, seen=last_change(session, row))

    later = SOON + dt.timedelta(days=1)
    assert listed("october.csv", str(SOON)) == SOON
    typed(None)
    assert listed("november.csv", str(SOON)) is None
    assert listed("november.csv", "") is None
    assert listed("december.csv", str(later)) == later
    typed(None)
    assert listed("january.csv", "") is None


def test_a_file_without_documents_changes_nothing(store: Store, settings: Settings, tmp_path: Path) -> None:
    run = import_documents(store, settings, _list(tmp_path / "list.csv", ",,,,,,,,"), now=lambda: NOW)
    assert run.state is RunState.FAILED
    with store.read() as session:
        assert count_documents(session, {}) == 0


def test_documents_of_an_earlier_store_are_found_too(store: Store) -> None:
    with store.write() as session:
        record = ListedDocument(body=OURS, number="N 1", title="評価の記録")
        mistaken = type_document(session, Viewer.local(), record, NOW)
        take_away(session, Viewer.local(), mistaken, "", NOW, seen=last_change(session, mistaken))
        row = type_document(session, Viewer.local(), record, NOW)
        key = str(row.id)
    config = alembic_config(store.settings.database)
    for step, revision, found in (
        (command.downgrade, "0029", []),
        (command.upgrade, "0030", [Hit("document", key, f"{OURS} N 1", "評価の記録")]),
    ):
        step(config, revision)
        with store.read() as session:
            assert find(session, "評価の記録") == found


@pytest.mark.parametrize(
    ("body", "own"), [(OURS, True), (f"{OURS}/WG 1", True), (f"{OURS}0", False), ("CEN-CENELEC JTC 21", False)]
)
def test_groups_below_a_committee_are_its_own(body: str, *, own: bool) -> None:
    assert is_of(body, [OURS]) is own


def test_each_document_is_told_once_and_a_call_until_its_day(store: Store, settings: Settings, tmp_path: Path) -> None:
    with store.write() as session:
        session.add(Committee(iso_id=1, reference=OURS, title_en="SAMPLE", first_seen=NOW, last_seen=NOW))
        for record in (
            ListedDocument(body=OURS, number="N 1", title="Agenda"),
            ListedDocument(body=f"{OURS}/WG 1", number="N 2", title="Experts", kind=DocumentKind.EXPERTS, due_on=SOON),
            ListedDocument(body="CEN-CENELEC JTC 21", number="N 3", title="Liaison"),
            ListedDocument(body="OJEU", number="C/2026/1", title="Cited", kind=DocumentKind.CITATION),
        ):
            type_document(session, Viewer.local(), record, NOW)
    digest = digest_of(store, at=NOW + dt.timedelta(hours=1))
    assert names(digest) == {
        "documents": [f"{OURS} N 1"],
        "calls": [f"{OURS}/WG 1 N 2"],
        "related": ["CEN-CENELEC JTC 21 N 3", "OJEU C/2026/1"],
    }
    call = digest.sections[1].entries[0]
    assert isinstance(call, DocumentEntry)
    words = Words("en", settings.zone)
    assert words.details(call) == ["Call for experts", f"answer by {SOON}, 9 days left"]
    with store.write() as session:
        newer = ListedDocument(body=f"{OURS}/WG 1", number="N 9", title="Experts found", supersedes="N 2")
        type_document(session, Viewer.local(), newer, NOW + dt.timedelta(days=1))
        for row in session.exec(select(CommitteeDocument)):
            row.issued_on = TODAY
    with store.read() as session:
        views = {view.row.number: view.superseded_by for view in select_documents(session, {"q": "experts"})}
    assert views["N 2"] is not None
    assert views["N 9"] is None


def test_what_a_draft_changed_under_our_comments_is_counted(store: Store, settings: Settings) -> None:
    with store.write() as session:
        session.add(WorkItem(iso_id=sample.PAGE_IDS[0], reference="ISO/IEC 99001", first_seen=NOW, last_seen=NOW))
    for each in sample.DRAFTS[:2]:
        file = sample.folder() / "drafts" / each.file
        run = import_draft(
            store, settings, file, work_item=str(each.work_item), label=each.label, dated=each.dated, now=lambda: NOW
        )
        assert run.state is RunState.OK
    with store.write() as session:
        item = session.exec(select(WorkItem)).one()
        old, new = session.exec(select(Draft).order_by(col(Draft.dated))).all()
        links = links_of(session, key_of(old), key_of(new))
        by_kind = {kind: [each.old[0] for each in links if each.kind is kind] for kind in LinkKind if kind != "new"}
        kept, reworded, gone = (by_kind[kind][0] for kind in (LinkKind.UNCHANGED, LinkKind.REWORDED, LinkKind.GONE))
        assert touched(session, new, item) is None
        for order in (kept, reworded, gone):
            made = Comment(
                draft_id=key_of(old),
                clause_order=order,
                type=CommentType.TECHNICAL,
                text="SAMPLE",
                member="JP",
                origin=CommentOrigin.OWN,
                state=CommentState.RESOLVED,
                created_at=NOW,
            )
            session.add(made)
            session.flush()
            session.add(CommentEvent(comment_id=key_of(made), at=NOW, by="SAMPLE", state=CommentState.RESOLVED))
        session.flush()
        found = touched(session, new, item)
        assert touched(session, old, item) is None
    assert found is not None
    assert (found.comments, found.matched, found.gone) == (2, 0, 1)
    digest = digest_of(store, at=NOW + dt.timedelta(hours=1))
    assert names(digest)["touched"] == [f"ISO/IEC 99001, {new.label}"]
    section = digest.section(SectionKind.CALLS)
    assert section is not None
    assert [entry.count for entry in section.entries if isinstance(entry, AnsweredEntry)] == [3]
