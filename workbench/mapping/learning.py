"""A small re-ranker learned from people's triage: a logistic regression over the signals of the engine. Pure.

It stays on this machine, is a handful of plain numbers, and is used only where it beats the order of the engine on
decisions it was not trained with: folds are parted by family, the measure is nDCG@10 over the triaged clauses of each
claim, and the lower end of the bootstrap interval of the gain (whole families drawn) must lie above 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workbench.mapping.measures import CHARTED, Interval, bootstrap, mean, score_query

FEATURES: Final = ("score", "words", "characters", "meaning", "place")
"""The fused score, the signals before fusion, and 1/rank."""
FOLDS: Final = 5
LEAST_FAMILIES: Final = 20
"""Four families a fold: with fewer an interval by family says nothing."""
LEAST_OF_A_KIND: Final = 30
"""Plausible pairs, and not plausible ones: six for each weight that is learned."""
_DIGITS: Final = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A triaged claim and clause: `features` as `FEATURES`, None where a signal was not at hand; `query` the claim."""

    family: str
    query: str
    features: tuple[float | None, ...]
    plausible: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """The re-ranker: value = sum of weight x (feature - mean) / scale; a feature that is not at hand counts nothing."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]

    def value(self, features: Sequence[float | None]) -> float:
        """The higher, the sooner to be read."""
        return sum(
            weight * (feature - middle) / scale
            for feature, middle, scale, weight in zip(features, self.means, self.scales, self.weights, strict=True)
            if feature is not None
        )


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was learned from so many pairs, and how it does on families it was not trained with.

    `weights` None where too little was decided; `lacking` then says of what there is too little: `families`,
    `plausible`, `not` or `both` (claims with pairs of both kinds). `queries` is the number of claims measured.
    """

    pairs: int
    plausible: int
    families: int
    queries: int
    weights: Weights | None = None
    base_ndcg: float | None = None
    learned_ndcg: float | None = None
    gain: Interval | None = None
    lacking: str | None = None

    @property
    def better(self) -> bool:
        """Whether the re-ranker beats the engine's own order beyond chance."""
        return self.gain is not None and self.gain[0] > 0


def assess(pairs: Sequence[Pair]) -> Assessment:
    """Learn from all pairs, and measure by learning from the other families each time. The order does not matter."""
    ordered = sorted(pairs, key=lambda pair: (pair.family, pair.query, _sortable(pair.features), pair.plausible))
    measured = _measured_queries(ordered)
    families = len({pair.family for pair in ordered})
    plausible = sum(pair.plausible for pair in ordered)
    counts = (len(ordered), plausible, families, len(measured))
    for word, held, least in (
        ("families", families, LEAST_FAMILIES),
        ("plausible", plausible, LEAST_OF_A_KIND),
        ("not", len(ordered) - plausible, LEAST_OF_A_KIND),
        ("both", len(measured), LEAST_FAMILIES),
    ):
        if held < least:
            return Assessment(*counts, lacking=word)
    unseen = _unseen_values(ordered)
    if unseen is None:
        return Assessment(*counts, lacking="both")
    at_score = FEATURES.index("score")
    base = [pair.features[at_score] or 0.0 for pair in ordered]
    of_base, of_learned = (_ndcg(ordered, values, measured) for values in (base, unseen))
    family_of = {pair.query: pair.family for pair in ordered}
    clusters = [family_of[query] for query in measured]
    gains = [learned - held for learned, held in zip(of_learned, of_base, strict=True)]
    return Assessment(
        *counts,
        weights=_fit(ordered),
        base_ndcg=mean(of_base),
        learned_ndcg=mean(of_learned),
        gain=bootstrap(gains, clusters),
    )


def _measured_queries(pairs: Sequence[Pair]) -> list[str]:
    """The claims that have pairs of both kinds: only there can an order be right or wrong."""
    kinds: dict[str, set[bool]] = {}
    for pair in pairs:
        kinds.setdefault(pair.query, set()).add(pair.plausible)
    return sorted(query for query, found in kinds.items() if len(found) == 2)


def _unseen_values(pairs: Sequence[Pair]) -> list[float] | None:
    """The value of each pair by a re-ranker that saw no pair of its family; None where a fold lacks a kind."""
    values = [0.0] * len(pairs)
    labels = np.array([pair.plausible for pair in pairs])
    # Imported when used: it takes every command a second to start with it.
    from sklearn.model_selection import GroupKFold

    for train, test in GroupKFold(FOLDS).split(np.zeros(len(pairs)), labels, [pair.family for pair in pairs]):
        if len(Counter(labels[train].tolist())) < 2:
            return None
        weights = _fit([pairs[at] for at in train])
        for at in test:
            values[at] = weights.value(pairs[at].features)
    return values


def _fit(pairs: Sequence[Pair]) -> Weights:
    table = np.array([[np.nan if value is None else value for value in pair.features] for pair in pairs], dtype=float)
    means = np.array(
        [np.nan_to_num(column[~np.isnan(column)].mean()) if (~np.isnan(column)).any() else 0.0 for column in table.T]
    )
    filled: Floats = np.where(np.isnan(table), means, table)
    scales = np.where(filled.std(axis=0) > 0, filled.std(axis=0), 1.0)
    from sklearn.linear_model import LogisticRegression

    model: Any = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    model.fit((filled - means) / scales, np.array([pair.plausible for pair in pairs]))
    return Weights(_rounded(means), _rounded(scales), _rounded(model.coef_[0]))


def _ndcg(pairs: Sequence[Pair], values: Sequence[float], queries: Sequence[str]) -> list[float]:
    """nDCG@10 of each claim over its triaged clauses, a plausible one of grade 2, equal values in the worse order."""
    by_query: dict[str, list[tuple[float, bool, str]]] = {query: [] for query in queries}
    for at, (pair, value) in enumerate(zip(pairs, values, strict=True)):
        if pair.query in by_query:
            by_query[pair.query].append((-value, pair.plausible, str(at)))
    return [
        score_query(
            [name for _, _, name in sorted(rows)], {name: CHARTED for _, plausible, name in rows if plausible}
        ).ndcg
        for rows in by_query.values()
    ]


def _sortable(features: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(float("-inf") if value is None else value for value in features)


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) or 0.0 for value in values)
