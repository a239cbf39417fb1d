"""Pairs the clauses of two drafts one to one: by text and title, and by where they stand among clauses paired already.

A pair scores

    content * trust + context * (1 - trust)

Content is the similarity of text and title (of a heading without text: of its title, or of all that stands below it).
Context is whether the parents are a pair, the neighbours are pairs and the numbers are equal. Trust grows with the
number of words that the content was judged by: a long text speaks for itself, "General" says nothing but for where it
stands. The pairs of the greatest total score are taken (the assignment problem, solved exactly), then context is judged
anew by them, and so on. Numbers shift, so they count in the last rounds only; in the rounds before, only pairs that no
other comes near are context, so that clauses that look alike do not hold each other in a wrong place.

The numbers below were chosen on machine edits of the kind that the tests make, with other seeds than the tests use.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from scrapers.records import ClauseKind
from workbench.deferred import deferred
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.similarity import Weighed, dice, normalise, title_key, tokens

if TYPE_CHECKING:
    import numpy as np
    from scipy import optimize, sparse
    from scipy.sparse import csgraph
else:
    np = deferred("numpy")
    sparse = deferred("scipy.sparse")
    csgraph = deferred("scipy.sparse.csgraph")
    optimize = deferred("scipy.optimize")

LEAST_SCORE = 0.36
LEAST_CONTENT = 0.2
MOST_TRUST = 0.75
WORDS_OF_HALF_TRUST = 2
WORDS_OF_SUBCLAUSES = 6
TITLE_SHARE = 0.25
PARENT_SHARE, NEIGHBOUR_SHARE, NUMBER_SHARE = 0.4, 0.35, 0.25
NEAREST = 6
LEAST_SIMILARITY = 0.08
WORDS_OF_ANCHOR = 8
MOST_OF_A_TITLE = 900
SURE_ROUNDS, LAST_ROUNDS = 4, 2
LEAD = 0.05

_DIGITS = re.compile(r"\d+")

Pairs = dict[int, int]


class Side:
    """One draft: its clauses by place (0 is the first), with parents, neighbours and keys to compare by."""

    def __init__(self, nodes: Sequence[ClauseNode]) -> None:
        self.nodes = nodes
        self.place: dict[int, int] = {}
        self.parent: list[int | None] = []
        for at, node in enumerate(nodes):
            if node.key in self.place or (node.parent is not None and node.parent not in self.place):
                raise ValueError(
                    f"clause {node.name} (key {node.key}) has a key that is taken or stands before its parent; "
                    "give the clauses of one draft in reading order"
                )
            self.place[node.key] = at
            self.parent.append(None if node.parent is None else self.place[node.parent])
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for at, parent in enumerate(self.parent):
            self.children[parent].append(at)
        self.before: list[int | None] = [None] * len(nodes)
        self.after: list[int | None] = [None] * len(nodes)
        for siblings in self.children.values():
            for first, second in pairwise(siblings):
                self.after[first], self.before[second] = second, first
        self.titles = [title_key(node.title) for node in nodes]
        self.texts = [normalise(node.text) for node in nodes]
        self.title_words = [Counter(tokens(node.title or "")) for node in nodes]
        self.root_group = [node.kind is ClauseKind.ANNEX for node in nodes]

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def descendants(self) -> list[frozenset[int]]:
        """All clauses below each clause."""
        found: list[set[int]] = [set() for _ in self.nodes]
        for at in range(len(self.nodes) - 1, -1, -1):
            above = self.parent[at]
            if above is not None:
                found[above] |= {at, *found[at]}
        return [frozenset(each) for each in found]

    @cached_property
    def contents(self) -> list[tuple[str, str] | None]:
        """Title and text of each clause as one key; None where it has neither."""
        return [(title, text) if title or text else None for title, text in zip(self.titles, self.texts, strict=True)]

    @cached_property
    def words(self) -> list[int]:
        """How many words each clause has, title included."""
        return [
            len(tokens(node.text)) + words.total() for node, words in zip(self.nodes, self.title_words, strict=True)
        ]


@dataclass(frozen=True)
class Barred:
    """Places that a person has linked, in each draft; the machine pairs them with nothing."""

    old: frozenset[int]
    new: frozenset[int]


@dataclass
class _Scorer:
    old: Side
    new: Side
    weighed: Weighed

    def __post_init__(self) -> None:
        self._content: dict[tuple[int, int], float] = {}

    def learn(self, candidates: Iterable[tuple[int, int]]) -> None:
        """Compute the similarity of texts and titles of new candidates, all at once."""
        fresh = sorted(set(candidates) - self._content.keys())
        if not fresh:
            return
        cosines = self.weighed.similarities([i for i, _ in fresh], [j for _, j in fresh])
        for (i, j), cosine in zip(fresh, cosines, strict=True):
            self._content[i, j] = self._own_content(i, j, float(cosine))

    def _own_content(self, i: int, j: int, cosine: float) -> float:
        texts = self.old.texts[i], self.new.texts[j]
        text = 1.0 if texts[0] == texts[1] else cosine
        title = self._title(i, j)
        if not texts[0] and not texts[1]:
            return title
        if not self.old.titles[i] and not self.new.titles[j]:
            return text
        return (1 - TITLE_SHARE) * text + TITLE_SHARE * title

    def _title(self, i: int, j: int) -> float:
        if self.old.titles[i] == self.new.titles[j]:
            return 1.0
        return dice(self.old.title_words[i], self.new.title_words[j])

    def score(self, i: int, j: int, pairs: Mapping[int, int], back: Mapping[int, int], *, numbers: bool) -> float:
        """The score of a pair beside the pairs of the round before; 0 where nothing speaks for it but its place.

        Without `numbers`, equal numbers do not count.
        """
        content = self._content[i, j]
        words = min(self.old.words[i], self.new.words[j])
        headings = not self.old.texts[i] and not self.new.texts[j]
        if headings:
            below = self._below(i, j, pairs)
            content = max(content, below)
            words += WORDS_OF_SUBCLAUSES if below > 0.5 else 0
        if content < LEAST_CONTENT:
            return 0.0
        trust = MOST_TRUST * words / (words + WORDS_OF_HALF_TRUST)
        context = (
            PARENT_SHARE * self._parents(i, j, pairs, back)
            + NEIGHBOUR_SHARE * self._neighbours(i, j, pairs, back)
            + (NUMBER_SHARE * self._numbers(i, j) if numbers else 0)
        )
        nearness = 1 - abs(i / max(1, len(self.old)) - j / max(1, len(self.new)))
        return trust * content + (1 - trust) * context + 1e-6 * nearness

    def _below(self, i: int, j: int, pairs: Mapping[int, int]) -> float:
        """How much of the words below two headings is in pairs across them; 0 where one has nothing below it."""
        ours, theirs = self.old.descendants[i], self.new.descendants[j]
        if not ours or not theirs:
            return 0.0
        kept = sum(self.old.words[each] for each in ours if pairs.get(each) in theirs)
        return (
            2 * kept / max(1, sum(self.old.words[each] for each in ours) + sum(self.new.words[each] for each in theirs))
        )

    def _parents(self, i: int, j: int, pairs: Mapping[int, int], back: Mapping[int, int]) -> float:
        ours, theirs = self.old.parent[i], self.new.parent[j]
        if ours is None or theirs is None:
            return float(ours is theirs and self.old.root_group[i] == self.new.root_group[j])
        return _agree(ours, theirs, pairs, back)

    def _neighbours(self, i: int, j: int, pairs: Mapping[int, int], back: Mapping[int, int]) -> float:
        sides = ((self.old.before[i], self.new.before[j]), (self.old.after[i], self.new.after[j]))
        return sum(_agree(ours, theirs, pairs, back) for ours, theirs in sides) / 2

    def _numbers(self, i: int, j: int) -> float:
        ours, theirs = self.old.nodes[i].number, self.new.nodes[j].number
        if ours is None and theirs is None:
            return 0.5
        return float(ours == theirs)


def _agree(ours: int | None, theirs: int | None, pairs: Mapping[int, int], back: Mapping[int, int]) -> float:
    """1 for a pair or nothing on both sides, 0 where one of them is paired otherwise, 0.5 where nothing is known."""
    if ours is None or theirs is None:
        return 1.0 if ours is theirs else 0.25
    if pairs.get(ours) == theirs:
        return 1.0
    return 0.0 if ours in pairs or theirs in back else 0.5


def pair_clauses(old: Side, new: Side, weighed: Weighed, fixed: Mapping[int, int], barred: Barred) -> Pairs:
    """The best one-to-one pairs of places; `fixed` pairs are among them, `barred` places in no other pair."""
    open_old = [i for i in range(len(old)) if i not in barred.old]
    open_new = [j for j in range(len(new)) if j not in barred.new]
    anchors = dict(fixed) | _anchors(old, new, open_old, open_new)
    free_old = [i for i in open_old if i not in anchors]
    taken = set(anchors.values())
    free_new = [j for j in open_new if j not in taken]
    scorer = _Scorer(old, new, weighed)
    candidates = _candidates(old, new, weighed, free_old, free_new)
    pairs = anchors
    for sure in (True,) * SURE_ROUNDS + (False,) * LAST_ROUNDS:
        candidates |= _among_children(old, new, pairs, set(free_old), set(free_new))
        scorer.learn(candidates)
        back = {j: i for i, j in pairs.items()}
        scores = {pair: scorer.score(*pair, pairs, back, numbers=not sure) for pair in sorted(candidates)}
        scores = {pair: score for pair, score in scores.items() if score >= LEAST_SCORE}
        found = _assign(scores)
        pairs = anchors | (_ahead(found, scores) if sure else found)
    return pairs | _left_over(old, new, [i for i in free_old if i not in pairs], set(free_new) - set(pairs.values()))


def _left_over(old: Side, new: Side, free_old: Sequence[int], free_new: set[int]) -> Pairs:
    """Clauses that nothing but their words links, in order, where both drafts are left with as many of the same words.

    Numbers are not compared, because references change with them.
    """
    ours, theirs = _alike(old, free_old), _alike(new, sorted(free_new))
    return {
        i: j
        for key, places in ours.items()
        if len(places) == len(theirs.get(key, ()))
        for i, j in zip(places, theirs[key], strict=True)
    }


def _alike(side: Side, places: Sequence[int]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in places:
        if side.titles[at] or side.texts[at]:
            found[side.titles[at], _DIGITS.sub("#", side.texts[at])].append(at)
    return found


def _anchors(old: Side, new: Side, open_old: Sequence[int], open_new: Sequence[int]) -> Pairs:
    """Pairs of the same title and text of which each draft has just one, long enough to speak for themselves."""
    ours, theirs = _by_content(old, open_old), _by_content(new, open_new)
    return {
        places[0]: theirs[content][0]
        for content, places in ours.items()
        if len(places) == len(theirs.get(content, ())) == 1 and old.words[places[0]] >= WORDS_OF_ANCHOR
    }


def _by_content(side: Side, places: Sequence[int]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in places:
        content = side.contents[at]
        if content is not None:
            found[content].append(at)
    return found


def _candidates(
    old: Side, new: Side, weighed: Weighed, free_old: Sequence[int], free_new: Sequence[int]
) -> set[tuple[int, int]]:
    found = set(weighed.nearest(free_old, free_new, NEAREST, LEAST_SIMILARITY))
    compared: tuple[tuple[Sequence[Hashable], Sequence[Hashable]], ...] = (
        (old.titles, new.titles),
        ([node.number for node in old.nodes], [node.number for node in new.nodes]),
        (old.contents, new.contents),
    )
    for old_keys, new_keys in compared:
        found |= _of_one_key(old_keys, new_keys, free_old, free_new)
    return found


def _of_one_key(
    old_keys: Sequence[Hashable], new_keys: Sequence[Hashable], free_old: Sequence[int], free_new: Sequence[int]
) -> set[tuple[int, int]]:
    """Pairs with the same key, where not so many have it that it tells nothing."""
    ours: dict[Hashable, list[int]] = defaultdict(list)
    theirs: dict[Hashable, list[int]] = defaultdict(list)
    for groups, keys, places in ((ours, old_keys, free_old), (theirs, new_keys, free_new)):
        for at in places:
            if keys[at]:
                groups[keys[at]].append(at)
    return {
        (i, j)
        for key, places in ours.items()
        if len(places) * len(theirs.get(key, ())) <= MOST_OF_A_TITLE
        for i in places
        for j in theirs.get(key, ())
    }


def _among_children(old: Side, new: Side, pairs: Pairs, free_old: set[int], free_new: set[int]) -> set[tuple[int, int]]:
    """Candidates among the subclauses of paired clauses: those of the same title or place, and neighbours of pairs."""
    found: set[tuple[int, int]] = set()
    for above, below in ((None, None), *pairs.items()):
        ours = [i for i in old.children.get(above, ()) if i in free_old]
        theirs = [j for j in new.children.get(below, ()) if j in free_new]
        if len(ours) * len(theirs) <= MOST_OF_A_TITLE:
            found.update((i, j) for i in ours for j in theirs)
    for i, j in pairs.items():
        ours_above, theirs_above = old.parent[i], new.parent[j]
        if ours_above in free_old and theirs_above in free_new and ours_above is not None and theirs_above is not None:
            found.add((ours_above, theirs_above))
    return found


def _ahead(pairs: Pairs, scores: Mapping[tuple[int, int], float]) -> Pairs:
    """The pairs that no other pair of either clause comes near."""
    rivals: dict[tuple[str, int], list[tuple[float, int, int]]] = defaultdict(list)
    for (i, j), score in scores.items():
        rivals["old", i].append((score, i, j))
        rivals["new", j].append((score, i, j))
    return {
        i: j
        for i, j in pairs.items()
        if all(
            (other_i, other_j) == (i, j) or score + LEAD <= scores[i, j]
            for score, other_i, other_j in (*rivals["old", i], *rivals["new", j])
        )
    }


def _assign(scores: Mapping[tuple[int, int], float]) -> Pairs:
    """The pairs of the greatest total score, each clause in at most one; solved for each connected group by itself."""
    if not scores:
        return {}
    edges = sorted(scores)
    rows = {i: at for at, i in enumerate(sorted({i for i, _ in edges}))}
    columns = {j: at for at, j in enumerate(sorted({j for _, j in edges}))}
    size = len(rows) + len(columns)
    graph = sparse.coo_array(
        (np.ones(len(edges)), ([rows[i] for i, _ in edges], [len(rows) + columns[j] for _, j in edges])),
        shape=(size, size),
    )
    _, labels = csgraph.connected_components(graph, directed=False)
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i, j in edges:
        groups[int(labels[rows[i]])].append((i, j))
    found: Pairs = {}
    for _, group in sorted(groups.items()):
        ours, theirs = sorted({i for i, _ in group}), sorted({j for _, j in group})
        at_row, at_column = {i: at for at, i in enumerate(ours)}, {j: at for at, j in enumerate(theirs)}
        gains = np.zeros((len(ours), len(theirs)))
        for i, j in group:
            gains[at_row[i], at_column[j]] = scores[i, j]
        for row, column in zip(*optimize.linear_sum_assignment(gains, maximize=True), strict=True):
            if gains[row, column] > 0:
                found[ours[row]] = theirs[column]
    return found
