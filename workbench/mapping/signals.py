"""How the signals of the ranking become one score. Pure numbers.

A signal is a matrix claims × clauses. For each claim a signal is told in standard deviations above its mean over the
clauses and one more that shares nothing with the claim (so that a lone clause can stand out), because BM25, parts of
words and cosines have scales of their own. The score is their mean, `meaning` counting three times as it is itself the
mean of three views; then what the kind of clause says, and what is said for the standard as a whole.

docs/mapping.md has what other ways gave. The numbers are round; none was chosen for single claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scrapers.records import ClauseKind
from workbench.mapping.texts import ClauseText
from workbench.standards.provisions import ProvisionKind

WEIGHTS: Final[Mapping[str, float]] = {"words": 1.0, "characters": 1.0, "meaning": 3.0}

DEMOTED: Final = frozenset(
    {ClauseKind.FOREWORD, ClauseKind.INTRODUCTION, ClauseKind.BIBLIOGRAPHY, ClauseKind.TERMS, ClauseKind.TERM}
)
"""Kinds of clauses that hold no requirements (ISO/IEC Directives Part 2, 12, 13, 16 and 21)."""

DEMOTION: Final = 0.5
"""Standard deviations. On the development set, with kinds read from titles, 0.5 changes nothing and 1 costs .005."""

REQUIREMENT: Final = 0.1
"""Standard deviations for a clause with a requirement: only what is required makes a claim essential.

With "must" and "shall" of the development set in its place, 0.1 changes nothing to speak of and 0.2 costs .011.
"""

SHARPNESS: Final = 0.5
"""The standard deviations that make a clause count e times as much for its standard."""

Scores = NDArray[np.float32]
"""Claims × clauses."""


def standardised(signal: Scores) -> Scores:
    """Each row in standard deviations above its mean, a 0 counted with it; a row of zeros stays one."""
    n = np.float32(signal.shape[1] + 1)
    mean = signal.sum(axis=1, keepdims=True, dtype=np.float32) / n
    centred = signal - mean
    spread = np.sqrt((np.square(centred).sum(axis=1, keepdims=True, dtype=np.float32) + np.square(mean)) / n)
    return np.asarray(centred / np.where(spread > 0, spread, np.float32(1)), dtype=np.float32)


class Fusion:
    """What of the clauses enters the score beside the signals; see the module."""

    def __init__(self, clauses: Sequence[ClauseText]) -> None:
        self._kinds = np.array([_by_kind(clause) for clause in clauses], dtype=np.float32)
        standards = {name: place for place, name in enumerate(dict.fromkeys(clause.standard for clause in clauses))}
        of_clause = np.array([standards[clause.standard] for clause in clauses], dtype=np.int64)
        # Clauses of one standard together, so that sums over them are over neighbours.
        self._order = np.argsort(of_clause, kind="stable")
        self._back = np.argsort(self._order, kind="stable")
        self._counts = np.bincount(of_clause, minlength=len(standards))
        self._starts = np.cumsum(self._counts) - self._counts

    def score(self, signals: Mapping[str, Scores]) -> Scores:
        """The signals as one score, by the names in `WEIGHTS`; what is 0 or less stands out in nothing."""
        total = sum(WEIGHTS[name] for name in signals)
        score = np.zeros_like(next(iter(signals.values())))
        if not score.size:
            return score
        for name, signal in signals.items():
            score += np.float32(WEIGHTS[name] / total) * standardised(signal)
        score += self._kinds * (score != 0)
        return score if len(self._starts) < 2 else score + self._of_standards(score)

    def _of_standards(self, score: Scores) -> Scores:
        """How much more speaks for the standard of each clause than for the least one.

        That is a soft maximum (the logarithm of the mean exponential) over its clauses, so that one telling clause
        raises its neighbours, and a standard gains nothing by being long.
        """
        sharp = score[:, self._order] / np.float32(SHARPNESS)
        highest = np.maximum.reduceat(sharp, self._starts, axis=1)
        sums = np.add.reduceat(np.exp(sharp - np.repeat(highest, self._counts, axis=1)), self._starts, axis=1)
        soft = np.float32(SHARPNESS) * (np.log(sums / self._counts.astype(np.float32)) + highest)
        soft -= soft.min(axis=1, keepdims=True)
        return np.asarray(np.repeat(soft, self._counts, axis=1)[:, self._back], dtype=np.float32)


def _by_kind(clause: ClauseText) -> float:
    demoted = DEMOTION if clause.kind in DEMOTED else 0.0
    return REQUIREMENT * any(each.kind == ProvisionKind.REQUIREMENT for each in clause.provisions) - demoted
