"""Which events of a plan must come before which, as rules and the people of the plan ask for it: the arrows to draw."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.planning.plans import Plan
from workbench.planning.rules import Finding, RuleBook, Verdict

# What looks at events without moving them; where anything else stands, the comparison is no plain order.
_PLAIN: Final = frozenset({"min", "max", "public", "time"})
_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Precedence:
    """`first` comes before `then`, or on the same day. `finding` is what asks for it; None where people do."""

    first: str
    then: str
    finding: Finding | None

    @property
    def verdict(self) -> Verdict | None:
        return self.finding.verdict if self.finding else None


def precedences(plan: Plan, book: RuleBook, findings: Iterable[Finding]) -> list[Precedence]:
    """The orders that the plan's gaps and the rules looked at ask of events that have a day; each pair once.

    Of several rules that ask for the same order, the one that fares worst is named. Of an event that is the earliest or
    latest of others, that one is meant.
    """
    found: dict[tuple[str, str], Precedence] = {}
    for gap in plan.gaps:
        if _day(plan, gap.first) and _day(plan, gap.then):
            found[gap.first, gap.then] = Precedence(gap.first, gap.then, None)
    read = book.reader(plan)
    definitions = {name: read(text) for name, text in book.definitions.items()}
    looked_at = (each for each in findings if each.verdict in _ORDER)
    for finding in sorted(looked_at, key=lambda each: _ORDER.index(each.verdict)):
        for before, after in _comparisons(read(finding.rule.holds)):
            first, then = (_meant(side, plan, definitions) for side in (before, after))
            if first and then and first != then:
                found.setdefault((first, then), Precedence(first, then, finding))
    return list(found.values())


def _comparisons(node: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The sides of every comparison within an expression, the earlier one first."""
    for each in ast.walk(node):
        if isinstance(each, ast.Compare):
            sides = [each.left, *each.comparators]
            for operator, left, right in zip(each.ops, sides, sides[1:], strict=False):
                if isinstance(operator, ast.Lt | ast.LtE):
                    yield left, right
                elif isinstance(operator, ast.Gt | ast.GtE):
                    yield right, left


def _meant(side: ast.expr, plan: Plan, definitions: Mapping[str, ast.expr]) -> str | None:
    """The event that decides what a side of a comparison is; None where it is no plain event, or none has a day."""
    names = _names(side, plan, definitions)
    dated = [(day, name) for name in names or () if (day := _day(plan, name))]
    if not dated:
        return None
    latest = isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "max"
    return (max if latest else min)(dated)[1]


def _names(node: ast.expr, plan: Plan, definitions: Mapping[str, ast.expr]) -> Sequence[str] | None:
    match node:
        case ast.Name(id=name) if name in plan.events:
            return [name]
        case ast.Name(id=name) if name in definitions:
            return _names(definitions[name], plan, definitions)
        case ast.Name():
            return []
        case ast.Call(func=ast.Name(id=function), args=args) if function in _PLAIN:
            parts = [_names(argument, plan, definitions) for argument in args]
            # What a definition computes, such as eighteen months later, is not drawn; the events beside it are.
            return [name for part in parts if part is not None for name in part]
        case _:
            return None


def _day(plan: Plan, name: str) -> dt.date | None:
    event = plan.events.get(name)
    if event is None:
        return None
    return event.moment.date() if event.moment else event.day
