"""Whatever is attached to clauses, by whichever area, stands somewhere in every later version, once."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from tests.standards.lineage_documents import laboratory_method, sample, words_only
from tests.standards.lineage_edits import edited
from workbench import sample as sample_data
from workbench.db import Store, key_of
from workbench.settings import Settings
from workbench.standards import attachments
from workbench.standards.attachments import Attached, attached_in, attached_to, counted, register
from workbench.standards.carry_chain import Made, Version, carry_through
from workbench.standards.carry_over import CarriedState, text_hash
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.drafts import import_draft
from workbench.standards.lineage import LinkKind, align
from workbench.standards.lineage_queries import clause_nodes_of, links_of
from workbench.standards.lineage_runs import correct_link
from workbench.standards.models import Draft

KEPT, REVIEW, REOPENED = CarriedState
DOCUMENTS = {"en": words_only(sample("cd")), "ja": words_only(sample("dis.ja")), "lab": laboratory_method()}
FILES = ("iso-iec-cd-99001.sample.xml", "iso-iec-dis-99001.sample.xml")


@settings(max_examples=30)
@given(
    st.sampled_from(sorted(DOCUMENTS)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 6)), min_size=1, max_size=4),
    st.integers(0, 10**6),
)
def test_nothing_is_lost_doubled_or_silently_kept_in_any_chain(
    name: str, steps: list[tuple[int, int]], seed: int
) -> None:
    """Rows are made and settled on random clauses of each version of a random chain."""
    source = random.Random(seed)
    nodes: Sequence[ClauseNode] = DOCUMENTS[name]
    chain: list[Version] = []
    expected: dict[int, tuple[int, ClauseNode]] = {}
    for at in range(len(steps) + 1):
        links = []
        if at:
            new = edited(nodes, "ja" if name == "ja" else "en", *steps[at - 1]).nodes
            links, nodes = align(nodes, new), new
        settled = source.sample(sorted(expected), k=len(expected) // 5)
        made = [Made(100 * at + place, source.choice(nodes).key) for place in range(12)]
        chain.append(Version({node.key: node for node in nodes}, links, made, frozenset(settled)))
        for key in settled:
            del expected[key]
        expected |= {each.id: (at, chain[at].nodes[each.clause]) for each in made}
    found = carry_through(chain)
    assert Counter(each.carried.id for each in found) == Counter(expected.keys())
    for each in found:
        made_at, node = expected[each.carried.id]
        assert each.made_at == made_at
        assert set(each.carried.clauses) <= chain[-1].nodes.keys()
        assert bool(each.carried.facts) == (made_at < len(chain) - 1)
        if each.carried.state is KEPT:
            (key,) = each.carried.clauses
            assert text_hash(chain[-1].nodes[key]) == text_hash(node)
        if len(each.carried.clauses) != 1:
            assert each.carried.state is REOPENED


class Notes:
    """A kind of attachments of an area that does not exist: rows held in a list."""

    name = "note"

    def __init__(self) -> None:
        self.made: dict[int, list[Made]] = {}
        self.settled: dict[int, set[int]] = {}

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        return [each for each in self.made.get(draft_id, ()) if clauses is None or each.clause in clauses]

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        return self.settled.get(draft_id, ())


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    monkeypatch.setattr(attachments, "_KINDS", {})
    kind = Notes()
    register(kind)
    return kind


def imported(store: Store, home: Settings, file: str, label: str, day: int) -> Draft:
    path = sample_data.folder() / "drafts" / file
    run = import_draft(store, home, path, work_item="9900001", label=label, dated=dt.date(2026, 5, day))
    assert run.error is None
    with store.read() as session:
        return session.exec(select(Draft).where(Draft.label == label)).one()


def test_an_imported_version_carries_every_registered_kind(store: Store, settings: Settings, notes: Notes) -> None:
    cd = imported(store, settings, FILES[0], "CD 1", 1)
    with store.read() as session:
        nodes = clause_nodes_of(session, key_of(cd))
    notes.made[key_of(cd)] = [Made(node.key, node.key) for node in nodes]
    with store.read() as session:
        assert {each.carried.state for each in attached_in(session, cd)} == {KEPT}
        assert not any(each.came_along for each in attached_in(session, cd))
    dis = imported(store, settings, FILES[1], "DIS", 2)
    with store.read() as session:
        found = attached_in(session, dis)
        links = links_of(session, key_of(cd), key_of(dis))
        assert [each.id for each in found] == [node.key for node in nodes]
        assert {each.made_on.label for each in found} == {"CD 1"}
        assert sum(counted(found).values()) == len(nodes)
        assert min(counted(found).values()) > 0
        for link in (each for each in links if each.kind is LinkKind.REWORDED):
            (at,) = [each for each in found if each.id == link.old[0]]
            assert at.carried.state is REVIEW
            assert attached_to(session, dis, link.new[0]) == [at]
        by_clause = [each for node in clause_nodes_of(session, key_of(dis)) for each in on(session, dis, node.key)]
        standing = [each for each in found if each.carried.clauses]
        assert {each.id for each in by_clause} == {each.id for each in standing}


def on(session: Session, draft: Draft, order: int) -> list[Attached]:
    return attached_to(session, draft, order)


def test_what_a_person_settled_is_carried_no_further(store: Store, settings: Settings, notes: Notes) -> None:
    cd = imported(store, settings, FILES[0], "CD 1", 1)
    dis = imported(store, settings, FILES[1], "DIS", 2)
    notes.made[key_of(cd)] = [Made(1, 0), Made(2, 1)]
    notes.made[key_of(dis)] = [Made(3, 1)]
    notes.settled[key_of(dis)] = {2}
    with store.read() as session:
        assert [(each.id, each.made_on.label) for each in attached_in(session, dis)] == [(1, "CD 1"), (3, "DIS")]
        assert [each.id for each in attached_in(session, cd)] == [1, 2]
        assert attached_in(session, dis, names=["other"]) == []


def test_a_corrected_link_and_a_version_in_between_count_at_once(
    store: Store, settings: Settings, notes: Notes
) -> None:
    cd = imported(store, settings, FILES[0], "CD 1", 1)
    dis = imported(store, settings, FILES[1], "DIS", 9)
    notes.made[key_of(cd)] = [Made(1, 2)]
    correct_link(store, key_of(cd), key_of(dis), 7, [2])
    with store.read() as session:
        (each,) = attached_in(session, dis)
    assert each.carried.clauses == (7,)
    imported(store, settings, FILES[0], "CD 2", 5)
    with store.read() as session:
        (each,) = attached_in(session, dis)
    assert each.carried.clauses != (7,)


def test_a_name_is_given_once(notes: Notes) -> None:
    register(notes)
    with pytest.raises(ValueError, match="'note' already"):
        register(Notes())
