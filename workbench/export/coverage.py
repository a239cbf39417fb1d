"""What covers the clauses of a draft, as exports take it out: the cells of the coverage matrix, and white space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlmodel import Session

from workbench.export.base import Kind, Moment, Row, Shape, Window, cut
from workbench.export.standards import one_draft
from workbench.i18n import mark
from workbench.portfolio.choosing import FILTERS, wanted_of
from workbench.portfolio.coverage import Cell
from workbench.portfolio.grid import grid_of
from workbench.portfolio.listed import entries, open_cells
from workbench.portfolio.white_space import SPACE_FILTERS, Space, lines_of, search_of, white_space

_OF_DRAFT: Final = ("work_item", "label")


class _OfClause(Shape):
    work_item: str
    iso_id: int
    draft: str
    clause: str | None
    clause_order: int
    title: str | None


class CoverageRow(_OfClause):
    normative: bool
    family: str
    family_title: str
    standing: Cell
    stale: bool
    assessments: list[int]
    claims: list[str]


class WhiteSpaceRow(_OfClause):
    space: Space
    families_counting: int
    families_other: int
    searched_at: Moment | None
    searched_families: int
    searched_claims: int


def _coverage(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
    """Families on clauses, the strongest first; without what is on hold for secrecy. Raises FilterError."""
    draft, item = one_draft(session, filters)
    grid = open_cells(grid_of(session, draft, wanted_of(filters)))
    for entry in entries(session, grid, window.offset, window.limit):
        yield {
            "work_item": item.reference,
            "iso_id": item.iso_id,
            "draft": draft.label,
            "clause": entry.clause.number,
            "clause_order": entry.clause.order,
            "title": entry.clause.title,
            "normative": entry.clause.normative,
            "family": entry.family,
            "family_title": entry.title,
            "standing": entry.cell.value,
            "stale": entry.stale,
            "assessments": [each.assessment for each in entry.said if each.assessment is not None],
            "claims": [f"{each.publication} {each.claim}" for each in entry.claims],
        }


def _white_space(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Normative clauses that no family covers, or those of a kind. It counts families and names none.

    Raises FilterError.
    """
    draft, item = one_draft(session, filters)
    grid = grid_of(session, draft, wanted_of(filters))
    search = search_of(session, grid)
    for line in lines_of(white_space(grid, search), filters.get("space", "")):
        yield {
            "work_item": item.reference,
            "iso_id": item.iso_id,
            "draft": draft.label,
            "clause": line.clause.number,
            "clause_order": line.clause.order,
            "title": line.clause.title,
            "space": line.space.value,
            "families_counting": line.covering,
            "families_other": line.candidates,
            "searched_at": None if search.at is None else search.at.isoformat(),
            "searched_families": search.families,
            "searched_claims": search.claims,
        }


KINDS = {
    "coverage": Kind(
        _coverage,
        frozenset((*_OF_DRAFT, *FILTERS)),
        CoverageRow,
        ("clause_order", "family"),
        mark("Families on the clauses of a draft, as in the coverage matrix; none that is on hold for secrecy."),
        _OF_DRAFT,
        told=True,
    ),
    "white-space": Kind(
        cut(_white_space),
        frozenset((*_OF_DRAFT, *SPACE_FILTERS)),
        WhiteSpaceRow,
        ("clause_order",),
        mark("Normative clauses of a draft that no family covers, with what was searched; or those of the kind space."),
        _OF_DRAFT,
        told=True,
    ),
}
