"""How the counts of provisions and clauses changed from draft to draft, and the picture of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from workbench.db import key_of
from workbench.standards.draft_queries import DraftLine
from workbench.standards.lineage import LinkKind
from workbench.standards.lineage_queries import in_order
from workbench.standards.models import WorkItem
from workbench.standards.provisions import ProvisionKind

ROW: Final = 24
_BARS_FROM: Final = 130
_BARS_WIDTH: Final = 700


@dataclass(frozen=True)
class Segment:
    """A part of a bar: `count` provisions of a kind."""

    kind: ProvisionKind
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A draft's provisions by kind; the widths of all bars of a picture have one scale."""

    line: DraftLine
    y: float
    segments: Sequence[Segment]
    total: int
    end: float


@dataclass(frozen=True)
class Progress:
    """The versions of a work item in one language, the earliest first.

    `before` is the version before each, by the key of a draft; `became` counts links by kind for each version after
    the first, None where it was not aligned with the one before.
    """

    item: WorkItem
    language: str
    lines: Sequence[DraftLine]
    before: Mapping[int, DraftLine]
    became: Sequence[tuple[DraftLine, DraftLine, Mapping[LinkKind, int] | None]]
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def progress_of(lines: Sequence[DraftLine], counts: Mapping[tuple[int, int], Mapping[LinkKind, int]]) -> list[Progress]:
    """The work items with more than one version in a language, in the order of `lines`."""
    groups: dict[tuple[int, str], list[DraftLine]] = {}
    for line in lines:
        groups.setdefault((key_of(line.item), line.draft.language), []).append(line)
    found = []
    for (_, language), group in groups.items():
        if len(group) < 2:
            continue
        by_key = {key_of(line.draft): line for line in group}
        ordered = [by_key[key_of(draft)] for draft in in_order(line.draft for line in group)]
        pairs = list(pairwise(ordered))
        found.append(
            Progress(
                group[0].item,
                language,
                ordered,
                {key_of(new.draft): old for old, new in pairs},
                [(old, new, counts.get((key_of(old.draft), key_of(new.draft)))) for old, new in pairs],
                _bars(ordered),
            )
        )
    return found


def _bars(lines: Sequence[DraftLine]) -> list[Bar]:
    most = max((sum(line.provisions.values()) for line in lines), default=0) or 1
    bars = []
    for row, line in enumerate(lines):
        segments, x = [], float(_BARS_FROM)
        for kind in ProvisionKind:
            count = line.provisions.get(kind, 0)
            width = _BARS_WIDTH * count / most
            if count:
                segments.append(Segment(kind, count, round(x, 1), round(width, 1)))
            x += width
        bars.append(Bar(line, row * ROW, segments, sum(line.provisions.values()), round(x, 1)))
    return bars
