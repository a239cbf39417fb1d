"""What every reader of drafts builds: the tree of clauses, in reading order, and the grammar of its labels."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from scrapers.drafts.marks import take_links, without_links
from scrapers.errors import UnreadableFileError
from scrapers.records import Block, BlockKind, Clause, ClauseKind, CrossReference

_NUMBER = re.compile(r"(?:\d+|[A-Z]{1,2})(?:\.\d+)*")
_BEFORE_NUMBER = re.compile(r"^(?:annexe?|clause|section|附属書|箇条)\s*", re.IGNORECASE)
_STATUS_IN_LABEL = re.compile(r"\s*\((?:normative|informative|規定|参考)\)\s*$", re.IGNORECASE)
_INFORMATIVE = re.compile(r"informative|inform-annex|informatif|参考", re.IGNORECASE)
_TITLES: dict[str, ClauseKind] = {
    "foreword": ClauseKind.FOREWORD,
    "avant-propos": ClauseKind.FOREWORD,
    "まえがき": ClauseKind.FOREWORD,
    "introduction": ClauseKind.INTRODUCTION,
    "序文": ClauseKind.INTRODUCTION,
    "bibliography": ClauseKind.BIBLIOGRAPHY,
    "bibliographie": ClauseKind.BIBLIOGRAPHY,
    "参考文献": ClauseKind.BIBLIOGRAPHY,
}


def clause_number(label: str) -> str | None:
    """The number of a clause from its label: `Annex A` gives `A`, `5.1.` gives `5.1`, `附属書ＪＡ` gives `JA`.

    A label of another grammar than ISO/IEC Directives Part 2, 22.3, is kept as printed; an empty one gives None.
    """
    text = " ".join(unicodedata.normalize("NFKC", label).split())
    text = _STATUS_IN_LABEL.sub("", text)
    bare = _BEFORE_NUMBER.sub("", text).rstrip(".")
    return bare if _NUMBER.fullmatch(bare) else text or None


def annex_is_normative(*marks: str | None) -> bool:
    """Whether an annex is normative by the words under its heading; one that does not say so counts as normative."""
    return not any(_INFORMATIVE.search(mark) for mark in marks if mark)


def kind_by_title(title: str | None) -> ClauseKind | None:
    """The kind of an unnumbered clause that only its title tells (English, French and Japanese)."""
    return _TITLES.get((title or "").strip().casefold())


@dataclass
class _Node:
    number: str | None
    title: str | None
    kind: ClauseKind
    normative: bool
    level: int
    parent: int | None
    blocks: list[tuple[Block, list[tuple[int, int, str]]]] = field(default_factory=list)


class Tree:
    """Collects clauses in reading order; `open` returns the position that subclauses and blocks refer to."""

    def __init__(self) -> None:
        self._nodes: list[_Node] = []
        self._named: dict[str, int] = {}

    def open(
        self, number: str | None, title: str | None, kind: ClauseKind, *, normative: bool, parent: int | None = None
    ) -> int:
        """Add a clause after all others and return its position."""
        level = 1 if parent is None else self._nodes[parent].level + 1
        title = without_links(title) if title else None
        self._nodes.append(_Node(number, title or None, kind, normative, level, parent))
        return len(self._nodes) - 1

    def name(self, position: int, *names: str | None) -> None:
        """Say by which names links of the file lead to the clause at a position, or to something in it."""
        for name in names:
            if name:
                self._named["".join(name.split())] = position

    def kind(self, position: int) -> ClauseKind:
        """The kind of the clause at a position; its subclauses share it."""
        return self._nodes[position].kind

    def normative(self, position: int) -> bool:
        """Whether the clause at a position is normative; its subclauses share it."""
        return self._nodes[position].normative

    def title(self, position: int) -> str | None:
        """The title of the clause at a position."""
        return self._nodes[position].title

    def add(self, position: int, kind: BlockKind, text: str, label: str | None = None) -> None:
        """Add a block to a clause; white space is folded and empty text is left out."""
        folded, links = take_links(text)
        if folded:
            block = Block(kind=kind, text=folded, label=without_links(label) if label else None)
            self._nodes[position].blocks.append((block, links))

    def clauses(self, path: Path) -> tuple[Clause, ...]:
        """The finished records; a draft without a clause that holds text raises UnreadableFileError."""
        if not any(node.blocks for node in self._nodes):
            raise UnreadableFileError(f"{path.name}: holds no clause with text; check that it is the whole document")
        return tuple(
            Clause(
                number=node.number,
                title=node.title,
                kind=node.kind,
                normative=node.normative,
                level=node.level,
                parent=node.parent,
                blocks=tuple(self._linked(block, links) for block, links in node.blocks),
            )
            for node in self._nodes
        )

    def _linked(self, block: Block, links: list[tuple[int, int, str]]) -> Block:
        if not links:
            return block
        found = (CrossReference(start=start, end=end, clause=self._named.get(target)) for start, end, target in links)
        return block.model_copy(update={"references": tuple(found)})
