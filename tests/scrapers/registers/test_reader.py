"""Lists of patent registers: rows to declarations, whatever they hold."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scrapers.errors import UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.records import Declaration
from scrapers.registers import Doubt, load_map, read_declarations, recognised
from scrapers.registers.column_maps import Field, built_in
from scrapers.registers.numbers import read

ISO = [
    "ISO standard reference",
    "Id. Number",
    "Organization",
    "Patent Number",
    "Patent Country",
    "Patent Title",
    "Date Patent Statement Received",
    "Option",
    "Reciprocity",
]
ROW = [
    "ISO/IEC 99001:2024",
    "ISO/IEC 99001:2024-01",
    "Sample Gauge Co., Ltd.",
    "9999001",
    "JP",
    "",
    "2024-02-03",
    "2",
    "x",
]


def table(folder: Path, *rows: list[str], headings: list[str] = ISO) -> Path:
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["A sample list"], headings, *rows])
    return path


def with_(**changes: str) -> list[str]:
    row = list(ROW)
    for name, value in changes.items():
        row[
            ["what", "statement", "holder", "number", "country", "title", "date", "option", "reciprocity"].index(name)
        ] = value
    return row


def read_all(path: Path) -> tuple[list[Declaration], list[Refusal]]:
    found = list(read_declarations(path))
    return [each for each in found if isinstance(each, Declaration)], [
        each for each in found if isinstance(each, Refusal)
    ]


def test_rows_of_one_statement_make_one_declaration(tmp_path: Path) -> None:
    path = table(tmp_path, ROW, with_(number="US 10,999,002 B2; EP 2999003 A1", country="", title="Two gauges"))
    [found], refused = read_all(path)
    assert refused == []
    assert (found.listed_in, found.statement, found.deliverable) == ("ISO", ROW[1], "ISO/IEC 99001:2024")
    assert (found.option, found.reciprocity, found.date) == (2, True, dt.date(2024, 2, 3))
    assert [(each.raw, each.publication, each.title) for each in found.patents] == [
        ("9999001", "JP.9999001", None),
        ("US 10,999,002 B2", "US.10999002.B2", "Two gauges"),
        ("EP 2999003 A1", "EP.2999003.A1", "Two gauges"),
    ]


def test_contradicting_rows_leave_the_field_open_and_say_so(tmp_path: Path) -> None:
    path = table(tmp_path, ROW, with_(number="9999002", option="3"), with_(number="9999003", option="2"))
    [found], [doubt] = read_all(path)
    assert (found.option, found.option_raw, len(found.patents)) == (None, "2; 3", 3)
    assert isinstance(doubt, Doubt)
    assert "option is 3 here and 2 at list.csv, row 3" in doubt.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"holder": ""}, "has no holder"),
        ({"what": " "}, "has no deliverable"),
        ({"holder": "x" * 400}, "more than 300"),
        ({"holder": "Another Sample AG"}, "is of 'Another Sample AG' here"),
    ],
)
def test_a_bad_row_spoils_no_other(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    path = table(tmp_path, ROW, with_(**changes), with_(statement="2"))
    found, [refusal] = read_all(path)
    assert len(found) == 2
    assert refusal.place == "list.csv, row 4"
    assert reason in refusal.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"option": "Option 9"}, "'Option 9' is not known"), ({"date": "2024-02-30"}, "in none of the formats")],
)
def test_what_is_not_understood_is_kept_out_and_told(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    [found], [doubt] = read_all(table(tmp_path, with_(**changes)))
    assert reason in doubt.reason
    assert (found.option is None) == ("option" in changes)
    assert found.option_raw == changes.get("option", "2")


def test_without_a_number_of_the_statement_another_option_is_another_declaration(tmp_path: Path) -> None:
    rows = [
        with_(statement="", option=option, number=number) for option, number in (("1", "1"), ("2", "2"), ("1", "3"))
    ]
    found, _ = read_all(table(tmp_path, *rows))
    assert [(each.option, len(each.patents)) for each in found] == [(1, 2), (2, 1)]
    assert len({each.key for each in found}) == 2


def test_a_joint_text_is_known_by_its_reference_of_iso_and_iec(tmp_path: Path) -> None:
    [found], _ = read_all(table(tmp_path, with_(what="H.999 | ISO/IEC 99005-2 : 2024")))
    assert (found.deliverable_raw, found.deliverable) == ("H.999 | ISO/IEC 99005-2 : 2024", "ISO/IEC 99005-2:2024")
    [other], _ = read_all(table(tmp_path, with_(what="G.999")))
    assert (other.deliverable_raw, other.deliverable) == ("G.999", None)


def test_a_bare_statement_and_a_patent_without_number(tmp_path: Path) -> None:
    found, _ = read_all(table(tmp_path, with_(number=""), with_(number="", statement="2", title="A gauge")))
    assert found[0].patents == ()
    assert [(each.raw, each.reason, each.title) for each in found[1].patents] == [
        ("", "the register gives no number", "A gauge")
    ]


def test_the_contact_address_below_the_name_is_no_part_of_it(tmp_path: Path) -> None:
    [found], _ = read_all(table(tmp_path, with_(holder="Sample AG\n1 Sample Street\nTel. 000")))
    assert found.holder == "Sample AG"


def test_a_register_is_recognised_by_its_headings(tmp_path: Path) -> None:
    itu = ["Recommendation Number", "Id. Number", "Organization", "Registration or application number", "Country"]
    path = table(tmp_path, ["H.999", "H999-01", "Sample AG", "特願2020-123456", "日本"], headings=itu)
    assert recognised(path).name == "itu_patents"
    [found], _ = read_all(path)
    assert (found.listed_in, found.patents[0].application) == ("ITU-T", "JP.2020123456")
    with pytest.raises(UnreadableFileError, match="give a column map"):
        recognised(table(tmp_path, ["1", "2", "3"], headings=["Word", "Other", "More"]))


def test_a_workbook_and_a_map_of_ones_own(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Wer", "Was", "Wie", "Nr"], ["Sample AG", "ISO/IEC 99001", "frei", "DE102024999001A1"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "list.xlsx")
    own = tmp_path / "own.toml"
    own.write_text(
        "name = 'own'\nregister = 'ISO'\n[columns]\nholder = 'Wer'\ndeliverable = 'Was'\noption = 'Wie'\n"
        "number = 'Nr'\n"
        "[values.option]\n1 = ['frei']\n",
        encoding="utf-8",
    )
    [found] = list(read_declarations(tmp_path / "list.xlsx", load_map(own)))
    assert isinstance(found, Declaration)
    assert (found.option, found.source_format, found.patents[0].publication) == (1, "own", "DE.102024999001.A1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = 'x'\nregister = 'ISO'\n[columns]\nholder = 'H'\n", "the field 'deliverable' is missing"),
        ("name = 'x'\n[columns]\nholder = 'H'\ndeliverable = 'D'\n", "register"),
        (
            "name = 'x'\nregister = 'I'\n[columns]\nholder = 'H'\ndeliverable = 'D'\n[values.option]\n4 = ['x']\n",
            "option cannot be '4'",
        ),
    ],
)
def test_a_broken_map_is_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=reason) as caught:
        load_map(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "country", "status", "expected"),
    [
        ("10999002", "US", "granted", {"publication": "US.10999002"}),
        ("18/999,001", "US", "pending", {"application": "US.18999001"}),
        ("JP9999001B2", "JP", None, {"publication": "JP.9999001.B2"}),
        ("PCT/JP2021/099001", "WO", "pending", {"application": "JP.2021099001.W"}),
    ],
)
def test_numbers_by_what_the_register_says_of_them(
    raw: str, country: str, status: str | None, expected: dict[str, str]
) -> None:
    assert read(raw, country, status) == expected


@given(st.text(max_size=30), st.sampled_from([None, "US", "JP", "EP"]), st.sampled_from([None, "granted", "pending"]))
def test_any_number_is_read_or_given_a_reason(raw: str, country: str | None, status: str | None) -> None:
    found = read(raw, country, status)
    assert found.keys() <= {"publication", "application"} or found.keys() == {"reason"}
    assert found


@given(st.lists(st.lists(st.text(max_size=12), min_size=9, max_size=9), max_size=5))
def test_any_cells_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    clean = [["".join(c for c in cell if c.isprintable()) for cell in row] for row in rows]
    found = list(read_declarations(table(tmp_path_factory.mktemp("any"), *clean)))
    keys = [each.key for each in found if isinstance(each, Declaration)]
    assert len(keys) == len(set(keys))
    assert all("\n" not in each.reason for each in found if isinstance(each, Refusal))


def test_the_maps_that_ship_are_whole() -> None:
    assert [each.name for each in built_in()] == ["iec_patents", "iso_patents", "itu_patents"]
    for each in built_in():
        assert {Field.OPTION, Field.NUMBER, Field.DATE, Field.RECIPROCITY} <= each.columns.keys()
        assert each.meaning(Field.OPTION, " OPTION 2 ") == "2"
        assert (each.country("Japan"), each.country("jp"), each.country("EPO"), each.country("?")) == (
            "JP",
            "JP",
            "EP",
            None,
        )
