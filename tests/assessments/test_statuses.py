"""The machine of statuses: no forbidden path, in whatever order acts and events come."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from workbench.assessments.statuses import (
    CONCLUSIONS,
    DECLARED,
    OUTCOMES,
    REVIEWED,
    START,
    TRANSITIONS,
    WHO,
    Act,
    Event,
    State,
    Status,
    TransitionError,
    counts_in_coverage,
    happen,
    perform,
)

# Written anew from the words of the issue, not from the table.
FORWARD = {
    Status.CANDIDATE: {Status.CHARTING},
    Status.CHARTING: {Status.IN_REVIEW},
    Status.IN_REVIEW: {Status.CHARTING, *OUTCOMES},
    Status.LIKELY_ESSENTIAL: {Status.CHARTING, Status.DECLARED},
    Status.OPTION_ESSENTIAL: {Status.CHARTING, Status.DECLARED},
    Status.NOT_ESSENTIAL: {Status.CHARTING},
    Status.UNDETERMINED: {Status.CHARTING, Status.DECLARED},
    Status.DECLARED: {Status.CONFIRMED_EXTERNAL, Status.SUPERSEDED, Status.WITHDRAWN_FROM_TEXT, Status.EXPIRED},
    Status.CONFIRMED_EXTERNAL: {Status.SUPERSEDED, Status.WITHDRAWN_FROM_TEXT, Status.EXPIRED},
    Status.SUPERSEDED: {Status.EXPIRED},
    Status.WITHDRAWN_FROM_TEXT: {Status.DECLARED, Status.EXPIRED},
    Status.EXPIRED: {Status.DECLARED},
}


class Assessments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = START
        self.before = START
        self.path = [START.status]
        self.was_declared = False
        self.changed = False

    def _moved(self, after: State) -> None:
        self.before, self.state = self.state, after
        if self.before.status is not after.status:
            self.path.append(after.status)
        self.was_declared = self.was_declared or after.status in DECLARED

    @rule(act=st.sampled_from(Act))
    def somebody_acts(self, act: Act) -> None:
        before = self.state
        try:
            after = perform(before, act)
        except TransitionError:
            return
        if act is Act.DECLARE:
            assert not before.on_hold_secrecy
            assert not before.stale
            assert Status.IN_REVIEW in self.path
        if act in CONCLUSIONS.values():
            assert before.status is Status.IN_REVIEW
            assert not before.stale
        if act not in (Act.HOLD, Act.RELEASE):
            assert after.on_hold_secrecy == before.on_hold_secrecy
        if act is not Act.RECONFIRM:
            assert after.stale == before.stale
        self._moved(after)

    @rule(event=st.sampled_from(Event))
    def something_happens(self, event: Event) -> None:
        before = self.state
        after = happen(before, event)
        assert happen(after, event) == after
        assert after.on_hold_secrecy == before.on_hold_secrecy
        if before.status in REVIEWED or before.status is Status.IN_REVIEW:
            assert after == State(Status.CHARTING, stale=True, on_hold_secrecy=before.on_hold_secrecy)
        if before.status is not Status.CANDIDATE:
            assert after.stale
        self._moved(after)

    @invariant()
    def every_step_is_allowed(self) -> None:
        for one, two in zip(self.path, self.path[1:], strict=False):
            assert two in FORWARD[one]

    @invariant()
    def what_was_declared_stays_declared(self) -> None:
        assert not self.was_declared or self.state.status in DECLARED

    @invariant()
    def nothing_is_concluded_without_a_review(self) -> None:
        if self.state.status in REVIEWED:
            assert self.path[-2] is Status.IN_REVIEW
        if self.state.status in REVIEWED or self.state.status is Status.IN_REVIEW:
            assert not self.state.stale

    @invariant()
    def coverage_counts_what_stands(self) -> None:
        found, declared = (
            (Status.LIKELY_ESSENTIAL, Status.OPTION_ESSENTIAL),
            (Status.DECLARED, Status.CONFIRMED_EXTERNAL),
        )
        assert counts_in_coverage(self.state) == (self.state.status in (*found, *declared))
        if self.state.status in found:
            assert not self.state.stale


TestAssessments = Assessments.TestCase


def test_the_table_says_who_may_do_everything() -> None:
    assert set(WHO) == set(Act)
    assert {act for _, act in TRANSITIONS} | {Act.HOLD, Act.RELEASE, Act.RECONFIRM} == set(Act)


def test_every_status_is_reached() -> None:
    reached = {START}
    while (
        more := {
            after
            for state in reached
            for after in (
                *(happen(state, event) for event in Event),
                *(_performed(state, act) for act in Act),
            )
        }
        - reached
    ):
        reached |= more
    assert {state.status for state in reached} == set(Status)


def _performed(state: State, act: Act) -> State:
    try:
        return perform(state, act)
    except TransitionError:
        return state
