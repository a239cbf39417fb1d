"""References to clauses: what counts as one, and when another number is no other wording."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.records import ClauseKind
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Link, LinkKind, align
from workbench.standards.references import find_references, masked_references

NUMBERS = frozenset({"4", "5", "5.2", "5.2.1", "5.9", "6", "6.2", "A", "A.3", "B"})
BODY = {
    "6.1": "The operator shall weigh each test portion before drying starts.",
    "6.2": "Dry the portion until two weighings agree.",
    "6.3": "Let the dish cool in a desiccator over fresh salt.",
    "6.4": "Note the humidity of the laboratory every hour.",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as specified in 6.2.", ["6.2"]),
        ("see 5.2.1 and 6.2", ["5.2.1", "6.2"]),
        ("Clauses 4, 5 and 6 apply", ["4", "5", "6"]),
        ("the requirements of Clause 5 and of Clause 6", ["5", "6"]),
        ("in accordance with Annex A, see A.3", ["A", "A.3"]),
        ("箇条5及び附属書Aによる。6.2に従う。", ["5", "A", "6.2"]),
        ("a voltage of 6.2 V", []),
        ("a mean of 5.2 mm and 6.2 mm", []),
        ("between 5 and 6 items", []),
        ("a factor 6.2 is used", []),
        ("see ISO 6646, 5.2.1", []),
        ("ISO/IEC 22989:2022, Clause 5", []),
        ("Clause 5 of ISO 24333", []),
        ("ISO/IEC 9797-2:2021, 5.2", []),
        ("at 2026-5.2 or 5.2.1.7", []),
        ("A sample of B grade", []),
    ],
)
def test_what_is_a_reference(text: str, expected: list[str]) -> None:
    assert [each.number for each in find_references(text, NUMBERS)] == expected


def draft(*numbers: str, text: str, of: dict[str, str] | None = None) -> list[ClauseNode]:
    """Clause 5 with a text, and clause 6 with subclauses of these numbers; `of` has whose text a number holds."""
    nodes = [
        ClauseNode(0, "5", "General rules", ClauseKind.CLAUSE, 1, None, text),
        ClauseNode(1, "6", "Method", ClauseKind.CLAUSE, 1, None, ""),
    ]
    for at, number in enumerate(numbers, start=2):
        body = BODY[(of or {}).get(number, number)]
        nodes.append(ClauseNode(at, number, body.split()[1].title(), ClauseKind.CLAUSE, 2, 1, body))
    return nodes


def link_of_first(old: list[ClauseNode], new: list[ClauseNode]) -> Link:
    (link,) = [link for link in align(old, new) if 0 in link.old]
    return link


SHIFTED = {"6.1": "6.4", "6.2": "6.1", "6.3": "6.2", "6.4": "6.3"}


def test_a_reference_that_follows_its_clause_is_no_rewording() -> None:
    old = draft("6.1", "6.2", "6.3", text="Portions shall be dried, see 6.2.")
    new = draft("6.1", "6.2", "6.3", "6.4", text="Portions shall be dried, see 6.3.", of=SHIFTED)
    link = link_of_first(old, new)
    assert (link.kind, link.similarity) == (LinkKind.UNCHANGED, 1.0)
    assert link.reason == "same text but for references that follow the renumbering: 6.2 → 6.3; same number"


def test_a_reference_to_another_clause_is_a_rewording() -> None:
    old = draft("6.1", "6.2", "6.3", text="Portions shall be dried, see 6.2.")
    new = draft("6.1", "6.2", "6.3", text="Portions shall be dried, see 6.3.")
    assert link_of_first(old, new).kind is LinkKind.REWORDED


def test_a_value_is_never_taken_for_a_reference() -> None:
    old = draft("6.1", "6.2", "6.3", text="The mass shall lie in 6.2 g of the mean.")
    new = draft("6.1", "6.2", "6.3", "6.4", text="The mass shall lie in 6.3 g of the mean.", of=SHIFTED)
    assert link_of_first(old, new).kind is LinkKind.REWORDED


def test_a_reference_left_behind_is_told() -> None:
    text = "Portions shall be dried, see 6.2."
    link = link_of_first(draft("6.1", "6.2", "6.3", text=text), draft(*sorted(SHIFTED), text=text, of=SHIFTED))
    assert link.kind is LinkKind.UNCHANGED
    assert link.reason == "same text; same number; refers to 6.2, which has another number now"


def test_a_range_is_the_same_only_over_the_same_clauses() -> None:
    old = draft("6.1", "6.2", "6.3", text="Take the steps of 6.1 to 6.3; see 6.1 to 6.3.")
    shifted = draft(*sorted(SHIFTED), text="Take the steps of 6.2 to 6.4; see 6.2 to 6.4.", of=SHIFTED)
    assert link_of_first(old, shifted).kind is LinkKind.UNCHANGED
    widened = {"6.1": "6.1", "6.2": "6.2", "6.3": "6.4", "6.4": "6.3"}
    wider = draft(*sorted(widened), text="Take the steps of 6.1 to 6.4; see 6.1 to 6.4.", of=widened)
    assert link_of_first(old, wider).kind is LinkKind.REWORDED


@given(st.text(alphabet="abcA.B 0123456789,()-箇条附属書:に", max_size=80))
def test_references_stand_where_they_say(text: str) -> None:
    for each in find_references(text, NUMBERS):
        assert text[each.start : each.end] == each.number
        assert each.number in NUMBERS
    assert masked_references(masked_references(text)) == masked_references(text)


def test_masking_leaves_values() -> None:
    assert masked_references("see 6.2, use 6.2 V") == "see #, use 6.2 V"
    node = draft("6.1", text="see 6.1")[0]
    assert masked_references(node.text) == masked_references(replace(node, text="see  6.4").text)
