"""The gates of a plan as its timeline shows them: days that rules allow last or first, and all rules that say so."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.planning.plan_gates import Gate
from workbench.planning.rules import Finding, RulesError
from workbench.planning.stored import Prepared
from workbench.planning.timeline import Band, Mark, Side
from workbench.planning.vocabulary import event_names
from workbench.web.display import day as written
from workbench.web.plans.words import plan_word
from workbench.web.text import gettext, language


@dataclass(frozen=True)
class ShownGate:
    """A day that rules allow last or first for an event, or for whichever of some comes first."""

    events: tuple[str, ...]
    names: Sequence[str]
    side: Side
    day: dt.date
    findings: Sequence[Finding]

    @property
    def title(self) -> str:
        """Which events, for people."""
        return gettext(" or ").join(self.names)


def shown_gates(prepared: Prepared) -> list[ShownGate]:
    """The gates by day; none where a rule was edited into nonsense, which the page of the plan tells."""
    try:
        found = prepared.gates
    except RulesError:
        return []
    same: dict[tuple[dt.date, tuple[str, ...], Side], list[Gate]] = defaultdict(list)
    for gate in found:
        same[gate.day, gate.events, Side.LAST if gate.last else Side.FIRST].append(gate)
    return [
        ShownGate(events, [_name(prepared, each) for each in events], side, day, [each.finding for each in gates])
        for (day, events, side), gates in same.items()
    ]


def gate_marks(gates: Iterable[ShownGate]) -> Iterable[Mark]:
    """Gates in the rows of the kinds of their events."""
    for gate in gates:
        rules = ", ".join(f"{each.rule.id}: {_message(each)}" for each in gate.findings)
        yield Mark(
            name="/".join(("gate", *gate.events, gate.side, gate.day.isoformat())),
            band=Band.COMPANY,
            row=plan_word("kind", event_names().kind(gate.events[0])),
            label=gate.title,
            first=gate.day,
            last=gate.day,
            tone="gate",
            text=f"{plan_word('due', gate.side)}, {written(gate.day)} ({gettext('estimated')}): {gate.title}, {rules}",
            beside=gettext("(last day, est.)") if gate.side is Side.LAST else gettext("(first day, est.)"),
            estimated=True,
            gate=gate.side,
        )


def _name(prepared: Prepared, name: str) -> str:
    placed = prepared.events.get(name)
    return (placed.row.label if placed and placed.row else "") or plan_word("event", name)


def _message(finding: Finding) -> str:
    return finding.rule.ja if language() == "ja" else finding.rule.en
