"""Views over the portfolio as exports take them out: landscape, the lists behind it, fortress, dormant patents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sqlmodel import Session

from workbench.db import key_of
from workbench.export.base import Day, Kind, Moment, Row, Shape, UnknownExportError, cut, day_of
from workbench.export.standards import one_draft
from workbench.history.queries import FilterError
from workbench.i18n import mark
from workbench.people.completeness import need_all
from workbench.people.permissions import Permission
from workbench.portfolio import landscape_queries
from workbench.portfolio.annuities import Origin
from workbench.portfolio.dormant import DORMANT_FILTERS, Need, dormant_families, with_titles
from workbench.portfolio.fortress_queries import FORTRESS_FILTERS, Holders, measured
from workbench.portfolio.landscape import YEARS, Axis, Unit, YearOf
from workbench.portfolio.landscape import Row as Line
from workbench.portfolio.landscape_queries import BEHIND_FILTERS, LANDSCAPE_FILTERS, Wanted, wanted_of
from workbench.portfolio.models import Choice

_DRAFT: Final = "draft"
_OF_DRAFT: Final = ("work_item", "label")
_ALL: Final = "(all)"
_OTHERS: Final = "(others)"


class LandscapeRow(Shape):
    axis: Axis
    name: str
    year_of: YearOf
    year: int | None
    or_before: bool
    incomplete: bool
    unit: Unit
    count: int


class LandscapeListRow(Shape):
    family: str | None
    year_of: YearOf
    year: int | None
    parties: list[str]
    publications: list[str]
    title: str | None


class FortressRow(Shape):
    work_item: str
    iso_id: int
    draft: str
    party: str
    clause: str | None
    clause_order: int
    title: str | None
    best_clauses_of_a_claim: int
    candidate_families: list[str]
    independent_claims: int
    assessed_families: list[str]
    covering_families: list[str]


class DormantRow(Shape):
    family: str
    title: str | None
    need: Need
    in_force: list[str]
    offices: list[str]
    next_annuity: Day | None
    next_annuity_basis: Origin | None
    next_annuity_estimated: bool | None
    ends: Day | None
    ends_estimated: bool | None
    choice: Choice | None
    reason: str | None
    by: str | None
    at: Moment | None


def _as_on_pages(session: Session, filters: Mapping[str, str]) -> dict[str, str]:
    """The filters with the key of the draft, as pages have it, in the place of `work_item` and `label`."""
    left = {name: value for name, value in filters.items() if name not in (*_OF_DRAFT, "as_of")}
    named = [name for name in _OF_DRAFT if name in filters]
    if not named:
        return left
    if len(named) < len(_OF_DRAFT):
        raise UnknownExportError(f"{named[0]}: a draft is named by both of {' and '.join(_OF_DRAFT)}")
    return {**left, _DRAFT: str(key_of(one_draft(session, filters)[0]))}


def _wanted(session: Session, filters: Mapping[str, str]) -> Wanted:
    wanted = wanted_of(_as_on_pages(session, filters))
    if wanted.draft_id is not None:
        need_all(session, Permission.READ_MATCHES, remedy=mark("leave out the draft"))
    return wanted


def _landscape(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """The numbers of the table, with those over all rows last; none where nothing is counted. Raises FilterError."""
    wanted, today = _wanted(session, filters), day_of(session, filters)
    table = landscape_queries.landscape_of(session, wanted, today)
    total = Line("", (), table.totals, table.total)
    for line in (*table.rows, total) if table.total else ():
        for year in table.years:
            yield {
                "axis": wanted.axis.value,
                "name": _ALL if line is total else _OTHERS if line.name is None else line.name,
                "year_of": wanted.by.value,
                "year": year,
                "or_before": year == today.year - YEARS,
                "incomplete": table.is_incomplete(year),
                "unit": wanted.unit.value,
                "count": line.counts.get(year, 0),
            }


def _landscape_list(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """The families or publications behind a number of the table: `row`, `column`. Raises FilterError."""
    wanted, today = _wanted(session, filters), day_of(session, filters)
    row, column = filters.get("row", ""), filters.get("column", "")
    records = landscape_queries.behind(session, wanted, row, column, today)
    for each in landscape_queries.shown(session, landscape_queries.grouped(records, wanted.unit)):
        yield {
            "family": each.family,
            "year_of": wanted.by.value,
            "year": each.year,
            "parties": list(each.parties),
            "publications": [member.number for member in each.members],
            "title": next((member.title for member in each.members if member.title), None),
        }


def _fortress(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """What gathers at each clause, by party; families on hold for secrecy there are not named. Raises FilterError."""
    found = measured(session, _as_on_pages(session, filters), Holders(session), day_of(session, {}))
    if found is None or not found.held:
        raise FilterError(f"party: no publication names one called {filters['party']!r}")
    for clause in found.clauses:
        for each, here in zip(found.held, found.on(clause), strict=True):
            yield {
                "work_item": found.item.reference,
                "iso_id": found.item.iso_id,
                "draft": found.draft.label,
                "party": each.party,
                "clause": clause.number,
                "clause_order": clause.order,
                "title": clause.title,
                "best_clauses_of_a_claim": found.terms.top,
                "candidate_families": sorted(here.families - here.held),
                "independent_claims": here.independent,
                "assessed_families": sorted(here.assessed - here.held),
                "covering_families": sorted(here.covering - here.held),
            }


def _dormant(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Dormant patents, the one with the first annuity first. Raises FilterError, AnnuityRulesError."""
    asked = {name: value for name, value in filters.items() if name != "as_of"}
    for row in with_titles(session, dormant_families(session, day_of(session, filters), asked)):
        ends, annuity, choice = row.ends, row.annuity, row.choice
        yield {
            "family": row.family,
            "title": row.title,
            "need": row.need.value,
            "in_force": [each.number for each in row.members],
            "offices": sorted({each.office for each in row.members}),
            "next_annuity": annuity.day.isoformat() if annuity else None,
            "next_annuity_basis": annuity.origin.value if annuity else None,
            "next_annuity_estimated": annuity.estimated if annuity else None,
            "ends": ends.date.isoformat() if ends else None,
            "ends_estimated": ends.estimated if ends else None,
            "choice": choice.choice.value if choice else None,
            "reason": choice.reason if choice else None,
            "by": choice.by if choice else None,
            "at": choice.at.isoformat() if choice else None,
        }


def _named(filters: tuple[str, ...], *more: str) -> frozenset[str]:
    """The filters of a page with the names of the draft in the place of its key."""
    return (frozenset(filters) - {_DRAFT}) | {*_OF_DRAFT, *more}


KINDS = {
    "landscape": Kind(
        cut(_landscape),
        _named(LANDSCAPE_FILTERS, "as_of"),
        LandscapeRow,
        ("name", "year"),
        mark("Who has patents where and since when: families or publications by party or office and year."),
        told=True,
    ),
    "landscape-list": Kind(
        cut(_landscape_list),
        _named(BEHIND_FILTERS, "as_of"),
        LandscapeListRow,
        ("family", "publications"),
        mark("The families or publications behind a number of the landscape; row and column say which."),
        told=True,
    ),
    "fortress": Kind(
        cut(_fortress),
        _named(FORTRESS_FILTERS),
        FortressRow,
        ("party", "clause_order"),
        mark("What of one party, or of two, gathers at the clauses of a draft; none that is on hold for secrecy."),
        (*_OF_DRAFT, "party"),
        told=True,
    ),
    "dormant-patents": Kind(
        cut(_dormant),
        frozenset((*DORMANT_FILTERS, "as_of")),
        DormantRow,
        ("family",),
        mark("Own families in force that nobody found a text to need and nobody declared, with annuities and choices."),
        told=True,
    ),
}
