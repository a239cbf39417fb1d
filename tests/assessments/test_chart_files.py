"""Charts as files: what is written is read back without loss, Japanese included; hostile files are refused."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scrapers.errors import UnreadableFileError
from workbench.assessments.chart_files import WRITERS, Head, read_chart
from workbench.assessments.chart_table import PRIVILEGE, FileRow
from workbench.assessments.charts import (
    ChartError,
    ChartRow,
    Quoted,
    Strength,
    check,
    cleaned,
    compare,
    onto,
    proposed_strength,
    recut,
    rows_of,
    split_into,
    stored,
)
from workbench.assessments.statuses import OUTCOMES, Status
from workbench.standards.provisions import Binds, ProvisionKind

HEAD = Head("Chart of EP.1.A1, claim 1", ("ISO/IEC CD 99001, CD 1, 6.5", "version 2"), ("© invented",))
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
TEXT = st.text(LETTERS | st.sampled_from("構成要件は、請求項の=+-@'\t\n_x005F_x0041_"), max_size=60).map(
    lambda text: cleaned(text, 1)
)
WORDS = TEXT.filter(bool)
CLAUSE = st.sampled_from(["6.5", "A.3", "Foreword", "適用範囲", "5.2.1"])
QUOTES = st.builds(
    Quoted,
    order=st.integers(0, 999),
    index=st.integers(0, 99),
    clause=CLAUSE,
    kind=st.sampled_from(ProvisionKind),
    binds=st.sampled_from(Binds),
    text=WORDS,
)
ROWS = st.builds(
    ChartRow,
    element=WORDS,
    start=st.just(0),
    end=st.just(1),
    provisions=st.lists(QUOTES, max_size=3).map(tuple),
    note=TEXT,
    evidence=TEXT,
    gap=TEXT,
    equivalents=TEXT,
    met=st.sampled_from([True, False, None]),
    strength=st.none() | st.sampled_from(Strength),
    confirmed=st.booleans(),
)


def _row(element: str = "A method", **said: object) -> ChartRow:
    return ChartRow.model_validate({"element": element, "start": 0, "end": len(element), **said})


def _as_read(number: int, row: ChartRow) -> tuple[object, ...]:
    texts = {name: getattr(row, name) for name in ("note", "evidence", "gap", "equivalents")}
    return str(number), row.element, row.provisions, texts, row.met, row.strength, row.confirmed


def _read(row: FileRow) -> tuple[object, ...]:
    known = tuple(each.known for each in row.quotes)
    return row.number, row.element, known, row.texts, row.met, row.strength, row.confirmed


def _through(form: str, rows: list[ChartRow]) -> list[FileRow]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"chart.{form}"
        path.write_bytes(WRITERS[form](HEAD, rows))
        return read_chart(path)


@pytest.mark.parametrize("form", ["docx", "xlsx"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_what_is_written_is_read_back(form: str, rows: list[ChartRow]) -> None:
    found = _through(form, rows)
    assert [_read(each) for each in found] == [_as_read(at, row) for at, row in enumerate(rows, start=1)]
    assert rows_of(stored(rows)) == rows


def test_every_file_bears_the_label(tmp_path: Path) -> None:
    rows = [_row("画像を検出する検出部と、", note="注記 <b> & 'x'", met=True)]
    word = Document(io.BytesIO(WRITERS["docx"](HEAD, rows)))
    assert word.sections[0].header.paragraphs[0].text == PRIVILEGE
    printed = pypdfium2.PdfDocument(WRITERS["pdf"](HEAD, rows * 120))
    texts = [page.get_textpage().get_text_range() for page in printed]
    assert len(texts) > 3
    assert all(PRIVILEGE in text for text in texts)
    assert "検出部" in texts[0]
    with zipfile.ZipFile(io.BytesIO(WRITERS["xlsx"](HEAD, rows))) as packed:
        assert PRIVILEGE in packed.read("xl/worksheets/sheet1.xml").decode()
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_a_filled_file_need_not_name_the_place(tmp_path: Path) -> None:
    word = Document(io.BytesIO(WRITERS["docx"](HEAD, [_row()])))
    cells = word.tables[0].rows[1].cells
    cells[2].text, cells[3].text, cells[4].text, cells[5].text = "6.5", "It shall be so.", "Yes", "Mandatory"
    path = tmp_path / "filled.docx"
    word.save(str(path))
    row = read_chart(path)[0]
    assert (row.quotes[0].clause, row.quotes[0].text, row.quotes[0].known) == ("6.5", "It shall be so.", None)
    assert (row.met, row.strength) == (True, Strength.MANDATORY)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.docx", b"no archive", "neither DOCX nor XLSX"),
        ("a.docx", b"PK\x03\x04broken", "a.docx"),
        ("a.pdf", b"%PDF-1.7", "neither DOCX nor XLSX"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, name: str, body: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(UnreadableFileError, match=words) as caught:
        read_chart(path)
    assert "\n" not in str(caught.value)


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(io.BytesIO(WRITERS["docx"](HEAD, [_row()]))) as good, zipfile.ZipFile(path, "w") as bad:
        for member in good.infolist():
            body = good.read(member)
            if member.filename == "word/document.xml":
                body = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + body[body.index(b"<w:document") :]
            bad.writestr(member.filename, body, zipfile.ZIP_DEFLATED)
    with pytest.raises(UnreadableFileError):
        read_chart(path)


def test_a_word_that_means_nothing_is_named_with_its_line(tmp_path: Path) -> None:
    word = Document(io.BytesIO(WRITERS["docx"](HEAD, [_row()])))
    word.tables[0].rows[1].cells[4].text = "perhaps"
    path = tmp_path / "filled.docx"
    word.save(str(path))
    with pytest.raises(ChartError, match=r"filled.docx, line 2: Met is 'perhaps'"):
        read_chart(path)


CLAIM = "A method comprising: returning a score; and signing the score."
PARTS = st.lists(st.integers(1, len(CLAIM) - 1), max_size=4, unique=True).map(
    lambda cuts: [
        CLAIM[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), len(CLAIM)], strict=True) if CLAIM[a:b].strip()
    ]
)


@given(PARTS)
def test_a_claim_is_cut_anywhere_and_nowhere_changed(parts: list[str]) -> None:
    spans = split_into(CLAIM, parts)
    assert [CLAIM[a:b] for a, b in spans] == [part.strip() for part in parts]
    with pytest.raises(ChartError):
        split_into(CLAIM, [*parts, "and more"])
    with pytest.raises(ChartError):
        split_into(CLAIM, parts[:-1])


@given(PARTS, PARTS)
@example(
    first=["A m", "e", "thod comprising: returning a score; and signing the", " score."],
    second=["A method comprising: returning a score; and signing th", "e", " score."],
)
def test_cutting_anew_loses_nothing_written(first: list[str], second: list[str]) -> None:
    before = recut([], CLAIM, first)
    written = [row.model_copy(update={"note": f"note {at}."}) for at, row in enumerate(before)]
    for after in (recut(written, CLAIM, second), onto(written, CLAIM, split_into(CLAIM, second))):
        assert [row.element for row in after] == [part.strip() for part in second]
        notes = "\n".join(row.note for row in after)
        assert all(notes.count(row.note) == 1 for row in written)


def test_the_strongest_provision_proposes_the_strength() -> None:
    def quote(kind: ProvisionKind, binds: Binds) -> Quoted:
        return Quoted(order=1, index=0, clause="6", kind=kind, binds=binds, text="x")

    shall = quote(ProvisionKind.REQUIREMENT, Binds.YES)
    may = quote(ProvisionKind.PERMISSION, Binds.NO)
    annex = quote(ProvisionKind.REQUIREMENT, Binds.OPTIONAL)
    note = quote(ProvisionKind.REQUIREMENT, Binds.NO)
    can = quote(ProvisionKind.POSSIBILITY, Binds.NO)
    assert proposed_strength([]) is None
    assert proposed_strength([can, may]) is Strength.OPTION
    assert proposed_strength([annex]) is Strength.OPTION
    assert proposed_strength([note]) is Strength.NONE
    assert proposed_strength([can, shall, may]) is Strength.MANDATORY


@given(st.lists(ROWS, max_size=5))
def test_equivalents_count_nowhere_and_one_missing_element_ends_it(rows: list[ChartRow]) -> None:
    found = check(rows)
    without = check([row.model_copy(update={"equivalents": ""}) for row in rows])
    assert found == without
    if any(not row.met for row in rows) or not rows:
        assert found.outcomes == (Status.NOT_ESSENTIAL, Status.UNDETERMINED)
        assert not found.every_element_met
    if Status.LIKELY_ESSENTIAL in found.outcomes:
        assert found.outcomes == OUTCOMES


@given(st.lists(ROWS, max_size=4), st.lists(ROWS, max_size=4))
def test_versions_that_differ_have_changes_and_others_none(one: list[ChartRow], two: list[ChartRow]) -> None:
    assert compare(one, one) == []
    shown = [{**row, "start": 0} for row in stored(one)] != [{**row, "start": 0} for row in stored(two)]
    if len(one) != len(two):
        assert compare(one, two)
    if compare(one, two):
        assert shown
