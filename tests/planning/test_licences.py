"""Licences against options of a declaration."""

from __future__ import annotations

import pytest

from workbench.planning.licences import Tension, UnknownLicenceError, against_option, load_licences


@pytest.mark.parametrize(
    ("spdx", "option", "tension"),
    [
        ("Apache-2.0", 1, Tension.CONDITION),
        ("Apache-2.0", 2, Tension.CONFLICT),
        ("Apache-2.0", 3, Tension.STRONG),
        ("MIT", 1, Tension.NONE),
        ("MIT", 2, Tension.RISK),
        ("GPL-3.0-only", 2, Tension.STRONG),
        ("GPL-2.0-only", 2, Tension.STRONG),
        ("BSD-3-Clause-Clear", 2, Tension.NONE),
        ("CC-BY-4.0", 2, Tension.NONE),
        ("Community-Spec-1.0", 2, Tension.STRONG),
    ],
)
def test_a_licence_that_gives_a_paid_claim_away_is_in_conflict(spdx: str, option: int, tension: Tension) -> None:
    assert against_option(spdx, option) is tension


def test_every_row_says_the_same_twice() -> None:
    """A licence that refuses patents cannot conflict with a paid option; one that grants them always does."""
    for row in load_licences().values():
        if row.grant == "excluded":
            assert row.option2 is Tension.NONE
        if row.grant == "yes":
            assert row.option2 in (Tension.CONFLICT, Tension.STRONG)
        assert (row.grant == "yes") is (row.scope not in ("none", "excl"))


def test_a_licence_without_a_row_is_not_guessed() -> None:
    with pytest.raises(UnknownLicenceError, match=r"no row for the licence 'Nobody-1\.0'"):
        against_option("Nobody-1.0", 1)
    with pytest.raises(ValueError, match="option 4"):
        against_option("MIT", 4)
