"""Aligns a draft with the one before it: what became of each clause, and why the machine thinks so. Pure.

- unchanged: same title, text and number under the same clause
- renumbered: same title and text under the same clause; the number changed because others came or went
- moved: same title and text, under another clause
- reworded: title, text or standing (normative or informative, note or not) changed, wherever it stands now
- split, merged: the text went into several clauses, or several into one
- new, gone: no counterpart

"Same" is but for white space, forms of quotes and hyphens, and references that follow the renumbering: where clause 6.2
became 6.3, "see 6.3" for "see 6.2" is no rewording. Titles are the same in upper and lower case too. Whoever rewrote a
clause under its old title reworded it; a clause at an old place with another title and other words is new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from workbench.standards import lineage_reasons as reasons
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage_parts import Texts, find_parts
from workbench.standards.lineage_reasons import Fact, fact
from workbench.standards.matching import Barred, Side, pair_clauses
from workbench.standards.references import Numbering, renumbered_references, stale_references
from workbench.standards.similarity import Weighed, normalise, title_key

__all__ = ["ClauseNode", "Correction", "CorrectionError", "Fact", "Link", "LinkKind", "align", "lineage_rows"]


LESS_THAN_SAME = 0.99
"""The most that a clause of another wording is similar, though all its words be the same."""


class LinkKind(StrEnum):
    """What became of a clause, as in `export lineage`; see the module."""

    UNCHANGED = "unchanged"
    REWORDED = "reworded"
    RENUMBERED = "renumbered"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Link:
    """Clauses of the earlier draft and what they became; both are keys in order, one of them may be empty.

    `similarity` is 0 to 1 (twice the words in common by the words of both), 1 only for one clause of the same wording;
    `facts` are the reason in parts.
    """

    old: tuple[int, ...]
    new: tuple[int, ...]
    kind: LinkKind
    similarity: float
    facts: tuple[Fact, ...]
    by: Literal["machine", "person"] = "machine"

    @property
    def reason(self) -> str:
        """The reason in one English line, such as `62 % of the words kept; title unchanged`."""
        return "; ".join(each.text for each in self.facts)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says became of clauses, by keys: no `new` means gone, no `old` means new.

    Only who became what is said; the kind follows from the texts, so that nobody can declare a changed text unchanged.
    """

    old: tuple[int, ...]
    new: tuple[int, ...]
    remark: str = ""


class CorrectionError(ValueError):
    """Corrections contradict each other or name clauses that the drafts do not have; `str(error)` says which."""


def align(old: Sequence[ClauseNode], new: Sequence[ClauseNode], corrections: Sequence[Correction] = ()) -> list[Link]:
    """What became of each clause of `old` in `new`, in the order of `old`, new clauses after what stands before them.

    Clauses are in reading order with unique keys and parents among them. Every clause of `old` is in exactly one link,
    every clause of `new` in at least one. Corrections are taken as they are; the machine links the rest. The same
    drafts and corrections always give the same links. Raises CorrectionError.
    """
    before, after = Side(old), Side(new)
    said = _checked(corrections, before, after)
    weighed = Weighed([node.text for node in old], [node.text for node in new])
    fixed = {ours[0]: theirs[0] for ours, theirs, _ in said if ours and theirs}
    barred = Barred(
        frozenset(i for ours, _, _ in said for i in ours), frozenset(j for _, theirs, _ in said for j in theirs)
    )
    groups = [*_machine_groups(before, after, weighed, fixed, barred), *said]
    return _Linker(before, after, groups).links()


_Group = tuple[tuple[int, ...], tuple[int, ...], Correction | None]


def _checked(corrections: Sequence[Correction], before: Side, after: Side) -> list[_Group]:
    said: list[_Group] = []
    seen: tuple[set[int], set[int]] = set(), set()
    for each in corrections:
        if not each.old and not each.new:
            raise CorrectionError("a correction names no clause; give the keys of old clauses, new clauses or both")
        for keys, side, taken, draft in (
            (each.old, before, seen[0], "earlier"),
            (each.new, after, seen[1], "later"),
        ):
            for key in keys:
                if key not in side.place:
                    raise CorrectionError(f"the {draft} draft has no clause with key {key}; correct the correction")
                if key in taken:
                    raise CorrectionError(
                        f"clause {side.nodes[side.place[key]].name} of the {draft} draft is named by two corrections; "
                        "make them one"
                    )
                taken.add(key)
        ours = tuple(sorted(before.place[key] for key in each.old))
        said.append((ours, tuple(sorted(after.place[key] for key in each.new)), each))
    return said


def _machine_groups(
    before: Side, after: Side, weighed: Weighed, fixed: Mapping[int, int], barred: Barred
) -> list[_Group]:
    """Which clauses became which, without those of corrections; each old clause in exactly one group."""
    every = pair_clauses(before, after, weighed, fixed, barred)
    pairs = {i: j for i, j in every.items() if i not in barred.old}
    ours, theirs = Texts(weighed.old_words, weighed.rarity), Texts(weighed.new_words, weighed.rarity)
    free = [j for j in range(len(after)) if j not in barred.new and j not in set(pairs.values())]
    split = find_parts(before, ours, after, theirs, pairs, free, barred.old)
    back = {j: i for i, j in split.pairs.items() if i not in split.further}
    loose = [i for i in range(len(before)) if i not in barred.old and i not in split.pairs]
    merged = find_parts(after, theirs, before, ours, back, loose, barred.new)
    sources: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for j in merged.pairs:
        sources[(j,)].extend(merged.of(j))
    for i in split.further:
        sources[tuple(split.of(i))].append(i)
    groups: list[_Group] = [(tuple(sorted(found)), targets, None) for targets, found in sources.items()]
    linked_old = {i for found, _, _ in groups for i in found} | barred.old
    linked_new = {j for _, targets, _ in groups for j in targets} | barred.new
    groups += [((i,), (), None) for i in range(len(before)) if i not in linked_old]
    groups += [((), (j,), None) for j in range(len(after)) if j not in linked_new]
    return groups


class _Linker:
    """Turns groups of places into links: kinds, similarities and reasons."""

    def __init__(self, before: Side, after: Side, groups: Sequence[_Group]) -> None:
        self.before, self.after, self.groups = before, after, groups
        self.became = {i: theirs for ours, theirs, _ in groups for i in ours}
        self.times = Counter(j for _, theirs, _ in groups for j in theirs)
        self.single = {ours[0]: theirs[0] for ours, theirs, _ in groups if self._is_single(ours, theirs)}
        self.numbering = self._numbering()

    def links(self) -> list[Link]:
        """The links in the order of the earlier draft; a new clause after the link of the clause before it."""
        place: dict[int, tuple[int, int]] = {-1: (-1, 0)}
        for ours, theirs, _ in self.groups:
            for j in theirs:
                if ours:
                    place[j] = (ours[0], 0)
        for j in range(len(self.after)):
            if j not in place:
                first, second = place[j - 1]
                place[j] = (first, second + 1)
        ordered = sorted(self.groups, key=lambda group: (group[0][0], 0) if group[0] else place[group[1][0]])
        return [self._link(*group) for group in ordered]

    def _is_single(self, ours: Sequence[int], theirs: Sequence[int]) -> bool:
        """Whether one clause became one clause, and that one took in nothing of others."""
        return len(ours) == len(theirs) == 1 and self.times[theirs[0]] == 1

    def _numbering(self) -> Numbering:
        ours, theirs = _by_number(self.before), _by_number(self.after)
        of = {
            number: became
            for number, i in ours.items()
            if i in self.single and (became := self.after.nodes[self.single[i]].number) is not None
        }

        def ranges_agree(first: str, last: str, new_first: str, new_last: str) -> bool:
            covered = _between(self.before, ours.get(first), ours.get(last))
            covers = _between(self.after, theirs.get(new_first), theirs.get(new_last))
            return bool(covered) and [self.single.get(i) for i in covered] == covers

        return Numbering(frozenset(ours), frozenset(theirs), of, ranges_agree)

    def _link(self, ours: tuple[int, ...], theirs: tuple[int, ...], correction: Correction | None) -> Link:
        old, new = [self.before.nodes[i] for i in ours], [self.after.nodes[j] for j in theirs]
        kind, facts = self._judge(ours, theirs)
        similarity = reasons.similarity(old, new) if old and new else 0.0
        if kind in (LinkKind.UNCHANGED, LinkKind.RENUMBERED, LinkKind.MOVED):
            similarity = 1.0
        elif kind is LinkKind.REWORDED:
            similarity = min(similarity, LESS_THAN_SAME)
        if correction is not None:
            facts = self._said(facts, ours, theirs, correction)
        return Link(
            old=tuple(node.key for node in old),
            new=tuple(node.key for node in new),
            kind=kind,
            similarity=similarity,
            facts=tuple(facts),
            by="machine" if correction is None else "person",
        )

    @staticmethod
    def _said(facts: list[Fact], ours: Sequence[int], theirs: Sequence[int], correction: Correction) -> list[Fact]:
        if not ours or not theirs:
            found = [fact(reasons.GONE_BY_PERSON if ours else reasons.NEW_BY_PERSON)]
        else:
            found = [fact(reasons.BY_PERSON), *facts]
        return [*found, *([fact(reasons.REMARK, remark=correction.remark)] if correction.remark else [])]

    def _judge(self, ours: Sequence[int], theirs: Sequence[int]) -> tuple[LinkKind, list[Fact]]:
        if not ours:
            return LinkKind.NEW, [fact(reasons.NEW)]
        if not theirs:
            return LinkKind.GONE, [fact(reasons.GONE)]
        if self._is_single(ours, theirs):
            return self._one_to_one(ours[0], theirs[0])
        names = {
            "old": tuple(self.before.nodes[i].name for i in ours),
            "new": tuple(self.after.nodes[j].name for j in theirs),
        }
        if len(theirs) > 1:
            return LinkKind.SPLIT, [fact(reasons.SPLIT, **names)]
        return LinkKind.MERGED, [fact(reasons.MERGED, **names)]

    def _one_to_one(self, i: int, j: int) -> tuple[LinkKind, list[Fact]]:
        old, new = self.before.nodes[i], self.after.nodes[j]
        references = renumbered_references(old.text, new.text, self.numbering)
        where = [*reasons.number_facts(old, new), *([] if self._same_parent(i, j) else self._place(i, j))]
        standing = old.normative == new.normative and (
            references != [] or normalise(old.informative) == normalise(new.informative)
        )
        if references is None or title_key(old.title) != title_key(new.title) or not standing:
            return LinkKind.REWORDED, [*reasons.wording_facts(old, new), *where]
        facts = [self._same(old, references), *where]
        if not where:
            facts += [fact(reasons.SAME_NUMBER)] if old.number else []
        stale = [] if references else stale_references(old.text, self.numbering)
        if stale:
            facts.append(fact(reasons.STALE, references=tuple(stale)))
        if not self._same_parent(i, j):
            return LinkKind.MOVED, facts
        return (LinkKind.UNCHANGED if old.number == new.number else LinkKind.RENUMBERED), facts

    @staticmethod
    def _same(old: ClauseNode, references: Sequence[tuple[str, str]]) -> Fact:
        if references:
            return fact(reasons.SAME_BUT_REFERENCES, references=tuple(f"{a} → {b}" for a, b in references))
        return fact(reasons.SAME if old.text else reasons.SAME_TITLE)

    def _same_parent(self, i: int, j: int) -> bool:
        ours, theirs = self.before.parent[i], self.after.parent[j]
        if ours is None or theirs is None:
            return ours is theirs and self.before.root_group[i] == self.after.root_group[j]
        return theirs in self.became[ours]

    def _place(self, i: int, j: int) -> list[Fact]:
        ours, theirs = self.before.parent[i], self.after.parent[j]
        if ours is None and theirs is None:
            return [fact(reasons.MOVED_TO_ANNEX if self.after.root_group[j] else reasons.MOVED_FROM_ANNEX)]
        return reasons.place_facts(
            None if ours is None else self.before.nodes[ours], None if theirs is None else self.after.nodes[theirs]
        )


def _by_number(side: Side) -> dict[str, int]:
    """The place of each number that just one clause has."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, node in enumerate(side.nodes):
        if node.number is not None:
            found[node.number].append(at)
    return {number: places[0] for number, places in found.items() if len(places) == 1}


def _between(side: Side, first: int | None, last: int | None) -> list[int]:
    """The siblings from one clause to another; none where they are not siblings in that order."""
    if first is None or last is None or side.parent[first] != side.parent[last]:
        return []
    return [at for at in side.children[side.parent[first]] if first <= at <= last]


def lineage_rows(
    links: Sequence[Link], old: Sequence[ClauseNode], new: Sequence[ClauseNode]
) -> Iterator[dict[str, Any]]:
    """The links as `export lineage` has them: one row for each pair, None for the missing side of new and gone."""
    ours, theirs = {node.key: node for node in old}, {node.key: node for node in new}
    for link in links:
        for before in link.old or (None,):
            for after in link.new or (None,):
                first = None if before is None else ours[before]
                second = None if after is None else theirs[after]
                yield {
                    "from": first and first.number,
                    "to": second and second.number,
                    "kind": link.kind.value,
                    "similarity": link.similarity,
                    "reason": link.reason,
                    "by": link.by,
                    "from_title": first and first.title,
                    "to_title": second and second.title,
                }
