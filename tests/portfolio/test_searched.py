"""What a mapping keeps of where publications come first is what its matches say, however they came to be."""

from __future__ import annotations

import numpy as np
from sqlmodel import Session, col, delete, select

from tests.mapping.invented import add_draft, add_publications
from workbench.db import Store
from workbench.mapping.models import ClaimReading, Match, SearchedPublication
from workbench.mapping.runs import map_draft
from workbench.mapping.sums import FOREMOST
from workbench.patents.models import Claim
from workbench.portfolio.choosing import Wanted
from workbench.portfolio.grid import grid_of
from workbench.portfolio.listed import entries
from workbench.portfolio.matrix import By, Layout, matrix_of
from workbench.portfolio.overview import drafts
from workbench.portfolio.white_space import search_of, tally, white_space
from workbench.standards.models import Clause, Draft

Kept = dict[int, tuple[int, list[int]]]


def _kept(session: Session) -> Kept:
    rows = session.exec(select(SearchedPublication)).all()
    return {row.publication_id: (row.claims, np.frombuffer(row.foremost, dtype="<i4").tolist()) for row in rows}


def _plain(session: Session) -> Kept:
    """One look at every reading and every match."""
    read = session.exec(select(Claim).join(ClaimReading, col(ClaimReading.claim_id) == Claim.id)).all()
    found = {claim.publication_id: (0, list[int]()) for claim in read}
    for claim in read:
        found[claim.publication_id] = (found[claim.publication_id][0] + 1, found[claim.publication_id][1])
    matches = (
        select(Claim.publication_id, Clause.order)
        .join(Match, col(Match.claim_id) == Claim.id)
        .join(Clause, col(Clause.id) == Match.clause_id)
        .where(Match.rank <= FOREMOST)
    )
    for publication, order in session.exec(matches):
        found[publication][1].append(order)
    return {publication: (claims, sorted(orders)) for publication, (claims, orders) in found.items()}


def test_it_follows_claims_that_come_change_and_go(store: Store) -> None:
    draft = add_draft(store, 12)
    add_publications(store, 45)
    map_draft(store, draft)
    with store.read() as session:
        first = _kept(session)
        assert first == _plain(session)
        assert len(first) == 3
        assert all(orders for _, orders in first.values())
    # A claim that comes later has a key apart from those of its publication; another one leaves.
    add_publications(store, 15, seed=8)
    with store.write() as session:
        text = "A method comprising: sealing the test set; and returning a score of an evaluation."
        session.add(Claim(publication_id=1, language="en", number=99, text=text, independent=True))
        gone = session.exec(select(Claim).where(Claim.publication_id == 2, Claim.number == 1)).one()
        session.delete(gone)
    map_draft(store, draft)
    with store.read() as session:
        second = _kept(session)
        assert second == _plain(session)
        assert second[1][0] == first[1][0] + 1
        assert second[2][0] == first[2][0] - 1
    # A store that was mapped before there were such rows gets them with the next mapping, though nothing else is new.
    with store.write() as session:
        session.exec(delete(SearchedPublication))
    map_draft(store, draft)
    with store.read() as session:
        assert _kept(session) == second


def test_the_views_read_alike_on_both_databases(store: Store) -> None:
    draft_name = add_draft(store, 12)
    add_publications(store, 45)
    map_draft(store, draft_name)
    with store.read() as session:
        draft = session.exec(select(Draft)).one()
        whole = grid_of(session, draft, Wanted())
        assert len(whole.pairs) == sum(len(set(orders)) for _, orders in _kept(session).values())
        for by in By:
            shown = matrix_of(session, whole, Layout(by=by, sort="name"))
            assert sum(line.families for line in shown.lines) == len(whole.pairs)
            assert shown.columns_in_all == {By.FAMILY: 3, By.PARTY: 3}.get(by, 1)
        named = grid_of(session, draft, Wanted(party="Sample company 2", own=False, office="EP"))
        found = [entry.family for entry in entries(session, named)]
        assert set(found) == {"EP.9000002.A1"}
        assert len(found) == len(named.pairs)
        search = search_of(session, grid_of(session, draft, Wanted(party="Sample company 2")))
        assert (search.families, search.in_all, search.left) == (1, 1, 0)
        assert sum(tally(white_space(named, search)).values()) == 12
        assert [line.covered for line in drafts(session)] == [0]
