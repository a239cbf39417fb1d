"""By when to declare: compared with the rule said plainly, over every stage and day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.cases.gates import Closing, GateRulesError, GateState, gate_of, load_gate_rules
from workbench.standards.ballots import BallotKind
from workbench.standards.deadlines import Basis

RULES = load_gate_rules()
DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 25)

closings = st.lists(
    st.builds(
        Closing,
        st.sampled_from([BallotKind.CD, BallotKind.DIS, BallotKind.DTS, BallotKind.FDIS]),
        st.sampled_from([-40, -2, -1, 0, 1, 2, 40]).map(lambda days: TODAY + days * DAY),
        st.sampled_from(Basis),
    ),
    max_size=5,
)
stages = st.sampled_from([None, "10.99", "30.20", "40.20", "40.99", "50.00", "50.20", "60.00", "60.60", "95.99"])


@given(st.sampled_from([None, "IS", "TS", "TR"]), stages, closings)
def test_the_rule_said_plainly(deliverable: str | None, stage: str | None, known: list[Closing]) -> None:
    gate = gate_of(RULES, "common", deliverable, stage, known, TODAY)
    assert gate is not None
    kind, over = (BallotKind.DTS, "60.00") if deliverable == "TS" else (BallotKind.DIS, "50.00")
    days = [each.closes_on for each in known if each.kind is kind]
    assert gate.day == (max(days) - DAY if days else None)
    late = (stage or "00.00") >= over or (bool(days) and max(days) <= TODAY)
    assert (gate.state is GateState.OVERDUE) == late
    assert late or (gate.state is GateState.NO_DAY) == (not days)
    if gate.basis is not None:
        assert gate.basis in {each.basis for each in known if each.closes_on == max(days) and each.kind is kind}


def test_another_policy_has_no_gate() -> None:
    assert gate_of(RULES, "etsi", "IS", "40.20", [], TODAY) is None


def test_the_rule_is_editable_and_a_faulty_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    rule = '[[gate]]\npolicy="common"\nballot="CD"\ndays_before={days}\npassed="40.00"\nsource="ours"\nverified=true\n'
    path.write_text(rule.format(days=14), encoding="utf-8")
    gate = gate_of(
        load_gate_rules(path), "common", "IS", "30.20", [Closing(BallotKind.CD, TODAY, Basis.ESTIMATED)], TODAY
    )
    assert gate is not None
    assert (gate.day, gate.basis, gate.days_left(TODAY)) == (TODAY - 14 * DAY, Basis.ESTIMATED, -14)
    path.write_text(rule.format(days=-1), encoding="utf-8")
    with pytest.raises(GateRulesError, match=r"gates\.toml: gate\.0\.days_before"):
        load_gate_rules(path)
