"""The machine of statuses under random acts: no path that the policy forbids, whatever is tried in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from workbench.cases.statuses import SENT, TRANSITIONS, CaseAct, CaseStatus, Given, StepError, after, approved, leads

S = CaseStatus
ORDER = [S.DRAFT, S.PROPOSED, S.APPROVED, S.GENERATED, S.SENT, S.IN_FORCE]


class Machine(RuleBasedStateMachine):
    """Acts in any order; what a status says must have been done is compared with what was."""

    def __init__(self) -> None:
        super().__init__()
        self.status = S.DRAFT
        self.left = False
        self.since_draft: list[CaseAct] = []

    @rule(act=st.sampled_from(CaseAct))
    def do(self, act: CaseAct) -> None:
        before = self.status
        try:
            self.status = after(self.status, act)
        except StepError:
            assert (before, act) not in TRANSITIONS
            return
        assert leads(before, self.status)
        self.since_draft = [] if self.status is S.DRAFT else [*self.since_draft, act]
        self.left |= act is CaseAct.SEND

    @invariant()
    def what_left_stays_out(self) -> None:
        assert (self.status in SENT) == self.left

    @invariant()
    def nothing_was_left_out(self) -> None:
        needed = {
            S.PROPOSED: [CaseAct.PROPOSE],
            S.APPROVED: [CaseAct.PROPOSE, CaseAct.APPROVE],
            S.GENERATED: [CaseAct.PROPOSE, CaseAct.APPROVE, CaseAct.GENERATE],
            S.SENT: [CaseAct.PROPOSE, CaseAct.APPROVE, CaseAct.GENERATE, CaseAct.SEND],
            S.IN_FORCE: [CaseAct.PROPOSE, CaseAct.APPROVE, CaseAct.GENERATE, CaseAct.SEND, CaseAct.RECEIVE],
        }.get(self.status, [])
        told = [act for act in dict.fromkeys(self.since_draft) if act in needed]
        assert told == needed


TestMachine = Machine.TestCase

given_by = st.builds(Given, st.integers(1, 4), st.booleans(), st.booleans())


@given(st.lists(given_by, max_size=6, unique_by=lambda each: each.account), st.frozensets(st.integers(1, 4)))
def test_two_others_with_a_signatory_and_nobody_against(said: list[Given], authors: frozenset[int]) -> None:
    yes = [each for each in said if each.approved and each.account not in authors]
    expected = len(yes) > 1 and any(each.signs for each in yes) and all(each.approved for each in said)
    assert approved(said, authors) == expected


def test_every_status_is_reached_and_what_was_sent_has_no_way_back() -> None:
    reached = {S.DRAFT}
    for _ in S:
        reached |= {end for (start, _), end in TRANSITIONS.items() if start in reached}
    assert reached == set(S)
    assert not [end for (start, _), end in TRANSITIONS.items() if start in SENT and end not in SENT]
