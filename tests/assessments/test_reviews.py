"""What findings add up to, and kappa against a reference."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from workbench.assessments.reviews import conclude, kappa
from workbench.assessments.statuses import OUTCOMES, Status

LIKELY, OPTION, NOT, UNDETERMINED = OUTCOMES
OUTCOME = st.sampled_from(OUTCOMES)


@pytest.mark.parametrize(
    ("author", "reviewers", "outcome", "missing"),
    [
        (None, [], None, 2),
        (LIKELY, [], None, 1),
        (None, [LIKELY], None, 1),
        (None, [NOT, NOT], NOT, 0),
        (LIKELY, [LIKELY], LIKELY, 0),
        (LIKELY, [NOT], None, 1),
        (LIKELY, [NOT, NOT], NOT, 0),
        (LIKELY, [NOT, OPTION], UNDETERMINED, 0),
    ],
)
def test_two_findings_agree_or_a_third_decides(
    author: Status | None, reviewers: list[Status], outcome: Status | None, missing: int
) -> None:
    found = conclude(author, reviewers)
    assert (found.outcome, found.missing) == (outcome, missing)


@given(author=st.none() | OUTCOME, reviewers=st.lists(OUTCOME, max_size=3))
def test_no_single_finding_concludes(author: Status | None, reviewers: list[Status]) -> None:
    found = conclude(author, reviewers)
    given_so_far = [each for each in (author, *reviewers) if each is not None]
    assert (found.outcome is None) == (found.missing > 0)
    if found.outcome is not None and found.outcome is not UNDETERMINED:
        assert given_so_far[:3].count(found.outcome) >= 2
    if author is not None and not reviewers:
        assert found.outcome is None


def test_commercial_is_apart() -> None:
    assert conclude(LIKELY, [LIKELY], [True, True]).commercial is True
    assert conclude(LIKELY, [LIKELY], [True, None]).commercial is True
    assert conclude(LIKELY, [LIKELY], [True, False]).commercial is None
    assert conclude(NOT, [NOT], [True, True]).outcome is NOT


@given(st.lists(st.tuples(OUTCOME, OUTCOME), max_size=30))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[Status, Status]]) -> None:
    first, second = [one.value for one, _ in pairs], [two.value for _, two in pairs]
    ours = kappa(first, second)
    if not pairs:
        assert ours is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero where kappa is not defined
        theirs = float(cohen_kappa_score(first, second))
    assert ours is None if math.isnan(theirs) else ours == pytest.approx(theirs)
