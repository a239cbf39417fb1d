"""Invented claims and clauses, and strategies for texts like them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from workbench.mapping.ranking import ClaimText, ClauseText, ProvisionText

CLAUSES = [
    ClauseText(
        "5.1",
        "Evaluation interface",
        "The evaluation interface shall return a score for each test case. The score should be signed.",
        "SAMPLE 1",
        "clause",
        (
            ProvisionText(0, "requirement", "The evaluation interface shall return a score for each test case."),
            ProvisionText(1, "recommendation", "The score should be signed."),
        ),
    ),
    ClauseText("5.2", "Data quality", "Training data shall be checked for missing labels before use.", "SAMPLE 1"),
    ClauseText(
        "5.3", "評価手法", "試験機関は、評価手法を文書化しなければならない。データの品質を確認する。", "SAMPLE 1"
    ),
    ClauseText(
        "0", "Introduction", "This document speaks of evaluation, interfaces and scores.", "SAMPLE 1", "introduction"
    ),
]

CLAIM = ClaimText(
    "c1",
    "A method comprising: returning scores for a plurality of test cases through an evaluation interface; "
    "and signing said scores.",
)
JAPANESE_CLAIM = ClaimText("j1", "前記評価手法のデータの品質を確認する確認部と、を備えるＡＩ評価装置。", None, "ja")

WORDS = [
    "score", "Scores", "scoring", "interface", "interfaces", "test-case", "comprising", "wherein", "and", "IPv6", "42",
    "評価手法", "データの品質", "前記評価", "ﾃﾞｰﾀ", "ＡＩ", "ﬁle", "Straße", "½", "を備える", "、",
    ";", ":", "(a)", "\n", "e\u0301tat",
]  # fmt: skip

texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=20).map("".join),
    st.text(max_size=60),
)

clause_lists = st.lists(
    st.builds(
        ClauseText,
        st.just(""),
        st.none() | texts,
        texts,
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([None, "clause", "foreword", "bibliography"]),
    ),
    max_size=6,
).map(lambda clauses: [replace(clause, id=place) for place, clause in enumerate(clauses)])
claim_texts = st.builds(ClaimText, st.just("c"), texts, st.none() | texts)
