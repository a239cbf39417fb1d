"""Tallies: the worked examples of the field, and random votes against the rules stated once more, by brute force."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.standards.ballots import BallotKind
from workbench.standards.tallies import (
    Answer,
    Condition,
    Outcome,
    Tally,
    TallyRule,
    TallyRulesError,
    Vote,
    load_tally_rules,
    rule_for,
    tally,
    what_if,
)

RULES = load_tally_rules()
DAY = dt.date(2026, 11, 22)


def rule(kind: BallotKind) -> TallyRule:
    found = rule_for(kind, DAY, RULES)
    assert found is not None
    return found


class Box:
    """Votes made by count; each member has its own name."""

    def __init__(self) -> None:
        self.votes: list[Vote] = []
        self._names: Iterator[int] = count(1)

    def add(
        self, number: int, answer: Answer, *, p: bool = True, reasons: bool | None = True, expert: bool = False
    ) -> Box:
        self.votes += [Vote(f"M{next(self._names)}", p, answer, reasons, expert) for _ in range(number)]
        return self


def dis_votes(p_yes: int, p_no: int, all_yes: int, all_no: int) -> Box:
    box = Box().add(p_yes, Answer.YES).add(p_no, Answer.NO)
    return box.add(all_yes - p_yes, Answer.YES, p=False).add(all_no - p_no, Answer.NO, p=False)


def sides(result: Tally, condition: Condition) -> tuple[int, int]:
    finding = next(each for each in result.tests if each.condition is condition)
    return finding.left, finding.right


@pytest.mark.parametrize(
    ("kind", "numbers", "p_sides", "all_sides", "outcome"),
    [
        (BallotKind.DIS, (20, 10, 45, 15), (60, 60), (60, 60), Outcome.APPROVED),
        (BallotKind.DIS, (19, 10, 60, 10), (57, 58), (40, 70), Outcome.NOT_APPROVED),
        (BallotKind.FDIS, (20, 9, 44, 15), (60, 58), (60, 59), Outcome.NOT_APPROVED),
        (BallotKind.DIS, (0, 0, 30, 5), (0, 0), (20, 35), Outcome.UNDETERMINED),
    ],
    ids=["1: exact two thirds and exact quarter", "2: P-members short", "3: all short", "6: no P-member votes"],
)
def test_enquiry_and_approval(
    kind: BallotKind,
    numbers: tuple[int, int, int, int],
    p_sides: tuple[int, int],
    all_sides: tuple[int, int],
    outcome: Outcome,
) -> None:
    result = tally(rule(kind), dis_votes(*numbers).votes, p_members=48)
    assert sides(result, Condition.TWO_THIRDS_P) == p_sides
    assert sides(result, Condition.QUARTER_ALL) == all_sides
    assert result.outcome is outcome


def test_negatives_without_reasons_are_dropped_from_both_tests() -> None:
    """Worked example 4."""
    box = Box().add(18, Answer.YES).add(8, Answer.NO).add(2, Answer.NO, reasons=False)
    box.add(22, Answer.YES, p=False).add(4, Answer.NO, p=False).add(1, Answer.NO, p=False, reasons=False)
    result = tally(rule(BallotKind.DIS), box.votes, p_members=48)
    assert sides(result, Condition.TWO_THIRDS_P) == (54, 52)
    assert sides(result, Condition.QUARTER_ALL) == (48, 52)
    assert len(result.dropped) == 3
    assert result.outcome is Outcome.APPROVED
    raw = [Vote(vote.member, vote.p_member, vote.answer, True) for vote in box.votes]
    assert tally(rule(BallotKind.DIS), raw, p_members=48).outcome is Outcome.NOT_APPROVED


def test_a_ballot_in_which_all_abstain_is_undetermined() -> None:
    """Worked example 5."""
    box = Box().add(20, Answer.ABSTAIN).add(9, Answer.ABSTAIN, p=False)
    result = tally(rule(BallotKind.DIS), box.votes, p_members=48)
    assert result.outcome is Outcome.UNDETERMINED
    assert (result.abstain, result.p_abstain) == (29, 20)


def test_a_proposal_passes_on_exactly_two_thirds_and_exactly_the_experts() -> None:
    """Worked example 7."""
    box = Box().add(5, Answer.YES, expert=True).add(7, Answer.YES).add(6, Answer.NO).add(10, Answer.ABSTAIN)
    result = tally(rule(BallotKind.NP), box.votes, p_members=48)
    assert sides(result, Condition.TWO_THIRDS_P) == (36, 36)
    assert sides(result, Condition.EXPERTS) == (5, 5)
    assert result.outcome is Outcome.APPROVED


def test_only_experts_of_members_in_favour_count() -> None:
    """Worked example 8."""
    box = Box().add(4, Answer.YES, expert=True).add(26, Answer.YES).add(2, Answer.NO)
    box.add(1, Answer.ABSTAIN, expert=True)
    result = tally(rule(BallotKind.NP), box.votes, p_members=48)
    assert sides(result, Condition.TWO_THIRDS_P) == (90, 64)
    assert sides(result, Condition.EXPERTS) == (4, 5)
    assert result.outcome is Outcome.NOT_APPROVED
    assert what_if(rule(BallotKind.NP), box.votes, [vote.member for vote in box.votes]).experts_needed == 1
    late = [*box.votes[:4], Vote(box.votes[4].member, True, Answer.YES, True, names_expert=True), *box.votes[5:]]
    assert tally(rule(BallotKind.NP), late, p_members=48).outcome is Outcome.APPROVED


def test_a_small_committee_needs_four_experts() -> None:
    box = Box().add(4, Answer.YES, expert=True)
    assert tally(rule(BallotKind.NP), box.votes, p_members=16).outcome is Outcome.APPROVED
    assert tally(rule(BallotKind.NP), box.votes, p_members=17).outcome is Outcome.NOT_APPROVED


def test_a_bare_no_to_a_proposal_is_void() -> None:
    """Worked example 9."""
    box = Box().add(6, Answer.YES, expert=True).add(5, Answer.YES).add(5, Answer.NO)
    bare = tally(rule(BallotKind.NP), [*box.votes, Vote("bare", True, Answer.NO, False)], p_members=48)
    kept = tally(rule(BallotKind.NP), [*box.votes, Vote("bare", True, Answer.NO, True)], p_members=48)
    assert sides(bare, Condition.TWO_THIRDS_P) == (33, 32)
    assert bare.outcome is Outcome.APPROVED
    assert sides(kept, Condition.TWO_THIRDS_P) == (33, 34)
    assert kept.outcome is Outcome.NOT_APPROVED


def test_a_negative_whose_reasons_nobody_has_read_counts_and_is_pointed_out() -> None:
    votes = [Vote("A", True, Answer.YES), Vote("B", True, Answer.NO, None)]
    result = tally(rule(BallotKind.DIS), votes, p_members=48)
    assert (result.p_no, result.unread) == (1, ("B",))


@pytest.mark.parametrize(
    ("kind", "yes", "no", "outcome"),
    [
        (BallotKind.DTS, 14, 7, Outcome.APPROVED),
        (BallotKind.DTS, 15, 8, Outcome.NOT_APPROVED),
        (BallotKind.DTR, 10, 10, Outcome.NOT_APPROVED),
        (BallotKind.DTR, 11, 10, Outcome.APPROVED),
        (BallotKind.DPAS, 10, 10, Outcome.NOT_APPROVED),
        (BallotKind.DPAS, 11, 10, Outcome.APPROVED),
    ],
)
def test_other_deliverables(kind: BallotKind, yes: int, no: int, outcome: Outcome) -> None:
    """Worked examples 10 and 11."""
    box = Box().add(yes, Answer.YES).add(no, Answer.NO).add(6, Answer.ABSTAIN).add(9, Answer.NO, p=False)
    assert tally(rule(kind), box.votes, p_members=48).outcome is outcome


def test_where_the_clause_is_silent_bare_negatives_stay_and_are_flagged() -> None:
    box = Box().add(14, Answer.YES).add(7, Answer.NO).add(1, Answer.NO, reasons=False)
    result = tally(rule(BallotKind.DTS), box.votes, p_members=48)
    assert result.outcome is Outcome.NOT_APPROVED
    assert (len(result.flagged), result.dropped) == (1, ())


def review(confirm: int, countries: int | None) -> Tally:
    box = Box().add(confirm, Answer.CONFIRM).add(9, Answer.REVISE).add(3, Answer.WITHDRAW).add(8, Answer.ABSTAIN)
    return tally(rule(BallotKind.SR), box.votes, p_members=48, countries=countries)


def test_a_review_needs_more_than_half_of_those_voting_and_enough_countries() -> None:
    """Worked example 12."""
    assert sides(review(12, 6), Condition.REVIEW) == (24, 24)
    assert review(12, 6).outcome is Outcome.UNDETERMINED
    assert review(13, 6).outcome is Outcome.CONFIRM
    assert review(13, 4).outcome is Outcome.WITHDRAW
    assert review(13, None).outcome is Outcome.UNDETERMINED


def test_a_consultation_is_never_decided_by_votes() -> None:
    result = tally(rule(BallotKind.CD), Box().add(40, Answer.YES).votes, p_members=48)
    assert result.consultation
    assert result.outcome is Outcome.UNDETERMINED


def test_an_objection_stops_a_withdrawal() -> None:
    assert tally(rule(BallotKind.WDRL), Box().add(3, Answer.YES).votes, p_members=48).outcome is Outcome.APPROVED
    box = Box().add(3, Answer.YES).add(1, Answer.NO, p=False)
    assert tally(rule(BallotKind.WDRL), box.votes, p_members=48).outcome is Outcome.NOT_APPROVED


def test_without_a_committee_only_the_quarter_counts() -> None:
    box = dis_votes(1, 5, 30, 6)
    assert tally(rule(BallotKind.FDIS), box.votes, p_members=48).outcome is Outcome.NOT_APPROVED
    alone = tally(rule(BallotKind.FDIS), box.votes, p_members=48, committee_involved=False)
    assert alone.outcome is Outcome.APPROVED


def test_a_member_votes_once() -> None:
    with pytest.raises(ValueError, match="JP votes more than once"):
        tally(rule(BallotKind.DIS), [Vote("JP", True, Answer.YES), Vote("JP", True, Answer.NO)], p_members=48)


YES_NO = st.sampled_from([Answer.YES, Answer.NO, Answer.ABSTAIN])
VOTE = st.tuples(st.booleans(), YES_NO, st.sampled_from([True, False, None]), st.booleans())
VOTES = st.lists(VOTE, max_size=70).map(
    lambda rows: [Vote(f"M{number}", p, answer, why, expert) for number, (p, answer, why, expert) in enumerate(rows)]
)


def stated(kind: BallotKind, votes: list[Vote], p_members: int) -> Outcome:
    """The rules once more, in fractions and by walking over the votes one at a time."""
    drops = kind in (BallotKind.NP, BallotKind.DIS, BallotKind.FDIS)
    counts = dict.fromkeys(["yes", "no", "p_yes", "p_no", "experts"], 0)
    for vote in votes:
        if drops and vote.answer is Answer.NO and vote.reasons is False:
            continue
        if vote.answer is Answer.YES:
            counts["yes"] += 1
            counts["p_yes"] += vote.p_member
            counts["experts"] += vote.p_member and vote.names_expert
        elif vote.answer is Answer.NO:
            counts["no"] += 1
            counts["p_no"] += vote.p_member
    held: list[bool | None] = []
    if kind is BallotKind.WDRL:
        held.append(counts["no"] == 0)
    else:
        p_voting = counts["p_yes"] + counts["p_no"]
        share = Fraction(counts["p_yes"], p_voting) if p_voting else None
        if kind in (BallotKind.NP, BallotKind.DIS, BallotKind.FDIS, BallotKind.DTS):
            held.append(None if share is None else share >= Fraction(2, 3))
        else:
            held.append(None if share is None else share > Fraction(1, 2))
    if kind in (BallotKind.DIS, BallotKind.FDIS):
        voting = counts["yes"] + counts["no"]
        held.append(Fraction(counts["no"], voting) <= Fraction(1, 4) if voting else None)
    if kind is BallotKind.NP:
        held.append(counts["experts"] >= (4 if p_members <= 16 else 5))
    if any(each is False for each in held):
        return Outcome.NOT_APPROVED
    return Outcome.UNDETERMINED if None in held else Outcome.APPROVED


VOTED = [kind for kind in BallotKind if kind not in (BallotKind.CD, BallotKind.SR)]


@settings(max_examples=600)
@given(st.sampled_from(VOTED), VOTES, st.integers(min_value=1, max_value=60))
def test_random_votes_come_out_as_the_rule_is_stated(kind: BallotKind, votes: list[Vote], p_members: int) -> None:
    assert tally(rule(kind), votes, p_members=p_members).outcome is stated(kind, votes, p_members)


def test_two_million_votes_come_out_as_the_rule_is_stated() -> None:
    chance = random.Random(42)
    answers = [Answer.YES] * 6 + [Answer.NO] * 3 + [Answer.ABSTAIN]
    cast = 0
    while cast < 2_000_000:
        kind = chance.choice(VOTED)
        # Around the boundaries: the share in favour is near two thirds, a half or three quarters.
        votes = [
            Vote(
                str(member), chance.random() < 0.6, chance.choice(answers), chance.random() < 0.9, chance.random() < 0.2
            )
            for member in range(chance.randrange(1, 160))
        ]
        assert tally(rule(kind), votes, p_members=48).outcome is stated(kind, votes, 48), votes
        cast += len(votes)


@given(st.sampled_from([BallotKind.DIS, BallotKind.DTS, BallotKind.DTR]), VOTES, st.integers(0, 12))
def test_what_would_decide_is_the_smallest_number_that_does(
    kind: BallotKind, votes: list[Vote], undecided: int
) -> None:
    roster = [vote.member for vote in votes if vote.p_member] + [f"U{number}" for number in range(undecided)]
    found = what_if(rule(kind), votes, roster)
    assert found.undecided == tuple(f"U{number}" for number in range(undecided))
    outcomes = [
        stated(kind, [*votes, *[Vote(name, True, Answer.YES) for name in found.undecided[:more]]], len(roster))
        for more in range(undecided + 1)
    ]
    passing = [more for more, outcome in enumerate(outcomes) if outcome is Outcome.APPROVED]
    assert found.yes_needed == (passing[0] if passing else None)


def test_a_broken_file_of_tests_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "tally.toml"
    path.write_text('[[rule]]\nkind = "DIS"\ntests = []\nsource = "x"\nverified = true\n', encoding="utf-8")
    with pytest.raises(TallyRulesError, match=r"tally\.toml, rule 1: tests: ") as caught:
        load_tally_rules(path)
    assert "\n" not in str(caught.value)
