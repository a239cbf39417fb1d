from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.mapping.claims import CLAIM, CLAUSES, JAPANESE_CLAIM, claim_texts, clause_lists
from tests.mapping.fake_encoder import WordEncoder
from workbench.mapping.encoder import on_grid
from workbench.mapping.signals import DEMOTION, REQUIREMENT, SHARPNESS, Fusion, standardised
from workbench.mapping.signals_meaning import MeaningIndex, claim_passages, clause_passages
from workbench.mapping.texts import ClaimText, ClauseText

signals = hnp.arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 8)), elements=st.integers(0, 9))


@given(signals)
def test_standardised_is_in_deviations_with_one_that_shares_nothing(signal: np.ndarray) -> None:
    found = standardised(signal)
    for row, told in zip(signal, found, strict=True):
        whole = np.append(row, 0)
        expected = (row - whole.mean()) / whole.std() if whole.any() else np.zeros_like(row)
        assert told.tolist() == pytest.approx(expected.tolist(), abs=1e-4)


@given(signals, signals)
def test_a_row_does_not_depend_on_the_others(first: np.ndarray, second: np.ndarray) -> None:
    width = min(first.shape[1], second.shape[1])
    both = np.concatenate([first[:, :width], second[:, :width]])
    fusion = Fusion([ClauseText(at, None, "", "AB"[at % 2]) for at in range(width)])
    whole = fusion.score({"words": both, "meaning": both})
    for row, scores in zip(both, whole, strict=True):
        assert np.array_equal(fusion.score({"words": row[None], "meaning": row[None]})[0], scores)


def test_fusion_is_the_weighted_mean_and_what_the_kind_says() -> None:
    clauses = [CLAUSES[0], CLAUSES[1], CLAUSES[3]]
    words, meaning = np.array([[3, 0, 1]], np.float32), np.array([[0.1, 0.9, 0.3]], np.float32)
    found = Fusion([replace(clause, standard="S") for clause in clauses]).score({"words": words, "meaning": meaning})
    expected = (standardised(words) + 3 * standardised(meaning)) / 4 + np.array([[REQUIREMENT, 0, -DEMOTION]])
    assert found[0].tolist() == pytest.approx(expected[0].tolist(), abs=1e-5)


def test_standards_gain_by_their_clauses_not_by_their_number() -> None:
    words = np.array([[4, 1, 0, 1, 0, 1, 0]], np.float32)
    standards = ["A", "A", "A", "B", "B", "C", "C"]
    fusion = Fusion([ClauseText(at, None, "", name) for at, name in enumerate(standards)])
    plain = standardised(words)
    added = fusion.score({"words": words}) - plain

    def soft(places: slice) -> float:
        return float(SHARPNESS * np.log(np.mean(np.exp(plain[0, places] / SHARPNESS))))

    assert added[0, :3] == pytest.approx([soft(slice(0, 3)) - soft(slice(3, 5))] * 3, abs=1e-4)
    assert added[0, 3:] == pytest.approx([0] * 4, abs=1e-5)


def test_nothing_in_common_is_no_score() -> None:
    assert not Fusion(CLAUSES).score({"words": np.zeros((2, 4), np.float32)}).any()
    assert Fusion([]).score({"words": np.zeros((2, 0), np.float32)}).shape == (2, 0)


def test_passages_of_a_claim_are_its_elements_without_boilerplate() -> None:
    claim = replace(
        CLAIM,
        text="A method comprising: receiving, by a server, a model and a table of digests of the parts of said model; "
        "checking each digest; and refusing a model whose digests differ from those of its parts, wherein a refusal is "
        "logged with the digest.",
    )
    assert claim_passages(claim) == (
        "A method, receiving, by a server, a model and a table of digests of the parts of model;",
        "checking each digest; and refusing a model whose digests differ from those of its parts,",
        "a refusal is logged with the digest.",
    )


@settings(max_examples=80)
@given(claim_texts, clause_lists, st.text(max_size=300))
def test_passages_lose_no_word_of_a_clause_and_are_short(
    claim: ClaimText, clauses: list[ClauseText], text: str
) -> None:
    for clause in [*clauses, ClauseText("t", "Title", text * 20)]:
        passages = clause_passages(clause)
        title = " ".join((clause.title or "").split())
        said = "".join(passage.removeprefix(f"{title}. ") for passage in passages)
        if passages != (title,):
            assert "".join(said.split()) == "".join(clause.text.split())
        assert all(len(passage.split()) <= 100 + len(title.split()) for passage in passages)
    assert all(len(passage.split()) <= 46 for passage in claim_passages(claim))


def test_a_long_unspaced_text_is_cut() -> None:
    passages = clause_passages(ClauseText("j", None, "評価手法を文書化する" * 100))
    assert len(passages) == 5
    assert {len(passage) for passage in passages} == {200}
    assert len(claim_passages(replace(JAPANESE_CLAIM, text="評価" * 200))) == 5


@settings(max_examples=30)
@given(st.lists(claim_texts, min_size=1, max_size=4), clause_lists)
def test_meaning_is_the_mean_of_its_three_views(claims: list[ClaimText], clauses: list[ClauseText]) -> None:
    if not clauses:
        return
    encoder = WordEncoder()
    passages = [claim_passages(claim) for claim in claims]
    vectors = encoder.encode([text for each in passages for text in each])
    found = MeaningIndex(clauses, encoder).scores(vectors, [len(each) for each in passages])

    held = [encoder.encode(clause_passages(clause)) for clause in clauses]
    told = np.array([each.mean(axis=0) if len(each) else np.zeros(16, np.float32) for each in held])
    told = told[told.any(axis=1)]
    centre = told.mean(axis=0) if len(told) else np.zeros(16, np.float32)

    def centred(each: np.ndarray) -> np.ndarray:
        return on_grid(np.where(each.any(axis=1, keepdims=True), each - centre, 0))

    def mean(each: np.ndarray) -> np.ndarray:
        return on_grid(each.mean(axis=0, keepdims=True)) if len(each) else np.zeros((1, 16), np.float32)

    for row, texts in enumerate(passages):
        own = encoder.encode(texts)
        whole = centred(mean(own))
        for column, clause in enumerate(held):
            if not len(clause):
                assert found[row, column] == 0
                continue
            nearest = (centred(own) @ centred(clause).T).max(axis=1).mean() if len(own) else 0.0
            views = nearest + (whole @ centred(clause).T).max() + (whole @ centred(mean(clause)).T).item()
            assert found[row, column] == pytest.approx(views / 3, abs=2e-3)


def test_a_long_clause_of_a_short_draft_is_found_by_what_it_says() -> None:
    sentences = [f"Item{n} of the evaluation shall be signed and reported to its supervisor." for n in range(90)]
    clauses = [ClauseText(1, "Stop", "The device stops."), ClauseText(2, "Evaluation", " ".join(sentences))]
    encoder = WordEncoder(dimensions=64)
    asked = encoder.encode(["reporting turbines of a harbour in winter to a supervisor", "stopping turbines"])
    (of_long, of_short) = MeaningIndex(clauses, encoder).scores(asked, [1, 1])
    assert of_long[1] > of_long[0]
    assert of_short[0] > of_short[1]
