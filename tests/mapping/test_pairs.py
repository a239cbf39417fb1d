"""The engine on sample pairs of claims and clauses, English and Japanese (tests/mapping/pairs)."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.mapping.encoder_onnx import load_encoder
from workbench.mapping.evaluation import GroupResult, evaluate, make_run
from workbench.mapping.labelled import read_corpus, read_labels, read_queries

PAIRS = Path(__file__).with_name("pairs")
QUERIES, CORPUS = read_queries(PAIRS / "queries.jsonl"), read_corpus(PAIRS / "corpus.jsonl")
LABELS = read_labels(PAIRS / "qrels.tsv")


@pytest.fixture(scope="module")
def by_words() -> dict[str, GroupResult]:
    return {result.group: result for result in evaluate(QUERIES, CORPUS, LABELS)}


@pytest.fixture(scope="module")
def with_model(model_folder: Path) -> dict[str, GroupResult]:
    run = make_run(QUERIES, CORPUS, load_encoder(model_folder))
    return {result.group: result for result in evaluate(QUERIES, CORPUS, LABELS, run)}


def test_the_labels_are_of_claims_and_clauses_that_there_are() -> None:
    assert {query.id for query in QUERIES} == set(LABELS)
    assert {clause for grades in LABELS.values() for clause in grades} <= {clause.id for clause in CORPUS}
    assert all(list(grades.values()).count(2) == 1 for grades in LABELS.values())


def test_japanese_claims_find_japanese_clauses_by_words(by_words: dict[str, GroupResult]) -> None:
    hits = by_words["ja"].hit_5
    assert hits is not None
    assert hits >= 0.6


def test_english_claims_find_english_clauses_by_words(by_words: dict[str, GroupResult]) -> None:
    hits = by_words["en"].hit_5
    assert hits is not None
    assert hits >= 0.75


def test_the_model_lifts_english_and_leaves_japanese_alone(
    by_words: dict[str, GroupResult], with_model: dict[str, GroupResult]
) -> None:
    def ndcg(results: dict[str, GroupResult], group: str) -> float:
        found = results[group].ndcg
        assert found is not None
        return found

    assert ndcg(with_model, "en") >= ndcg(by_words, "en") + 0.1
    assert ndcg(with_model, "ja") == pytest.approx(ndcg(by_words, "ja"), abs=0.01)
    assert with_model["en"].gain_ci[0] > 0.05
