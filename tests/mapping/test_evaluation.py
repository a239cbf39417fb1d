from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.errors import UnreadableFileError
from tests.mapping.claims import CLAIM, CLAUSES, JAPANESE_CLAIM
from tests.mapping.fake_encoder import WordEncoder
from workbench.mapping.encoder_onnx import OnnxEncoder
from workbench.mapping.evaluation import evaluate, make_run
from workbench.mapping.labelled import Query, read_corpus, read_labels, read_queries
from workbench.mapping.ranking import ClaimText, ClauseText, rank

QUERIES = [Query("P1#1", CLAIM, "en"), Query("P2#1", JAPANESE_CLAIM, "ja"), Query("P3#1", CLAIM, "none")]
LABELS = {"P1#1": {"5.1": 2, "5.2": 1, "gone": 1}, "P2#1": {"5.3": 1}, "P3#1": {"5.1": 0}, "unknown": {"5.1": 2}}


def test_one_result_for_all_and_one_a_group() -> None:
    everything, english, japanese = evaluate(QUERIES, CLAUSES, LABELS)
    assert [result.group for result in (everything, english, japanese)] == ["all", "en", "ja"]
    assert [result.queries for result in (everything, english, japanese)] == [2, 1, 1]
    assert everything.documents == 4
    assert (english.hit_1, english.recall, english.mrr) == (1.0, 1.0, 1.0)
    assert (japanese.hit_1, japanese.recall, japanese.mrr, japanese.ndcg) == (None, None, None, 1.0)
    assert everything.hit_1 == 1.0
    assert english.ndcg is not None
    assert everything.ndcg == pytest.approx((english.ndcg + 1) / 2)
    assert everything.ndcg_ci == pytest.approx((english.ndcg, 1.0))
    assert 0 < english.ndcg < 1


def test_the_record_has_the_names_of_the_command() -> None:
    record = evaluate(QUERIES, CLAUSES, LABELS)[0].as_record()
    assert list(record) == [
        "group", "queries", "documents", "hit@1", "hit@5", "hit@10", "recall@10", "mrr@10", "ndcg@10", "ndcg@10_ci",
        "bm25_ndcg@10", "gain_ci", "seconds", "peak_mb", "model",
    ]  # fmt: skip


def test_the_gain_is_over_plain_bm25() -> None:
    clauses = [ClauseText("text", "the", "score the score"), ClauseText("title", "Score", "of the other the other")]
    (result,) = evaluate([Query("P#1", ClaimText("P#1", "The score"))], clauses, {"P#1": {"title": 2}})
    assert result.ndcg == 1.0
    assert result.bm25_ndcg == pytest.approx(0.6309, abs=1e-4)
    assert result.gain_ci == pytest.approx((0.3691, 0.3691), abs=1e-4)


def test_a_run_is_the_engines_ranking_and_can_be_handed_over() -> None:
    run = make_run(QUERIES, CLAUSES)
    assert run.matches == rank([query.claim for query in QUERIES], CLAUSES, top=100)
    assert run.seconds > 0
    assert evaluate(QUERIES, CLAUSES, LABELS, run)[0].seconds == run.seconds


def test_a_run_says_which_encoder_it_had() -> None:
    run = make_run(QUERIES, CLAUSES, WordEncoder())
    assert run.model == "words-of-tests"
    assert {result.as_record()["model"] for result in evaluate(QUERIES, CLAUSES, LABELS, run)} == {"words-of-tests"}


def test_labels_of_other_queries_are_no_labels() -> None:
    with pytest.raises(UnreadableFileError, match="No query has a label"):
        evaluate(QUERIES, CLAUSES, {"unknown": {"5.1": 2}, "P3#1": {"5.1": 0}})


@pytest.mark.shared
def test_the_development_set_is_ranked_as_well_as_measured(shared: Path) -> None:
    folder = shared / "data" / "mapping_dev"
    queries, corpus = read_queries(folder / "queries.jsonl"), read_corpus(folder / "corpus.jsonl")
    everything, *groups = evaluate(queries, corpus, read_labels(folder / "qrels.tsv"))
    assert (everything.queries, everything.documents) == (38, 3461)
    assert [(group.group, group.queries) for group in groups] == [("rfc", 31), ("ai", 7)]
    assert everything.ndcg is not None
    assert everything.model is None
    assert everything.ndcg >= 0.45
    assert everything.bm25_ndcg == pytest.approx(0.338, abs=0.005)
    assert everything.gain_ci[0] > 0.05


@pytest.mark.shared
@pytest.mark.slow
def test_the_development_set_is_ranked_as_well_as_measured_with_the_model(shared: Path, model_folder: Path) -> None:
    """Over a minute, most of it for the vectors of the clauses."""
    folder = shared / "data" / "mapping_dev"
    queries, corpus = read_queries(folder / "queries.jsonl"), read_corpus(folder / "corpus.jsonl")
    run = make_run(queries, corpus, OnnxEncoder(model_folder))
    everything, _, governance = evaluate(queries, corpus, read_labels(folder / "qrels.tsv"), run)
    assert everything.ndcg is not None
    assert governance.ndcg is not None
    assert everything.ndcg >= 0.50
    assert governance.ndcg >= 0.40
    assert everything.gain_ci[0] > 0.05
