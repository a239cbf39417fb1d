"""Carry-over: what becomes of attachments, through one version and through chains of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.records import ClauseKind
from tests.standards.lineage_documents import laboratory_method, sample, words_only
from tests.standards.lineage_edits import edited
from workbench.standards.carry_over import (
    Attachment,
    Carried,
    CarriedState,
    UnlinkedClauseError,
    carry,
    onward,
    text_hash,
)
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Correction, Link, LinkKind, align
from workbench.standards.references import masked_references
from workbench.standards.similarity import title_key

KEPT, REVIEW, REOPENED = CarriedState
SHALL = "The operator shall weigh each test portion."
NODES = [
    ClauseNode(key, str(key + 1), title, ClauseKind.CLAUSE, 1, None, text)
    for key, (title, text) in enumerate((("Weighing", SHALL), ("Drying", "Dry at 105 °C."), ("Report", "Report it.")))
]


def link(old: Sequence[int], new: Sequence[int], kind: LinkKind) -> Link:
    return Link(tuple(old), tuple(new), kind, 1.0, ())


def on(key: int, nodes: Sequence[ClauseNode] = NODES, **fields: object) -> Attachment:
    return replace(Attachment(1, (key,), text_hash(nodes[key])), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [LinkKind.UNCHANGED, LinkKind.RENUMBERED, LinkKind.MOVED])
def test_kept_where_the_text_is_the_same(kind: LinkKind) -> None:
    new = [replace(node, number=f"7.{node.key}") for node in NODES]
    (carried,) = carry([on(1)], [link([1], [1], kind)], new)
    assert carried == Carried(1, (1,), KEPT, carried.facts)
    assert carried.reason == "the text of the clause is the same"


def test_review_where_the_text_changed() -> None:
    new = [replace(NODES[0], text=f"{SHALL} It may be dried."), *NODES[1:]]
    (with_quote,) = carry([on(0, provision=SHALL)], [link([0], [0], LinkKind.REWORDED)], new)
    assert (with_quote.clauses, with_quote.state) == ((0,), REVIEW)
    assert with_quote.reason == "text changed, review; its provision stands word for word in 1"
    (without,) = carry([on(0, provision="Grind it.")], [link([0], [0], LinkKind.REWORDED)], new)
    assert without.reason == "text changed, review; its provision no longer stands word for word"


def test_review_where_merged() -> None:
    new = [replace(NODES[0], text=f"{SHALL} Dry at 105 °C.")]
    found = carry([on(0), on(1, id=2)], [link([0, 1], [0], LinkKind.MERGED)], new)
    assert [(each.id, each.clauses, each.state) for each in found] == [(1, (0,), REVIEW), (2, (0,), REVIEW)]


def test_split_is_reopened_once_with_all_clauses_that_may_be_meant() -> None:
    (carried,) = carry([on(0, provision=SHALL)], [link([0], [1, 0], LinkKind.SPLIT)], NODES)
    assert (carried.clauses, carried.state) == ((0, 1), REOPENED)
    assert carried.reason == (
        "the clause was split; choose where this belongs; its provision stands word for word in 1"
    )


def test_gone_is_reopened_and_stays_with_us() -> None:
    (carried,) = carry([on(0)], [link([0], [], LinkKind.GONE)], NODES)
    assert (carried.clauses, carried.state) == ((), REOPENED)
    assert carried.reason == "the clause is gone; close this or choose another clause"
    (again,) = carry([onward(on(0), carried)], [], NODES)
    assert (again.clauses, again.state, again.reason) == ((), REOPENED, "not settled since an earlier draft")


@pytest.mark.parametrize("state", [REVIEW, REOPENED])
def test_what_waits_for_a_person_waits_on(state: CarriedState) -> None:
    (carried,) = carry([on(0, state=state)], [link([0], [0], LinkKind.UNCHANGED)], NODES)
    assert carried.state is state
    assert "not settled since an earlier draft" in carried.reason


def test_a_link_alone_does_not_keep_what_was_made_on_another_text() -> None:
    (carried,) = carry([on(0)], [link([0], [1], LinkKind.UNCHANGED)], NODES)
    assert carried.state is REVIEW
    assert carried.reason == "the clause is not of the text that this was made on, review"


def test_a_clause_without_a_link_is_an_error_and_no_loss() -> None:
    with pytest.raises(UnlinkedClauseError, match="attachment 1 stands on clause 0"):
        carry([on(0)], [link([1], [1], LinkKind.UNCHANGED)], NODES)


def test_the_hash_is_that_of_the_wording() -> None:
    (node, *_) = NODES
    for same in ({"number": "9"}, {"key": 5}, {"title": "WEIGHING"}, {"text": SHALL.replace(" ", "\u00a0 ")}):
        assert text_hash(replace(node, **same)) == text_hash(node)
    for other in (
        {"title": "Mass"},
        {"text": SHALL.replace("shall", "should")},
        {"informative": SHALL},
        {"normative": False},
    ):
        assert text_hash(replace(node, **other)) != text_hash(node)


# -- chains --------------------------------------------------------------------------------------------------------

DOCUMENTS = {"en": words_only(sample("cd")), "ja": words_only(sample("dis.ja")), "lab": laboratory_method()}
ORDER = list(CarriedState)


def test_what_no_edit_touched_is_kept_and_nothing_else() -> None:
    same = kept = 0
    for name, nodes in DOCUMENTS.items():
        for seed in range(10):
            version = edited(nodes, "ja" if name == "ja" else "en", seed, 4)
            attachments = [Attachment(node.key, (node.key,), text_hash(node)) for node in nodes]
            carried = carry(attachments, align(nodes, version.nodes), version.nodes)
            true = {row[0]: row[1] for row in version.rows if row[2] in ("unchanged", "renumbered", "moved")}
            assert {each.id for each in carried if each.state is KEPT} <= true.keys()
            same += len(true)
            kept += sum(1 for each in carried if each.state is KEPT and each.clauses == (true[each.id],))
    assert kept >= 0.97 * same, f"{kept} of {same} kept"


@settings(max_examples=30)
@given(
    st.sampled_from(sorted(DOCUMENTS)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 6)), min_size=1, max_size=4),
    st.integers(0, 10**6),
    st.booleans(),
)
def test_nothing_is_lost_doubled_or_silently_kept(
    name: str, versions: list[tuple[int, int]], seed: int, corrected: bool
) -> None:
    """Attachments on every clause of a document and several on some, through random versions of it."""
    source = random.Random(seed)
    language = "ja" if name == "ja" else "en"
    nodes = DOCUMENTS[name]
    places = [node.key for node in nodes] + source.choices([node.key for node in nodes], k=10)
    attachments = [Attachment(at, (key,), text_hash(nodes[key])) for at, key in enumerate(places)]
    histories = {each.id: [nodes[each.clauses[0]]] for each in attachments}
    for version, edits in versions:
        new = edited(nodes, language, version, edits).nodes
        corrections = []
        if corrected:
            corrections = [Correction((source.choice(nodes).key,), (source.choice(new).key,))]
        links = align(nodes, new, corrections)
        carried = carry(attachments, links, new)
        assert [each.id for each in carried] == [each.id for each in attachments]
        became = {key: set(link.new) for link in links for key in link.old}
        for before, after in zip(attachments, carried, strict=True):
            assert set(after.clauses) == set().union(*(became[key] for key in before.clauses))
            assert len(set(after.clauses)) == len(after.clauses)
            assert ORDER.index(after.state) >= ORDER.index(before.state)
            assert after.reason
            if after.state is KEPT:
                histories[after.id].append(new[after.clauses[0]])
                wordings = {(title_key(each.title), masked_references(each.text)) for each in histories[after.id]}
                assert len(wordings) == 1
            if len(after.clauses) != 1:
                assert after.state is REOPENED
        attachments = [onward(before, after) for before, after in zip(attachments, carried, strict=True)]
        nodes = new


@given(st.data())
def test_any_links_carry_every_attachment_once(data: st.DataObject) -> None:
    """The rules alone, with links that no machine would make: texts decide, whatever a link says."""
    texts = st.sampled_from(["a", "b", "see 5.1.1", "see 5.1.2"])
    sides = [
        [ClauseNode(key, None, None, ClauseKind.CLAUSE, 1, None, data.draw(texts)) for key in range(4)]
        for _ in range(2)
    ]
    links = [
        link(
            [key], data.draw(st.lists(st.integers(0, 3), unique=True)), data.draw(st.sampled_from(list(LinkKind)[:-2]))
        )
        for key in range(4)
    ]
    attachments = [
        Attachment(at, tuple(data.draw(st.lists(st.integers(0, 3), unique=True))), text_hash(sides[0][0]))
        for at in range(5)
    ]
    carried = carry(attachments, links, sides[1])
    assert [each.id for each in carried] == list(range(5))
    for each in carried:
        if each.state is KEPT:
            assert text_hash(sides[1][each.clauses[0]]) == text_hash(sides[0][0])
