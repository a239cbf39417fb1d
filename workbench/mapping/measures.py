"""Measures of a ranking against graded labels, and bootstrap intervals of their means. Pure numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

DEPTH = 10
CHARTED = 2
RESAMPLES = 2000
SEED = 42

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one query at a depth of 10.

    Hit, recall and reciprocal rank count grade 2 only and are None where the query has no document of that grade.
    """

    ndcg: float
    hit_1: float | None
    hit_5: float | None
    hit_10: float | None
    recall: float | None
    mrr: float | None


def score_query(ranked: Sequence[str], grades: Mapping[str, int]) -> Scores:
    """Score a ranking, best first and without repetition; a document without a grade counts 0.

    nDCG has the gain 2^grade - 1 and the discount log2(rank + 1); the ideal ranking is that of all graded documents,
    ranked or not. At least one grade must be above 0.
    """
    ideal = _dcg(sorted(grades.values(), reverse=True))
    ndcg = _dcg([grades.get(document, 0) for document in ranked]) / ideal
    charted = {document for document, grade in grades.items() if grade >= CHARTED}
    if not charted:
        return Scores(ndcg, None, None, None, None, None)
    ranks = [rank for rank, document in enumerate(ranked[:DEPTH], start=1) if document in charted]
    first = ranks[0] if ranks else math.inf
    return Scores(
        ndcg=ndcg,
        hit_1=float(first <= 1),
        hit_5=float(first <= 5),
        hit_10=float(first <= 10),
        recall=len(ranks) / len(charted),
        mrr=1 / first,
    )


def _dcg(grades: Iterable[int]) -> float:
    return sum(((1 << grade) - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1) if rank <= DEPTH)


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are there, None where none is."""
    there = [value for value in values if value is not None]
    return math.fsum(there) / len(there) if there else None


def bootstrap(values: Sequence[float], clusters: Sequence[str]) -> Interval:
    """The 95 % percentile interval of the mean when whole clusters are drawn with replacement.

    The generator is seeded: the same values give the same interval, and two calls with the same clusters draw alike.
    """
    names = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    members = np.array([names[name] for name in clusters])
    totals = np.bincount(members, weights=np.asarray(values, dtype=np.float64))
    sizes = np.bincount(members)
    generator = np.random.default_rng(SEED)
    means = np.empty(RESAMPLES)
    for sample in range(RESAMPLES):
        drawn = generator.integers(len(names), size=len(names))
        means[sample] = totals[drawn].sum() / sizes[drawn].sum()
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
