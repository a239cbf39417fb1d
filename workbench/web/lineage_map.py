"""The lineage map: clauses of two drafts in two columns and lines between them, as places on a drawing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Link, LinkKind

ROWS: Final = 150
"""Clauses a side that are drawn; of a longer draft those that changed, the rest stand in the table alone."""
ROW: Final = 19
TOP: Final = 28
WIDTH: Final = 900
LEFT: Final = 330
RIGHT: Final = 570


@dataclass(frozen=True)
class Stop:
    """A clause in its column; `kind` is that of its link where it has no counterpart."""

    node: ClauseNode
    y: float
    kind: LinkKind | None


@dataclass(frozen=True)
class Line:
    """From a clause of the earlier draft to one of the later."""

    path: str
    kind: LinkKind
    name: str


@dataclass(frozen=True)
class LineageMap:
    """`left_out` counts the clauses of both drafts that are only in the table."""

    old: Sequence[Stop]
    new: Sequence[Stop]
    lines: Sequence[Line]
    height: int
    left_out: int


def draw_map(old: Sequence[ClauseNode], new: Sequence[ClauseNode], links: Sequence[Link]) -> LineageMap:
    """The map of two drafts; of a long one only what changed, as far as there is room."""
    if max(len(old), len(new)) > ROWS:
        drawn = [link for link in links if link.kind is not LinkKind.UNCHANGED]
    else:
        drawn = list(links)
    ours, theirs = {key for link in drawn for key in link.old}, {key for link in drawn for key in link.new}
    left = [node for node in old if node.key in ours][:ROWS]
    right = [node for node in new if node.key in theirs][:ROWS]
    places = [{node.key: TOP + ROW * (at + 0.5) for at, node in enumerate(side)} for side in (left, right)]
    names = {node.key: node.name for node in left}, {node.key: node.name for node in right}
    lines = [
        Line(_curve(places[0][before], places[1][after]), link.kind, f"{names[0][before]} → {names[1][after]}")
        for link in drawn
        for before in link.old
        for after in link.new
        if before in places[0] and after in places[1]
    ]
    alone = (
        {key for link in drawn if not link.new for key in link.old},
        {key for link in drawn if not link.old for key in link.new},
    )
    return LineageMap(
        old=[Stop(node, places[0][node.key], LinkKind.GONE if node.key in alone[0] else None) for node in left],
        new=[Stop(node, places[1][node.key], LinkKind.NEW if node.key in alone[1] else None) for node in right],
        lines=lines,
        height=TOP + ROW * max(len(left), len(right), 1) + 6,
        left_out=len(old) + len(new) - len(left) - len(right),
    )


def _curve(start: float, end: float) -> str:
    middle = (LEFT + RIGHT) / 2
    return f"M{LEFT} {start:g}C{middle:g} {start:g} {middle:g} {end:g} {RIGHT} {end:g}"
