"""Breadth, depth, geography and life, counted once more plainly."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from workbench.portfolio.fortress import Assessed, Candidate, Member, measure

TODAY = dt.date(2026, 11, 16)
ORDERS = st.integers(1, 6)
FAMILIES = st.sampled_from(("F1", "F2", "F3", "F4"))
CANDIDATES = st.lists(st.builds(Candidate, ORDERS, FAMILIES, st.integers(1, 9), st.booleans()), max_size=20)
ASSESSED = st.lists(st.builds(Assessed, ORDERS, FAMILIES, st.booleans()), max_size=8)
ENDS = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2050, 1, 1))
MEMBERS = st.lists(st.builds(Member, FAMILIES, st.sampled_from(("EP", "US")), ENDS, st.booleans()), max_size=10)


@given(st.sets(ORDERS), CANDIDATES, ASSESSED, MEMBERS)
def test_only_chosen_clauses_and_each_family_once(
    clauses: set[int], candidates: list[Candidate], assessed: list[Assessed], members: list[Member]
) -> None:
    found = measure(clauses, candidates, assessed, members, {"F1": ["A", "B"], "F2": ["B"]}, TODAY)
    here = [each for each in candidates if each.order in clauses]
    judged = [each for each in assessed if each.order in clauses]
    assert found.clauses == len(clauses)
    assert found.breadth == len({each.order for each in here})
    assert found.covered == len({each.order for each in judged if each.covers})
    assert found.assessed == len({each.order for each in judged})
    assert found.families == {each.family for each in here} | {each.family for each in judged}
    pairs = {(each.order, each.family) for each in here}
    assert abs((found.depth or 0) * found.breadth - len(pairs)) < 1e-9
    independent = {(each.order, each.claim) for each in here if each.independent}
    assert abs((found.claim_depth or 0) * found.breadth - len(independent)) < 1e-9
    alive = [each for each in members if each.family in found.families]
    assert found.in_force == len({each.family for each in alive})
    assert found.offices == {
        office: len({each.family for each in alive if each.office == office})
        for office in {each.office for each in alive}
    }
    life = found.life
    assert life.unknown + len(life.years) == found.in_force
    assert life.between(0, 1000) == len(life.years)
    for family, years in life.years.items():
        last = max(each.ends for each in alive if each.family == family and each.ends)
        assert abs(years - max(0, (last - TODAY).days / 365.2425)) < 1e-9
    assert life.estimated <= len(life.years)
    team = {"F1", "F2"} & found.families
    assert found.team == (None if not team else ("A", 1) if team == {"F1"} else ("B", len(team)))


def test_nothing_is_nothing() -> None:
    found = measure([], [], [], [], {}, TODAY)
    assert (found.breadth, found.depth, found.claim_depth, found.deepest, found.life.median) == (0, None, None, 0, None)
