"""The counts of coverage against plain statements of the rules, and cells by the million against sets of them."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import workbench.portfolio.pairs
from workbench.assessments.statuses import (
    OUTCOMES,
    START,
    Act,
    Event,
    State,
    Status,
    TransitionError,
    counts_in_coverage,
    happen,
    perform,
)
from workbench.portfolio.coverage import COVERING, STRENGTH, Cell, Coverage, cell_of, counts, coverage_of
from workbench.portfolio.pairs import Pairs, folded, pairs_of, per_column, per_row, spread, strongest_of_rows

STATES = st.builds(State, st.sampled_from(Status), st.booleans(), st.booleans())
CELLS = st.lists(st.sampled_from(Cell), max_size=6)


@st.composite
def reached(draw: st.DrawFn) -> State:
    """A state that acts and events lead to, in an order of chance."""
    state = START
    for step in draw(st.lists(st.sampled_from([*Act, *Event]), max_size=25)):
        if isinstance(step, Event):
            state = happen(state, step)
        else:
            try:
                state = perform(state, step)
            except TransitionError:
                continue
    return state


@given(reached())
def test_what_is_reached_covers_exactly_where_the_statuses_say_so(state: State) -> None:
    assert (cell_of(state) in COVERING) == counts_in_coverage(state)


@given(STATES)
def test_rules_of_a_cell_said_once_more(state: State) -> None:
    cell = cell_of(state)
    if state.status in (Status.EXPIRED, Status.WITHDRAWN_FROM_TEXT, Status.SUPERSEDED):
        assert cell.value == state.status.value  # it is told which, and none of them counts
        assert coverage_of([cell]) is Coverage.LEFT
    elif state.status in (Status.DECLARED, Status.CONFIRMED_EXTERNAL):
        assert coverage_of([cell]) is Coverage.COVERED  # declarations are irrevocable, stale or not
    elif state.stale and state.status in OUTCOMES:
        assert coverage_of([cell]) is Coverage.OPEN  # found on another text
    else:
        plain = {
            Status.LIKELY_ESSENTIAL: Coverage.COVERED,
            Status.OPTION_ESSENTIAL: Coverage.OPTION,
            Status.NOT_ESSENTIAL: Coverage.REJECTED,
        }
        assert coverage_of([cell]) is plain.get(state.status, Coverage.OPEN)
    assert cell_of(State(state.status, state.stale, on_hold_secrecy=not state.on_hold_secrecy)) is cell


@given(st.lists(CELLS, max_size=12))
def test_every_clause_is_counted_once_and_as_its_best_family_says(clauses: list[list[Cell]]) -> None:
    found = counts(clauses)
    assert sum(found.kinds.values()) == found.clauses == len(clauses)
    itself = {Cell.LIKELY, Cell.DECLARED, Cell.CONFIRMED}
    work = {Cell.UNDER_WAY, Cell.UNDETERMINED, Cell.PLAUSIBLE, Cell.CANDIDATE}
    assert found.covered == sum(bool(itself & set(cells)) for cells in clauses)
    assert found.kinds[Coverage.OPTION] == sum(Cell.OPTION in cells and not itself & set(cells) for cells in clauses)
    open_ones = [cells for cells in clauses if work & set(cells) and not (itself | {Cell.OPTION}) & set(cells)]
    assert found.kinds[Coverage.OPEN] == len(open_ones)
    assert found.kinds[Coverage.REJECTED] == sum(set(cells) == {Cell.REJECTED} for cells in clauses)
    assert found.kinds[Coverage.EMPTY] == sum(not cells for cells in clauses)


@given(CELLS, st.sampled_from(Cell))
def test_one_more_family_never_makes_a_clause_less_covered(cells: list[Cell], more: Cell) -> None:
    order = list(Coverage)
    assert order.index(coverage_of([*cells, more])) <= order.index(coverage_of(cells))


RAW = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 8), st.integers(0, len(STRENGTH) - 1), st.integers(0, 3)), max_size=40
)
Plain = dict[tuple[int, int], tuple[int, int, int]]


def _pairs(raw: list[tuple[int, int, int, int]]) -> Pairs:
    columns = np.array(raw, dtype=np.int64).reshape(-1, 4).T
    return pairs_of(columns[0], columns[1], columns[2].astype(np.uint8), columns[3].astype(np.uint8))


def _plain(raw: list[tuple[int, int, int, int]]) -> Plain:
    found: Plain = {}
    for row, column, strength, laid in raw:
        best, overlays, size = found.get((row, column), (99, 0, 0))
        found[row, column] = (min(best, strength), overlays | laid, size + 1)
    return found


def _read(pairs: Pairs) -> Plain:
    told = zip(pairs.rows, pairs.columns, pairs.strengths, pairs.overlays, pairs.sizes, strict=True)
    found = {(int(row), int(column)): (int(best), int(laid), int(size)) for row, column, best, laid, size in told}
    assert list(found) == sorted(found)
    assert len(found) == len(pairs)
    return found


@given(RAW, st.sampled_from([0, 1_000]))
def test_pairs_put_together_are_those_of_a_dictionary(raw: list[tuple[int, int, int, int]], few: int) -> None:
    with patch.object(workbench.portfolio.pairs, "_FEW", few):
        pairs = _pairs(raw)
    plain = _plain(raw)
    assert _read(pairs) == plain
    assert per_row(pairs, 7).tolist() == [sum(row == at for row, _ in plain) for at in range(7)]
    assert per_column(pairs, 9).tolist() == [sum(column == at for _, column in plain) for at in range(9)]
    best = [min((value[0] for (row, _), value in plain.items() if row == at), default=99) for at in range(7)]
    assert strongest_of_rows(pairs, 7, 99).tolist() == best


@given(RAW, st.lists(st.integers(-1, 3), min_size=7, max_size=7))
def test_folded_rows_keep_the_strongest_and_every_overlay(raw: list[tuple[int, int, int, int]], to: list[int]) -> None:
    whole = [(*key, value[0], value[1]) for key, value in _plain(raw).items()]
    expected = _plain([(to[row], *rest) for row, *rest in whole if to[row] >= 0])  # type: ignore[misc]
    assert _read(folded(_pairs(raw), np.array(to, dtype=np.int64))) == expected


@given(RAW, st.sets(st.tuples(st.integers(0, 8), st.integers(0, 3)), max_size=20))
def test_columns_are_spread_over_all_their_groups(
    raw: list[tuple[int, int, int, int]], groups: set[tuple[int, int]]
) -> None:
    whole = [(*key, value[0], value[1]) for key, value in _plain(raw).items()]
    expected = _plain([(row, group, *rest) for row, column, *rest in whole for at, group in groups if at == column])  # type: ignore[misc]
    listed = np.array(sorted(groups), dtype=np.int64).reshape(-1, 2).T
    assert _read(spread(_pairs(raw), listed[0], listed[1])) == expected
