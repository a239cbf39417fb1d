"""Which claims are ranked, and whether that has changed since it was last looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from workbench.db import Store
from workbench.history.models import Run, RunKind
from workbench.mapping.claims import ancestors
from workbench.mapping.claims_family import claim_sources
from workbench.mapping.keys import Keys, pack_keys, unpack_keys
from workbench.mapping.models import ClaimChoice
from workbench.mapping.ranking import ClaimText
from workbench.patents.models import Claim, Portfolio, PortfolioMember, Publication

_PUBLICATIONS: Final = 200


class UnknownPortfolioError(Exception):
    """No portfolio has that name; `str(error)` lists those there are."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which claims are asked for: those read for drafts in `language`, of all publications or of a portfolio's.

    Independent claims only, unless `dependent`.
    """

    language: str
    portfolio: str | None = None
    dependent: bool = False


def chosen_claims(store: Store, choice: Choice) -> Iterator[ClaimText]:
    """The claims to be ranked: those that are read for each publication (`claim_sources`), each once.

    A dependent claim brings the texts of those that it depends on, the nearest first. One that is independent and yet
    refers to another ("A system configured to perform the method of claim 1") says all that the other does, so both
    are its text. The ids are keys of `Claim`.
    Each publication is read as it stands when its turn comes; no transaction stays open between.
    """
    last = 0
    seen: set[tuple[int, str]] = set()
    while True:
        with store.read() as session:
            statement = select(Publication.id).where(col(Publication.id) > last).order_by(col(Publication.id))
            if choice.portfolio is not None:
                statement = statement.where(col(Publication.id).in_(_members(choice.portfolio)))
            publications = [key for key in session.exec(statement.limit(_PUBLICATIONS)) if key is not None]
            if not publications:
                return
            found = claim_sources(session, publications, choice.language)
            sources = {(found[key].publication, found[key].language) for key in publications if key in found} - seen
            seen |= sources
            claims = _claims_of(session, sources)
        last = publications[-1]
        for _, of_source in groupby(claims, key=lambda row: (row.publication_id, row.language)):
            texts = list(of_source)
            yield from (_claim_text(row, texts) for row in texts if choice.dependent or row.independent)


def _claims_of(session: Session, sources: set[tuple[int, str]]) -> list[Any]:
    """The claims of publications in a language each, as rows in the order of publication, language and number."""
    columns = (Claim.publication_id, Claim.language, Claim.number, Claim.id, Claim.text, Claim.independent)
    statement = sa.select(*map(col, columns), col(Claim.depends_on)).order_by(*map(col, columns[:3]))
    rows = session.execute(statement.where(col(Claim.publication_id).in_({key for key, _ in sources})))
    return [row for row in rows if (row.publication_id, row.language) in sources]


def _claim_text(row: Any, claims: Sequence[Any]) -> ClaimText:
    parents = ancestors(claims, row.number) if row.depends_on else []
    by_number = {claim.number: claim.text for claim in claims} if parents else {}
    told = [by_number[each] for each in parents]
    if row.independent:
        return ClaimText(row.id, "\n".join([row.text, *told]), None, row.language)
    return ClaimText(row.id, row.text, "\n".join(told) or None, row.language)


def count_claims(session: Session, choice: Choice) -> int:
    """How many claims there are to choose from, in all languages; at least as many as are chosen."""
    statement = sa.select(sa.func.count()).select_from(Claim)
    if choice.portfolio is not None:
        statement = statement.where(col(Claim.publication_id).in_(_members(choice.portfolio)))
    if not choice.dependent:
        statement = statement.where(col(Claim.independent))
    return int(session.execute(statement).scalar_one())


def require_portfolio(session: Session, name: str) -> None:
    """Raises UnknownPortfolioError where no portfolio has that name."""
    if session.exec(select(Portfolio.id).where(Portfolio.name == name)).first() is None:
        names = ", ".join(session.exec(select(Portfolio.name).order_by(col(Portfolio.name)))) or "none yet"
        raise UnknownPortfolioError(f"no portfolio is called {name!r}; there are: {names}")


def _members(portfolio: str) -> sa.Select[int]:
    return (
        sa.select(col(PortfolioMember.publication_id))
        .join(Portfolio, col(Portfolio.id) == col(PortfolioMember.portfolio_id))
        .where(col(Portfolio.name) == portfolio)
    )


def remembered(session: Session, choice: Choice, mark: bytes) -> Keys | None:
    """The claims that the choice gave when `mark` was the same; None where that is not known."""
    held = session.get(ClaimChoice, repr(choice))
    return unpack_keys(held.claims) if held is not None and held.mark == mark else None


def remember(session: Session, choice: Choice, mark: bytes, claims: Keys) -> None:
    """Note that all claims of the choice have been read, as the store was when `mark` was taken."""
    session.merge(ClaimChoice(name=repr(choice), mark=mark, claims=pack_keys(claims)))


def mark_of(session: Session, readers: str) -> bytes:
    """A hash of what decides which claims are chosen and what is read of them; `readers` names what reads.

    Claims, families and portfolios change in polls and imports, which are counted; the lengths of all texts are added
    up too, so that a claim changed by any other hand is seen unless its length stays the same.
    """
    ended = sa.select(sa.func.count(), sa.func.max(col(Run.finished_at))).where(col(Run.kind) != RunKind.MAP)
    texts = sa.func.sum(sa.func.length(col(Claim.text)))
    independent = sa.func.sum(sa.cast(col(Claim.independent), sa.Integer))
    counts = (
        ended.where(col(Run.finished_at).is_not(None)),
        sa.select(sa.func.count(), sa.func.max(col(Claim.id)), texts, independent),
        sa.select(sa.func.count(), sa.func.max(col(Publication.id)), sa.func.sum(col(Publication.family_ref))),
        sa.select(sa.func.count(), sa.func.sum(col(PortfolioMember.publication_id))),
    )
    told = [tuple(map(str, session.execute(statement).one())) for statement in counts]
    return hashlib.sha256(repr((readers, told)).encode()).digest()
