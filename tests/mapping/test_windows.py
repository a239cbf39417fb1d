"""A page of a list of matches is the part of the whole list that it says, whatever it is ordered by."""

from __future__ import annotations

from itertools import product

import pytest
from sqlmodel import col, select

from tests.benchmarks.invented_store import plant_matches
from tests.mapping.invented import add_draft, add_publications
from workbench.db import Store
from workbench.mapping import directions, queries
from workbench.mapping.models import Match
from workbench.mapping.sums import FOREMOST
from workbench.patents.models import Claim, Family, Portfolio, PortfolioMember, Publication
from workbench.standards.models import Clause, Draft

FILTERS: list[dict[str, str]] = [
    {},
    {"portfolio": "A"},
    {"top": "1"},
    {"clause": "1"},
    {"publication": "EP.9000003.A1"},
]
SORTS = [sign + sort for sort in queries.MATCH_SORTS if sort != "learned" for sign in ("", "-")]


@pytest.fixture
def mapped(store: Store) -> Store:
    """Two drafts of twelve clauses with twenty claims each; every other publication is in the portfolio A."""
    add_publications(store, 100)
    with store.write() as session:
        session.add(Portfolio(id=1, name="A"))
        session.add(Family(id=1, family_id="1"))
        session.flush()
        session.add_all(PortfolioMember(portfolio_id=1, publication_id=key) for key in (1, 3, 5))
        for key in (1, 2):
            session.get_one(Publication, key).family_ref = 1
    for seed in (1, 2):
        plant_matches(store, add_draft(store, 12, seed), seed, claims_kept=20)
    return store


def test_pages_together_are_the_whole_list(mapped: Store) -> None:
    with mapped.read() as session:
        draft = str(session.exec(select(Draft.id).order_by(col(Draft.id).desc())).first())
        for filters, sort in product(FILTERS, SORTS):
            asked = {**filters, "draft": draft}
            whole = [row.match.id for row in queries.select_matches(session, asked, sort=sort)]
            assert whole
            found = []
            for first in range(0, len(whole) + 46, 46):
                page = queries.select_matches(session, asked, sort=sort, limit=46, offset=first)
                found += [row.match.id for row in page]
            assert found == whole
            assert queries.count_matches(session, asked) == len(whole)


def test_the_heat_is_what_the_foremost_matches_say(mapped: Store) -> None:
    with mapped.read() as session:
        draft = session.exec(select(Draft)).first()
        assert draft is not None
        statement = (
            select(Match, Publication)
            .join(Claim, col(Claim.id) == Match.claim_id)
            .join(Publication, col(Publication.id) == Claim.publication_id)
            .where(Match.draft_id == draft.id, Match.rank <= FOREMOST)
        )
        matches = session.exec(statement).all()
        clauses = session.exec(select(Clause).where(Clause.draft_id == draft.id).order_by(col(Clause.order))).all()
        for portfolio, members in {"": range(1, 8), "A": (1, 3, 5)}.items():
            expected = []
            for clause in clauses:
                here = [(row.score, of) for row, of in matches if row.clause_id == clause.id and of.id in members]
                families = {each.family_ref or -(each.id or 0) for _, each in here}
                expected.append((clause.id, len(here), len(families), max((score for score, _ in here), default=None)))
            heat = directions.heat_of_draft(session, draft, portfolio=portfolio)
            assert [(row.clause.id, row.claims, row.families, row.best) for row in heat] == expected
            assert any(row.families < row.claims for row in heat)
