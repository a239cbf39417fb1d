"""Claims and clauses as they are ranked."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProvisionText:
    """A provision of a clause: its place in the clause, its kind as in `export clauses`, its text."""

    index: int
    kind: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause to be ranked; `standard` is the reference of its draft, `kind` a `ClauseKind` or None where unknown."""

    id: Hashable
    title: str | None
    text: str
    standard: str | None = None
    kind: str | None = None
    provisions: Sequence[ProvisionText] = ()


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A claim that clauses are ranked for; `parent_text` is the text of the claims that it depends on."""

    id: Hashable
    text: str
    parent_text: str | None = None
    language: str = "en"
