"""The sections of each edition in their order, and what an entry is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.digest.models import Edition


class SectionKind(StrEnum):
    OVERDUE = "overdue"
    DUE = "due"
    TASKS = "tasks"
    OPENED = "opened"
    MOVES = "moves"
    NEW_ITEMS = "new_items"
    GONE = "gone"
    DRAFTS = "drafts"
    PUBLICATIONS = "publications"
    DECLARATIONS = "declarations"
    RELEASES = "releases"
    MEETINGS = "meetings"
    DOCUMENTS = "documents"
    CALLS = "calls"
    RELATED = "related"
    TOUCHED = "touched"
    OTHER = "other"
    LEGAL = "legal"
    PLANS = "plans"
    CASES = "cases"
    CHARTS = "charts"
    PLANNED = "planned"
    STATUS = "status"
    BALLOTS = "ballots"
    LIMITS = "limits"


ORDER: dict[Edition, tuple[SectionKind, ...]] = {
    Edition.DELEGATE: (
        SectionKind.OVERDUE,
        SectionKind.DUE,
        SectionKind.TASKS,
        SectionKind.OPENED,
        SectionKind.BALLOTS,
        SectionKind.MOVES,
        SectionKind.LIMITS,
        SectionKind.NEW_ITEMS,
        SectionKind.GONE,
        SectionKind.DOCUMENTS,
        SectionKind.DRAFTS,
        SectionKind.TOUCHED,
        SectionKind.MEETINGS,
        SectionKind.CALLS,
        SectionKind.RELATED,
        SectionKind.DECLARATIONS,
        SectionKind.RELEASES,
        SectionKind.OTHER,
    ),
    Edition.IP: (
        SectionKind.LEGAL,
        SectionKind.PLANS,
        SectionKind.CASES,
        SectionKind.CHARTS,
        SectionKind.OVERDUE,
        SectionKind.DUE,
        SectionKind.TASKS,
        SectionKind.DRAFTS,
        SectionKind.TOUCHED,
        SectionKind.PUBLICATIONS,
        SectionKind.STATUS,
        SectionKind.DECLARATIONS,
        SectionKind.PLANNED,
        SectionKind.MOVES,
        SectionKind.LIMITS,
        SectionKind.OPENED,
        SectionKind.BALLOTS,
        SectionKind.NEW_ITEMS,
        SectionKind.GONE,
        SectionKind.MEETINGS,
        SectionKind.CALLS,
        SectionKind.DOCUMENTS,
        SectionKind.RELATED,
        SectionKind.RELEASES,
        SectionKind.OTHER,
    ),
}


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about: `path` is where the workbench shows it, from the root of the site."""

    name: str
    title: str | None
    path: str
    title_language: str | None = None
