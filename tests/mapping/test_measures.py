from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.mapping.measures import Scores, bootstrap, mean, score_query

documents = [f"d{number}" for number in range(15)]
rankings = st.permutations(documents)
grades = st.dictionaries(st.sampled_from([*documents, "absent"]), st.integers(0, 2), min_size=1).filter(
    lambda given: any(given.values())
)


def test_a_case_by_hand() -> None:
    scores = score_query(["x", "b", "a", "y"], {"a": 2, "b": 1, "c": 2})
    gained = 1 / math.log2(3) + 3 / 2
    ideal = 3 + 3 / math.log2(3) + 1 / 2
    assert scores == Scores(gained / ideal, hit_1=0.0, hit_5=1.0, hit_10=1.0, recall=0.5, mrr=1 / 3)


def test_rank_ten_counts_and_rank_eleven_does_not() -> None:
    others = [f"x{number}" for number in range(9)]
    tenth = score_query([*others, "a"], {"a": 2})
    assert tenth == Scores(3 / math.log2(11) / 3, 0.0, 0.0, 1.0, 1.0, 0.1)
    assert score_query([*others, "x", "a"], {"a": 2}) == Scores(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_without_grade_two_only_ndcg_is_measured() -> None:
    assert score_query(["a"], {"a": 1, "b": 0}) == Scores(1.0, None, None, None, None, None)


def test_an_empty_ranking_scores_nothing() -> None:
    assert score_query([], {"a": 2}) == Scores(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@given(rankings, grades)
def test_measures_are_those_of_a_second_statement(ranked: list[str], given_grades: dict[str, int]) -> None:
    def dcg(order: list[str]) -> float:
        total = 0.0
        for place in range(min(10, len(order))):
            total += (2 ** given_grades.get(order[place], 0) - 1) / math.log(place + 2, 2)
        return total

    scores = score_query(ranked, given_grades)
    assert scores.ndcg == pytest.approx(
        dcg(ranked) / dcg(sorted(given_grades, key=given_grades.__getitem__, reverse=True))
    )
    two = [document for document in given_grades if given_grades[document] == 2]
    if not two:
        assert scores.mrr is None
        return
    assert scores.hit_1 == (ranked[0] in two)
    assert scores.hit_5 == any(document in two for document in ranked[:5])
    assert scores.hit_10 == any(document in two for document in ranked[:10])
    assert scores.recall == sum(document in ranked[:10] for document in two) / len(two)
    places = [ranked.index(document) + 1 for document in two if document in ranked[:10]]
    assert scores.mrr == (1 / min(places) if places else 0)


@given(rankings, grades)
def test_the_ideal_ranking_scores_one_and_none_more(ranked: list[str], given_grades: dict[str, int]) -> None:
    assert 0 <= score_query(ranked, given_grades).ndcg <= 1 + 1e-12
    ideal = sorted(given_grades, key=given_grades.__getitem__, reverse=True)
    assert score_query(ideal, given_grades).ndcg == pytest.approx(1)


def test_means_leave_out_what_was_not_measured() -> None:
    assert mean([1.0, None, 0.0]) == 0.5
    assert mean([None]) is None


def test_bootstrap_draws_whole_clusters() -> None:
    values = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    together = bootstrap(values, ["a", "a", "a", "b", "b", "b"])
    apart = bootstrap(values, ["a", "b", "c", "d", "e", "f"])
    assert together == (0.0, 1.0)
    assert 0.0 < apart[0] < 0.5 < apart[1] < 1.0
    assert bootstrap([0.2, 0.4], ["a", "a"]) == pytest.approx((0.3, 0.3))


def test_bootstrap_agrees_with_another_one() -> None:
    source = random.Random(7)
    values = [source.random() for _ in range(60)]
    clusters = [f"p{source.randrange(20)}" for _ in values]
    members: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        members.setdefault(cluster, []).append(value)
    means = []
    for _ in range(4000):
        drawn = [value for cluster in source.choices(list(members), k=len(members)) for value in members[cluster]]
        means.append(sum(drawn) / len(drawn))
    means.sort()
    assert bootstrap(values, clusters) == pytest.approx((means[100], means[3900]), abs=0.01)
    assert bootstrap(values, clusters) == bootstrap(values, clusters)
