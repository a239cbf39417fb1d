"""The rules of a plan, compiled for a constraint solver: the same language over days that are yet to choose.

A day is a whole number counted from the start of the horizon; what never happens has the largest number. A value that
is not known is a pair of its earliest and its latest number, as in `spans.py`; a truth is a pair of literals, one for
surely true and one for surely false, so that unknown is neither.
"""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from workbench.i18n import mark
from workbench.planning import expressions
from workbench.planning.expressions import ExpressionError, Scope
from workbench.planning.months import deadline, wait_end
from workbench.planning.plans import Plan
from workbench.planning.rules import Office, Rule

if TYPE_CHECKING:
    from ortools.sat.python import cp_model, cp_model_helper

Number: TypeAlias = "cp_model.IntVar | int"
Literal: TypeAlias = "cp_model_helper.Literal | bool"
_DAY: Final = dt.timedelta(days=1)
# Room before and after the days of a plan, for ways out and for deadlines: the longest one of the rules is 18 months.
_BEFORE: Final = dt.timedelta(days=180)
_AFTER: Final = dt.timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Sure:
    """A truth: the literals of surely true and surely false."""

    true: Literal
    false: Literal

    def __invert__(self) -> Sure:
        return Sure(self.false, self.true)


@dataclass(frozen=True, slots=True)
class Days:
    """A day between two numbers, which are one where it is known. `timed`: compared by the moment."""

    first: Number
    last: Number
    timed: bool = False

    @property
    def known(self) -> bool:
        """Whether there is one number only, be it one that is yet to choose."""
        if isinstance(self.first, int) and isinstance(self.last, int):
            return self.first == self.last
        return self.first is self.last


class Compiler:
    """One plan's variables and what the rules say of them, seen by one office at a time."""

    def __init__(
        self,
        model: cp_model.CpModel,
        plan: Plan,
        definitions: Mapping[str, ast.expr],
        clocks: Mapping[str, ZoneInfo],
    ) -> None:
        self.model = model
        self.plan = plan
        self._definitions = definitions
        self._clocks = clocks
        named = [day for event in plan.events.values() for day in (event.day, event.until) if day]
        named += [event.moment.date() for event in plan.events.values() if event.moment] + [plan.today]
        self._start = min(named) - _BEFORE
        self.horizon = (max(named) + _AFTER - self._start).days
        self.never = self.horizon + 1
        self.variables: dict[str, Number] = {
            name: model.new_int_var(1, self.horizon, name)
            if event.day
            else self.number(event.moment.date())
            if event.moment
            else self.never
            for name, event in plan.events.items()
        }
        self._happening = {variable.index for variable in self.variables.values() if not isinstance(variable, int)}
        self._comparisons: dict[tuple[int | str, int | str], Literal] = {}
        self._tables: dict[tuple[str, int, str], list[int]] = {}
        self._extremes: dict[tuple[str, frozenset[int | str]], Number] = {}
        self._moves: dict[tuple[int | str, tuple[str, int, str]], Number] = {}

    def number(self, day: dt.date) -> int:
        return (day - self._start).days

    def day(self, number: int) -> dt.date | None:
        return None if number >= self.never else self._start + number * _DAY

    def breaks(self, rule: Rule, office: Office, read: Callable[[str], ast.expr]) -> tuple[Literal, Literal]:
        """Two literals that both hold where the rule fails: that it applies for sure, and that it surely does not hold.

        `read` reads the expressions of rules. Raises ExpressionError.
        """
        scope = Scope(self.plan, ZoneInfo(office.zone), office.country, self._definitions, set(), self._clocks)
        applies = self._all([self._in_force(rule, scope), self._truth(read(rule.when), scope)])
        if applies.true is False:
            return False, False
        return applies.true, self._truth(read(rule.holds), scope).false

    def not_after(self, one: Number, other: Number) -> Literal:
        """Whether one number is at most the other."""
        if isinstance(one, int) and isinstance(other, int):
            return one <= other
        key = (_key(one), _key(other))
        if key not in self._comparisons:
            literal = self.model.new_bool_var("")
            self.model.add(one <= other).only_enforce_if(literal)
            self.model.add(one > other).only_enforce_if(literal.negated())
            self._comparisons[key] = literal
        return self._comparisons[key]

    def any_of(self, literals: Iterable[Literal]) -> Literal:
        rest = [literal for literal in literals if literal is not False]
        if any(literal is True for literal in rest):
            return True
        if len(rest) <= 1:
            return rest[0] if rest else False
        result = self.model.new_bool_var("")
        self.model.add_bool_or(rest).only_enforce_if(result)
        self.model.add_bool_and([negated(literal) for literal in rest]).only_enforce_if(result.negated())
        return result

    def all_of(self, literals: Iterable[Literal]) -> Literal:
        return negated(self.any_of(negated(literal) for literal in literals))

    def _all(self, parts: Sequence[Sure]) -> Sure:
        return Sure(self.all_of(part.true for part in parts), self.any_of(part.false for part in parts))

    def _any(self, parts: Sequence[Sure]) -> Sure:
        return ~self._all([~part for part in parts])

    def _in_force(self, rule: Rule, scope: Scope) -> Sure:
        """As the engine has it: on the day of the rule's event, and today where that never happens or is not known."""
        if rule.valid_from is None and rule.valid_to is None:
            return _certain(True)
        first = self.number(rule.valid_from) if rule.valid_from else 0
        last = self.number(rule.valid_to) if rule.valid_to else self.horizon
        today = first <= self.number(self.plan.today) <= last
        day = self._event(rule.on, scope)
        if not day.known:
            return _certain(today)
        never = self.not_after(self.never, day.first)
        inside = self.all_of([self.not_after(first, day.first), self.not_after(day.first, last)])
        literal = self.any_of([self.all_of([never, today]), self.all_of([negated(never), inside])])
        return Sure(literal, negated(literal))

    def _event(self, name: str, scope: Scope) -> Days:
        if name == "NEVER":
            return Days(self.never, self.never)
        if name == "TODAY":
            today = self.number(self.plan.today)
            return Days(today, today)
        event = self.plan.events.get(name)
        if event is not None and event.moment is not None:
            span = event.days(scope.zone, scope.clocks.get(name))
            number = self.number(span.first.date())
            return Days(number, number)
        if name in self.variables:
            return Days(self.variables[name], self.variables[name])
        if name in self._definitions:
            return self._days(self._definitions[name], scope)
        return Days(0, self.never)

    def _truth(self, node: ast.expr, scope: Scope) -> Sure:
        if not any(isinstance(each, ast.Name) and each.id.isupper() for each in ast.walk(node)):
            found = expressions.truth(node, scope)
            return Sure(found.value is True, found.value is False)
        match node:
            case ast.BoolOp(op=ast.And(), values=parts):
                return self._all([self._truth(part, scope) for part in parts])
            case ast.BoolOp(values=parts):
                return self._any([self._truth(part, scope) for part in parts])
            case ast.UnaryOp(operand=operand):
                return ~self._truth(operand, scope)
            case ast.Compare(left=left, ops=operators, comparators=others):
                values = [self._days(each, scope) for each in (left, *others)]
                pairs = zip(values, operators, values[1:], strict=False)
                return self._all([self._compared(one, operator, other) for one, operator, other in pairs])
            case ast.Call(func=ast.Name(id="happens"), args=[event]):
                day = self._days(event, scope)
                return Sure(negated(self.not_after(self.never, day.last)), self.not_after(self.never, day.first))
            case ast.Call(func=ast.Name(id="outside"), args=[start, end, *others]):
                first, last = self._days(start, scope), self._days(end, scope)
                return self._all([self._outside(first, last, self._days(each, scope)) for each in others])
            case _:
                raise ExpressionError(mark("“%(text)s” cannot be planned by a solver"), text=ast.unparse(node))

    def _outside(self, start: Days, end: Days, event: Days) -> Sure:
        happens = Sure(negated(self.not_after(self.never, event.last)), self.not_after(self.never, event.first))
        return self._any([~happens, ~self._not_after(start, event), ~self._not_after(event, end)])

    def _not_after(self, one: Days, other: Days) -> Sure:
        if one.timed or other.timed:
            # Of two events on one day nobody knows the order, so they get days of their own.
            earlier = self._before(one.last, other.first)
            return Sure(earlier, negated(earlier))
        return Sure(self.not_after(one.last, other.first), negated(self.not_after(one.first, other.last)))

    def _before(self, one: Number, other: Number) -> Literal:
        never = self.all_of([self.not_after(self.never, one), self.not_after(self.never, other)])
        return self.any_of([never, negated(self.not_after(other, one))])

    def _compared(self, one: Days, operator: ast.cmpop, other: Days) -> Sure:
        match operator:
            case ast.LtE():
                return self._not_after(one, other)
            case ast.GtE():
                return self._not_after(other, one)
            case ast.Lt():
                return ~self._not_after(other, one)
            case ast.Gt():
                return ~self._not_after(one, other)
            case ast.Eq():
                return self._all([self._not_after(one, other), self._not_after(other, one)])
            case ast.NotEq():
                return ~self._all([self._not_after(one, other), self._not_after(other, one)])
            case _:
                raise ExpressionError(mark("days are compared by <, <=, >, >=, == and !="))

    def _days(self, node: ast.expr, scope: Scope) -> Days:
        match node:
            case ast.Name(id=name) if name.isupper():
                return self._event(name, scope)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._chosen(self._truth(test, scope), self._days(body, scope), self._days(orelse, scope))
            case ast.BinOp(left=left, op=operator, right=ast.Call(func=ast.Name(id="days"), args=[count])):
                by = _whole(count) if isinstance(operator, ast.Add) else -_whole(count)
                return self._moved(self._days(left, scope), ("days", by, ""), lambda day: day + by * _DAY)
            case ast.Call(func=ast.Name(id="min" | "max" as name), args=parts):
                return self._extreme(name, [self._days(part, scope) for part in parts])
            case ast.Call(func=ast.Name(id="deadline" | "wait_end" as name), args=[of, count]):
                months, move = _whole(count), deadline if name == "deadline" else wait_end
                return self._moved(self._days(of, scope), (name, months, ""), lambda day: move(day, months))
            case ast.Call(func=ast.Name(id="working_days"), args=[of, count]):
                number = _whole(count)
                key = ("working_days", number, scope.country)
                return self._moved(
                    self._days(of, scope), key, lambda day: expressions.working_days_on(day, number, scope.country)
                )
            case ast.Call(func=ast.Name(id="public"), args=[ast.Name(id=name)]):
                event = self.plan.events.get(name)
                hidden = event is not None and event.confidential
                return Days(self.never, self.never) if hidden else self._event(name, scope)
            case ast.Call(func=ast.Name(id="time"), args=[of]):
                day = self._days(of, scope)
                return Days(day.first, day.last, timed=True)
            case _:
                raise ExpressionError(mark("“%(text)s” is no day that a solver can plan"), text=ast.unparse(node))

    def _extreme(self, name: str, parts: Sequence[Days]) -> Days:
        timed = any(part.timed for part in parts)
        first = self._one_of(name, [part.first for part in parts])
        if all(part.known for part in parts):
            return Days(first, first, timed)
        return Days(first, self._one_of(name, [part.last for part in parts]), timed)

    def _one_of(self, name: str, numbers: Sequence[Number]) -> Number:
        """The least or the largest of some numbers, one variable for the same question asked again."""
        fixed = [number for number in numbers if isinstance(number, int)]
        free = {number.index: number for number in numbers if not isinstance(number, int)}
        bound = (min if name == "min" else max)(fixed, default=None)
        if bound == (self.never if name == "min" else 0) and free:
            bound = None  # It decides nothing.
        if bound is not None and not free:
            return bound
        if bound is None and len(free) == 1:
            return next(iter(free.values()))
        rest: list[Number] = [free[index] for index in sorted(free)] + ([] if bound is None else [bound])
        key = (name, frozenset(map(_key, rest)))
        if key not in self._extremes:
            result = self.model.new_int_var(0, self.never, "")
            add = self.model.add_min_equality if name == "min" else self.model.add_max_equality
            add(result, rest)
            self._extremes[key] = result
        return self._extremes[key]

    def _chosen(self, test: Sure, body: Days, orelse: Days) -> Days:
        if test.true is True:
            return body
        if test.false is True:
            return orelse
        hull = Days(self._one_of("min", [body.first, orelse.first]), self._one_of("max", [body.last, orelse.last]))
        if test.true is False and test.false is False:
            return hull
        first, last = (self.model.new_int_var(0, self.never, "") for _ in range(2))
        unsure = self.all_of([negated(test.true), negated(test.false)])
        for literal, value in ((test.true, body), (test.false, orelse), (unsure, hull)):
            if literal is not False:
                self.model.add(first == value.first).only_enforce_if(literal)
                self.model.add(last == value.last).only_enforce_if(literal)
        known = unsure is False and body.known and orelse.known
        return Days(first, first if known else last)

    def _moved(self, of: Days, key: tuple[str, int, str], move: Callable[[dt.date], dt.date]) -> Days:
        first = self._looked_up(of.first, key, move)
        return Days(first, first if of.known else self._looked_up(of.last, key, move), of.timed)

    def _looked_up(self, number: Number, key: tuple[str, int, str], move: Callable[[dt.date], dt.date]) -> Number:
        """The ends of time stay where they are; what would leave the horizon stays on its edge."""
        if key not in self._tables:
            inner = [
                min(max(self.number(move(self._start + index * _DAY)), 1), self.horizon)
                for index in range(1, self.never)
            ]
            self._tables[key] = [0, *inner, self.never]
        table = self._tables[key]
        if isinstance(number, int):
            return table[number]
        if (_key(number), key) not in self._moves:
            self._moves[_key(number), key] = self._piecewise(number, table)
        return self._moves[_key(number), key]

    def _piecewise(self, number: cp_model.IntVar, table: Sequence[int]) -> cp_model.IntVar:
        """The entry of a table at a number, by its straight pieces: months on is a constant distance for weeks.

        A table of days given as such makes the solver look at every day by itself, which takes a hundred times longer.
        """
        result = self.model.new_int_var(0, self.never, "")
        first = 1 if number.index in self._happening else 0
        last = self.horizon if number.index in self._happening else self.never
        pieces = []
        for start, end, slope in straight_pieces(table, first, last):
            inside = self.model.new_bool_var("")
            self.model.add(number >= start).only_enforce_if(inside)
            self.model.add(number <= end).only_enforce_if(inside)
            self.model.add(result == table[start] + slope * (number - start)).only_enforce_if(inside)
            pieces.append(inside)
        self.model.add_exactly_one(pieces)
        if number.index in self._happening:
            # Says nothing new, but lets the solver reckon before it knows the piece.
            shifts = [table[index] - index for index in range(1, self.horizon + 1) if 1 < table[index] < self.horizon]
            self.model.add(result >= number + min(shifts))
            self.model.add(result <= number + max(shifts))
        return result


def straight_pieces(table: Sequence[int], first: int, last: int) -> list[tuple[int, int, int]]:
    """The longest pieces (first place, last place, slope 0 or 1) of a table that never falls, from left to right."""
    pieces: list[tuple[int, int, int]] = []
    start = first
    while start <= last:
        slope = 1 if start < last and table[start + 1] - table[start] == 1 else 0
        end = start
        while end < last and table[end + 1] - table[end] == slope:
            end += 1
        pieces.append((start, end, slope))
        start = end + 1
    return pieces


def negated(literal: Literal) -> Literal:
    """The opposite of a literal."""
    return not literal if isinstance(literal, bool) else literal.negated()


def _certain(value: bool) -> Sure:
    return Sure(value, not value)


def _key(number: Number) -> int | str:
    return number if isinstance(number, int) else f"v{number.index}"


def _whole(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    raise ExpressionError(mark("“%(text)s”: expected a whole number"), text=ast.unparse(node))
