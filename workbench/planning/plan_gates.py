"""Gates of a plan: days that the rules compute for events that are still to come, the last allowed or the first.

A gate comes from a rule that applies, where one side of a comparison is a computed day and the comparison decides; the
day of another event is none. Every gate is computed by the workbench, and so an estimate.
"""

from __future__ import annotations

import ast
import copy
import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from workbench.planning import expressions
from workbench.planning.expressions import ExpressionError, Scope
from workbench.planning.plans import Event, Plan, day_of
from workbench.planning.rules import Finding, RuleBook, Verdict, broken_rule
from workbench.planning.spans import Span

_APPLIES = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gate:
    """A day of an event: `last` allowed, else the first allowed. Of several events any one may pass it."""

    events: tuple[str, ...]
    last: bool
    day: dt.date
    finding: Finding

    @property
    def key(self) -> str:
        """Its name within the plan, whatever its day."""
        parts = (
            self.finding.rule.id,
            self.finding.office or "",
            "+".join(self.events),
            "last" if self.last else "first",
        )
        return "/".join(parts)


def gates(plan: Plan, book: RuleBook, findings: Sequence[Finding], coming: Collection[str]) -> list[Gate]:
    """The gates of events that are still to come, by day. `coming` are those whose day people choose.

    Raises RulesError where a rule makes no sense, or none for these days.
    """
    found: dict[str, Gate] = {}
    for finding in findings:
        if finding.verdict not in _APPLIES:
            continue
        try:
            of_rule = list(_of_rule(plan, book, finding, coming))
        except (ExpressionError, OverflowError, RecursionError) as error:
            raise broken_rule(finding.rule, error) from error
        for gate in of_rule:
            other = found.get(gate.key)
            if other is None or (gate.day < other.day) is gate.last:
                found[gate.key] = gate
    return sorted(found.values(), key=lambda each: (each.day, each.key))


def _of_rule(plan: Plan, book: RuleBook, finding: Finding, coming: Collection[str]) -> Iterator[Gate]:
    place, read = book.place(finding.rule, finding.office), book.reader(plan)
    definitions = {name: read(text) for name, text in book.definitions.items()}
    scope = Scope(plan, ZoneInfo(place.zone), place.country, definitions, set(), book.zones)
    if expressions.truth(read(finding.rule.when), scope).value is not True:
        return  # Nobody knows yet whether it applies.
    coming = {name for name in coming if name in plan.events or name not in definitions}
    holds = read(finding.rule.holds)
    for compared in _parts(holds):
        for early, late, strict in _orders(compared):
            for own, other, last in ((early, late, True), (late, early, False)):
                events = _waiting(own, coming)
                if last and len(events) < len(_names(own)) and _one_happened(_names(own), coming, plan):
                    continue  # The earliest of them has passed, or failed to; the others change nothing.
                day = _computed(other, _as_it_stands(scope, coming, events), earliest=last) if events else None
                if day is not None and _decides(holds, compared, scope):
                    yield Gate(tuple(events), last, day + (0 if not strict else -1 if last else 1) * _DAY, finding)


def _parts(node: ast.expr) -> Iterator[ast.Compare]:
    """The comparisons that a rule is made of by `and` and `or`."""
    match node:
        case ast.Compare():
            yield node
        case ast.BoolOp(values=values):
            for value in values:
                yield from _parts(value)


def _orders(node: ast.Compare) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """The earlier side, the later side, and whether they may not be one day."""
    sides = [node.left, *node.comparators]
    for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
        match operator:
            case ast.Lt() | ast.LtE():
                yield left, right, isinstance(operator, ast.Lt)
            case ast.Gt() | ast.GtE():
                yield right, left, isinstance(operator, ast.Gt)


def _waiting(side: ast.expr, coming: Collection[str]) -> list[str]:
    """The events of a side, if all that it names can still be chosen: an event, or the earliest of some."""
    return [name for name in _names(side) if name in coming]


def _names(side: ast.expr) -> list[str]:
    match side:
        case ast.Name(id=name):
            return [name]
        case ast.Call(func=ast.Name(id="min"), args=arguments):
            names = [each.id for each in arguments if isinstance(each, ast.Name)]
            return names if len(names) == len(arguments) else []
        case _:
            return []


def _one_happened(names: Sequence[str], coming: Collection[str], plan: Plan) -> bool:
    settled = [plan.events[name] for name in names if name not in coming and name in plan.events]
    return any(event.day or event.moment for event in settled)


def _as_it_stands(scope: Scope, coming: Collection[str], own: Collection[str]) -> Scope:
    """As if what is still to come and has no day did not happen, and the gate's own events neither."""
    open_ones = {name for name in coming if name not in scope.plan.events} | set(own)
    return replace(scope, plan=replace(scope.plan, events={**scope.plan.events, **dict.fromkeys(open_ones, Event())}))


def _computed(side: ast.expr, scope: Scope, *, earliest: bool) -> dt.date | None:
    """The day of a side that is known and no event's own; of a window the end that is safe."""
    found = expressions.evaluate(side, scope)
    if not isinstance(found, Span) or found.missing:
        return None
    day = day_of(found.first if earliest else found.last)
    spans = [event.days(scope.zone) for event in scope.plan.events.values()]
    taken = {end for span in spans for end in (span.first, span.last)}
    if day is None or day == scope.plan.today or found.first in taken or found.last in taken:
        return None
    return day


def _decides(holds: ast.expr, compared: ast.Compare, scope: Scope) -> bool:
    """Whether the rule does not hold anyway."""
    without = _Without(ast.dump(compared)).visit(copy.deepcopy(holds))
    try:
        return expressions.truth(without, scope).value is not True
    except ExpressionError:
        return True


class _Without(ast.NodeTransformer):
    """As if a comparison were false."""

    def __init__(self, dumped: str) -> None:
        self._dumped = dumped

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return ast.Constant(False) if ast.dump(node) == self._dumped else node
