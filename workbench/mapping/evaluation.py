"""Measure the ranking against labels: which clauses people would chart claims against (`workbench eval mapping`).

The files are read by `workbench.mapping.labelled`, the measures are those of `workbench.mapping.measures`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scrapers.errors import UnreadableFileError
from workbench.mapping.encoder import Encoder
from workbench.mapping.labelled import Query
from workbench.mapping.measures import DEPTH, Interval, Scores, bootstrap, mean, score_query
from workbench.mapping.ranking import ClauseText, Match, rank, rank_by_words

RUN_DEPTH = 100
ALL_QUERIES = "all"


@dataclass(frozen=True, slots=True)
class Run:
    """What the engine ranked: for each query up to 100 matches, and what that took.

    `seconds` is wall time with the preparation of the clauses; `peak_mb` is the process's peak so far, None on Windows.
    `model` is the name of the sentence encoder, None where there was none.
    """

    matches: list[list[Match]]
    seconds: float
    peak_mb: float | None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One line of `workbench eval mapping`; `as_record` gives it the command's names.

    `queries` counts the labelled ones and `documents` the clauses ranked. `seconds` and `peak_mb` are those of the
    whole run, the same in every line. Hit, recall and reciprocal rank are means over the queries that have a clause of
    grade 2. `bm25_ndcg` is plain textbook BM25 (`ranking.PLAIN`): k1 1.2 and b 0.75 over the same stems, without stop
    words, weighted titles, parent claims or saturation of the claim's words; `gain_ci` is the interval of the engine's
    nDCG minus that, paired by query. `model` is that of the run.
    """

    group: str
    queries: int
    documents: int
    hit_1: float | None
    hit_5: float | None
    hit_10: float | None
    recall: float | None
    mrr: float | None
    ndcg: float | None
    ndcg_ci: Interval
    bm25_ndcg: float | None
    gain_ci: Interval
    seconds: float
    peak_mb: float | None
    model: str | None

    def as_record(self) -> dict[str, object]:
        """The line as the command prints it, figures rounded to four digits."""
        return {
            "group": self.group,
            "queries": self.queries,
            "documents": self.documents,
            "hit@1": _rounded(self.hit_1),
            "hit@5": _rounded(self.hit_5),
            "hit@10": _rounded(self.hit_10),
            "recall@10": _rounded(self.recall),
            "mrr@10": _rounded(self.mrr),
            "ndcg@10": _rounded(self.ndcg),
            "ndcg@10_ci": [_rounded(bound) for bound in self.ndcg_ci],
            "bm25_ndcg@10": _rounded(self.bm25_ndcg),
            "gain_ci": [_rounded(bound) for bound in self.gain_ci],
            "seconds": round(self.seconds, 2),
            "peak_mb": _rounded(self.peak_mb),
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class _Scored:
    query: Query
    engine: Scores
    plain: Scores


def make_run(queries: Sequence[Query], corpus: Sequence[ClauseText], encoder: Encoder | None = None) -> Run:
    """Rank the corpus for each query with the engine of `workbench map`, 100 clauses deep."""
    started = time.perf_counter()
    matches = rank([query.claim for query in queries], corpus, top=RUN_DEPTH, encoder=encoder)
    return Run(matches, time.perf_counter() - started, _peak_mb(), None if encoder is None else encoder.name)


def evaluate(
    queries: Sequence[Query],
    corpus: Sequence[ClauseText],
    labels: Mapping[str, Mapping[str, int]],
    run: Run | None = None,
) -> list[GroupResult]:
    """Measure the engine: one result for all queries, then one a group, groups in the order of their first query.

    `labels` holds grades by query id and clause id. Queries without a grade above 0 are not measured; labels of other
    queries are ignored; a labelled clause that the corpus lacks counts as missed. `run` is the engine's ranking of
    these queries where it is at hand.

    Raises UnreadableFileError where no query is labelled.
    """
    run = run or make_run(queries, corpus)
    plain = rank_by_words([query.claim for query in queries], corpus, top=DEPTH)
    scored = [
        _Scored(query, _score(ours, labels[query.id]), _score(theirs, labels[query.id]))
        for query, ours, theirs in zip(queries, run.matches, plain, strict=True)
        if any(grade > 0 for grade in labels.get(query.id, {}).values())
    ]
    if not scored:
        raise UnreadableFileError("No query has a label: the first column of the labels must hold ids of the queries.")
    groups = dict.fromkeys(entry.query.group for entry in scored if entry.query.group is not None)
    return [
        _result(ALL_QUERIES, scored, len(corpus), run),
        *(
            _result(group, [entry for entry in scored if entry.query.group == group], len(corpus), run)
            for group in groups
        ),
    ]


def _score(matches: Sequence[Match], grades: Mapping[str, int]) -> Scores:
    return score_query([str(match.clause) for match in matches], grades)


def _result(group: str, scored: Sequence[_Scored], documents: int, run: Run) -> GroupResult:
    engine = [entry.engine for entry in scored]
    patents = [entry.query.patent for entry in scored]
    return GroupResult(
        group=group,
        queries=len(scored),
        documents=documents,
        hit_1=mean(scores.hit_1 for scores in engine),
        hit_5=mean(scores.hit_5 for scores in engine),
        hit_10=mean(scores.hit_10 for scores in engine),
        recall=mean(scores.recall for scores in engine),
        mrr=mean(scores.mrr for scores in engine),
        ndcg=mean(scores.ndcg for scores in engine),
        ndcg_ci=bootstrap([scores.ndcg for scores in engine], patents),
        bm25_ndcg=mean(entry.plain.ndcg for entry in scored),
        gain_ci=bootstrap([entry.engine.ndcg - entry.plain.ndcg for entry in scored], patents),
        seconds=run.seconds,
        peak_mb=run.peak_mb,
        model=run.model,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _peak_mb() -> float | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
