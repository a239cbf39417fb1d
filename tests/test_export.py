"""Exports keep every value and nothing in them runs in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from workbench.db import Store
from workbench.export import KINDS, UnknownExportError, files, rows, write

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")', "a\x00b", "評価; 手法"]


def _bytes(table: list[dict[str, Any]], form: str) -> bytes:
    return b"".join(write(table, form))


def _csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_begins_a_formula(text: str) -> None:
    table = [{"title": text}]
    cell = _csv(_bytes(table, "csv"))[1][0]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    sheet = load_workbook(io.BytesIO(_bytes(table, "xlsx"))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"


values: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.integers(-99, 99), st.booleans(), st.text(max_size=30), st.lists(st.text(max_size=5))
)
tables = st.lists(st.fixed_dictionaries({"id": st.integers(0, 9), "a": values, "b": values}), max_size=5)


@given(tables)
def test_json_lines_give_back_exactly_what_was_exported(table: list[dict[str, Any]]) -> None:
    assert [json.loads(line) for line in _bytes(table, "jsonl").splitlines()] == table


@given(tables)
def test_csv_and_xlsx_have_a_head_and_one_row_for_each(table: list[dict[str, Any]]) -> None:
    expected = len(table) + 1 if table else 0
    assert len(_csv(_bytes(table, "csv"))) == expected
    sheet = load_workbook(io.BytesIO(_bytes(table, "xlsx"))).active
    assert sheet is not None
    assert (sheet.max_row if table else 0) == expected


def test_unknown_kinds_formats_and_filters_are_named_with_what_there_is(store: Store) -> None:
    with store.read() as session:
        with pytest.raises(UnknownExportError, match="work-items"):
            list(rows(session, "everything"))
        with pytest.raises(UnknownExportError, match="label"):
            list(rows(session, "clauses", {"colour": "red"}))
        with pytest.raises(UnknownExportError, match="jsonl"):
            list(write([], "pdf"))


def test_every_kind_can_be_exported_from_an_empty_store(store: Store) -> None:
    with store.read() as session:
        for name, kind in KINDS.items():
            assert kind.required or list(rows(session, name)) == [], name


def test_a_sheet_takes_no_more_than_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_SHEET_ROWS", 2)
    assert b"".join(write([{"id": 1}] * 2, "xlsx"))
    with pytest.raises(UnknownExportError, match="take CSV"):
        list(write([{"id": 1}] * 3, "xlsx"))
