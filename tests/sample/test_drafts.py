"""The sample drafts are read by the real reader and differ as a CD and its DIS do."""

from __future__ import annotations

import re

import pytest

from scrapers.drafts import read_draft
from scrapers.records import BlockKind, Clause, ClauseKind, Draft
from workbench import sample

CD, DIS, JAPANESE = (read_draft(sample.folder() / "drafts" / each.file) for each in sample.DRAFTS)
ALL = pytest.mark.parametrize("draft", [CD, DIS, JAPANESE], ids=["CD", "DIS", "Japanese"])
ENGLISH = pytest.mark.parametrize("draft", [CD, DIS], ids=["CD", "DIS"])


def _titles(draft: Draft) -> dict[str | None, str | None]:
    """Title of each numbered clause that is no term, by number."""
    return {
        each.number: each.title
        for each in draft.clauses
        if each.number is not None and each.kind is not ClauseKind.TERM
    }


def _clause(draft: Draft, number: str) -> Clause:
    return next(each for each in draft.clauses if each.number == number)


def _words(clause: Clause) -> str:
    return " ".join(each.text for each in clause.blocks)


@ALL
def test_titles_say_that_the_draft_is_a_sample(draft: Draft) -> None:
    assert draft.title is not None
    assert "SAMPLE" in draft.title
    assert draft.copyright is not None
    assert "invented" in draft.copyright


def test_the_drafts_are_those_of_one_work_item() -> None:
    assert [(each.reference, each.stage, each.language) for each in (CD, DIS, JAPANESE)] == [
        ("ISO/IEC CD 99001", "CD", "en"),
        ("ISO/IEC DIS 99001", "DIS", "en"),
        ("ISO/IEC DIS 99001", "DIS", "ja"),
    ]


@ENGLISH
def test_the_parts_of_a_standard_are_there(draft: Draft) -> None:
    kinds = [each.kind for each in draft.clauses]

    assert kinds[:2] == [ClauseKind.FOREWORD, ClauseKind.INTRODUCTION]
    assert kinds[-1] is ClauseKind.BIBLIOGRAPHY
    assert kinds.count(ClauseKind.TERM) >= 8
    assert [_titles(draft)[each] for each in "123"] == ["Scope", "Normative references", "Terms and definitions"]
    assert {each.number: each.normative for each in draft.clauses if each.number in {"A", "B"}} == {
        "A": True,
        "B": False,
    }
    blocks = {each.kind for clause in draft.clauses for each in clause.blocks}
    assert blocks >= {
        BlockKind.LIST_ITEM,
        BlockKind.NOTE,
        BlockKind.EXAMPLE,
        BlockKind.TABLE_ROW,
        BlockKind.TABLE_FOOTNOTE,
        BlockKind.NOTE_TO_ENTRY,
        BlockKind.REFERENCE,
    }
    assert len(_titles(draft)) >= 50


def test_the_japanese_draft_is_short() -> None:
    numbered = [each for each in JAPANESE.clauses if each.number and each.kind is not ClauseKind.TERM]

    assert len(numbered) >= 12
    assert "しなければならない" in _words(_clause(JAPANESE, "4.1"))


@ALL
def test_clauses_with_subclauses_hold_no_text_of_their_own(draft: Draft) -> None:
    parents = {each.parent for each in draft.clauses if each.kind is not ClauseKind.TERM}

    assert [each.number for place, each in enumerate(draft.clauses) if place in parents and each.blocks] == []


@ENGLISH
def test_no_subclause_stands_alone(draft: Draft) -> None:
    parents = [each.parent for each in draft.clauses if each.parent is not None]

    assert [each for each in set(parents) if parents.count(each) == 1] == []


@ENGLISH
def test_verbal_forms_are_those_of_the_directives(draft: Draft) -> None:
    text = " ".join(map(_words, draft.clauses))
    directing = re.compile(r"\b(shall|should|may)\b")

    assert re.findall(r"\b(?:must|will|need not|may not|might|could)\b", text) == []
    for clause in draft.clauses:
        for block in clause.blocks:
            if block.kind in {BlockKind.NOTE, BlockKind.EXAMPLE, BlockKind.DEFINITION} or clause.title == "Scope":
                assert not directing.search(block.text), block.text
        if clause.kind is ClauseKind.FOREWORD:
            assert not directing.search(_words(clause))


@ENGLISH
def test_cross_references_name_clauses_and_tables_that_exist(draft: Draft) -> None:
    numbers = {each.number for each in draft.clauses}
    tables = {each.label for clause in draft.clauses for each in clause.blocks if each.kind is BlockKind.TABLE_TITLE}
    for clause in draft.clauses:
        for block in clause.blocks:
            assert "{" not in block.text
            assert set(re.findall(r"\bClause (\d)\b", block.text)) <= numbers
            assert set(re.findall(r"\b(Table (?:[A-Z]\.)?\d+)\b", block.text)) <= tables


def test_the_dis_differs_from_the_cd_as_its_foreword_says() -> None:
    before, after = _titles(CD), _titles(DIS)

    assert set(before.values()) - set(after.values()) == {"Heartbeat"}
    assert set(after.values()) - set(before.values()) == {
        "Telemetry events",
        "Sampling and rate control",
        "Canary items",
        "Paired comparison of components",
    }
    assert (before["5.9"], after["5.8"]) == ("Versioning of the interface",) * 2
    assert (before["6.6"], after["6.7"]) == ("Robustness",) * 2
    assert _clause(CD, "5.6").blocks
    assert not _clause(DIS, "5.6").blocks


def test_some_clauses_are_reworded_and_most_are_not() -> None:
    old = {each.title: _words(each) for each in CD.clauses if each.blocks}
    new = {each.title: _words(each) for each in DIS.clauses if each.blocks}
    common = (old.keys() & new.keys()) - {"General", "Foreword"}
    reworded = {each for each in common if old[each] != new[each]}

    assert {"Offer and selection", "Protection against replay", "Confidence intervals"} <= reworded
    assert 8 <= len(reworded) < len(common) / 2
