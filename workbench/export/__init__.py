"""What can be taken out of the workbench: rows in the shapes that others rely on, one list for files and interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel import Session

from workbench.export import (
    assessments,
    ballots,
    cases,
    comments,
    coverage,
    documents,
    history,
    mapping,
    metrics,
    patents,
    people,
    portfolio,
    registers,
    standards,
    watched,
)
from workbench.export.base import WHOLE, Kind, Row, Shape, UnknownExportError, Window
from workbench.export.files import FORMATS, MOST_SHEET_ROWS, write

__all__ = [
    "FORMATS",
    "KINDS",
    "MOST_SHEET_ROWS",
    "WHOLE",
    "Kind",
    "Row",
    "Shape",
    "UnknownExportError",
    "Window",
    "is_told",
    "notices",
    "rows",
    "write",
]

KINDS: dict[str, Kind] = {
    **standards.KINDS,
    **ballots.KINDS,
    **comments.KINDS,
    **documents.KINDS,
    **history.KINDS,
    **patents.KINDS,
    **mapping.KINDS,
    **assessments.KINDS,
    **coverage.KINDS,
    **portfolio.KINDS,
    **metrics.KINDS,
    **registers.KINDS,
    **cases.KINDS,
    **watched.KINDS,
    **people.KINDS,
}


def rows(
    session: Session, kind: str, filters: Mapping[str, str] | None = None, window: Window = WHOLE
) -> Iterator[Row]:
    """The rows of a kind, filtered as the pages filter.

    Raises UnknownExportError, UnknownWorkItemError, FilterError.
    """
    if kind not in KINDS:
        raise UnknownExportError(f"nothing called {kind!r} can be exported; there are: {', '.join(KINDS)}")
    known = KINDS[kind].filters
    given = {name: value for name, value in (filters or {}).items() if value}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise UnknownExportError(
            f"{kind} cannot be filtered by {unknown[0]!r}; it can by: {', '.join(sorted(known)) or 'nothing'}"
        )
    missing = [name for name in KINDS[kind].required if name not in given]
    if missing:
        raise UnknownExportError(f"{missing[0]} is missing; {kind} needs {', '.join(KINDS[kind].required)}")
    return KINDS[kind].produce(session, given, window)


def is_told(kind: str, filters: Mapping[str, str], notices: Sequence[str]) -> bool:
    """Whether the audit trail tells of rows that are taken out: by their kind, their markings, or whose they are."""
    return KINDS[kind].told or bool(notices) or bool(filters.get("portfolio"))


def notices(session: Session, kind: str, filters: Mapping[str, str] | None = None) -> list[str]:
    """What must go along with the rows: copyright lines and markings of the drafts whose text they hold."""
    if kind not in ("clauses", "comments"):
        return []
    given = {name: value for name, value in (filters or {}).items() if value}
    found = standards.drafts_of(session, given)
    lines = (line for draft, _ in found for line in (draft.confidentiality, draft.copyright))
    return list(dict.fromkeys(filter(None, lines)))
