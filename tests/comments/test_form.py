"""The commenting form: eight columns, one cell each, rows in clause order, and back again without a loss."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.comments import CommentRow, CommentType, read_form
from scrapers.comments.form import COLUMNS, guarded, unguarded
from scrapers.errors import UnreadableFileError
from workbench.comments.form import WRITERS, FormHead, in_clause_order, write_docx

HEAD = FormHead(dt.date(2026, 11, 22), "ISO/IEC JTC 1/SC 42 N 0000 (sample)", "ISO/IEC DIS 99001 (sample)")
ROW = CommentRow("JP", "", "6.2.1", "Table 2", CommentType.TECHNICAL, "The limit is missing.", "Add “≤ 5 %”.")


def written(rows: list[CommentRow], kind: str, folder: Path) -> Path:
    path = folder / f"form.{kind}"
    path.write_bytes(WRITERS[kind](HEAD, rows))
    return path


# What XML can hold; a line ends with a line feed. What a spreadsheet cell holds ends at 32,767 characters.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t='+-@測定値は、"),
    max_size=60,
).map(str.strip)
MEMBER = st.sampled_from(["JP", "US", "DE", "**", "KR-012"])
ROWS = st.lists(
    st.builds(CommentRow, MEMBER, TEXT, TEXT, TEXT, st.sampled_from(CommentType), TEXT, TEXT, TEXT), max_size=6
)


@pytest.mark.parametrize("kind", sorted(WRITERS))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_what_is_written_is_read_back(kind: str, rows: list[CommentRow], tmp_path: Path) -> None:
    if rows or kind != "docx":
        form = read_form(written(rows, kind, tmp_path))
        assert (list(form.rows), form.refused) == (rows, ())


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_five_hundred_comments_go_out_are_observed_and_come_back(kind: str, tmp_path: Path) -> None:
    chance = random.Random(11)
    words = ["accuracy", "評価方法", "shall", "=SUM(A1)", "5 %", "データの品質", "annex", "— see", "'quoted'", "+1"]

    def text(length: int) -> str:
        return (
            chance.choice([" ", "\n", "\t"]).join(chance.choice(words) for _ in range(chance.randrange(length))).strip()
        )

    rows = [
        CommentRow(
            chance.choice(["JP", "US", "**"]),
            str(chance.randrange(900)),
            f"{chance.randrange(1, 12)}.{chance.randrange(1, 30)}",
            text(3),
            chance.choice(list(CommentType)),
            f"{number}: {text(40)}".strip(),
            text(30),
        )
        for number in range(500)
    ]
    assert list(read_form(written(rows, kind, tmp_path)).rows) == rows
    observed = [
        CommentRow(**{name: getattr(row, name) for name in row.__slots__} | {"observation": text(6)}) for row in rows
    ]
    assert list(read_form(written(observed, kind, tmp_path)).rows) == observed


def test_the_form_has_the_eight_columns_in_its_page_header_and_no_merged_cells(tmp_path: Path) -> None:
    document = Document(io.BytesIO(write_docx(HEAD, [ROW, ROW])))
    header = document.sections[0].header
    assert [cell.text for cell in header.tables[0].rows[0].cells] == list(COLUMNS)
    assert "2026-11-22" in header.paragraphs[1].text
    assert HEAD.project in header.paragraphs[1].text
    (table,) = document.tables
    assert [len(row.cells) for row in table.rows] == [8, 8]
    assert table.rows[0].cells[0].paragraphs[0].style.name == "ISOMB"
    with zipfile.ZipFile(io.BytesIO(write_docx(HEAD, [ROW]))) as package:
        body = package.read("word/document.xml").decode()
    assert "gridSpan" not in body
    assert "vMerge" not in body


def test_rows_stand_in_clause_order() -> None:
    clauses = ["10.1", "General", "Annex B", "9", "", "9.10", "9.2", "A.3", "Clause 2"]
    rows = [CommentRow("JP", "", clause, "", CommentType.EDITORIAL, "x", "y") for clause in clauses]
    assert [row.clause for row in in_clause_order(rows)] == [
        "General",
        "",
        "Clause 2",
        "9",
        "9.2",
        "9.10",
        "10.1",
        "A.3",
        "Annex B",
    ]


@given(TEXT)
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(text)) == text


def test_one_bad_row_does_not_spoil_the_others(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    lines = [",".join(COLUMNS), "JP,,6,,zz,a,b,", ",,6,,te,a,b,", "US,12,6.1,,TE,c,d,accepted"]
    path.write_text("\n".join(lines), encoding="utf-8")
    form = read_form(path)
    assert form.rows == (CommentRow("US", "12", "6.1", "", CommentType.TECHNICAL, "c", "d", "accepted"),)
    assert form.refused == (
        "form.csv, row 2: type 'zz'; write ge, te or ed",
        "form.csv, row 3: no member body; write its two letters into the first column",
    )


def test_a_form_of_another_shape_is_refused_in_one_line(tmp_path: Path) -> None:
    document = Document()
    document.add_table(rows=2, cols=7)
    document.save(str(tmp_path / "seven.docx"))
    with pytest.raises(UnreadableFileError, match=r"seven\.docx: no table of 8 columns"):
        read_form(tmp_path / "seven.docx")
    table = Document()
    cells = table.add_table(rows=1, cols=8).rows[0].cells
    cells[0].merge(cells[1])
    table.save(str(tmp_path / "merged.docx"))
    with pytest.raises(UnreadableFileError, match=r"merged\.docx, table row 1: merged cells"):
        read_form(tmp_path / "merged.docx")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"other\.csv, row 1: expected the headings"):
        read_form(tmp_path / "other.csv")


FORMS = [WRITERS[kind](HEAD, [ROW]) for kind in sorted(WRITERS)]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good form cut, with a piece put in or taken out; or noise."""
    data = draw(st.sampled_from(FORMS) | st.binary(max_size=200))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        piece = draw(st.sampled_from([b"PK\x03\x04", b"\xff\xfe", b"MB/NC,", b'"', b"<!ENTITY a 'b'>"]) | st.binary())
        data = data[:at] + piece + data[at + draw(st.integers(0, 40)) :]
    return data


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=damaged())
def test_a_damaged_form_is_refused_in_one_line_or_read(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(data)
    refusals: tuple[str, ...] = ()
    try:
        refusals = read_form(path).refused
    except UnreadableFileError as error:
        refusals = (str(error),)
    assert all(each.startswith("damaged") and "\n" not in each for each in refusals)
