"""Finds clauses whose text went into several: pieces of a clause that no longer stand in its partner.

Written for splits. A merge is a split read backwards: give the later draft as `whole` and the earlier one as `piece`.

LEAST_SHARE_BELOW_HEADING rests on one case of the sample drafts and is low for its sake: the second part of Telemetry
(DIS 5.6.2) has 21 % of its words, by weight, from CD 5.6, and 13 % without those that DIS 5.6.1 has too. Of the pairs
of clauses with other titles, one in twenty shares that much.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.standards.matching import Pairs, Side
from workbench.standards.similarity import shingles

LEAST_SHARE = 0.5
LEAST_SHARE_BELOW_HEADING = 0.12
LEAST_PAIRS_OF_WORDS = 3
LEAST_SHARE_OF_ALL = 0.2
MOST_HOLDERS = 12
MOST_SOURCES = 6


class Texts:
    """The words of each clause of one draft in order, and what each word and pair of words weighs by its rarity."""

    def __init__(self, words: Sequence[Sequence[str]], rarity: Mapping[str, float]) -> None:
        self.words, self.rarity = words, rarity
        self.pairs = [frozenset(each for each in shingles(text) if each in rarity) for text in words]
        """The pairs of words of each clause that tell it from others."""

    def weight(self, features: Iterable[str]) -> float:
        """What these words and pairs of words weigh together."""
        return math.fsum(self.rarity[each] for each in features)

    def share(self, at: int, other: Texts, other_at: int, beside: Sequence[int]) -> float:
        """How much of the words of a clause that none `beside` it has, by weight, is among those of another."""
        taken = {each for place in beside for each in self.words[place]}
        ours = {each for each in self.words[at] if each in self.rarity and each not in taken}
        weight = self.weight(ours)
        return self.weight(ours.intersection(other.words[other_at])) / weight if weight else 0.0


@dataclass
class Parts:
    """`pairs` as corrected, and for each clause of `whole` the further clauses that hold parts of its text."""

    pairs: Pairs
    further: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def of(self, i: int) -> list[int]:
        """All clauses that hold text of a clause, in order."""
        partner = [self.pairs[i]] if i in self.pairs else []
        return sorted({*partner, *self.further.get(i, ())})


def find_parts(
    whole: Side,
    whole_texts: Texts,
    piece: Side,
    piece_texts: Texts,
    pairs: Mapping[int, int],
    free: Sequence[int],
    barred: frozenset[int],
) -> Parts:
    """Where the `free` clauses of `piece` hold text of a clause of `whole`, besides its partner in `pairs`.

    Text that the partner still has does not count: a copy of it elsewhere is no part. A clause without a partner whose
    text is in one clause only becomes a pair with it. `barred` clauses of `whole` have no parts.
    """
    parts = Parts(dict(pairs))
    holders = _holders(whole_texts, barred)
    for j in free:
        source = _source(j, whole_texts, piece_texts, pairs, holders)
        if source is not None:
            parts.further[source].append(j)
    _divided_headings(whole, whole_texts, piece, piece_texts, parts, set(free))
    for i in sorted(parts.further):
        if i not in parts.pairs:
            best = max(parts.further[i], key=lambda j: (piece_texts.weight(piece_texts.pairs[j]), -j))
            parts.pairs[i] = best
            parts.further[i].remove(best)
    parts.further = defaultdict(list, {i: sorted(found) for i, found in sorted(parts.further.items()) if found})
    return parts


def _holders(texts: Texts, barred: frozenset[int]) -> dict[str, list[int]]:
    """The clauses that a rare pair of words stands in."""
    found: dict[str, list[int]] = defaultdict(list)
    for i, pairs in enumerate(texts.pairs):
        for each in pairs if i not in barred else ():
            found[each].append(i)
    return {each: places for each, places in found.items() if len(places) <= MOST_HOLDERS}


def _source(
    j: int, whole_texts: Texts, piece_texts: Texts, pairs: Mapping[int, int], holders: Mapping[str, list[int]]
) -> int | None:
    """The clause that most of the text of `j` came from, if it left the clause's partner.

    Only the text that the partner has not is weighed: neighbours often say nearly the same.
    """
    ours = piece_texts.pairs[j]
    sources = Counter(i for each in sorted(ours) for i in holders.get(each, ()))
    least = LEAST_SHARE_OF_ALL * piece_texts.weight(ours)
    best: tuple[float, int] | None = None
    for i, _ in sorted(sources.items(), key=lambda each: (-each[1], each[0]))[:MOST_SOURCES]:
        own = ours - piece_texts.pairs[pairs[i]] if i in pairs else ours
        came = own & whole_texts.pairs[i]
        weight = piece_texts.weight(came)
        if len(came) < LEAST_PAIRS_OF_WORDS or weight < least:
            continue
        share = weight / piece_texts.weight(own)
        if share >= LEAST_SHARE and (best is None or share > best[0]):
            best = share, i
    return None if best is None else best[1]


def _divided_headings(
    whole: Side, whole_texts: Texts, piece: Side, piece_texts: Texts, parts: Parts, free: set[int]
) -> None:
    """A clause with text that became a heading: its parts are the heading and the subclauses with its words.

    Subclauses below such a heading need share less of their words than others, for their place speaks for them too.
    Where all the text is in one subclause, that one is the clause and the heading is no part of it.
    """
    used = {j for found in parts.further.values() for j in found}
    for i in sorted({*parts.pairs, *parts.further}):
        heading = _heading_of(i, whole, piece, parts, free)
        if heading is None:
            continue
        certain = [j for j in parts.of(i) if j != heading]
        held = certain + [
            j
            for j in piece.children[heading]
            if j in free
            and j not in used
            and j not in certain
            and piece_texts.share(j, whole_texts, i, certain) >= LEAST_SHARE_BELOW_HEADING
        ]
        if len(held) > 1:
            parts.further[i] = [heading, *held]
            parts.further[i].remove(parts.pairs.setdefault(i, heading))
        elif certain:
            parts.pairs[i] = certain[0]
            parts.further.pop(i, None)
        used.update(held)


def _heading_of(i: int, whole: Side, piece: Side, parts: Parts, free: set[int]) -> int | None:
    """The clause without text, but with subclauses, that has the place of the clause `i`, which has text."""
    if not whole.texts[i] or whole.children.get(i):
        return None
    for j in parts.of(i):
        above = piece.parent[j]
        for heading in (j, above):
            if heading is None or piece.texts[heading] or not piece.children.get(heading):
                continue
            open_or_partner = heading in free or parts.pairs.get(i) == heading
            same = whole.titles[i] == piece.titles[heading] or (
                whole.nodes[i].number is not None and whole.nodes[i].number == piece.nodes[heading].number
            )
            if open_or_partner and same:
                return heading
    return None
