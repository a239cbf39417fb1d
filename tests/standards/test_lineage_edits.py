"""How well 200 machine edits of three documents are found again, the truth being known from the edits."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from scrapers.drafts import read_draft
from tests.standards.lineage_documents import laboratory_method, sample, words_only
from tests.standards.lineage_edits import EDITS, Draft, Edited, Row, edited
from workbench.standards.clause_nodes import ClauseNode, clause_nodes
from workbench.standards.lineage import align

LEAST = 0.97
# Document, language, edits of a version, versions: 70 + 60 + 70 edits.
CORPUS = (
    (words_only(sample("dis")), "en", 10, 7),
    (words_only(sample("dis.ja")), "ja", 4, 15),
    (laboratory_method(), "en", 10, 7),
)


class Score:
    """Counts of true, found and both, of rows or of pairs."""

    def __init__(self) -> None:
        self.true = self.found = self.both = 0

    def add(self, true: set[Row], found: set[Row]) -> None:
        self.true += len(true)
        self.found += len(found)
        self.both += len(true & found)

    @property
    def precision(self) -> float:
        return self.both / self.found

    @property
    def recall(self) -> float:
        return self.both / self.true


def measure(corpus: Sequence[tuple[list[ClauseNode], str, int, int]]) -> tuple[dict[str, Score], Counter[str], str]:
    """Scores of rows and pairs, of all clauses and of those that an edit touched; edits made; a table of confusions."""
    scores = {name: Score() for name in ("rows", "pairs", "rows touched", "pairs touched")}
    made: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    for nodes, language, edits, versions in corpus:
        for seed in range(versions):
            version = edited(nodes, language, seed, edits)
            made += version.edits
            found = rows_of(nodes, version)
            # A found row counts as touched where an edit made it true or where it is wrong.
            touched = {row for row in found if row in version.touched or row not in version.rows}
            for name, true, got in (("", set(version.rows), found), (" touched", set(version.touched), touched)):
                scores[f"rows{name}"].add(true, got)
                scores[f"pairs{name}"].add({(*row[:2], "") for row in true}, {(*row[:2], "") for row in got})
            confused += confusions(set(version.rows), found)
    table = "\n".join(f"{count:5} {true:>12} found as {wrong}" for (true, wrong), count in confused.most_common())
    return scores, made, table


def rows_of(nodes: list[ClauseNode], version: Edited) -> set[Row]:
    return {
        (old, new, link.kind.value)
        for link in align(nodes, version.nodes)
        for old in link.old or (None,)
        for new in link.new or (None,)
    }


def confusions(true: set[Row], found: set[Row]) -> Counter[tuple[str, str]]:
    """What each missed row was found as, by its old clause or, for a new one, its new clause."""
    confused: Counter[tuple[str, str]] = Counter()
    for old, new, kind in true - found:
        instead = {row[2] for row in found - true if (row[0] == old if old is not None else row[1] == new)}
        confused[kind, " and ".join(sorted(instead)) or "part of it"] += 1
    return confused


def check(scores: dict[str, Score], table: str) -> None:
    summary = "\n".join(
        f"{name:14} precision {score.precision:.4f} recall {score.recall:.4f} of {score.true}"
        for name, score in scores.items()
    )
    assert all(min(score.precision, score.recall) >= LEAST for score in scores.values()), f"\n{summary}\n{table}"
    sys.stdout.write(f"\n{summary}\n{table}\n")  # read with `pytest -s`


def test_two_hundred_edits_of_three_documents() -> None:
    scores, made, table = measure(CORPUS)
    assert made.total() == 200
    assert set(made) == set(EDITS)
    assert min(made.values()) >= 15
    check(scores, table)


@pytest.mark.shared
def test_edits_of_a_recorded_document(shared: Path) -> None:
    nodes = words_only(clause_nodes(read_draft(shared / "recorded" / "drafts" / "rice-2016.final.niso-sts.xml")))
    scores, _, table = measure([(nodes, "en", 10, 10)])
    check(scores, table)


@pytest.mark.parametrize("place", range(len(CORPUS)))
def test_a_document_without_edits_is_itself(place: int) -> None:
    nodes, language, _, _ = CORPUS[place]
    version = Draft(nodes, language, random.Random(0)).finish()
    assert version.nodes == nodes
    assert {row[2] for row in version.rows} == {"unchanged"}
    assert rows_of(nodes, version) == set(version.rows)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("renumber", "renumbered"),
        ("move", "moved"),
        ("reword lightly", "reworded"),
        ("reword heavily", "reworded"),
        ("split", "split"),
        ("merge", "merged"),
        ("delete", "gone"),
        ("insert", "new"),
    ],
)
def test_each_edit_says_what_it_did(kind: str, expected: str) -> None:
    for nodes, language, _, _ in CORPUS:
        draft = Draft(nodes, language, random.Random(5))
        assert draft.edit(kind)
        version = draft.finish()
        assert expected in {row[2] for row in version.touched}
        assert {row[0] for row in version.rows} - {None} == {node.key for node in nodes}
        assert {row[1] for row in version.rows} - {None} == {node.key for node in version.nodes}
