"""Which families a portfolio view is about: filters by family, party, office, portfolio, matter and whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from workbench.declarations.parties import Parties
from workbench.history.queries import FilterError
from workbench.patents.models import Family, Portfolio, PortfolioMember, Publication
from workbench.patents.walls import is_own
from workbench.people.gate import viewer_of
from workbench.portfolio.coverage import Cell
from workbench.portfolio.pairs import Places
from workbench.portfolio.said import Said

FILTERS: Final = (
    "clause",
    "under",
    "place",
    "normative",
    "family",
    "party",
    "office",
    "portfolio",
    "matter",
    "own",
    "status",
)
OWN: Final = ("own", "others")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filters leave of a draft and of families; an empty value filters nothing.

    `clause` is the number of a clause and those below it, `under` the place (`Clause.order`) of one and those below,
    `place` that of one alone. `party` is the name of a party with all names that are accepted as its own, `office` the
    country of one of the family's publications. `own`: the company's own families (True), others' (False) or all.
    """

    clause: str = ""
    under: int | None = None
    place: int | None = None
    normative: bool = False
    family: str = ""
    party: str = ""
    office: str = ""
    portfolio: str = ""
    matter: int | None = None
    own: bool | None = None
    status: Cell | None = None


def wanted_of(filters: Mapping[str, str]) -> Wanted:
    """Filters as an address has them. Raises FilterError."""
    given = {name: value.strip() for name, value in filters.items()}
    own, status = given.get("own", ""), given.get("status", "")
    if own and own not in OWN:
        raise FilterError(f"own: {own!r} is none; there are: {', '.join(OWN)}")
    if status and status not in set(Cell):
        raise FilterError(f"status: {status!r} is none; there are: {', '.join(Cell)}")
    return Wanted(
        clause=given.get("clause", ""),
        under=_number("under", given),
        place=_number("place", given),
        normative=bool(given.get("normative")),
        family=given.get("family", ""),
        party=given.get("party", ""),
        office=given.get("office", "").upper(),
        portfolio=given.get("portfolio", ""),
        matter=_number("matter", given),
        own={"own": True, "others": False}.get(own),
        status=Cell(status) if status else None,
    )


def family_key() -> Any:
    """The key of the family of a publication, as SQL; families have keys above 0, so that negative ones are free."""
    return sa.func.coalesce(col(Publication.family_ref), -col(Publication.id))


def families(session: Session, wanted: Wanted, said: Iterable[Said]) -> Places | None:
    """The keys of the families that the filters leave, ascending; None where all are.

    The key of a family is that of its row, or the negative key of a publication that no source puts into one.
    """
    sets = [_keys(session, condition) for condition in _conditions(wanted)]
    if wanted.party:
        parties = Parties(session)
        named = {key for key, names in applicants(session) if any(parties.of(each) == wanted.party for each in names)}
        sets.append(np.array(sorted(named), dtype=np.int64))
    if wanted.matter is not None:
        assessed = np.array([each.family for each in said if each.matter == wanted.matter], dtype=np.int64)
        sets.append(np.union1d(assessed, _keys(session, _in_portfolio(col(Portfolio.matter_id) == wanted.matter))))
    if wanted.own is not None:
        own = _keys(session, is_own(Publication, viewer_of(session)))
        sets.append(own if wanted.own else np.setdiff1d(_keys(session, sa.true()), own))
    return reduce(np.intersect1d, sets) if sets else None


def applicants(session: Session) -> list[tuple[int, tuple[str, ...]]]:
    """The applicants of every publication, by the key of its family; a list that many share is read once."""
    statement = sa.select(family_key(), sa.cast(col(Publication.applicants), sa.Text))
    read: dict[str, tuple[str, ...]] = {}
    found = []
    for family, text in session.execute(statement):
        if text not in read:
            read[text] = tuple(json.loads(text))
        found.append((family, read[text]))
    return found


def _conditions(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.family:
        named = sa.select(col(Family.id)).where(col(Family.family_id) == wanted.family)
        yield sa.or_(col(Publication.family_ref).in_(named), col(Publication.number) == wanted.family.upper())
    if wanted.office:
        yield col(Publication.country) == wanted.office
    if wanted.portfolio:
        yield _in_portfolio(col(Portfolio.name) == wanted.portfolio)


def _in_portfolio(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    members = (
        sa.select(col(PortfolioMember.publication_id))
        .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
        .where(condition)
    )
    return col(Publication.id).in_(members)


def _keys(session: Session, condition: sa.ColumnElement[bool]) -> Places:
    found = session.execute(sa.select(family_key()).where(condition)).scalars().all()
    return np.unique(np.array(found, dtype=np.int64))


def _number(name: str, given: Mapping[str, str]) -> int | None:
    value = given.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise FilterError(f"{name}: {value!r} is no whole number")
    return int(value)
