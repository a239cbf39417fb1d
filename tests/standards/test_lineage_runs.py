"""Lineage in the store: aligned when a draft is imported, the same every time, and a person's word wins and stays."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from scrapers.drafts import read_draft
from workbench import sample
from workbench.db import Store, key_of
from workbench.export import UnknownExportError, rows
from workbench.settings import Settings
from workbench.standards.clause_nodes import clause_nodes
from workbench.standards.drafts import import_draft
from workbench.standards.lineage import CorrectionError, Fact, LinkKind, align, lineage_rows
from workbench.standards.lineage_queries import (
    as_corrections,
    clause_nodes_of,
    facts_read,
    facts_written,
    history_of,
    links_of,
    stored_kind_counts,
    stored_links,
)
from workbench.standards.lineage_runs import align_all, align_drafts, correct_link
from workbench.standards.models import Clause, Draft, LineageCorrection, LineageLink, LinkedBy

CD = sample.folder() / "drafts/iso-iec-cd-99001.sample.xml"
DIS = sample.folder() / "drafts/iso-iec-dis-99001.sample.xml"
JAPANESE = sample.folder() / "drafts/iso-iec-dis-99001.sample.ja.xml"
NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


def add(store: Store, settings: Settings, file: Path, label: str, dated: dt.date | None = None) -> int:
    run = import_draft(store, settings, file, work_item="9900001", label=label, dated=dated, now=lambda: NOW)
    assert run.error is None
    with store.read() as session:
        return key_of(session.exec(select(Draft).where(Draft.label == label)).one())


@pytest.fixture
def pair(store: Store, settings: Settings) -> tuple[int, int]:
    return add(store, settings, CD, "CD 1", dt.date(2026, 5, 11)), add(
        store, settings, DIS, "DIS", dt.date(2026, 11, 12)
    )


def order_of(store: Store, draft_id: int, number: str) -> int:
    with store.read() as session:
        return session.exec(select(Clause.order).where(Clause.draft_id == draft_id, Clause.number == number)).one()


def table(store: Store) -> list[LineageLink]:
    with store.read() as session:
        return list(session.exec(select(LineageLink).order_by(col(LineageLink.id))))


def test_a_stored_draft_is_compared_as_the_file_would_be(store: Store, pair: tuple[int, int]) -> None:
    with store.read() as session:
        assert clause_nodes_of(session, pair[0]) == clause_nodes(read_draft(CD))
        assert clause_nodes_of(session, pair[1]) == clause_nodes(read_draft(DIS))


def test_an_import_aligns_with_the_version_before(store: Store, pair: tuple[int, int]) -> None:
    expected = align(clause_nodes(read_draft(CD)), clause_nodes(read_draft(DIS)))
    with store.read() as session:
        assert stored_links(session, *pair) == expected
    assert {row.at for row in table(store)} == {NOW}


def test_aligning_again_leaves_every_row_alone(store: Store, pair: tuple[int, int]) -> None:
    before = table(store)
    counts = align_drafts(store, *pair, now=lambda: LATER)
    assert (counts.inserted, counts.removed, counts.unchanged) == (0, 0, counts.records)
    assert table(store) == before


def test_lost_rows_come_back_as_they_were(store: Store, pair: tuple[int, int]) -> None:
    with store.read() as session:
        before = stored_links(session, *pair)
    with store.write() as session:
        for row in session.exec(select(LineageLink)):
            session.delete(row)
    with store.read() as session:
        assert links_of(session, *pair) == before, "computed where not stored"
    assert align_all(store) == 1
    with store.read() as session:
        assert stored_links(session, *pair) == before


def test_versions_go_by_their_dates_and_another_language_is_another_line(store: Store, settings: Settings) -> None:
    last = add(store, settings, DIS, "DIS", dt.date(2026, 11, 12))
    first = add(store, settings, CD, "CD 1", dt.date(2026, 5, 11))
    add(store, settings, JAPANESE, "DIS (ja)", dt.date(2026, 11, 12))
    with store.read() as session:
        assert set(stored_kind_counts(session)) == {(first, last)}


def test_a_draft_that_comes_late_is_aligned_with_both_neighbours(
    store: Store, settings: Settings, pair: tuple[int, int], tmp_path: Path
) -> None:
    between = tmp_path / "cd2.xml"
    between.write_bytes(CD.read_bytes().replace(b"shall ", b"should ", 1))
    second = add(store, settings, between, "CD 2", dt.date(2026, 8, 1))
    with store.read() as session:
        assert set(stored_kind_counts(session)) == {pair, (pair[0], second), (second, pair[1])}
        draft = session.get_one(Draft, pair[1])
        for clause in session.exec(select(Clause).where(Clause.draft_id == pair[1])).all():
            steps = history_of(session, draft, clause.order)
            labels = [step.draft.label for step in steps]
            assert labels == ["CD 1", "CD 2", "DIS"][-len(labels) :]
            assert steps[-1].orders == (clause.order,)
            for earlier, later in pairwise(steps):
                assert set(earlier.orders) == {key for link in later.links for key in link.old}
            assert steps[0].links == () or {link.kind for link in steps[0].links} == {LinkKind.NEW}


def test_the_export_has_one_row_a_pair_in_the_agreed_shape(store: Store, pair: tuple[int, int]) -> None:
    filters = {"work_item": "9900001", "from": "CD 1", "to": "DIS"}
    with store.read() as session:
        found = list(rows(session, "lineage", filters))
        ours, theirs = clause_nodes_of(session, pair[0]), clause_nodes_of(session, pair[1])
        assert found == list(lineage_rows(links_of(session, *pair), ours, theirs))
    assert {"from", "to", "kind", "similarity", "reason", "by"} <= found[0].keys()
    assert {row["kind"] for row in found} <= set(LinkKind)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({}, "work_item is missing"),
        ({"work_item": "9900001", "from": "CD 1"}, "to is missing"),
        ({"to": "DIS"}, "work_item is missing"),
    ],
)
def test_an_export_without_its_drafts_says_what_to_give(store: Store, filters: dict[str, str], said: str) -> None:
    with store.read() as session, pytest.raises(UnknownExportError, match=said):
        list(rows(session, "lineage", filters))


def test_an_export_of_a_label_that_is_not_there_lists_those_that_are(store: Store, pair: tuple[int, int]) -> None:
    with store.read() as session, pytest.raises(UnknownExportError, match="CD 1, DIS"):
        list(rows(session, "lineage", {"work_item": "9900001", "from": "CD 1", "to": "FDIS"}))


def test_what_a_person_says_wins_and_survives_a_new_alignment(store: Store, pair: tuple[int, int]) -> None:
    old, new = order_of(store, pair[0], "5.3"), order_of(store, pair[1], "5.2")
    correct_link(store, *pair, new, [old], "  seen in   the minutes ", now=lambda: LATER)
    for _ in range(2):
        with store.read() as session:
            link = next(link for link in stored_links(session, *pair) if new in link.new)
        assert (link.old, link.new, link.by) == ((old,), (new,), "person")
        assert "remark: seen in the minutes" in link.reason
        align_drafts(store, *pair)
    correct_link(store, *pair, new, [], now=lambda: LATER)
    with store.read() as session:
        link = next(link for link in stored_links(session, *pair) if new in link.new)
        assert (link.kind, link.old, link.by) == (LinkKind.NEW, (), "person")
        said = session.exec(select(LineageCorrection).order_by(col(LineageCorrection.id))).all()
    assert [each.came_from for each in said] == [[old], []], "what was said before stays on record"
    assert {(each.by, each.at) for each in said} == {(LinkedBy.PERSON, LATER)}


def test_what_a_person_takes_back_is_the_machine_s_again(store: Store, pair: tuple[int, int]) -> None:
    with store.read() as session:
        before = stored_links(session, *pair)
    new = order_of(store, pair[1], "5.2")
    correct_link(store, *pair, new, [])
    correct_link(store, *pair, new, None)
    with store.read() as session:
        assert stored_links(session, *pair) == before


def test_saying_the_same_twice_is_said_once(store: Store, pair: tuple[int, int]) -> None:
    for _ in range(2):
        correct_link(store, *pair, 3, [])
        correct_link(store, *pair, 4, None)
    with store.read() as session:
        assert len(session.exec(select(LineageCorrection)).all()) == 1


def test_two_clauses_said_to_come_from_one_are_a_split(store: Store, pair: tuple[int, int]) -> None:
    old = order_of(store, pair[0], "5.3")
    parts = [order_of(store, pair[1], number) for number in ("5.2", "5.3")]
    for part in parts:
        correct_link(store, *pair, part, [old])
    with store.read() as session:
        link = next(link for link in stored_links(session, *pair) if old in link.old)
    assert (link.kind, link.new, link.by) == (LinkKind.SPLIT, tuple(sorted(parts)), "person")


@pytest.mark.parametrize(("new", "came_from"), [(99999, []), (0, [99999]), (-1, None)])
def test_a_clause_that_is_not_there_is_refused_and_nothing_kept(
    store: Store, pair: tuple[int, int], new: int, came_from: list[int] | None
) -> None:
    before = table(store)
    with pytest.raises(CorrectionError, match="no clause at place"):
        correct_link(store, *pair, new, came_from)
    with store.read() as session:
        assert session.exec(select(LineageCorrection)).all() == []
    assert table(store) == before


@given(st.dictionaries(st.integers(0, 8), st.sets(st.integers(0, 8), max_size=3), max_size=9))
def test_corrections_never_contradict_each_other_whatever_persons_said(said: dict[int, set[int]]) -> None:
    nodes = clause_nodes(read_draft(CD))[:9]
    corrections = {
        order: LineageCorrection(
            old_draft_id=1, new_draft_id=2, new_clause_id=order, came_from=sorted(from_), by=LinkedBy.PERSON, at=NOW
        )
        for order, from_ in said.items()
    }
    nodes = [node for node in nodes if node.parent is None or node.parent < 9]
    links = align(nodes, nodes, as_corrections(corrections))
    for order, from_ in said.items():
        found = next(link for link in links if order in link.new)
        assert from_ <= set(found.old)
        assert found.by == "person"


values = st.one_of(st.text(), st.integers(), st.lists(st.text()).map(tuple))


@given(
    st.lists(st.builds(lambda m, v: Fact(m, tuple(sorted(v.items()))), st.text(), st.dictionaries(st.text(), values)))
)
def test_facts_come_back_from_the_store_as_they_were(facts: list[Fact]) -> None:
    assert facts_read(facts_written(facts)) == tuple(facts)
