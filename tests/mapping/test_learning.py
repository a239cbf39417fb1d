"""The re-ranker that learns from triage, on simulated decisions: where it must be used, and where it must not."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from workbench.mapping.learning import FEATURES, LEAST_FAMILIES, Pair, Weights, assess


def simulated(seed: int, *, families: int = 40, by_meaning: float, noise: float = 0.3) -> list[Pair]:
    """Decisions of people who look at meaning by that share and at the engine's score for the rest."""
    source = random.Random(seed)
    pairs = []
    for family in range(families):
        for claim in range(2):
            for rank in range(1, 9):
                meaning, score = source.random(), 1 - rank / 8 + source.random() / 8
                liked = by_meaning * meaning + (1 - by_meaning) * score + noise * (source.random() - 0.5)
                features = (score, 10 * score, 5 * score, meaning, 1 / rank)
                pairs.append(Pair(f"family {family}", f"claim {family}.{claim}", features, liked > 0.5))
    return pairs


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_people_look_at_and_the_engine_does_not_is_learned(seed: int) -> None:
    found = assess(simulated(seed, by_meaning=1.0))
    assert found.better
    assert found.weights is not None
    weights = dict(zip(FEATURES, found.weights.weights, strict=True))
    assert max(weights, key=lambda name: weights[name]) == "meaning"
    assert found.base_ndcg is not None
    assert found.learned_ndcg is not None
    assert found.learned_ndcg > found.base_ndcg + 0.05


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_the_engine_is_right_already_nothing_is_put_in_its_place(seed: int) -> None:
    found = assess(simulated(seed, by_meaning=0.0, noise=0.2))
    assert found.weights is not None
    assert not found.better


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chance_is_not_learned(seed: int) -> None:
    source = random.Random(seed)
    pairs = [
        Pair(pair.family, pair.query, pair.features, source.random() < 0.4) for pair in simulated(seed, by_meaning=0.5)
    ]
    assert not assess(pairs).better


def test_the_same_decisions_give_the_same_numbers_in_any_order() -> None:
    pairs = simulated(4, by_meaning=0.7)
    shuffled = random.Random(9).sample(pairs, k=len(pairs))
    assert assess(pairs) == assess(shuffled)


@pytest.mark.parametrize(
    ("pairs", "lacking"),
    [
        ([], "families"),
        (simulated(1, families=LEAST_FAMILIES - 1, by_meaning=1.0), "families"),
        ([Pair(p.family, p.query, p.features, False) for p in simulated(1, by_meaning=1.0)], "plausible"),
        ([Pair(p.family, p.query, p.features, True) for p in simulated(1, by_meaning=1.0)], "not"),
        ([Pair(p.family, str(n), p.features, p.plausible) for n, p in enumerate(simulated(1, by_meaning=1.0))], "both"),
    ],
)  # fmt: skip
def test_too_few_decisions_teach_nothing_and_say_of_what(pairs: list[Pair], lacking: str) -> None:
    found = assess(pairs)
    assert (found.lacking, found.weights, found.better, found.pairs) == (lacking, None, False, len(pairs))


def test_a_signal_that_was_never_at_hand_counts_nothing() -> None:
    pairs = [
        Pair(pair.family, pair.query, (*pair.features[:2], None, *pair.features[3:]), pair.plausible)
        for pair in simulated(1, by_meaning=1.0)
    ]
    found = assess(pairs)
    assert found.better
    assert found.weights is not None
    assert found.weights.weights[FEATURES.index("characters")] == 0


def test_a_value_is_a_plain_sum() -> None:
    weights = Weights((1.0, 2.0), (2.0, 1.0), (0.5, 3.0))
    assert weights.value((3.0, None)) == 0.5
    values = [weights.value((x, 2.0)) for x in (0.0, 1.0, 2.0)]
    assert all(before < after for before, after in pairwise(values))
