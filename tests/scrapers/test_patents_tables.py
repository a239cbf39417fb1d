"""Tables: known exports, a company's own list through a column map, what is kept as text and what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scrapers.errors import UnreadableFileError
from scrapers.patents import ColumnMap, Refusal, load_map, preview, read_patents
from scrapers.patents.column_maps import Field, built_in
from scrapers.records import Publication

SAMPLES = Path(__file__).parent / "patents"
OWN = """
name = "our-list"
language = "en"
date_formats = ["%d.%m.%Y", "%Y-%m-%d"]
[columns]
number = ["Pub. No.", "Publication"]
title = "Title"
date = "Published"
applicants = "Owner"
claims = "Claims"
family_id = "Family"
[separators]
applicants = [";"]
"""


@pytest.fixture
def own(tmp_path: Path) -> ColumnMap:
    path = tmp_path / "map.toml"
    path.write_text(OWN)
    return load_map(path)


def read(path: Path, column_map: ColumnMap | None = None) -> tuple[list[Publication], list[Refusal]]:
    outcomes = list(read_patents(path, column_map=column_map))
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert all("\n" not in refusal.place + refusal.reason for refusal in refusals)
    return [outcome for outcome in outcomes if isinstance(outcome, Publication)], refusals


def test_espacenet_rows_with_several_members_of_a_family() -> None:
    (first, member, second), (refusal,) = read(SAMPLES / "espacenet.csv")
    assert (first.number, first.title, first.inventors) == (
        "EP.9990070.A1",
        "Sample tester",
        ("MUSTER ERIKA", "PROBE HANS"),
    )
    assert (first.ipc, first.cpc, first.applicants) == (("G06N 3/08", "G06F 18/00"), ("G06N 3/084",), ("SAMPLE GMBH",))
    assert not first.model_fields_set & {"date", "priorities", "abstract", "claims"}
    assert (member.number, member.family_id) == ("US.20220999071.A1", "99000070")
    assert "title" not in member.model_fields_set
    assert (second.title, second.date) == ('=HYPERLINK("http://sample.invalid")', dt.date(2022, 3, 3))
    assert refusal.place == "espacenet.csv, row 6"


def test_lens_rows_with_dates_of_both_kinds() -> None:
    (first, old, wrong), _ = read(SAMPLES / "lens.csv")
    assert (first.number, first.date, first.application) == ("US.9990080.B2", dt.date(2018, 6, 5), "US.201615999081.A")
    assert [(each.number, each.date) for each in first.priorities] == [
        ("JP 2015999082 A", dt.date(2015, 7, 1)),
        ("US 201662999083 P", dt.date(2016, 1, 1)),
    ]
    assert first.applicants == ("SAMPLE INC", "OTHER INC")
    assert (old.number, old.date) == ("WO.9625012.A1", dt.date(1996, 8, 22))
    assert wrong.date is None  # 1952 or 2052: the column of the year says neither


def test_patentscope_rows(tmp_path: Path) -> None:
    path = tmp_path / "resultList.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Query: sample"])
        writer.writerow("Publication Number,Publication Date,Title,Priority Data,IPC,Applicants,Inventors".split(","))
        writer.writerow(
            [
                "WO2015999090",
                "30.12.2015",
                "Sample",
                "[US 20140625 62/999,091, EP 20140626 14999092.1]",
                "G06N 3/08",
                "A;B",
                "",
            ]
        )
        writer.writerow(
            ["EP9990093", "", "", "[81999  , US20100819999  , 81999910 2010-06-21T23:59:59.000Z US]", "", "", ""]
        )
    (first, second), _ = read(path)
    assert (first.number, first.date, first.applicants) == ("WO.2015999090", dt.date(2015, 12, 30), ("A", "B"))
    assert [(each.number, each.date) for each in first.priorities] == [
        ("US 62/999,091", dt.date(2014, 6, 25)),
        ("EP 14999092.1", dt.date(2014, 6, 26)),
    ]
    assert [(each.number, each.date) for each in second.priorities] == [("US 81999910", dt.date(2010, 6, 21))]


@pytest.mark.parametrize("form", ["csv", "tsv", "utf-16", "cr", "xlsx"])
def test_a_list_of_the_company_in_each_form(tmp_path: Path, own: ColumnMap, form: str) -> None:
    rows = [
        ["Our patents", "", "", ""],
        ["Case", "Publication", "Title", "Published", "Owner", "Claims"],
        [
            "A-1",
            "EP9990001B1",
            "=1+1",
            "05.02.2024",
            "Sample GmbH; Other AG",
            "1. A tester.\n2. The tester of claim 1.",
        ],
        ["A-2", "tbd", "x", "", "", ""],
        ["A-3", "WO 2024/999002 A1", "試験", "2024-03-04", "", ""],
    ]
    path = tmp_path / "list"
    if form == "xlsx":
        book = Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        text = io.StringIO(newline="")
        csv.writer(
            text,
            delimiter="\t" if form == "tsv" else ",",
            lineterminator="\r" if form == "cr" else "\r\n",
            quoting=csv.QUOTE_ALL,
        ).writerows(rows)
        path.write_bytes(text.getvalue().encode("utf-16" if form == "utf-16" else "utf-8"))
    (first, second), (refusal,) = read(path, own)
    assert (first.number, first.title, first.date) == ("EP.9990001.B1", "=1+1", dt.date(2024, 2, 5))
    assert first.applicants == ("Sample GmbH", "Other AG")
    assert [(claim.text, claim.independent) for claim in first.claims] == [
        ("A tester.", True),
        ("The tester of claim 1.", False),
    ]
    assert (second.title, second.title_language, second.source_format) == ("試験", "en", "our-list")
    assert refusal.place == "list, row 4"
    with pytest.raises(UnreadableFileError, match="give a column map"):
        read_patents(path)


def test_dates_of_a_workbook_are_dates(tmp_path: Path, own: ColumnMap) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Publication", "Title", "Published", "Family"])
    book.active.append(["EP9990001B1", "Sample", dt.date(2024, 2, 5), 42])
    path = tmp_path / "list.xlsx"
    book.save(path)
    (publication,), _ = read(path, own)
    assert (publication.date, publication.family_id) == (dt.date(2024, 2, 5), "42")


def test_a_preview_tells_what_is_unused_and_missing(tmp_path: Path, own: ColumnMap) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Case,Publication,Title\nA-1,EP9990001B1,Sample\nA-2,tbd,x\nA-3,EP9990002B1,y\n")
    shown = preview(path, own, rows=2)
    assert (shown.heading_row, shown.headings) == (1, ("Case", "Publication", "Title"))
    assert shown.unused == ("Case",)
    assert shown.missing == (Field.DATE, Field.APPLICANTS, Field.CLAIMS, Field.FAMILY_ID)
    assert [type(outcome).__name__ for outcome in shown.outcomes] == ["Publication", "Refusal"]


def test_a_table_without_the_headings_of_the_map(tmp_path: Path, own: ColumnMap) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a,b,c\n1,2,3\n")
    with pytest.raises(UnreadableFileError, match=r"no heading 'Pub\. No\.', 'Publication'"):
        preview(path, own)
    _, (refusal,) = read(path, own)
    assert "no heading" in refusal.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = 'x'\n[columns]\ntitle = 'T'\n", "the field 'number' is missing"),
        ("name = 'x'\n[columns]\nnumber = 'N'\nweight = 'W'\n", "columns.weight"),
        ("nothing", "neither TOML nor JSON"),
        ('{"columns": {"number": "N"}}', "name"),
        ("\x00", "neither TOML nor JSON"),
    ],
)
def test_a_broken_map_is_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(UnreadableFileError) as caught:
        load_map(path)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_map_is_read_from_json_too(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"name": "x", "columns": {"number": "N"}}))
    assert load_map(path).columns == {Field.NUMBER: ("N",)}


def test_rows_that_are_not_utf8_spoil_no_others(tmp_path: Path, own: ColumnMap) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"Publication,Title\nEP9990001B1,\xe9\xff\nEP9990002B1,good\n")
    (publication,), (refusal,) = read(path, own)
    assert publication.number == "EP.9990002.B1"
    assert refusal.place == "list.csv, row 2"
    assert "not UTF-8" in refusal.reason


def test_workbooks_of_old_excel_say_what_they_need(tmp_path: Path, own: ColumnMap) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    _, (refusal,) = read(path, own)
    expected = "not readable as XLS" if importlib.util.find_spec("xlrd") else "needs the package xlrd"
    assert expected in refusal.reason


def test_the_maps_of_known_exports_name_each_field_once() -> None:
    assert [column_map.name for column_map in built_in()] == ["espacenet", "lens", "patentscope"]


@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=6))
def test_any_table_gives_publications_or_refusals(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    column_map = ColumnMap(name="any", columns={Field.NUMBER: ("N",), Field.TITLE: ("T",)})
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as stream:
        csv.writer(stream).writerows([["N", "T", "X"], *rows])
    read(path, column_map)
