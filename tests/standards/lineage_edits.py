"""Machine edits of a draft, and what became of each clause, told from the edits and not from the texts.

A clause carries the keys of the clauses that its text came from through all edits, so the truth needs no comparison.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from scrapers.records import ClauseKind
from tests.standards.lineage_documents import sentence, title, word
from workbench.standards.clause_nodes import ClauseNode

Row = tuple[int | None, int | None, str]
_REFERENCE = re.compile(
    r"(?:(?<=Clause )|(?<=Annex ))(?:\d{1,2}|[A-Z])\b|(?<![\d.:])(?<!\d, )\d{1,2}(?:\.\d{1,2}){1,3}(?![\d.:]*\d)"
)
_WITH_TEXT = (ClauseKind.CLAUSE, ClauseKind.ANNEX)
_MARK = re.compile("\ue000(\\d+)\ue001")
_RANGE = re.compile("\ue000(\\d+)\ue001 to \ue000(\\d+)\ue001")
_SENTENCE_END = re.compile(r"(?<=[.。])\s*(?=\S)|\n")


@dataclass(eq=False)
class Node:
    """A clause while it is edited; `origins` are keys of the original, `lines` its text with references as marks."""

    origins: set[int]
    number: str | None
    title: str | None
    kind: ClauseKind
    lines: list[str]
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    reworded: bool = False
    touched: bool = False

    def subtree(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.subtree()

    def words(self) -> int:
        return len(re.findall(r"\w+", " ".join(self.lines))) + sum(len(line) // 4 for line in self.lines) // 4


@dataclass(frozen=True)
class Edited:
    """The edited draft, the rows (old key, new key, kind) that are true of it, and which of them an edit touched."""

    nodes: list[ClauseNode]
    rows: frozenset[Row]
    touched: frozenset[Row]
    edits: Counter[str]


class Draft:
    """A draft that edits are made to; all chance comes from one seeded source."""

    def __init__(self, nodes: Sequence[ClauseNode], language: str, source: random.Random) -> None:
        self.original, self.language, self.source = nodes, language, source
        self.roots: list[Node] = []
        keys = {node.number: node.key for node in nodes if node.number}
        made: dict[int, Node] = {}
        for node in nodes:
            lines = [_REFERENCE.sub(lambda m: _mark(m, keys), line) for line in node.text.split("\n") if line]
            parent = None if node.parent is None else made[node.parent]
            made[node.key] = Node({node.key}, node.number, node.title, node.kind, lines, parent=parent)
            (self.roots if parent is None else parent.children).append(made[node.key])
        self.parents = {node.key: node.parent for node in nodes}
        self.done: Counter[str] = Counter()

    def edit(self, kind: str) -> bool:
        """Make one edit of a kind somewhere; False where no clause left allows it."""
        made = EDITS[kind](self)
        self.done[kind] += made
        return made

    # -- choosing ------------------------------------------------------------------------------------------------

    def all(self) -> list[Node]:
        return [node for root in self.roots for node in root.subtree()]

    def siblings(self, node: Node) -> list[Node]:
        return self.roots if node.parent is None else node.parent.children

    def pick(self, fits: Callable[[Node], bool]) -> Node | None:
        """A clause with a number that no edit touched yet."""
        found = [node for node in self.all() if node.number and not node.touched and fits(node)]
        return self.source.choice(found) if found else None

    def put(self, node: Node, parent: Node | None, at: int) -> None:
        node.parent = parent
        (self.roots if parent is None else parent.children).insert(at, node)

    # -- edits ---------------------------------------------------------------------------------------------------

    def swap(self) -> bool:
        """Two neighbours change places, with all that is below them."""
        node = self.pick(lambda node: self._next(node) is not None)
        if node is None:
            return False
        siblings, other = self.siblings(node), self._next(node)
        at = siblings.index(node)
        siblings[at : at + 2] = [siblings[at + 1], node]
        for each in (node, other):
            assert each is not None
            each.touched = True
        return True

    def _next(self, node: Node) -> Node | None:
        siblings = self.siblings(node)
        at = siblings.index(node) + 1
        other = siblings[at] if at < len(siblings) else None
        alike = other is not None and other.number and other.kind is node.kind and not other.touched
        return other if alike else None

    def move(self) -> bool:
        """A clause goes below another clause, with all that is below it."""
        node = self.pick(lambda node: node.parent is not None and sum(1 for _ in node.subtree()) <= 6)
        if node is None:
            return False
        below = set(map(id, node.subtree()))
        homes = [
            home
            for home in self.all()
            if home.children
            and home is not node.parent
            and id(home) not in below
            and home.children[0].kind is node.kind
        ]
        if not homes:
            return False
        home = self.source.choice(homes)
        self.siblings(node).remove(node)
        self.put(node, home, self.source.randint(0, len(home.children)))
        node.touched = True
        return True

    def reword_lightly(self) -> bool:
        node = self.pick(lambda node: node.words() >= 6)
        if node is None:
            return False
        self.alter(node, self.source.randint(1, 2))
        return True

    def alter(self, node: Node, changes: int) -> None:
        """Some words put in or replaced."""
        for _ in range(changes):
            at = self.source.randrange(len(node.lines))
            line = node.lines[at]
            if self.language == "ja":
                place = self.source.randrange(1, max(2, len(line) - 1))
                node.lines[at] = line[:place] + word(self.source, "ja") + line[place:]
            else:
                words = line.split(" ")
                place = self.source.randrange(len(words))
                if self.source.random() < 0.5 or _MARK.search(words[place]):
                    words.insert(place, word(self.source, "en"))
                else:
                    words[place] = word(self.source, "en") + "x"
                node.lines[at] = " ".join(words)
        node.reworded = node.touched = True

    def reword_heavily(self) -> bool:
        """About two in three sentences are written anew, and every seventh word of the others."""
        node = self.pick(lambda node: node.words() >= 6)
        if node is None:
            return False
        pieces = _sentences(node.lines)
        anew = (
            set(self.source.sample(range(len(pieces)), max(1, round(len(pieces) * 0.65)))) if len(pieces) > 1 else set()
        )
        node.lines = [
            sentence(self.source, self.language) if at in anew else self._half(piece, 0.14 if anew else 0.5)
            for at, piece in enumerate(pieces)
        ]
        node.reworded = node.touched = True
        return True

    def _half(self, piece: str, share: float) -> str:
        if self.language == "ja":
            return "".join(
                word(self.source, "ja") if self.source.random() < share else part
                for part in re.findall(r".{1,5}", piece)
            )
        return " ".join(word(self.source, "en") if self.source.random() < share else part for part in piece.split(" "))

    def split(self) -> bool:
        """The text goes into two clauses side by side, or into subclauses of one that keeps only its title."""
        node = self.pick(lambda node: node.kind in _WITH_TEXT and self._halves(node) is not None)
        halves = None if node is None else self._halves(node)
        if node is None or halves is None:
            return False
        made = [
            Node(set(node.origins), "?", title(self.source, self.language) if node.title else None, node.kind, half)
            for half in halves
        ]
        if node.title and not node.children and self.source.random() < 0.4:
            node.lines = []
            for at, part in enumerate(made):
                self.put(part, node, at)
        else:
            node.lines = halves[0]
            self.put(made[1], node.parent, self.siblings(node).index(node) + 1)
            made = made[1:]
        for part in (node, *made):
            part.touched = True
        if self.source.random() < 0.5:
            self.alter(made[-1], 1)
        return True

    @staticmethod
    def _halves(node: Node) -> tuple[list[str], list[str]] | None:
        pieces = _sentences(node.lines)
        for cut in sorted(range(1, len(pieces)), key=lambda cut: abs(2 * cut - len(pieces))):
            halves = pieces[:cut], pieces[cut:]
            if all(len(" ".join(half)) >= (24 if re.search("[ぁ-ん]", half[0]) else 60) for half in halves):
                return halves
        return None

    def merge(self) -> bool:
        """A clause takes in the text of its neighbour."""

        def fits(node: Node) -> bool:
            other = self._next(node)
            return (
                other is not None
                and not node.children
                and not other.children
                and node.words() >= 6 <= other.words()
                and node.kind in _WITH_TEXT
            )

        node = self.pick(fits)
        other = None if node is None else self._next(node)
        if node is None or other is None:
            return False
        self.siblings(other).remove(other)
        node.lines += other.lines
        node.origins |= other.origins
        if node.title and other.title and self.source.random() < 0.4:
            node.title = f"{node.title} / {other.title}"
        node.touched = True
        return True

    def delete(self) -> bool:
        """A clause goes, with all that is below it."""
        node = self.pick(
            lambda node: (
                sum(1 for _ in node.subtree()) <= 6
                and not any(each.touched for each in node.subtree())
                and len(self.siblings(node)) > 1
            )
        )
        if node is None:
            return False
        self.siblings(node).remove(node)
        return True

    def insert(self) -> bool:
        """A new clause comes, sometimes with subclauses."""
        beside = self.pick(lambda node: node.kind in (ClauseKind.CLAUSE, ClauseKind.ANNEX, ClauseKind.TERM))
        if beside is None:
            return False
        node = self._new(beside, text=True)
        if beside.title and beside.kind is not ClauseKind.TERM and self.source.random() < 0.3:
            node.lines = []
            for at in range(2):
                self.put(self._new(beside, text=True), node, at)
        self.put(node, beside.parent, self.siblings(beside).index(beside) + self.source.randint(0, 1))
        return True

    def _new(self, beside: Node, *, text: bool) -> Node:
        lines = [sentence(self.source, self.language) for _ in range(self.source.randint(1, 4))] if text else []
        name = title(self.source, self.language) if beside.title else None
        return Node(set(), "?", name, beside.kind, lines, touched=True)

    # -- the result ----------------------------------------------------------------------------------------------

    def finish(self) -> Edited:
        nodes = self.all()
        _renumber(self.roots, "")
        homes: dict[int, list[Node]] = defaultdict(list)
        for node in nodes:
            for origin in sorted(node.origins):
                homes[origin].append(node)
        numbers = self._numbers(homes)
        old_numbers = {node.key: node.number or "" for node in self.original}
        key = {id(node): at for at, node in enumerate(nodes)}
        for node in nodes:
            if self._other_range(node, homes, numbers, old_numbers):
                node.reworded = True
        clauses = [
            ClauseNode(
                key=key[id(node)],
                number=node.number,
                title=node.title,
                kind=node.kind,
                level=_level(node),
                parent=None if node.parent is None else key[id(node.parent)],
                text="\n".join(_MARK.sub(lambda m: numbers[int(m[1])], line) for line in node.lines),
            )
            for node in nodes
        ]
        rows, touched = self._truth(nodes, homes, key)
        return Edited(clauses, frozenset(rows), frozenset(touched), self.done)

    def _numbers(self, homes: dict[int, list[Node]]) -> dict[int, str]:
        """What a reference to each original clause now reads; one to a clause that is not one clause now is left."""
        numbers = {}
        for node in self.original:
            home = homes.get(node.key, [])
            single = len(home) == 1 and len(home[0].origins) == 1
            numbers[node.key] = (home[0].number if single else node.number) or ""
        return numbers

    def _other_range(
        self, node: Node, homes: dict[int, list[Node]], numbers: dict[int, str], old_numbers: dict[int, str]
    ) -> bool:
        """Whether a range of clauses that the text refers to reads differently and covers other clauses now."""
        for match in _RANGE.finditer("\n".join(node.lines)):
            first, last = int(match[1]), int(match[2])
            if all(numbers[each] == old_numbers[each] for each in (first, last)):
                continue
            covered = [
                each.key for each in self.original if each.parent == self.parents[first] and first <= each.key <= last
            ]
            ends = [homes.get(each, []) for each in (first, last)]
            if not all(len(end) == 1 for end in ends) or ends[0][0].parent is not ends[1][0].parent:
                return True
            siblings = self.siblings(ends[0][0])
            at = [siblings.index(end[0]) for end in ends]
            if [each.origins for each in siblings[at[0] : at[1] + 1]] != [{each} for each in covered]:
                return True
        return False

    def _truth(
        self, nodes: Sequence[Node], homes: dict[int, list[Node]], key: dict[int, int]
    ) -> tuple[set[Row], set[Row]]:
        rows: set[Row] = set()
        touched: set[Row] = set()
        for old in self.original:
            for node in homes.get(old.key, []):
                row = (old.key, key[id(node)], self._kind(old, node, homes))
                rows.add(row)
                if node.touched or row[2] == "moved":
                    touched.add(row)
            if old.key not in homes:
                rows.add((old.key, None, "gone"))
                touched.add((old.key, None, "gone"))
        new: set[Row] = {(None, key[id(node)], "new") for node in nodes if not node.origins}
        return rows | new, touched | new

    def _kind(self, old: ClauseNode, node: Node, homes: dict[int, list[Node]]) -> str:
        if len(homes[old.key]) > 1:
            return "split"
        if len(node.origins) > 1:
            return "merged"
        if node.reworded:
            return "reworded"
        under = set() if node.parent is None else node.parent.origins
        if (old.parent is None) != (node.parent is None) or (old.parent is not None and old.parent not in under):
            return "moved"
        return "unchanged" if node.number == old.number else "renumbered"


def _mark(match: re.Match[str], keys: dict[str, int]) -> str:
    return f"\ue000{keys[match[0]]}\ue001" if match[0] in keys else match[0]


def _sentences(lines: Sequence[str]) -> list[str]:
    return [piece for piece in _SENTENCE_END.split("\n".join(lines)) if piece.strip()]


def _renumber(siblings: Sequence[Node], above: str) -> None:
    """Numbers by place (ISO/IEC Directives Part 2:2018, 22.3), annexes by letters; what has no number gets none."""
    counts: Counter[bool] = Counter()
    for node in siblings:
        if node.number is None:
            _renumber(node.children, above)
            continue
        lettered = not above and node.kind is ClauseKind.ANNEX
        counts[lettered] += 1
        last = chr(ord("A") + counts[lettered] - 1) if lettered else str(counts[lettered])
        node.number = f"{above}.{last}" if above else last
        _renumber(node.children, node.number)


def _level(node: Node) -> int:
    return 1 if node.parent is None else _level(node.parent) + 1


EDITS: dict[str, Callable[[Draft], bool]] = {
    "renumber": Draft.swap,
    "move": Draft.move,
    "reword lightly": Draft.reword_lightly,
    "reword heavily": Draft.reword_heavily,
    "split": Draft.split,
    "merge": Draft.merge,
    "delete": Draft.delete,
    "insert": Draft.insert,
}


def edited(nodes: Sequence[ClauseNode], language: str, seed: int, edits: int) -> Edited:
    """A draft after a number of edits, of all kinds in turn from a kind that the seed chooses."""
    source = random.Random(seed)
    draft = Draft(nodes, language, source)
    kinds = list(EDITS)
    at = seed * 5
    while draft.done.total() < edits:
        draft.edit(kinds[at % len(kinds)])
        at += 1
    return draft.finish()
