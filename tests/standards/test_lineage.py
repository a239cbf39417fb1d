"""Aligning a draft with the one before it: each kind of link, its reason, corrections, and what always holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scrapers.records import ClauseKind
from tests.standards.lineage_documents import laboratory_method, sample, words_only
from tests.standards.lineage_edits import edited
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Correction, CorrectionError, Link, LinkKind, align, lineage_rows

WEIGHING = "The operator shall weigh each test portion to the nearest 0,1 g before drying starts."
DRYING = "Dry the test portion at 105 °C until two weighings that follow each other differ by less than 2 mg."
COOLING = "Let the dish cool in a desiccator and record the ambient humidity of the laboratory."
REPORT = "The report shall name the method used and state every deviation from the procedure."


def draft(*clauses: tuple[str | None, str | None, str]) -> list[ClauseNode]:
    """A draft of (number, title, text); parents follow from the numbers."""
    places = {number: at for at, (number, _, _) in enumerate(clauses) if number}
    nodes: list[ClauseNode] = []
    for key, (number, title, text) in enumerate(clauses):
        above = None if number is None else places.get(number.rpartition(".")[0])
        level = 1 if above is None else nodes[above].level + 1
        kind = ClauseKind.ANNEX if number and number[0].isalpha() else ClauseKind.CLAUSE
        nodes.append(ClauseNode(key, number, title, kind, level, above, text))
    return nodes


def rows(old: Sequence[ClauseNode], new: Sequence[ClauseNode], links: Sequence[Link]) -> list[tuple[str, str, str]]:
    """(from, to, kind) with numbers, or titles where there is none."""
    return [
        (row["from"] or row["from_title"] or "-", row["to"] or row["to_title"] or "-", row["kind"])
        for row in lineage_rows(links, old, new)
    ]


def reasons(links: Sequence[Link], kind: LinkKind) -> list[str]:
    return [link.reason for link in links if link.kind is kind]


def test_same_text_and_number_is_unchanged_whatever_the_print() -> None:
    old = draft(("1", "Scope", "A “portion” is non-standard – see below.\nIt is kept."))
    new = draft(("1", "SCOPE", 'A  "portion" is non\u2010standard - see below. It is kept.'))
    (link,) = align(old, new)
    assert (link.kind, link.similarity, link.reason) == (LinkKind.UNCHANGED, 1.0, "same text; same number")


def test_numbers_that_shift_are_renumbered() -> None:
    old = draft(("6", "Method", ""), ("6.1", "Weighing", WEIGHING), ("6.2", "Drying", DRYING))
    new = draft(
        ("6", "Method", ""), ("6.1", "Cooling", COOLING), ("6.2", "Weighing", WEIGHING), ("6.3", "Drying", DRYING)
    )
    links = align(old, new)
    assert rows(old, new, links) == [
        ("6", "6", "unchanged"),
        ("-", "6.1", "new"),
        ("6.1", "6.2", "renumbered"),
        ("6.2", "6.3", "renumbered"),
    ]
    assert reasons(links, LinkKind.RENUMBERED)[1] == "same text; number 6.2 → 6.3"


def test_another_parent_is_moved_and_its_subclauses_are_renumbered() -> None:
    old = draft(
        ("5", "Before", ""),
        ("5.1", "Weighing", WEIGHING),
        ("6", "After", ""),
        ("6.1", "Cooling", ""),
        ("6.1.1", None, COOLING),
        ("6.2", "Report", REPORT),
    )
    new = draft(
        ("5", "Before", ""),
        ("5.1", "Weighing", WEIGHING),
        ("5.2", "Cooling", ""),
        ("5.2.1", None, COOLING),
        ("6", "After", ""),
        ("6.1", "Report", REPORT),
    )
    links = align(old, new)
    assert ("6.1", "5.2", "moved") in rows(old, new, links)
    assert ("6.1.1", "5.2.1", "renumbered") in rows(old, new, links)
    assert reasons(links, LinkKind.MOVED) == [
        "same title, no text of its own; number 6.1 → 5.2; now under 5 “Before”, before under 6 “After”"
    ]


def test_a_clause_that_becomes_an_annex_is_moved() -> None:
    old = draft(("1", "Scope", WEIGHING), ("2", "Drying", DRYING))
    new = draft(("1", "Scope", WEIGHING), ("A", "Drying", DRYING))
    assert reasons(align(old, new), LinkKind.MOVED) == ["same text; number 2 → A; now an annex"]


def test_reworded_says_what_was_kept_and_what_else_changed() -> None:
    old = draft(("6", "Method", ""), ("6.1", "Weighing", WEIGHING), ("6.2", "Drying", DRYING))
    changed = DRYING.replace("105 °C", "130 °C").replace("two weighings", "three weighings")
    new = draft(("6", "Method", ""), ("6.1", "Drying of grain", changed), ("6.2", "Weighing", WEIGHING))
    links = align(old, new)
    assert ("6.2", "6.1", "reworded") in rows(old, new, links)
    (reason,) = reasons(links, LinkKind.REWORDED)
    assert reason == (
        "90 % of the words kept; 10 % of the words are new; title changed from “Drying” to “Drying of grain”; "
        "number 6.2 → 6.1"
    )


def test_only_punctuation_or_order_is_still_reworded_and_less_than_the_same() -> None:
    old, new = draft(("1", "Scope", "Grain, 0,02 mm.")), draft(("1", "Scope", "Grain, 0.02 mm."))
    (link,) = align(old, new)
    assert (link.kind, link.similarity) == (LinkKind.REWORDED, 0.99)
    assert link.reason.startswith("same words, but their order, punctuation or symbols changed")


def test_same_words_that_no_longer_bind_are_reworded() -> None:
    (old,) = draft(("1", "Limits", WEIGHING))
    note, annex = replace(old, informative=WEIGHING), replace(old, normative=False)
    assert align([old], [note])[0].kind is LinkKind.REWORDED
    assert "note, an example or a footnote" in align([old], [note])[0].reason
    assert align([old], [annex])[0].reason == "same text; title unchanged; was normative, is informative now"


def test_split_into_neighbours() -> None:
    old = draft(("7", "Test", ""), ("7.1", "Drying", f"{DRYING}\n{COOLING}"), ("7.2", "Report", REPORT))
    new = draft(("7", "Test", ""), ("7.1", "Drying", DRYING), ("7.2", "Cooling", COOLING), ("7.3", "Report", REPORT))
    links = align(old, new)
    assert rows(old, new, links) == [
        ("7", "7", "unchanged"),
        ("7.1", "7.1", "split"),
        ("7.1", "7.2", "split"),
        ("7.2", "7.3", "renumbered"),
    ]
    assert reasons(links, LinkKind.SPLIT) == ["text of 7.1 is now in 7.1 and 7.2"]


def test_split_into_subclauses_of_what_is_a_heading_now() -> None:
    old = draft(("7", "Test", f"{DRYING}\n{COOLING}"), ("8", "Report", REPORT))
    new = draft(("7", "Test", ""), ("7.1", "Drying", DRYING), ("7.2", "Cooling", COOLING), ("8", "Report", REPORT))
    assert [(link.old, link.new, link.kind) for link in align(old, new)] == [
        ((0,), (0, 1, 2), LinkKind.SPLIT),
        ((1,), (3,), LinkKind.UNCHANGED),
    ]


def test_whole_text_in_one_subclause_is_moved_not_split() -> None:
    old = draft(("7", "Test", DRYING), ("8", "Report", REPORT))
    new = draft(("7", "Test", ""), ("7.1", "Test", DRYING), ("7.2", "Weighing", WEIGHING), ("8", "Report", REPORT))
    assert rows(old, new, align(old, new))[:3] == [("-", "7", "new"), ("7", "7.1", "moved"), ("-", "7.2", "new")]


def test_merged() -> None:
    old = draft(("7", "Test", ""), ("7.1", "Drying", DRYING), ("7.2", "Cooling", COOLING), ("7.3", "Report", REPORT))
    new = draft(("7", "Test", ""), ("7.1", "Drying", f"{DRYING}\n{COOLING}"), ("7.2", "Report", REPORT))
    links = align(old, new)
    assert ("7.1", "7.1", "merged") in rows(old, new, links)
    assert ("7.2", "7.1", "merged") in rows(old, new, links)
    assert reasons(links, LinkKind.MERGED) == ["text of 7.1 and 7.2 is now in 7.1"]


def test_a_copied_passage_is_no_split() -> None:
    old = draft(("1", "Drying", f"{DRYING}\n{COOLING}"), ("2", "Report", REPORT))
    new = draft(("1", "Drying", f"{DRYING}\n{COOLING}"), ("2", "Cooling", COOLING), ("3", "Report", REPORT))
    assert rows(old, new, align(old, new))[:2] == [("1", "1", "unchanged"), ("-", "2", "new")]


def test_another_title_and_other_words_at_an_old_place_are_gone_and_new() -> None:
    old = draft(("1", "Scope", WEIGHING), ("2", "Drying", DRYING), ("3", "Report", REPORT))
    new = draft(("1", "Scope", WEIGHING), ("2", "Humidity", COOLING), ("3", "Report", REPORT))
    assert ("2", "-", "gone") in rows(old, new, align(old, new))
    assert ("-", "2", "new") in rows(old, new, align(old, new))


def test_a_text_written_anew_under_its_old_title_is_reworded() -> None:
    old = draft(("1", "Scope", WEIGHING), ("2", "Drying", DRYING), ("3", "Report", REPORT))
    new = draft(("1", "Scope", WEIGHING), ("2", "Drying", COOLING), ("3", "Report", REPORT))
    assert rows(old, new, align(old, new))[1] == ("2", "2", "reworded")


def test_clauses_that_look_alike_follow_their_parents() -> None:
    def annex(letter: str, title: str, text: str) -> list[tuple[str | None, str | None, str]]:
        return [
            (letter, title, ""),
            (f"{letter}.1", "Principle", text),
            (f"{letter}.2", "Apparatus", ""),
            (f"{letter}.2.1", "Tweezers.", ""),
            (f"{letter}.3", "Report", "Report as specified."),
        ]

    old = draft(*annex("A", "Defects", DRYING), *annex("B", "Staining", COOLING))
    new = draft(*annex("A", "Gel time", REPORT), *annex("B", "Defects", DRYING), *annex("C", "Staining", COOLING))
    links = align(old, new)
    assert Counter(link.kind.value for link in links) == {"new": 5, "renumbered": 10}
    assert [link.new[0] - link.old[0] for link in links if link.old] == [5] * 10


def test_japanese() -> None:
    text = "オーケストレータは，有効期間が満了した能力記述子に基づいて構成要素を選択してはならない。"
    old = draft(("1", "選択", text), ("2", "報告", "試験報告書には，用いた方法を記載しなければならない。"))
    new = draft(
        ("1", "報告", "試験報告書には，用いた方法を 記載しなければならない。"),
        ("2", "選択", text.replace("選択して", "呼び出して")),
    )
    links = align(old, new)
    assert rows(old, new, links) == [("1", "2", "reworded"), ("2", "1", "renumbered")]
    assert "of the text kept" in links[0].reason


def test_empty_drafts() -> None:
    nodes = draft(("1", "Scope", WEIGHING))
    assert align([], []) == []
    assert [link.kind for link in align(nodes, [])] == [LinkKind.GONE]
    assert [link.kind for link in align([], nodes)] == [LinkKind.NEW]


def test_clauses_out_of_order_are_refused() -> None:
    first, second = draft(("1", "Scope", ""), ("1.1", "Drying", DRYING))
    with pytest.raises(ValueError, match="reading order"):
        align([second, first], [])


# -- corrections -------------------------------------------------------------------------------------------------


def test_a_correction_wins_and_the_kind_follows_from_the_text() -> None:
    old = draft(("1", "Weighing", WEIGHING), ("2", "Drying", DRYING))
    new = draft(("1", "Weighing", WEIGHING), ("2", "Drying", DRYING))
    links = align(old, new, [Correction((0,), (1,), "the operator was meant")])
    assert [(link.old, link.new, link.kind, link.by) for link in links if link.by == "person"] == [
        ((0,), (1,), LinkKind.REWORDED, "person")
    ]
    (said,) = [link for link in links if link.by == "person"]
    assert said.reason.startswith("linked by a person; ")
    assert said.reason.endswith("; remark: the operator was meant")
    assert all(0 not in link.old and 1 not in link.new for link in links if link.by == "machine")


def test_a_person_may_say_new_gone_split_and_merged() -> None:
    nodes = draft(("1", "Weighing", WEIGHING), ("2", "Drying", DRYING), ("3", "Cooling", COOLING))
    gone = align(nodes, nodes, [Correction((0,), ())])
    assert reasons(gone, LinkKind.GONE) == ["marked as gone by a person"]
    assert (LinkKind.NEW, (0,)) in [(link.kind, link.new) for link in gone]
    assert align(nodes, nodes, [Correction((0,), (0, 1))])[0].kind is LinkKind.SPLIT
    assert align(nodes, nodes, [Correction((0, 1), (0,))])[0].kind is LinkKind.MERGED


@pytest.mark.parametrize(
    ("corrections", "message"),
    [
        ([Correction((), ())], "names no clause"),
        ([Correction((9,), (0,))], "earlier draft has no clause with key 9"),
        ([Correction((0,), (0,)), Correction((0,), (1,))], "clause 1 of the earlier draft is named by two"),
        ([Correction((0,), (1,)), Correction((1,), (1,))], "clause 2 of the later draft is named by two"),
    ],
)
def test_corrections_that_cannot_be_are_refused(corrections: list[Correction], message: str) -> None:
    nodes = draft(("1", "Weighing", WEIGHING), ("2", "Drying", DRYING))
    with pytest.raises(CorrectionError, match=message):
        align(nodes, nodes, corrections)


# -- what always holds ---------------------------------------------------------------------------------------------

DOCUMENTS = {"en": words_only(sample("dis")), "ja": words_only(sample("dis.ja")), "lab": laboratory_method()}
ANY_DRAFT = st.builds(
    lambda name, seed, edits: edited(DOCUMENTS[name], "ja" if name == "ja" else "en", seed, edits).nodes,
    st.sampled_from(sorted(DOCUMENTS)),
    st.integers(0, 10**6),
    st.integers(1, 4),
)
_TITLES = st.sampled_from([None, "", "General", "Principle", "一般", "Annex", "General "])
_TEXTS = st.text(alphabet="ab1.2 ,\u3042\u6f22“-\n", max_size=30) | st.just(WEIGHING)
RANDOM_DRAFT = st.lists(st.tuples(st.sampled_from([None, "1", "1.1", "1.2", "2", "A", "A.1"]), _TITLES, _TEXTS)).map(
    lambda clauses: [
        ClauseNode(key, number, title, ClauseKind.CLAUSE, 1, key // 2 if key % 3 == 1 else None, text)
        for key, (number, title, text) in enumerate(clauses)
    ]
)


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ANY_DRAFT | RANDOM_DRAFT, ANY_DRAFT | RANDOM_DRAFT, st.data())
def test_every_clause_is_linked_and_every_old_one_once(
    old: list[ClauseNode], new: list[ClauseNode], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, 3))
    ours = data.draw(st.permutations([node.key for node in old]))[: 2 * count]
    theirs = data.draw(st.permutations([node.key for node in new]))[: 2 * count]
    corrections = [
        Correction(tuple(ours[at :: count or 1]), tuple(theirs[at :: count or 1]))
        for at in range(count)
        if ours[at::count] or theirs[at::count]
    ]
    links = align(old, new, corrections)
    assert Counter(key for link in links for key in link.old) == {node.key: 1 for node in old}
    assert {key for link in links for key in link.new} == {node.key for node in new}
    assert {(tuple(sorted(c.old)), tuple(sorted(c.new))) for c in corrections} == {
        (link.old, link.new) for link in links if link.by == "person"
    }
    for link in links:
        assert 0 <= link.similarity <= 1
        assert link.reason
        shape = (min(len(link.old), 2), min(len(link.new), 2))
        assert shape in {
            LinkKind.NEW: [(0, 1), (0, 2)],
            LinkKind.GONE: [(1, 0), (2, 0)],
            LinkKind.SPLIT: [(1, 2), (2, 2)],
            LinkKind.MERGED: [(1, 1), (2, 1)],
        }.get(link.kind, [(1, 1)])
    assert align(old, new, corrections) == links


@settings(max_examples=40)
@given(ANY_DRAFT | RANDOM_DRAFT)
def test_a_draft_and_itself_are_unchanged(nodes: list[ClauseNode]) -> None:
    links = align(nodes, nodes)
    alike = Counter((node.title or "", node.text) for node in nodes)
    for link in links:
        if all(alike[nodes[key].title or "", nodes[key].text] == 1 and nodes[key].text for key in link.old):
            assert link.old == link.new
            assert link.kind in (LinkKind.UNCHANGED, LinkKind.MOVED)
