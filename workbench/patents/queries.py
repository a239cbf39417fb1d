"""Reads of publications, families, claims and portfolios, for pages and exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import key_of
from workbench.history.queries import FilterError, day_of, in_order
from workbench.patents.models import Claim, Family, Portfolio, PortfolioMember, Publication
from workbench.search import matching_keys

PUBLICATION_FILTERS: Final = ("q", "country", "kind", "applicant", "portfolio", "cpc", "family", "from", "to")
PUBLICATION_SORTS: Final = ("number", "date", "title", "applicant", "claims")

_CPC_PARTS = re.compile(r"([A-Z][0-9]{2}[A-Z])\s*([0-9]+(?:/[0-9]*)?)")


@dataclass(frozen=True)
class PublicationRow:
    """A publication as a table shows it. Claims are counted in the language that has most of them."""

    publication: Publication
    family: str | None
    claims: int
    independent: int


@dataclass(frozen=True)
class PublicationChoices:
    """The values that publications have, in order, for select fields."""

    countries: Sequence[str]
    kinds: Sequence[str]
    portfolios: Sequence[str]


@dataclass(frozen=True)
class ClaimNode:
    """A claim in the tree of dependencies: `depth` 0 for a root, `parent` the number of the claim it stands under."""

    claim: Claim
    depth: int
    parent: int | None


def select_publications(
    session: Session,
    filters: Mapping[str, str],
    *,
    sort: str = "number",
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Publication]:
    """The publications that the filters (`PUBLICATION_FILTERS`) leave; an empty value filters nothing.

    `q` finds words in number, title, names, abstract and claims; `cpc` is the start of a symbol; `from` and `to` are
    days, both included. `sort` is one of `PUBLICATION_SORTS`, with `-` before it for descending order.
    Raises FilterError.
    """
    statement = select(Publication).where(*publication_conditions(session, filters)).order_by(*_order(sort))
    return session.exec(statement.limit(limit).offset(offset)).all()


def count_publications(session: Session, filters: Mapping[str, str]) -> int:
    """How many publications the filters leave. Raises FilterError."""
    counted = sa.select(sa.func.count()).select_from(Publication).where(*publication_conditions(session, filters))
    return int(session.execute(counted).scalar_one())


def publication_page(
    session: Session, filters: Mapping[str, str], *, sort: str, limit: int, offset: int
) -> list[PublicationRow]:
    """A page of publications with their families and counts of claims. Raises FilterError."""
    found = select_publications(session, filters, sort=sort, limit=limit, offset=offset)
    families = family_names(session, found)
    counts = _claim_counts(session, [key_of(each) for each in found])
    return [
        PublicationRow(each, families.get(each.family_ref or 0), *counts.get(key_of(each), (0, 0))) for each in found
    ]


def publication_choices(session: Session) -> PublicationChoices:
    """What the publications can be filtered by."""
    countries = session.exec(select(Publication.country).distinct().order_by(col(Publication.country))).all()
    kinds = session.exec(select(Publication.kind).distinct().order_by(col(Publication.kind))).all()
    return PublicationChoices(countries, [kind for kind in kinds if kind], portfolio_names(session))


def portfolio_names(session: Session) -> Sequence[str]:
    """The names of all portfolios, in order."""
    return session.exec(select(Portfolio.name).order_by(col(Portfolio.name))).all()


def publication(session: Session, number: str) -> Publication | None:
    """The publication with this number in docdb form, such as `EP.2400812.A1`."""
    return session.exec(select(Publication).where(Publication.number == number)).one_or_none()


def family_names(session: Session, publications: Iterable[Publication]) -> dict[int, str]:
    """The names of the families of these publications, by `family_ref`."""
    keys = {each.family_ref for each in publications if each.family_ref is not None}
    rows = session.exec(select(Family).where(col(Family.id).in_(keys)))
    return {key_of(row): row.family_id for row in rows}


def family_members(session: Session, row: Publication) -> Sequence[Publication]:
    """The other publications of the same family, earliest first."""
    if row.family_ref is None:
        return []
    statement = select(Publication).where(Publication.family_ref == row.family_ref, Publication.id != row.id)
    return session.exec(statement.order_by(col(Publication.date).nulls_last(), col(Publication.number))).all()


def portfolios_of(session: Session, row: Publication) -> Sequence[str]:
    """The portfolios that hold the publication."""
    statement = select(Portfolio.name).join(PortfolioMember, col(PortfolioMember.portfolio_id) == Portfolio.id)
    return session.exec(statement.where(PortfolioMember.publication_id == row.id).order_by(col(Portfolio.name))).all()


def claims_of(session: Session, row: Publication) -> dict[str, list[Claim]]:
    """The claims by language, in order of number."""
    statement = select(Claim).where(Claim.publication_id == row.id)
    claims: dict[str, list[Claim]] = {}
    for claim in session.exec(statement.order_by(col(Claim.language), col(Claim.number))):
        claims.setdefault(claim.language, []).append(claim)
    return claims


def claim_tree(claims: Sequence[Claim]) -> list[ClaimNode]:
    """The claims of one language, each under the lowest-numbered claim that it depends on, siblings by number.

    A dependency on a claim that is not there, or in a circle, counts for nothing.
    """
    by_number = {claim.number: claim for claim in claims}
    parents = {
        number: min((n for n in claim.depends_on if n in by_number and n != number), default=None)
        for number, claim in by_number.items()
    }
    for number in sorted(parents):
        seen = {number}
        above = parents[number]
        while above is not None and above not in seen:
            seen.add(above)
            above = parents[above]
        if above == number:
            parents[number] = None
    children: dict[int | None, list[int]] = {}
    for number in sorted(parents, reverse=True):
        children.setdefault(parents[number], []).append(number)
    nodes: list[ClaimNode] = []
    waiting = [(number, 0) for number in children.get(None, [])]
    while waiting:
        number, depth = waiting.pop()
        nodes.append(ClaimNode(by_number[number], depth, parents[number]))
        waiting += [(child, depth + 1) for child in children.get(number, [])]
    return nodes


def publication_conditions(session: Session, filters: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    """The filters (`PUBLICATION_FILTERS`) as conditions on `Publication`. Raises FilterError."""
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in filters.items():
        if not value.strip():
            continue
        match name:
            case "q":
                conditions.append(col(Publication.number).in_(matching_keys(session, value, "publication")))
            case "country" | "kind":
                conditions.append(col(getattr(Publication, name)) == value.strip().upper())
            case "applicant":
                conditions.append(_in_list(Publication.applicants, value.strip()))
            case "portfolio":
                members = (
                    sa.select(col(PortfolioMember.publication_id))
                    .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
                    .where(col(Portfolio.name) == value)
                )
                conditions.append(col(Publication.id).in_(members))
            case "cpc":
                conditions.append(_in_list(Publication.cpc, _symbol_start(value), from_start=True))
            case "family":
                named = sa.select(col(Family.id)).where(col(Family.family_id) == value.strip())
                conditions.append(col(Publication.family_ref).in_(named))
            case "from":
                conditions.append(col(Publication.date) >= day_of(name, value))
            case "to":
                conditions.append(col(Publication.date) <= day_of(name, value))
            case _:
                raise FilterError(
                    f"publications cannot be filtered by {name}; they can by: {', '.join(PUBLICATION_FILTERS)}"
                )
    return conditions


def _in_list(column: Any, text: str, *, from_start: bool = False) -> sa.ColumnElement[bool]:
    """Whether an entry of a JSON list of texts contains a text, or starts with it; case does not matter."""
    written = json.dumps(text, ensure_ascii=False)[:-1]
    return sa.cast(column, sa.Text).icontains(written if from_start else written[1:], autoescape=True)


def _symbol_start(text: str) -> str:
    """The start of a CPC symbol as rows have it: `g06n3/` gives `G06N 3/`."""
    plain = " ".join(text.upper().split())
    parts = _CPC_PARTS.fullmatch(plain)
    return f"{parts[1]} {parts[2]}" if parts else plain


def _order(sort: str) -> tuple[Any, ...]:
    columns: dict[str, sa.SQLColumnExpression[Any]] = {
        "number": col(Publication.number),
        "date": col(Publication.date),
        "title": sa.func.lower(col(Publication.title)),
        "applicant": sa.func.lower(sa.cast(Publication.applicants, sa.Text)),
        "claims": sa.select(sa.func.count()).where(col(Claim.publication_id) == col(Publication.id)).scalar_subquery(),
    }
    return in_order(columns, sort), col(Publication.number).asc()


def _claim_counts(session: Session, publications: Sequence[int]) -> dict[int, tuple[int, int]]:
    """All and independent claims of each publication, in the language that has most."""
    counted = (
        sa.select(
            col(Claim.publication_id), sa.func.count(), sa.func.sum(sa.case((col(Claim.independent), 1), else_=0))
        )
        .where(col(Claim.publication_id).in_(publications))
        .group_by(col(Claim.publication_id), col(Claim.language))
    )
    counts: dict[int, tuple[int, int]] = {}
    for publication_id, claims, independent in session.execute(counted):
        counts[publication_id] = max(counts.get(publication_id, (0, 0)), (int(claims), int(independent)))
    return counts
