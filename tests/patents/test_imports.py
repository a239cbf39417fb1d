"""Publications are imported once; a later file completes them, a bad one changes nothing."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import select

from workbench import sample
from workbench.db import Store
from workbench.export import rows
from workbench.history.models import Change, RunState
from workbench.patents.imports import import_patents
from workbench.settings import Settings

FOLDER = sample.folder() / "patents"
WEEKLY = FOLDER / "uspto-weekly.sample.xml"
BIBLIO = FOLDER / "ops-biblio.sample.xml"
CLAIMS = FOLDER / "ops-claims.sample.xml"


def test_claims_from_one_file_complete_the_bibliographic_data_of_another(store: Store, settings: Settings) -> None:
    first = import_patents(store, settings, BIBLIO)
    with store.read() as session:
        assert all(row["claims"] == [] and row["title"] for row in rows(session, "publications"))
    second = import_patents(store, settings, CLAIMS)
    assert (first.inserted, second.inserted, second.updated) == (first.records, 0, first.records)
    with store.read() as session:
        for row in rows(session, "publications"):
            assert row["title"]
            assert row["claims"]
            for claim in row["claims"]:
                assert claim["independent"] or claim["depends_on"]
                assert all(number < claim["number"] for number in claim["depends_on"])


def test_the_order_of_the_two_files_does_not_matter(store: Store, settings: Settings) -> None:
    import_patents(store, settings, CLAIMS)
    import_patents(store, settings, BIBLIO)
    with store.read() as session:
        found = list(rows(session, "publications"))
    assert found
    assert all(row["title"] and row["claims"] and row["applicants"] for row in found)


def test_importing_again_changes_nothing(store: Store, settings: Settings) -> None:
    first = import_patents(store, settings, WEEKLY, portfolio="ours")
    again = import_patents(store, settings, WEEKLY, portfolio="ours")
    assert (again.state, again.unchanged) == (RunState.UNCHANGED, first.inserted)
    with store.read() as session:
        assert session.exec(select(Change).where(Change.run_id == again.id)).all() == []
        ours = list(rows(session, "publications", {"portfolio": "ours"}))
        assert len(ours) == first.inserted
        assert list(rows(session, "publications", {"portfolio": "theirs"})) == []


def test_an_amended_claim_is_a_logged_change(store: Store, settings: Settings, tmp_path: Path) -> None:
    import_patents(store, settings, WEEKLY)
    with store.read() as session:
        before = {row["number"]: row for row in rows(session, "publications")}
    text = WEEKLY.read_text(encoding="utf-8")
    number, row = next(iter(before.items()))
    word = max(row["claims"][0]["text"].split(), key=len).strip(",;.")
    amended = tmp_path / "amended.xml"
    amended.write_text(text.replace(word, "AMENDEDWORD"), encoding="utf-8")
    run = import_patents(store, settings, amended)
    assert run.updated >= 1
    with store.read() as session:
        after = {row["number"]: row for row in rows(session, "publications")}
        changes = session.exec(select(Change).where(Change.run_id == run.id, Change.key == number)).all()
    assert "AMENDEDWORD" in after[number]["claims"][0]["text"]
    change = next(change for change in changes if change.field == "claim 1 (en)")
    assert (change.old, change.new) == (row["claims"][0]["text"], after[number]["claims"][0]["text"])


def test_a_file_that_holds_nothing_readable_changes_nothing(store: Store, settings: Settings, tmp_path: Path) -> None:
    for name, content in (("x.bin", b"\x00\x01\x02" * 100), ("x.xml", b"<html><body>Sign in</body></html>")):
        file = tmp_path / name
        file.write_bytes(content)
        run = import_patents(store, settings, file)
        assert run.state is RunState.FAILED
        assert "\n" not in (run.error or "\n")
    with store.read() as session:
        assert list(rows(session, "publications")) == []


def test_one_broken_document_in_a_weekly_file_spoils_none_of_the_others(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    documents = WEEKLY.read_text(encoding="utf-8").split("<?xml ")
    lines = documents[3].splitlines(keepends=True)
    broken = [*documents[:3], "".join(lines[: len(lines) // 2]), *documents[4:]]
    file = tmp_path / "weekly.xml"
    file.write_text("<?xml ".join(broken), encoding="utf-8")
    run = import_patents(store, settings, file)
    assert run.state is RunState.OK
    assert run.inserted == len(documents) - 2
    assert len(run.warnings) == 1
