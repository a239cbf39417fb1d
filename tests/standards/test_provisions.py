"""Provisions of a clause: offsets, lists, places, and sentences that must not be cut."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.records import Block, BlockKind, ClauseKind
from workbench.standards.provisions import Provision, block_spans, clause_text, find_provisions
from workbench.standards.sentences import sentence_spans

FRAGMENTS = st.sampled_from(
    [
        "The node shall answer.",
        "See e.g. Fig. 3 of ISO 1.",
        "装置は，停止する。",
        "It may wait (see 5.1).",
        "Rinse it. ",
        "次による。",
        "“Never shall it rain.”",
        "...",
        "No. 5",
        "１．２ 項",
    ]
)
TEXTS = st.one_of(
    st.text(min_size=1, max_size=80).map(lambda text: " ".join(text.split())).filter(bool),
    st.lists(FRAGMENTS, min_size=1, max_size=6).map(lambda parts: " ".join(" ".join(parts).split())),
)
BLOCKS = st.lists(st.builds(Block, kind=st.sampled_from(BlockKind), text=TEXTS), max_size=6)


def provisions_of(*blocks: tuple[BlockKind, str], title: str | None = None) -> list[Provision]:
    return find_provisions(
        [Block(kind=kind, text=text) for kind, text in blocks], kind=ClauseKind.CLAUSE, normative=True, title=title
    )


@given(BLOCKS, st.sampled_from(ClauseKind), st.booleans(), st.sampled_from(["en", "ja", "fr"]))
def test_provisions_lie_in_the_text_in_order_and_leave_nothing_out(
    blocks: list[Block], kind: ClauseKind, normative: bool, language: str
) -> None:
    text = clause_text(blocks)
    found = find_provisions(blocks, kind=kind, normative=normative, language=language)
    end = 0
    for provision in found:
        assert text[provision.start : provision.end] == provision.text
        assert provision.text.strip() == provision.text != ""
        assert text[end : provision.start].strip() == ""
        end = provision.end
    assert text[end:].strip() == ""


@given(BLOCKS)
def test_blocks_are_found_again_in_the_text(blocks: list[Block]) -> None:
    text = clause_text(blocks)
    assert [text[start:end] for start, end in block_spans(blocks)] == [block.text for block in blocks]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Use foil, e.g. Tin foil. Then wait.", ["Use foil, e.g. Tin foil.", "Then wait."]),
        ("See Fig. 3 and No. 5. It leaks.", ["See Fig. 3 and No. 5.", "It leaks."]),
        ("As in 5.1. The node waits.", ["As in 5.1.", "The node waits."]),
        ("1. The first step is rinsing.", ["1. The first step is rinsing."]),
        ("It follows J. Sato. It is old.", ["It follows J. Sato.", "It is old."]),
        ("Use the method in Annex A. Report it.", ["Use the method in Annex A.", "Report it."]),
        ("It said “Stop.” Nobody did.", ["It said “Stop.”", "Nobody did."]),
        ("Is it safe? Check! (It is.) Go on.", ["Is it safe?", "Check!", "(It is.)", "Go on."]),
        ("試料は，洗う（よく混ぜる。）。次に乾かす。", ["試料は，洗う（よく混ぜる。）。", "次に乾かす。"]),
        ("値は3．5とする．次に進む．", ["値は3．5とする．", "次に進む．"]),
        ("The values, i.e. the means, are kept", ["The values, i.e. the means, are kept"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_items_of_a_list_take_the_kind_of_the_sentence_before_it() -> None:
    found = provisions_of(
        (BlockKind.PARAGRAPH, "The record shall contain the following:"),
        (BlockKind.LIST_ITEM, "the date;"),
        (BlockKind.LIST_ITEM, "incidents which may have changed the result;"),
        (BlockKind.LIST_ITEM, "a remark, which should be short."),
        (BlockKind.PARAGRAPH, "The archive holds:"),
        (BlockKind.LIST_ITEM, "the date;"),
    )
    assert [provision.kind for provision in found] == ["requirement"] * 4 + ["statement"] * 2
    assert [provision.binds for provision in found] == ["yes"] * 4 + ["no"] * 2
    assert found[1].reason == "list-of-shall"


def test_an_item_with_a_verbal_form_of_its_own_keeps_it() -> None:
    found = provisions_of(
        (BlockKind.PARAGRAPH, "The message shall be built as follows:"),
        (BlockKind.LIST_ITEM, "the header may be empty;"),
        (BlockKind.LIST_ITEM, "次の項目を含める。"),
    )
    assert found[1].kind == "permission"


def test_a_japanese_sentence_leads_its_list() -> None:
    found = provisions_of(
        (BlockKind.PARAGRAPH, "報告書には，次の事項を記載しなければならない。"),
        (BlockKind.LIST_ITEM, "試験年月日"),
    )
    assert [provision.kind for provision in found] == ["requirement", "requirement"]


def test_the_legend_of_a_formula_belongs_to_no_list() -> None:
    found = provisions_of(
        (BlockKind.PARAGRAPH, "The mean shall be calculated as:"),
        (BlockKind.FORMULA, "m = s/n"),
        (BlockKind.LIST_ITEM, "s is the sum;"),
    )
    assert [provision.kind for provision in found] == ["requirement", "statement", "statement"]


def test_a_row_of_a_table_is_one_unit() -> None:
    (row,) = provisions_of((BlockKind.TABLE_ROW, "Latency. | Shall be low. | 5 ms"))
    assert (row.kind, row.binds) == ("requirement", "yes")


def test_names_and_references_are_never_provisions() -> None:
    found = provisions_of(
        (BlockKind.TABLE_TITLE, "What a node shall do"),
        (BlockKind.CODE, "assert node.must(shall)"),
        (BlockKind.REFERENCE, "ISO 99999, What a node shall do"),
        (BlockKind.TERM_SOURCE, "ISO 99999, 3.1, modified — shall was removed."),
    )
    assert {provision.kind.value for provision in found} == {"statement"}
    assert {provision.flag for provision in found} == {None}


def test_the_patent_sentence_of_every_foreword_is_no_fault_of_the_draft() -> None:
    block = Block(kind=BlockKind.PARAGRAPH, text="ISO shall not be held responsible for identifying such rights.")
    (found,) = find_provisions([block], kind=ClauseKind.FOREWORD, normative=False)
    assert (found.kind, found.binds, found.flag) == ("requirement", "no", None)


def test_a_list_of_references_holds_no_requirement() -> None:
    block = Block(kind=BlockKind.PARAGRAPH, text="These documents shall be read.")
    (found,) = find_provisions([block], kind=ClauseKind.CLAUSE, normative=False, title="Normative references")
    assert (found.binds, found.flag) == ("no", "drafting_error")


def test_a_language_without_rules_goes_to_a_person() -> None:
    block = Block(kind=BlockKind.PARAGRAPH, text="Le nœud doit répondre.")
    (found,) = find_provisions([block], kind=ClauseKind.CLAUSE, normative=True, language="fr")
    assert (found.kind, found.doubt, found.reason) == ("statement", True, "language")


def test_three_thousand_clauses_take_seconds() -> None:
    text = (
        "If the adapter receives a request, it shall answer with the list of its capabilities, unless it is busy. "
        "The list may be empty. For each capability, the version of the profile is given in Table 1. "
        "Repeat the request every 5 s until the peer answers. 受信側は，応答しなければならない。"
    )
    blocks = [Block(kind=BlockKind.PARAGRAPH, text=text) for _ in range(3)]
    began = time.perf_counter()
    for _ in range(3000):
        find_provisions(blocks, kind=ClauseKind.CLAUSE, normative=True)
    assert time.perf_counter() - began < 20
