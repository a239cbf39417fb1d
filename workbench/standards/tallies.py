"""Counts the votes of a ballot against the tests of its kind. Pure, integers only.

The tests are data (`tally_rules.toml`). ISO/IEC Directives Part 1 (2020): abstentions never count; where nobody voted
the rule is silent, and a test without votes neither passes nor fails.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.i18n import ToldError, mark
from workbench.rule_files import RuleFileError, read_toml, unusable
from workbench.standards.ballots import BallotKind

_WHAT: Final = mark("tally rules")
TALLY_RULES: Final = Path(__file__).with_name("tally_rules.toml")


class TallyRulesError(RuleFileError):
    """The tests of ballots cannot be used; `str(error)` names file, rule and remedy on one line."""


class Answer(StrEnum):
    """What a member answered. A systematic review asks for an action, every other ballot for yes or no."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"
    CONFIRM = "confirm"
    REVISE = "revise"
    WITHDRAW = "withdraw"


REVIEW_ACTIONS: Final = (Answer.CONFIRM, Answer.REVISE, Answer.WITHDRAW)


class Condition(StrEnum):
    """A condition of `tally_rules.toml`."""

    TWO_THIRDS_P = "two_thirds_p"
    SIMPLE_P = "simple_p"
    QUARTER_ALL = "quarter_all"
    EXPERTS = "experts"
    NO_OBJECTION = "no_objection"
    REVIEW = "review"


class Outcome(StrEnum):
    """What the count says. UNDETERMINED: the rule is silent, or people and not votes decide."""

    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    UNDETERMINED = "undetermined"
    CONFIRM = "confirm"
    REVISE = "revise"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Vote:
    """One member body's vote. `reasons`: whether a negative one came with technical reasons; None: nobody looked."""

    member: str
    p_member: bool
    answer: Answer
    reasons: bool | None = None
    names_expert: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One test with its arithmetic: it holds where `left` compares to `right` as `sign` says; None: nobody voted."""

    condition: Condition
    left: int
    right: int
    sign: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a ballot.

    `dropped`: members whose negative vote was left out; `flagged`: members whose negative vote has no technical
    reasons but stays. `unread`: negative votes whose reasons nobody has looked at; they count. `consultation`: the
    outcome only indicates what people decide.
    """

    kind: BallotKind
    outcome: Outcome
    tests: tuple[Finding, ...]
    yes: int
    no: int
    abstain: int
    p_yes: int
    p_no: int
    p_abstain: int
    dropped: tuple[str, ...]
    flagged: tuple[str, ...]
    unread: tuple[str, ...]
    consultation: bool
    source: str
    verified: bool


class TallyRule(BaseModel):
    """What ballots of a kind need that close from `valid_from` to `valid_to`, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: BallotKind
    tests: tuple[Condition, ...] = Field(min_length=1)
    drops_bare_negatives: bool = False
    flags_bare_negatives: bool = False
    consultation: bool = False
    experts: tuple[tuple[int, int], ...] = ()
    countries: int | None = Field(default=None, ge=1)
    source: str = Field(min_length=1)
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    verified: bool

    def in_force(self, day: dt.date) -> bool:
        return (self.valid_from or dt.date.min) <= day <= (self.valid_to or dt.date.max)

    def experts_wanted(self, p_members: int) -> int:
        """How many P-members in favour must name an expert in a committee with `p_members` P-members."""
        return next((wanted for most, wanted in self.experts if most == 0 or p_members <= most), 0)


def load_tally_rules(path: Path | None = None) -> tuple[TallyRule, ...]:
    """Read the tests from `path`, by default those that come with the workbench. Raises TallyRulesError."""
    path = path or TALLY_RULES
    tables = read_toml(path, _WHAT, TallyRulesError).get("rule")
    if not isinstance(tables, list) or not tables:
        raise TallyRulesError(
            mark("%(what)s %(path)s: expected at least one table [[rule]], found none"),
            what=ToldError(_WHAT),
            path=path,
        )
    rules = []
    for number, table in enumerate(tables, 1):
        try:
            rules.append(TallyRule.model_validate(table))
        except ValidationError as error:
            raise unusable(path, _WHAT, TallyRulesError, error, rule=number) from error
    return tuple(rules)


def rule_for(kind: BallotKind, closes_on: dt.date, rules: Iterable[TallyRule]) -> TallyRule | None:
    """The rule for ballots of a kind that close on a day; None where no edition says anything."""
    return next((rule for rule in rules if rule.kind is kind and rule.in_force(closes_on)), None)


def tally(
    rule: TallyRule,
    votes: Iterable[Vote],
    *,
    p_members: int,
    countries: int | None = None,
    committee_involved: bool = True,
) -> Tally:
    """Count `votes`, one a member. `p_members`: size of the roster that applies (the committee's, or JTC 1's).

    `countries`: systematic review, in how many the standard is used; None: not known. Without a committee involved
    only the quarter test holds (Directives Part 1, F.2). Raises ValueError where a member votes twice.
    """
    votes = tuple(votes)
    doubled = [member for member, count in Counter(vote.member for vote in votes).items() if count > 1]
    if doubled:
        raise ValueError(f"{doubled[0]} votes more than once; keep one vote a member")
    negatives = [vote for vote in votes if vote.answer is Answer.NO]
    bare = tuple(vote.member for vote in negatives if vote.reasons is False)
    dropped = bare if rule.drops_bare_negatives else ()
    counted = [vote for vote in votes if vote.member not in dropped]
    tests = rule.tests if committee_involved else tuple(test for test in rule.tests if test is Condition.QUARTER_ALL)
    results = tuple(_TESTS[test](rule, counted, p_members, countries) for test in tests)
    sums = Counter((vote.answer, vote.p_member) for vote in counted)

    def both(answer: Answer) -> int:
        return sums[answer, True] + sums[answer, False]

    return Tally(
        kind=rule.kind,
        outcome=_outcome(rule, results, counted, countries),
        tests=results,
        yes=both(Answer.YES),
        no=both(Answer.NO),
        abstain=both(Answer.ABSTAIN),
        p_yes=sums[Answer.YES, True],
        p_no=sums[Answer.NO, True],
        p_abstain=sums[Answer.ABSTAIN, True],
        dropped=dropped,
        flagged=bare if rule.flags_bare_negatives else (),
        unread=tuple(vote.member for vote in negatives if vote.reasons is None and rule.drops_bare_negatives),
        consultation=rule.consultation,
        source=rule.source,
        verified=rule.verified,
    )


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the members who have not answered may still change.

    `yes_needed`: the fewest of them that must vote yes for the ballot to pass while the rest abstain; None: not even
    all suffice. `no_enough`: the fewest that must vote no, with reasons, to bring down a ballot that would pass now;
    None: not even all suffice, or it would not pass now. `experts_needed`: experts still missing (NP).
    """

    yes_needed: int | None
    no_enough: int | None
    experts_needed: int
    undecided: tuple[str, ...]


def what_if(rule: TallyRule, votes: Sequence[Vote], p_roster: Iterable[str]) -> WhatIf:
    """How many more votes decide, by the P-members of `p_roster` without a vote. Not for systematic reviews."""
    roster = tuple(p_roster)
    answered = {vote.member for vote in votes}
    undecided = tuple(member for member in roster if member not in answered)

    def outcome(answer: Answer, count: int) -> Outcome:
        # Whoever is asked to vote yes is taken to name an expert too; what is missing of experts is said apart.
        added = [Vote(member, True, answer, reasons=True, names_expert=True) for member in undecided[:count]]
        return tally(rule, [*votes, *added], p_members=len(roster)).outcome

    counts = range(len(undecided) + 1)
    yes_needed = next((count for count in counts if outcome(Answer.YES, count) is Outcome.APPROVED), None)
    no_enough = None
    if yes_needed == 0:
        no_enough = next((count for count in counts if outcome(Answer.NO, count) is not Outcome.APPROVED), None)
    experts_needed = 0
    if Condition.EXPERTS in rule.tests:
        named = sum(vote.p_member and vote.answer is Answer.YES and vote.names_expert for vote in votes)
        experts_needed = max(0, rule.experts_wanted(len(roster)) - named)
    return WhatIf(yes_needed, no_enough, experts_needed, undecided)


def _count(votes: Iterable[Vote], *, p_only: bool) -> tuple[int, int]:
    sums = Counter(vote.answer for vote in votes if vote.p_member or not p_only)
    return sums[Answer.YES], sums[Answer.NO]


def _two_thirds(rule: TallyRule, votes: Sequence[Vote], p_members: int, countries: int | None) -> Finding:  # noqa: ARG001
    yes, no = _count(votes, p_only=True)
    left, right = 3 * yes, 2 * (yes + no)
    return Finding(Condition.TWO_THIRDS_P, left, right, "≥", left >= right if yes + no else None)


def _simple(rule: TallyRule, votes: Sequence[Vote], p_members: int, countries: int | None) -> Finding:  # noqa: ARG001
    yes, no = _count(votes, p_only=True)
    return Finding(Condition.SIMPLE_P, yes, no, ">", yes > no if yes + no else None)


def _quarter(rule: TallyRule, votes: Sequence[Vote], p_members: int, countries: int | None) -> Finding:  # noqa: ARG001
    yes, no = _count(votes, p_only=False)
    left, right = 4 * no, yes + no
    return Finding(Condition.QUARTER_ALL, left, right, "≤", left <= right if yes + no else None)


def _experts(rule: TallyRule, votes: Sequence[Vote], p_members: int, countries: int | None) -> Finding:  # noqa: ARG001
    named = sum(vote.p_member and vote.answer is Answer.YES and vote.names_expert for vote in votes)
    wanted = rule.experts_wanted(p_members)
    return Finding(Condition.EXPERTS, named, wanted, "≥", named >= wanted)


def _no_objection(rule: TallyRule, votes: Sequence[Vote], p_members: int, countries: int | None) -> Finding:  # noqa: ARG001
    _, no = _count(votes, p_only=False)
    return Finding(Condition.NO_OBJECTION, no, 0, "=", no == 0)


def _review(rule: TallyRule, votes: Sequence[Vote], p_members: int, countries: int | None) -> Finding:  # noqa: ARG001
    """Twice the P-members for the action asked for most, against the P-members voting: more means a majority."""
    actions = Counter(vote.answer for vote in votes if vote.p_member and vote.answer in REVIEW_ACTIONS)
    voting = actions.total()
    left = 2 * max(actions.values(), default=0)
    return Finding(Condition.REVIEW, left, voting, ">", left > voting if voting else None)


_TESTS: Final[dict[Condition, Callable[[TallyRule, Sequence[Vote], int, int | None], Finding]]] = {
    Condition.TWO_THIRDS_P: _two_thirds,
    Condition.SIMPLE_P: _simple,
    Condition.QUARTER_ALL: _quarter,
    Condition.EXPERTS: _experts,
    Condition.NO_OBJECTION: _no_objection,
    Condition.REVIEW: _review,
}


def _outcome(rule: TallyRule, results: Sequence[Finding], votes: Sequence[Vote], countries: int | None) -> Outcome:
    if Condition.REVIEW in rule.tests:
        return _review_outcome(rule, results, votes, countries)
    held = [result.holds for result in results]
    if rule.consultation or not held:
        return Outcome.UNDETERMINED
    if False in held:
        return Outcome.NOT_APPROVED
    return Outcome.UNDETERMINED if None in held else Outcome.APPROVED


def _review_outcome(
    rule: TallyRule, results: Sequence[Finding], votes: Sequence[Vote], countries: int | None
) -> Outcome:
    """An action needs its majority and enough countries; used in too few, the standard should be withdrawn (2.9.3)."""
    if rule.countries is not None and countries is not None and countries < rule.countries:
        return Outcome.WITHDRAW
    if countries is None or not all(result.holds for result in results):
        return Outcome.UNDETERMINED
    actions = Counter(vote.answer for vote in votes if vote.p_member and vote.answer in REVIEW_ACTIONS)
    return Outcome(actions.most_common(1)[0][0].value)
