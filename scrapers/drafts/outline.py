"""The tree of a draft from files that hold headings and paragraphs one after the other (DOCX, HTML, AsciiDoc, PDF).

The XML formats say what a clause is; these files only say how deep a heading stands, what number it carries and what
its title is. Kind and status follow from that, as ISO/IEC Directives Part 2, clauses 12 to 21, order a document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from scrapers.drafts.marks import without_links
from scrapers.drafts.tree import Tree, kind_by_title
from scrapers.errors import UnreadableFileError
from scrapers.records import BlockKind, Clause, ClauseKind

MAX_CLAUSES = 50_000
MAX_BLOCKS = 1_000_000
_INFORMATIVE = frozenset({ClauseKind.FOREWORD, ClauseKind.INTRODUCTION, ClauseKind.BIBLIOGRAPHY})
_TERMS = re.compile(r"terms\b.*\bdefinitions\b|^terms$|^definitions$|^vocabulary$|^termes et définitions|^用語", re.I)
_REFERENCES = frozenset({"normative references", "références normatives", "引用規格", "引用文書"})
_CONTENTS = frozenset({"contents", "table of contents", "sommaire", "目次", "目　次", "contents page"})
_NOT_A_TERM = re.compile(
    r"^(general|symbols?|abbreviat|notation|conventions?|一般|記号|略語)|\babbreviated terms\b", re.I
)


_Block = tuple[BlockKind, str, str | None]


@dataclass
class _Node:
    number: str | None
    title: str | None
    kind: ClauseKind | None
    normative: bool | None
    depth: int
    parent: int | None
    blocks: list[_Block] = field(default_factory=list)


class Outline:
    """Collects headings and blocks in reading order and builds the tree of them.

    What stands before the first heading is kept in `cover`; the reader looks for reference and copyright there.
    """

    def __init__(self, name: str) -> None:
        self.cover: list[str] = []
        self._name = name
        self._nodes: list[_Node] = []
        self._open: list[int] = []
        self._blocks = 0
        self._named: list[tuple[str, int]] = []
        self._waiting: list[str] = []

    def open(
        self,
        depth: int,
        number: str | None,
        title: str | None,
        kind: ClauseKind | None = None,
        *,
        normative: bool | None = None,
    ) -> None:
        """Start a clause `depth` deep (1 is the top). Kind and status that are not given follow from the place."""
        while self._open and self._nodes[self._open[-1]].depth >= depth:
            self._open.pop()
        parent = self._open[-1] if self._open else None
        if len(self._nodes) >= MAX_CLAUSES:
            raise UnreadableFileError(f"{self._name}: more than {MAX_CLAUSES:,} clauses; no draft has that many")
        folded = " ".join(without_links(title).split()) if title else None
        self._nodes.append(_Node(number, folded or None, kind, normative, depth, parent))
        self._open.append(len(self._nodes) - 1)
        self._named += [(name, len(self._nodes) - 1) for name in self._waiting]
        self._waiting = []

    def name(self, *names: str | None, of_next: bool = False) -> None:
        """Say by which names links of the file lead to the open clause, or to the one that is opened next."""
        for name in filter(None, names):
            if of_next or not self._open:
                self._waiting.append(name)
            else:
                self._named.append((name, self._open[-1]))

    def add(self, kind: BlockKind, text: str, label: str | None = None) -> None:
        """Add a block to the open clause, or to the cover where none is open."""
        folded = " ".join(text.split())
        if not folded:
            return
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            raise UnreadableFileError(f"{self._name}: more than {MAX_BLOCKS:,} paragraphs; split the file")
        if self._open:
            marker = " ".join(without_links(label).split()) if label else None
            self._nodes[self._open[-1]].blocks.append((kind, folded, marker))
        else:
            self.cover.append(without_links(folded))

    @property
    def count(self) -> int:
        """How many blocks the open clause holds."""
        return len(self._nodes[self._open[-1]].blocks) if self._open else 0

    def labelled(self, kind: BlockKind) -> int:
        """How many blocks of a kind with a label of their own the open clause holds."""
        blocks = self._nodes[self._open[-1]].blocks if self._open else []
        return sum(block[0] is kind and block[2] is not None for block in blocks)

    def label(self, at: int, label: str) -> None:
        """Label the block at a place of the open clause, which may not have come, unless it has a label of its own."""
        blocks = self._nodes[self._open[-1]].blocks if self._open else []
        if at < len(blocks) and blocks[at][2] is None:
            blocks[at] = (*blocks[at][:2], label)

    def retitle(self, title: str) -> None:
        """Give the open clause its title, which came after its number."""
        self._nodes[self._open[-1]].title = " ".join(without_links(title).split()) or None

    def restate(self, normative: bool) -> None:
        """Set the status of the open clause, which came after its heading."""
        self._nodes[self._open[-1]].normative = normative

    @property
    def started(self) -> bool:
        """Whether a clause is open."""
        return bool(self._open)

    @property
    def kind(self) -> ClauseKind | None:
        """The kind that was given to the open clause, if any."""
        return self._nodes[self._open[-1]].kind if self._open else None

    @property
    def title(self) -> str | None:
        """The title of the open clause."""
        return self._nodes[self._open[-1]].title if self._open else None

    @property
    def number(self) -> str | None:
        """The number of the open clause."""
        return self._nodes[self._open[-1]].number if self._open else None

    @property
    def depth(self) -> int:
        """The depth of the open clause; 0 where none is open."""
        return self._nodes[self._open[-1]].depth if self._open else 0

    @property
    def empty(self) -> bool:
        """Whether the open clause holds no block yet."""
        return not self._open or not self._nodes[self._open[-1]].blocks

    @property
    def last(self) -> BlockKind | None:
        """The kind of the last block of the open clause."""
        return None if self.empty else self._nodes[self._open[-1]].blocks[-1][0]

    @property
    def in_terms(self) -> bool:
        """Whether the open clause belongs to terms and definitions."""
        return bool(self._open) and (is_terms(self._top.title) or self._top.kind is ClauseKind.TERMS)

    @property
    def in_references(self) -> bool:
        """Whether the open clause lists documents: normative references or the bibliography."""
        if not self._open:
            return False
        return is_references(self._top.title) or ClauseKind.BIBLIOGRAPHY in (
            self._top.kind,
            kind_by_title(self._top.title),
        )

    @property
    def _top(self) -> _Node:
        return self._nodes[self._open[0]]

    def clauses(self, path: Path) -> tuple[Clause, ...]:
        """The finished records; raises UnreadableFileError where no clause holds text."""
        self._settle()
        tree = Tree()
        for node in self._nodes:
            kind = node.kind or ClauseKind.CLAUSE
            at = tree.open(node.number, node.title, kind, normative=bool(node.normative), parent=node.parent)
            for block, text, label in node.blocks:
                tree.add(at, block, text, label)
        for name, at in self._named:
            tree.name(at, name)
        return tree.clauses(path)

    def _settle(self) -> None:
        numbered = [at for at, node in enumerate(self._nodes) if node.number and node.number[0] != "0"]
        first = numbered[0] if numbered else 0
        ended = False
        for at, node in enumerate(self._nodes):
            if node.parent is None:
                node.kind = node.kind or self._kind(node, before=at < first, after=ended)
                if node.normative is None:
                    node.normative = node.kind not in _INFORMATIVE and not is_references(node.title)
                ended = ended or node.kind is ClauseKind.BIBLIOGRAPHY
            else:
                parent = self._nodes[node.parent]
                node.kind = node.kind or (ClauseKind.TERMS if parent.kind is ClauseKind.TERM else parent.kind)
                if node.normative is None:
                    node.normative = parent.normative
        self._settle_terms()
        for node in self._nodes:
            if node.kind is ClauseKind.TERM:
                self._mark_terms(node.parent)
        for node in self._nodes:
            if node.parent is not None and node.kind is ClauseKind.CLAUSE:
                node.kind = self._nodes[node.parent].kind

    def _settle_terms(self) -> None:
        """A heading under terms and definitions with text and nothing below it is a term, and its text an entry."""
        parents = {node.parent for node in self._nodes}
        for at, node in enumerate(self._nodes):
            leaf = at not in parents and node.parent is not None and bool(node.blocks)
            if leaf and node.kind is ClauseKind.TERMS and node.title and may_be_term(node.title):
                node.kind, node.normative = ClauseKind.TERM, True
            if node.kind is ClauseKind.TERM:
                node.blocks = _entry(node.blocks)

    def _mark_terms(self, at: int | None) -> None:
        while at is not None:
            if self._nodes[at].kind is ClauseKind.CLAUSE:
                self._nodes[at].kind = ClauseKind.TERMS
            at = self._nodes[at].parent

    @staticmethod
    def _kind(node: _Node, *, before: bool, after: bool) -> ClauseKind:
        if node.number is None or node.number == "0":
            named = kind_by_title(node.title)
            if named is not None:
                return named
        if is_terms(node.title):
            return ClauseKind.TERMS
        if node.number is None and not is_references(node.title):
            if before:
                return ClauseKind.FOREWORD
            if after:
                return ClauseKind.BIBLIOGRAPHY
        return ClauseKind.CLAUSE


def _entry(blocks: list[_Block]) -> list[_Block]:
    """The blocks of a term entry: notes are notes to entry, the first paragraph is the definition."""
    found = [(BlockKind.NOTE_TO_ENTRY, *block[1:]) if block[0] is BlockKind.NOTE else block for block in blocks]
    kinds = [block[0] for block in found]
    if BlockKind.DEFINITION not in kinds and BlockKind.PARAGRAPH in kinds:
        at = kinds.index(BlockKind.PARAGRAPH)
        found[at] = (BlockKind.DEFINITION, *found[at][1:])
        for before in range(at):
            if kinds[before] is BlockKind.FORMULA:  # a symbol that stands for the term
                found[before] = (BlockKind.TERM_NAME, *found[before][1:])
    return found


def depth_of(number: str) -> int:
    """How deep the clause of a number stands: 1 for `6` and `A`, 3 for `6.2.1`."""
    return number.count(".") + 1


def is_terms(title: str | None) -> bool:
    """Whether a title is that of terms and definitions."""
    return bool(_TERMS.search((title or "").strip()))


def is_references(title: str | None) -> bool:
    """Whether a title is that of the normative references."""
    return (title or "").strip().casefold() in _REFERENCES


def is_contents(title: str | None) -> bool:
    """Whether a title is that of the table of contents, which is no part of the text."""
    return (title or "").strip().casefold() in _CONTENTS


def may_be_term(title: str | None) -> bool:
    """Whether a heading under terms and definitions may name a term and not a group such as `Symbols`."""
    return not _NOT_A_TERM.search((title or "").strip())
