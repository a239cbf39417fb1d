"""The small language of rules: dates, facts and three-valued logic, read by Python's own parser and nothing of it run.

```
FF <= PUBLIC                                      days of events; <, <=, >, >=, ==, !=
time(FF) <= time(PUBLIC)                          by the moment, a day being any moment of it at the office
deadline(FF, 12)  wait_end(FF_JP, 3)              months on; see months.py
FF + days(30)  FF - days(1)  working_days(D, 10)  calendar days; working days in the office's country
min(FOREIGN, PCT)  max(…)                         the earliest, the latest; what never happens counts for nothing in min
happens(OSS)  public(CONTRIB)                     whether at all; the event unless evidence shows it was confidential
A if made_in_us else B                            by a fact
outside(DESIG, DESIG_END, OSS, PAPER)             no such event between the two, both included
subset(recipients, {"ISO", "IEC"})  disjoint(…)   of lists of words; count(a, b, c) how many facts are true
and  or  not  in
```

Names in capitals are events, others are facts. What a plan does not speak of is unknown.
"""

from __future__ import annotations

import ast
import copy
import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from workbench.faults import syntax_fault
from workbench.i18n import ToldError, mark
from workbench.planning.months import deadline, wait_end
from workbench.planning.plans import Event, Fact, Plan, day_of, midnight
from workbench.planning.spans import EVER, NEVER, NO, YES, Missing, Span, Truth, earliest, latest
from workbench.standards.deadlines import is_working_day

MAX_LENGTH: Final = 1000
_DAY: Final = dt.timedelta(days=1)


class ExpressionError(ToldError, ValueError):
    """An expression that cannot be read or makes no sense; `str(error)` says where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that nobody has told."""

    missing: Missing


@dataclass(frozen=True, slots=True)
class Moments:
    """A span of moments, which is not compared with days."""

    span: Span


@dataclass(frozen=True, slots=True)
class Days:
    """A number of calendar days."""

    count: int


Value = Truth | Span | Moments | Days | Unknown | int | float | str | frozenset[str]


@dataclass
class Scope:
    """What an expression is evaluated in: a plan as one office sees it. `used` collects the names asked for.

    `clocks` says of some events by which clock their day is told, whoever looks.
    """

    plan: Plan
    zone: ZoneInfo
    country: str
    definitions: Mapping[str, ast.expr]
    used: set[str]
    clocks: Mapping[str, ZoneInfo] = field(default_factory=dict)

    def event(self, name: str) -> Span:
        self.used.add(name)
        if name == "NEVER":
            return Span.never()
        if name == "TODAY":
            return Span(midnight(self.plan.today), midnight(self.plan.today))
        if name in self.plan.events:
            return self.plan.events[name].days(self.zone, self.clocks.get(name))
        if name in self.definitions:
            return _span(evaluate(self.definitions[name], self), self.definitions[name])
        return Span.unknown(name)

    def moments(self, name: str) -> Span:
        self.used.add(name)
        if name in self.plan.events:
            return self.plan.events[name].moments(self.zone)
        if name in self.definitions:
            node = self.definitions[name]
            return _moments(evaluate(_timed(node), self), node)
        return Span.unknown(name)

    def fact(self, name: str) -> Value:
        self.used.add(name)
        if name not in self.plan.facts:
            return Unknown(frozenset({name}))
        return _value(self.plan.facts[name])


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """Read an expression; nobody changes what it gives. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(mark("longer than %(most)s characters; split the rule"), most=MAX_LENGTH)
    try:
        node = ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(
            mark("“%(text)s” cannot be read: %(reason)s"), text=text, reason=syntax_fault(error)
        ) from error
    _check(node)
    return node


def truth(node: ast.expr, scope: Scope) -> Truth:
    """Whether an expression holds. Raises ExpressionError where it is no yes or no."""
    return _truth(evaluate(node, scope), node)


def evaluate(node: ast.expr, scope: Scope) -> Value:
    """The value of an expression that `parse` gave."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return _value(value)
        case ast.Set(elts=items):
            return frozenset(str(item.value) for item in items if isinstance(item, ast.Constant))
        case ast.Name(id=name):
            return scope.event(name) if name.isupper() else scope.fact(name)
        case ast.BoolOp(op=operator, values=parts):
            combine = (lambda a, b: a & b) if isinstance(operator, ast.And) else (lambda a, b: a | b)
            return functools.reduce(combine, [truth(part, scope) for part in parts])
        case ast.UnaryOp(operand=operand):
            return ~truth(operand, scope)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _chosen(truth(test, scope), body, orelse, scope)
        case ast.BinOp(left=left, op=operator, right=right):
            return _shifted(node, evaluate(left, scope), operator, evaluate(right, scope))
        case ast.Compare(left=left, ops=operators, comparators=others):
            return _compared(left, operators, others, scope)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _FUNCTIONS[name](arguments, scope)
        case _:
            raise ExpressionError(mark("“%(text)s” is not part of the language of rules"), text=ast.unparse(node))


def _check(node: ast.expr) -> None:
    """Refuse what the language does not have, before anything is evaluated."""
    allowed = (
        ast.Constant, ast.Name, ast.Load, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.IfExp, ast.BinOp,
        ast.Add, ast.Sub, ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Call,
        ast.Set,
    )  # fmt: skip
    for each in ast.walk(node):
        if not isinstance(each, allowed):
            raise ExpressionError(mark("“%(text)s” is not part of the language of rules"), text=type(each).__name__)
        if isinstance(each, ast.Constant) and not isinstance(each.value, bool | int | float | str):
            raise ExpressionError(mark("“%(text)s” is no number, word, True or False"), text=repr(each.value))
        if isinstance(each, ast.Set) and not all(isinstance(item, ast.Constant) for item in each.elts):
            raise ExpressionError(mark("a list in braces holds words only"))
        if isinstance(each, ast.Call):
            if not isinstance(each.func, ast.Name) or each.func.id not in _FUNCTIONS or each.keywords:
                raise ExpressionError(
                    mark("“%(text)s” is no function; there are: %(names)s"),
                    text=ast.unparse(each.func),
                    names=", ".join(_FUNCTIONS),
                )
            least, most = _ARGUMENTS[each.func.id]
            if not least <= len(each.args) <= most:
                raise ExpressionError(
                    mark("%(name)s takes another number of values: %(text)s"), name=each.func.id, text=ast.unparse(each)
                )


def _value(value: Fact) -> Value:
    if isinstance(value, bool):
        return YES if value else NO
    return value


def _truth(value: Value, where: ast.expr) -> Truth:
    if isinstance(value, Truth):
        return value
    if isinstance(value, Unknown):
        return Truth(None, value.missing)
    raise ExpressionError(mark("“%(text)s”: expected a yes or no"), text=ast.unparse(where))


def _span(value: Value, where: ast.expr) -> Span:
    if isinstance(value, Span):
        return value
    if isinstance(value, Unknown):
        return Span(EVER, NEVER, value.missing)
    raise ExpressionError(mark("“%(text)s”: expected a day"), text=ast.unparse(where))


def _moments(value: Value, where: ast.expr) -> Span:
    if isinstance(value, Moments):
        return value.span
    raise ExpressionError(mark("“%(text)s”: expected a time"), text=ast.unparse(where))


def _chosen(test: Truth, body: ast.expr, orelse: ast.expr, scope: Scope) -> Value:
    if test.value is not None:
        return evaluate(body if test.value else orelse, scope)
    one, other = evaluate(body, scope), evaluate(orelse, scope)
    if isinstance(one, Moments) and isinstance(other, Moments):
        both = one.span.hull(other.span)
        return Moments(Span(both.first, both.last, both.missing | test.missing))
    both = _span(one, body).hull(_span(other, orelse))
    return Span(both.first, both.last, both.missing | test.missing)


def _shifted(node: ast.expr, left: Value, operator: ast.operator, right: Value) -> Value:
    if not isinstance(right, Days):
        raise ExpressionError(mark("only days(n) can be added to a day or taken from it"))
    by = right.count if isinstance(operator, ast.Add) else -right.count
    return _each_end(_span(left, node), lambda day: day + by * _DAY)


def _each_end(span: Span, move: Callable[[dt.date], dt.date]) -> Span:
    """Move both ends of a span; every move of this language keeps the order of days. The ends of time stay."""

    def moved(end: dt.datetime) -> dt.datetime:
        day = day_of(end)
        return end if day is None else midnight(move(day))

    return Span(moved(span.first), moved(span.last), span.missing)


def _compared(left: ast.expr, operators: Sequence[ast.cmpop], others: Sequence[ast.expr], scope: Scope) -> Truth:
    result = YES
    one = evaluate(left, scope)
    for operator, node in zip(operators, others, strict=True):
        other = evaluate(node, scope)
        result &= _compare(node, one, operator, other)
        one = other
    return result


def _compare(node: ast.expr, one: Value, operator: ast.cmpop, other: Value) -> Truth:
    missing = frozenset().union(*(each.missing for each in (one, other) if isinstance(each, Unknown)))
    if isinstance(one, Moments) and isinstance(other, Moments):
        return _ordered(one.span, operator, other.span)
    if isinstance(one, Span) or isinstance(other, Span):
        return _ordered(_span(one, node), operator, _span(other, node))
    if missing:
        return Truth(None, missing)
    return Truth(_plain(one, operator, other))


def _ordered(one: Span, operator: ast.cmpop, other: Span) -> Truth:
    match operator:
        case ast.LtE():
            return one.not_after(other)
        case ast.GtE():
            return other.not_after(one)
        case ast.Lt():
            return one.before(other)
        case ast.Gt():
            return other.before(one)
        case ast.Eq():
            return one.not_after(other) & other.not_after(one)
        case ast.NotEq():
            return ~(one.not_after(other) & other.not_after(one))
        case _:
            raise ExpressionError(mark("days are compared by <, <=, >, >=, == and !="))


def _plain(one: Any, operator: ast.cmpop, other: Any) -> bool:
    if isinstance(operator, ast.In | ast.NotIn):
        if not isinstance(other, frozenset):
            raise ExpressionError(mark("after `in` stands a list of words"))
        return (one in other) is isinstance(operator, ast.In)
    one, other = (each.value if isinstance(each, Truth) else each for each in (one, other))
    if isinstance(operator, ast.Eq | ast.NotEq):
        return bool(one == other) is isinstance(operator, ast.Eq)
    if not all(isinstance(each, int | float) for each in (one, other)):
        raise ExpressionError(mark("only numbers and days are smaller or larger than others"))
    if isinstance(one, float) or isinstance(other, float):
        # As a number of a rule 1e26 is a little more than the whole number is.
        one, other = float(one), float(other)
    match operator:
        case ast.Lt():
            return bool(one < other)
        case ast.LtE():
            return bool(one <= other)
        case ast.Gt():
            return bool(one > other)
        case _:
            return bool(one >= other)


def _number(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    raise ExpressionError(mark("“%(text)s”: expected a whole number"), text=ast.unparse(node))


def _event_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name) and node.id.isupper():
        return node.id
    raise ExpressionError(mark("“%(text)s”: expected the name of an event"), text=ast.unparse(node))


def _day(node: ast.expr, scope: Scope) -> Span:
    return _span(evaluate(node, scope), node)


def _among(nodes: Sequence[ast.expr], scope: Scope, choose: Callable[[list[Span]], Span]) -> Value:
    values = [evaluate(node, scope) for node in nodes]
    if all(isinstance(value, Moments) for value in values):
        return Moments(choose([value.span for value in values if isinstance(value, Moments)]))
    return choose([_span(value, node) for value, node in zip(values, nodes, strict=True)])


def _months_on(nodes: Sequence[ast.expr], scope: Scope, move: Callable[[dt.date, int], dt.date]) -> Span:
    months = _number(nodes[1])
    return _each_end(_day(nodes[0], scope), lambda day: move(day, months))


def working_days_on(day: dt.date, count: int, country: str) -> dt.date:
    """The day so many working days after a day."""
    while count:
        day += _DAY
        count -= is_working_day(day, country)
    return day


def _working_days(nodes: Sequence[ast.expr], scope: Scope) -> Span:
    count = _number(nodes[1])
    return _each_end(_day(nodes[0], scope), lambda day: working_days_on(day, count, scope.country))


def _public(nodes: Sequence[ast.expr], scope: Scope) -> Span:
    name = _event_name(nodes[0])
    event = scope.plan.events.get(name, Event())
    span = scope.event(name)
    return Span.never() if event.confidential else span


def _time(nodes: Sequence[ast.expr], scope: Scope) -> Moments:
    match nodes[0]:
        case ast.Call(func=ast.Name(id="public"), args=[name]):
            event = scope.plan.events.get(_event_name(name), Event())
            return Moments(Span.never() if event.confidential else scope.moments(_event_name(name)))
        case _:
            return Moments(scope.moments(_event_name(nodes[0])))


class _Timed(ast.NodeTransformer):
    """Asks for moments wherever a definition names events."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Call(ast.Name("time", ast.Load()), [node], []) if node.id.isupper() else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = ast.unparse(node.func)
        if name == "public":
            return ast.Call(ast.Name("time", ast.Load()), [node], [])
        if name in ("min", "max"):
            return ast.Call(node.func, [self.visit(each) for each in node.args], [])
        # What is computed in months or days has no time: it is midnight of that day at the office.
        return ast.Call(ast.Name("start_of", ast.Load()), [node], [])


def _timed(node: ast.expr) -> ast.expr:
    return _Timed().visit(copy.deepcopy(node))  # type: ignore[no-any-return]


def _start_of(nodes: Sequence[ast.expr], scope: Scope) -> Moments:
    span = _day(nodes[0], scope)

    def start(end: dt.datetime) -> dt.datetime:
        day = day_of(end)
        return end if day is None else dt.datetime.combine(day, dt.time(), scope.zone).astimezone(dt.UTC)

    return Moments(Span(start(span.first), start(span.last), span.missing))


def _outside(nodes: Sequence[ast.expr], scope: Scope) -> Truth:
    start, end = _day(nodes[0], scope), _day(nodes[1], scope)
    result = YES
    for node in nodes[2:]:
        event = _day(node, scope)
        result &= ~event.happens() | event.before(start) | end.before(event)
    return result


def _sets(nodes: Sequence[ast.expr], scope: Scope, test: Callable[[frozenset[str], frozenset[str]], bool]) -> Truth:
    values = [evaluate(node, scope) for node in nodes]
    missing = frozenset().union(*(value.missing for value in values if isinstance(value, Unknown)))
    if missing:
        return Truth(None, missing)
    one, other = values
    if not isinstance(one, frozenset) or not isinstance(other, frozenset):
        raise ExpressionError(mark("subset and disjoint compare lists of words"))
    return Truth(test(one, other))


def _count(nodes: Sequence[ast.expr], scope: Scope) -> Value:
    found = [truth(node, scope) for node in nodes]
    missing = frozenset().union(*(each.missing for each in found if each.value is None))
    return Unknown(missing) if missing else sum(each.value is True for each in found)


_MANY: Final = 20
_ARGUMENTS: Final[dict[str, tuple[int, int]]] = {
    "min": (1, _MANY),
    "max": (1, _MANY),
    "deadline": (2, 2),
    "wait_end": (2, 2),
    "working_days": (2, 2),
    "days": (1, 1),
    "time": (1, 1),
    "start_of": (1, 1),
    "happens": (1, 1),
    "public": (1, 1),
    "outside": (3, _MANY),
    "subset": (2, 2),
    "disjoint": (2, 2),
    "count": (1, _MANY),
}
_FUNCTIONS: Final[dict[str, Callable[[Sequence[ast.expr], Scope], Value]]] = {
    "min": lambda nodes, scope: _among(nodes, scope, earliest),
    "max": lambda nodes, scope: _among(nodes, scope, latest),
    "deadline": lambda nodes, scope: _months_on(nodes, scope, deadline),
    "wait_end": lambda nodes, scope: _months_on(nodes, scope, wait_end),
    "working_days": _working_days,
    "days": lambda nodes, scope: Days(_number(nodes[0])),  # noqa: ARG005
    "time": _time,
    "start_of": _start_of,
    "happens": lambda nodes, scope: _day(nodes[0], scope).happens(),
    "public": _public,
    "outside": _outside,
    "subset": lambda nodes, scope: _sets(nodes, scope, frozenset.issubset),
    "disjoint": lambda nodes, scope: _sets(nodes, scope, frozenset.isdisjoint),
    "count": _count,
}
