"""Reads for the landscape: the publications that are counted, and the families behind each number."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.declarations.parties import Parties
from workbench.history.queries import FilterError, filled
from workbench.i18n import mark
from workbench.mapping.models import MappedPublication, Match
from workbench.patents.applications import application_key
from workbench.patents.models import ApplicationStatus, Claim, Family, Publication
from workbench.patents.office_queries import in_parts
from workbench.patents.queries import publication_conditions
from workbench.patents.walls import need_others
from workbench.portfolio.landscape import Axis, Landscape, Record, Unit, YearOf, column_of, landscape, with_family_years
from workbench.standards.draft_queries import first_offered
from workbench.standards.models import Clause, Draft, WorkItem

LANDSCAPE_FILTERS: Final = ("unit", "by", "axis", "office", "portfolio", "draft", "clause", "top", "all")
BEHIND_FILTERS: Final = (*LANDSCAPE_FILTERS, "row", "column")
TOPS: Final = (1, 3, 5, 10)
"""How many of the best clauses of a claim can be meant."""
TOP: Final = 3
UNKNOWN: Final = "unknown"
NO_PARTY: Final = "–"
"""The row of publications without an applicant."""
_OTHERS: Final = "*"
"""The row of all parties that have none of their own; no applicant is called so."""
_DAY: Final = re.compile(r'"date": ?"([0-9]{4})-')
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is counted and how. `draft_id` leaves what is mapped to a draft; `clause`, a number, what has it or one
    below it among the best `top` clauses of a claim.
    """

    unit: Unit = Unit.FAMILIES
    by: YearOf = YearOf.PRIORITY
    axis: Axis = Axis.PARTY
    office: str = ""
    portfolio: str = ""
    draft_id: int | None = None
    clause: str = ""
    top: int = TOP
    everybody: bool = False


@dataclass(frozen=True)
class Behind:
    """A family, or a publication of none, behind a number: its members that were counted, and its year."""

    family: str | None
    year: int | None
    parties: Sequence[str]
    members: Sequence[Publication]


def wanted_of(filters: Mapping[str, str]) -> Wanted:
    """What the filters (`LANDSCAPE_FILTERS`) ask for; an empty value is the default. Raises FilterError."""
    given = filled(filters)
    top = given.get("top", str(TOP))
    if top not in map(str, TOPS):
        raise FilterError(f"top: {top!r} is none of {', '.join(map(str, TOPS))}")
    draft = given.get("draft")
    if draft is not None and not (draft.isascii() and draft.isdigit() and len(draft) < 10):
        raise FilterError(f"draft: {draft!r} is no key of a draft")
    if "clause" in given and draft is None:
        raise FilterError("clause: say of which draft")
    return Wanted(
        _word(Unit, given, "unit", Unit.FAMILIES),
        _word(YearOf, given, "by", YearOf.PRIORITY),
        _word(Axis, given, "axis", Axis.PARTY),
        given.get("office", "").upper(),
        given.get("portfolio", ""),
        None if draft is None else int(draft),
        given.get("clause", ""),
        int(top),
        "all" in given,
    )


def mapped_drafts(session: Session) -> list[tuple[Draft, WorkItem]]:
    """The draft versions that publications are mapped to, in the order in which they are offered."""
    mapped = sa.exists().where(col(MappedPublication.draft_id) == col(Draft.id))
    statement = select(Draft, WorkItem).join(WorkItem, col(WorkItem.id) == Draft.work_item_id).where(mapped)
    return list(session.exec(statement.order_by(*first_offered())))


def landscape_of(session: Session, wanted: Wanted, today: dt.date) -> Landscape:
    """The table of what is wanted. Raises FilterError, and IncompleteError as `records_of`."""
    return _table(records_of(session, wanted), wanted, today)


def records_of(session: Session, wanted: Wanted) -> list[Record]:
    """The publications that are counted, with the years that count.

    Raises FilterError, and IncompleteError where a clause is asked for by who may not know what others claim.
    """
    statement = sa.select(
        col(Publication.id),
        col(Publication.family_ref),
        col(Publication.country),
        sa.cast(Publication.applicants, sa.Text),
        col(Publication.date),
        col(Publication.application) if wanted.by is not YearOf.PUBLICATION else sa.literal(None),
        sa.cast(Publication.priorities, sa.Text) if wanted.by is YearOf.PRIORITY else sa.literal(None),
    ).where(*_conditions(session, wanted))
    year = _Years(session, wanted.by)
    parties_of = _PartiesOf(session)
    found = [
        Record(key, -key if family is None else family, office, parties_of(applicants), year.of(*said))
        for key, family, office, applicants, *said in session.execute(statement)
    ]
    return with_family_years(found) if wanted.unit is Unit.FAMILIES else found


def behind(session: Session, wanted: Wanted, row: str, column: str, today: dt.date) -> list[Record]:
    """The records that a number of the table counts, in the order of their first publication. Raises FilterError.

    `row` is the name of a row, `*` all that have none of their own, empty for any; `column` a year of the table's
    columns, `unknown`, or empty for any.
    """
    records = records_of(session, wanted)
    if row == _OTHERS:
        names = frozenset(next((each.names for each in _table(records, wanted, today).rows if each.name is None), ()))
    else:
        names = frozenset({row})
    if column and column != UNKNOWN and not (column.isascii() and column.isdigit() and len(column) < 5):
        raise FilterError(f"column: {column!r} is no year")
    year = int(column) if column and column != UNKNOWN else None
    return [
        each
        for each in records
        if (not row or not names.isdisjoint(each.parties if wanted.axis is Axis.PARTY else (each.office,)))
        and (not column or column_of(each.year, today) == year)
    ]


def grouped(records: Sequence[Record], unit: Unit) -> list[list[Record]]:
    """The records of each family, or each alone, the newest first."""
    groups: dict[int, list[Record]] = {}
    for each in records:
        groups.setdefault(each.family if unit is Unit.FAMILIES else each.key, []).append(each)
    return sorted(groups.values(), key=lambda group: (-(group[0].year or 0), group[0].key))


def shown(session: Session, groups: Sequence[Sequence[Record]]) -> list[Behind]:
    """What a page shows of groups of records."""
    keys = [each.key for group in groups for each in group]
    rows = {key_of(row): row for part in in_parts(keys) for row in _publications(session, part)}
    families = {row.family_ref for row in rows.values() if row.family_ref is not None}
    names = {
        key_of(row): row.family_id
        for part in in_parts(sorted(families))
        for row in session.exec(select(Family).where(col(Family.id).in_(part)))
    }
    return [
        Behind(
            names.get(group[0].family),
            group[0].year,
            list(dict.fromkeys(name for each in group for name in each.parties)),
            sorted((rows[each.key] for each in group if each.key in rows), key=lambda row: row.number),
        )
        for group in groups
    ]


def parties_of(session: Session) -> Callable[[str | None], tuple[str, ...]]:
    """A function that tells, of a JSON list of applicants as text, the parties; each text is read once."""
    return _PartiesOf(session)


class _PartiesOf:
    def __init__(self, session: Session) -> None:
        self._parties = Parties(session)
        self._known: dict[str | None, tuple[str, ...]] = {}

    def __call__(self, applicants: str | None) -> tuple[str, ...]:
        found = self._known.get(applicants)
        if found is None:
            names = [name for name in json.loads(applicants or "[]") if name]
            found = tuple(dict.fromkeys(map(self._parties.of, names))) or (NO_PARTY,)
            self._known[applicants] = found
        return found


class _Years:
    """The year that counts: of the first priority, of the filing as registers tell it, or of the publication.

    An application that claims no priority is the first one itself: its filing counts.
    """

    def __init__(self, session: Session, by: YearOf) -> None:
        self._session, self._by = session, by

    @cached_property
    def _filings(self) -> dict[str, int]:
        known = sa.select(col(ApplicationStatus.application_key), col(ApplicationStatus.filing_date)).where(
            col(ApplicationStatus.filing_date).is_not(None)
        )
        return {key: day.year for key, day in self._session.execute(known)}

    def of(self, published: dt.date | None, application: str | None, priorities: str | None) -> int | None:
        """The year; None where nothing says it."""
        if self._by is YearOf.PUBLICATION:
            return None if published is None else published.year
        if priorities and (days := _DAY.findall(priorities)):
            return int(min(days))
        if application is None or not self._filings:
            return None
        return self._filings.get(application_key(application))


def _table(records: Sequence[Record], wanted: Wanted, today: dt.date) -> Landscape:
    more = {"rows": None} if wanted.everybody else {}
    return landscape(records, wanted.unit, wanted.axis, wanted.by, today, **more)


def _conditions(session: Session, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions = publication_conditions(session, {"country": wanted.office, "portfolio": wanted.portfolio})
    if wanted.draft_id is None:
        return conditions
    if wanted.clause:
        need_others(session, mark("ask for the whole draft, without a clause"))
        of_draft = col(Clause.draft_id) == wanted.draft_id
        below = col(Clause.number).startswith(f"{wanted.clause}.", autoescape=True)
        clauses = sa.select(col(Clause.id)).where(of_draft, sa.or_(col(Clause.number) == wanted.clause, below))
        mapped = (
            sa.select(col(Claim.publication_id))
            .join(Match, col(Match.claim_id) == col(Claim.id))
            .where(col(Match.clause_id).in_(clauses), col(Match.rank) <= wanted.top)
        )
    else:
        mapped = sa.select(col(MappedPublication.publication_id)).where(
            col(MappedPublication.draft_id) == wanted.draft_id
        )
    return [*conditions, col(Publication.id).in_(mapped)]


def _publications(session: Session, keys: Sequence[int]) -> Sequence[Publication]:
    return session.exec(select(Publication).where(col(Publication.id).in_(keys))).all()


def _word(words: type[_Word], given: Mapping[str, str], name: str, default: _Word) -> _Word:
    text = given.get(name, default.value)
    if text not in set(words):
        raise FilterError(f"{name}: {text!r} is none of {', '.join(words)}")
    return words(text)
