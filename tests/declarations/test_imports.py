"""Lists of registers come into the store once; a newer list updates, a bad one changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from sqlmodel import select

from workbench.db import Store
from workbench.declarations import queries
from workbench.declarations.imports import import_declarations
from workbench.declarations.models import AliasState, Declaration, DeclaredPatent, PartyAlias
from workbench.declarations.parties import AliasError, Parties, decide_alias
from workbench.export import rows
from workbench.history.models import Change, QuarantinedRecord, QuarantineState, Run, RunState
from workbench.history.queries import FilterError
from workbench.people.viewer import Viewer
from workbench.search import find
from workbench.settings import Settings
from workbench.sources.retry import retry
from workbench.standards.models import WorkItem

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
HEADINGS = ["ISO standard reference", "Id. Number", "Organization", "Patent Number", "Patent Country", "Option"]
FIRST = ["ISO/IEC 99001:2024", "99001-01", "Sample Gauge Co., Ltd.", "10999002", "US", "2"]
SECOND = ["ISO/IEC 99001:2024", "99001-02", "Sample Gauge Corporation", "9999001", "JP", "1"]
THIRD = ["ISO/IEC 99002", "99002-01", "株式会社サンプル", "pending", "JP", ""]
VIEWER = Viewer.system()


@pytest.fixture
def bench(store: Store) -> Store:
    return store.on_behalf_of(VIEWER)


def take(store: Store, settings: Settings, folder: Path, *rows: list[str], days: int = 0) -> Run:
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows])
    return import_declarations(store, settings, path, now=lambda: NOW + dt.timedelta(days=days))


def test_a_list_is_imported_once(bench: Store, settings: Settings, tmp_path: Path) -> None:
    first = take(bench, settings, tmp_path, FIRST, SECOND, THIRD)
    again = take(bench, settings, tmp_path, FIRST, SECOND, THIRD, days=1)
    assert (first.state, first.inserted) == (RunState.OK, 3)
    assert (again.state, again.unchanged) == (RunState.UNCHANGED, 3)
    with bench.read() as session:
        assert len(session.exec(select(Declaration)).all()) == 3
        assert len(session.exec(select(DeclaredPatent)).all()) == 3
        assert [change.kind for change in session.exec(select(Change))] == ["new"] * 3
        found = list(rows(session, "declarations"))
    assert found[0] | {"first_seen": "", "last_seen": ""} == {
        "key": "ISO/99001-01/iso/iec 99001:2024",
        "register": "ISO",
        "statement": "99001-01",
        "policy": "common",
        "form_version": None,
        "holder": "Sample Gauge Co., Ltd.",
        "party": "Sample Gauge Co., Ltd.",
        "deliverable": "ISO/IEC 99001:2024",
        "deliverable_raw": "ISO/IEC 99001:2024",
        "work_items": [],
        "option": 2,
        "option_raw": "2",
        "reciprocity": None,
        "date": None,
        "patents": [
            {
                "raw": "10999002",
                "country": "US",
                "publication": "US.10999002",
                "application": "US.10999002",
                "reason": None,
                "status": None,
                "title": None,
            }
        ],
        "url": None,
        "source": "file:list.csv",
        "first_seen": "",
        "last_seen": "",
    }


def test_a_newer_list_updates_and_is_logged(bench: Store, settings: Settings, tmp_path: Path) -> None:
    take(bench, settings, tmp_path, FIRST, SECOND)
    more = [*FIRST[:3], "10999003", *FIRST[4:]]
    run = take(bench, settings, tmp_path, [*FIRST[:5], "1"], [*more[:5], "1"], days=7)
    assert (run.inserted, run.updated, run.unchanged) == (0, 1, 0)
    with bench.read() as session:
        changes = {
            change.field: (change.old, change.new)
            for change in session.exec(select(Change).where(Change.run_id == run.id))
        }
        [row, other] = queries.declaration_page(session, {}, sort="holder", limit=None)
    assert changes == {
        "option": (2, 1),
        "option_raw": ("2", "1"),
        "patents": (["US 10999002"], ["US 10999002", "US 10999003"]),
    }
    assert (row.declaration.option, row.patents) == (1, 2)
    assert (other.declaration.last_seen, row.declaration.last_seen) == (NOW, NOW + dt.timedelta(days=7))


def test_an_older_list_takes_nothing_back(bench: Store, settings: Settings, tmp_path: Path) -> None:
    take(bench, settings, tmp_path, FIRST)
    take(bench, settings, tmp_path, [*FIRST[:5], "3"], days=-7)
    with bench.read() as session:
        assert session.exec(select(Declaration.option)).one() == 2


def test_a_row_that_cannot_be_read_waits_in_quarantine_and_can_be_read_again(
    bench: Store, settings: Settings, tmp_path: Path
) -> None:
    run = take(bench, settings, tmp_path, FIRST, ["", *SECOND[1:]], [*THIRD[:5], "odd"])
    assert (run.inserted, len(run.warnings)) == (2, 2), "a doubt is told and kept out of quarantine"
    with bench.read() as session:
        [waiting] = session.exec(select(QuarantinedRecord)).all()
    assert (waiting.place, waiting.excerpt.split("\t")[1]) == ("list.csv, row 3", "99001-02")
    again = retry(bench, settings, waiting.id or 0, known={}, by=None, now=lambda: NOW)
    assert again.state is QuarantineState.WAITING
    with bench.read() as session:
        assert len(session.exec(select(Declaration)).all()) == 2


def test_a_file_without_a_declaration_changes_nothing(bench: Store, settings: Settings, tmp_path: Path) -> None:
    run = take(bench, settings, tmp_path, ["", "", "", "", "", ""], ["", "1", "x", "", "", ""])
    assert run.state is RunState.FAILED
    assert "has no deliverable" in (run.error or "")
    (tmp_path / "x.csv").write_bytes(b"\x00\x01\x02" * 50)
    assert import_declarations(bench, settings, tmp_path / "x.csv").state is RunState.FAILED
    with bench.read() as session:
        assert session.exec(select(Declaration)).all() == []


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({"deliverable": "ISO/IEC FDIS 99001"}, ["99001-01", "99001-02"]),
    ({"deliverable": "99002"}, ["99002-01"]),
    ({"holder": "sample gauge"}, ["99001-01", "99001-02"]),
    ({"holder": "サンプル"}, ["99002-01"]),
    ({"option": "1"}, ["99001-02"]),
    ({"option": "none"}, ["99002-01"]),
    ({"register": "ISO", "patent": "10999"}, ["99001-01"]),
    ({"register": "IEC"}, []),
    ({"q": "10999002"}, ["99001-01"]),
    ({"from": "2026-01-01"}, []),
]


def test_filters_and_sorts(bench: Store, settings: Settings, tmp_path: Path) -> None:
    take(bench, settings, tmp_path, FIRST, SECOND, THIRD)
    with bench.read() as session:
        for filters, statements in FILTERS:
            found = queries.select_declarations(session, filters)
            assert sorted(each.statement or "" for each in found) == statements, filters
            assert queries.count_declarations(session, filters) == len(statements)
        for sort in (*queries.DECLARATION_SORTS, "-date", "-patents"):
            assert len(queries.select_declarations(session, {}, sort=sort)) == 3
        for wrong in ({"option": "4"}, {"from": "soon"}, {"colour": "red"}):
            with pytest.raises(FilterError):
                queries.count_declarations(session, wrong)


def test_work_items_of_any_edition_are_found(bench: Store, settings: Settings, tmp_path: Path) -> None:
    take(bench, settings, tmp_path, FIRST, THIRD)
    with bench.write() as session:
        for iso_id, reference in ((1, "ISO/IEC DIS 99001"), (2, "ISO/IEC 99001:2024"), (3, "ISO/IEC 99003")):
            session.add(WorkItem(iso_id=iso_id, reference=reference, first_seen=NOW, last_seen=NOW))
    with bench.read() as session:
        [row] = queries.declaration_page(session, {"option": "2"}, sort="holder", limit=None)
        assert [item.iso_id for item in row.items] == [2, 1]
        assert [len(queries.declarations_of_item(session, item)) for item in row.items] == [1, 1]
        assert [hit.kind for hit in find(session, "99002 サンプル")] == ["declaration"]


class TestParties:
    def suggestion(self, store: Store) -> PartyAlias:
        with store.read() as session:
            [row] = queries.alias_page(session, {"state": "suggested"}, limit=9)
            return row.alias

    def decide(self, store: Store, alias: PartyAlias, state: AliasState) -> PartyAlias:
        with store.write() as session:
            return decide_alias(session, alias.id or 0, state, VIEWER, NOW)

    def test_alike_names_are_only_suggested(self, bench: Store, settings: Settings, tmp_path: Path) -> None:
        take(bench, settings, tmp_path, FIRST, SECOND, THIRD)
        alias = self.suggestion(bench)
        assert (alias.name, alias.said_by) == (SECOND[2], None)
        with bench.read() as session:
            assert Parties(session).of(SECOND[2]) == SECOND[2]

    def test_an_accepted_name_stands_for_the_party_until_it_is_rejected(
        self, bench: Store, settings: Settings, tmp_path: Path
    ) -> None:
        take(bench, settings, tmp_path, FIRST, SECOND)
        accepted = self.decide(bench, self.suggestion(bench), AliasState.ACCEPTED)
        with bench.read() as session:
            assert Parties(session).of(SECOND[2]) == FIRST[2]
            assert queries.count_declarations(session, {"holder": "Co., Ltd"}) == 2
        take(bench, settings, tmp_path, FIRST, SECOND, days=1)
        rejected = self.decide(bench, accepted, AliasState.REJECTED)
        with bench.read() as session:
            assert Parties(session).of(SECOND[2]) == SECOND[2]
            [row] = queries.alias_page(session, {}, limit=9)
            kept = session.exec(select(PartyAlias).order_by(PartyAlias.id)).all()  # type: ignore[arg-type]
        assert (row.alias.id, [each.state for each in row.earlier]) == (rejected.id, [AliasState.ACCEPTED])
        assert [(each.state, each.said_by, each.in_force) for each in kept] == [
            ("suggested", None, False),
            ("accepted", VIEWER.name, False),
            ("rejected", VIEWER.name, True),
        ]

    def test_two_people_cannot_decide_the_same_suggestion(
        self, bench: Store, settings: Settings, tmp_path: Path
    ) -> None:
        take(bench, settings, tmp_path, FIRST, SECOND)
        alias = self.suggestion(bench)
        self.decide(bench, alias, AliasState.REJECTED)
        with pytest.raises(AliasError, match="meanwhile"):
            self.decide(bench, alias, AliasState.ACCEPTED)

    def test_no_circle_and_no_second_party(self, bench: Store, settings: Settings, tmp_path: Path) -> None:
        take(bench, settings, tmp_path, FIRST, SECOND, THIRD)
        self.decide(bench, self.suggestion(bench), AliasState.ACCEPTED)
        with bench.write() as session:
            for party, name in ((2, FIRST[2]), (3, SECOND[2])):
                session.add(PartyAlias(party_id=party, name=name, state=AliasState.SUGGESTED, said_at=NOW))
        with bench.read() as session:
            found = [row.alias for row in queries.alias_page(session, {"state": "suggested"}, limit=9)]
        for alias in found:
            with pytest.raises(AliasError, match="reject that first"):
                self.decide(bench, alias, AliasState.ACCEPTED)
