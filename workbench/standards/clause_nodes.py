"""A clause as versions of a draft are compared by it, made from a draft as read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.records import Block, BlockKind, ClauseKind, Draft
from workbench.standards.provisions import clause_text, find_provisions

INFORMATIVE_BLOCKS = frozenset(
    {
        BlockKind.NOTE,
        BlockKind.EXAMPLE,
        BlockKind.FOOTNOTE,
        BlockKind.TABLE_NOTE,
        BlockKind.FIGURE_NOTE,
    }
)
"""Blocks that bind nobody wherever they stand (ISO/IEC Directives Part 2:2018, 24.5, 25.5, 26.5, 28.5.4, 29.5.1)."""


@dataclass(frozen=True, slots=True)
class ClauseNode:
    """A clause of one draft; `text` is its own text, one block a line, without that of its subclauses.

    `key` is the clause's `order` in the draft and `parent` that of the clause above it. `provisions` are the texts of
    its provisions. `informative` is the part of `text` that stands in notes, examples and footnotes to text: the same
    words bind or do not bind by where they stand.
    """

    key: int
    number: str | None
    title: str | None
    kind: ClauseKind
    level: int
    parent: int | None
    text: str
    provisions: tuple[str, ...] = ()
    normative: bool = True
    informative: str = ""

    @property
    def name(self) -> str:
        """What a person calls it: its number, else its title, else its place."""
        return self.number or self.title or f"#{self.key}"


def clause_nodes(draft: Draft) -> list[ClauseNode]:
    """The clauses of a draft as read from a file, in reading order."""
    return [
        ClauseNode(
            key=key,
            number=clause.number,
            title=clause.title,
            kind=clause.kind,
            level=clause.level,
            parent=clause.parent,
            text=clause_text(clause.blocks),
            provisions=tuple(
                each.text
                for each in find_provisions(
                    clause.blocks,
                    kind=clause.kind,
                    normative=clause.normative,
                    language=draft.language,
                    title=clause.title,
                )
            ),
            normative=clause.normative,
            informative=informative_text(clause.blocks),
        )
        for key, clause in enumerate(draft.clauses)
    ]


def informative_text(blocks: Sequence[Block]) -> str:
    """The part of a clause's text that binds nobody because of the block it stands in."""
    return clause_text([block for block in blocks if block.kind in INFORMATIVE_BLOCKS])
