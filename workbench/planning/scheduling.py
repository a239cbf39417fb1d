"""Finds dates that keep every rule, by a constraint solver (CP-SAT); if there are none, says which demands contradict.

Demands are what can be given up: the days of an event, a distance between two events, an office whose patents are
wanted. Rules are not for sale: a way out moves days, shortens distances or drops an office, and costs as little of that
as can be. The same question has the same answer: the solver works alone, with a fixed seed, and of equally good dates
the earliest are taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from ortools.sat.python import cp_model

from workbench.planning import expressions
from workbench.planning.compiled import Compiler, Literal, Number, negated
from workbench.planning.expressions import ExpressionError
from workbench.planning.plans import Event, Gap, Plan
from workbench.planning.rules import NOWHERE, Finding, Rule, RuleBook, RulesError, Severity, Verdict, check

SECONDS: Final = 20.0
"""How long the solver may think about one question."""
ALTERNATIVES: Final = 3
_OFFICE_COST: Final = 400
_BUCKET_DAYS: Final = 28


class Aim(StrEnum):
    """What the dates are chosen for, among those that keep every rule."""

    EARLIEST_RELEASE = "earliest_release"
    MOST_SLACK = "most_slack"
    """Most days between the declaration and the day on which the DIS vote closes."""
    LEAST_AT_ONCE = "least_at_once"
    """As few events as possible within any four weeks."""
    EARLIEST = "earliest"


class UnsolvedError(Exception):
    """The solver did not finish; `str(error)` says what to do."""


class DemandKind(StrEnum):
    RULE = "rule"
    DAYS = "days"
    GAP = "gap"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Demand:
    """Something that the dates must keep; `name` is a rule's id, an event, `first → then`, or an office."""

    kind: DemandKind
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """A way out: an event on another day, a distance of fewer days, or an office given up (`to` is None)."""

    demand: Demand
    to: dt.date | int | None
    cost: int


@dataclass(frozen=True)
class Schedule:
    """Days that keep every rule, the plan with them, and what each rule says of it."""

    days: Mapping[str, dt.date]
    plan: Plan
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Conflict:
    """No days keep every rule. `demands`: a smallest set that cannot hold together: without any one of them it can.

    `ways_out`: alternatives, the cheapest first, each a set of changes that together make the plan possible.
    """

    demands: Sequence[Demand]
    ways_out: Sequence[Sequence[Change]]


@dataclass(frozen=True)
class Problem:
    """A plan whose events may still have a choice of days, and the rules that must not fail.

    `fixed` are events that nobody can move, such as what has happened: no way out touches them.
    """

    plan: Plan
    book: RuleBook
    severities: frozenset[Severity] = frozenset({Severity.BLOCK, Severity.WARN})
    fixed: frozenset[str] = frozenset()


def schedule(problem: Problem, aim: Aim) -> Schedule | None:
    """Choose a day for every event that has a choice; None where no days keep every rule: then ask `conflict`.

    Raises UnsolvedError, RulesError.
    """
    model = _Model(problem)
    numbers = model.best(aim, model.demands)
    return None if numbers is None else _schedule(problem, model, numbers)


def binding(problem: Problem, aim: Aim, found: Schedule) -> list[Demand]:
    """The demands without which the aim could be reached better than the schedule does."""
    model = _Model(problem)
    numbers = {name: model.compiler.number(day) for name, day in found.days.items()}
    return _binding(model, aim, numbers)


def conflict(problem: Problem) -> Conflict:
    """Why no days keep every rule, and the cheapest ways out."""
    return Conflict(_conflict(_Model(problem)), _WaysOut(problem).find())


def _schedule(problem: Problem, model: _Model, numbers: Mapping[str, int]) -> Schedule:
    days = {name: day for name, number in numbers.items() if (day := model.compiler.day(number)) is not None}
    events = {
        name: Event(days[name], confidential=event.confidential) if event.day else event
        for name, event in problem.plan.events.items()
    }
    plan = replace(problem.plan, events=events)
    findings = check(plan, problem.book)
    broken = [each for each in findings if each.verdict is Verdict.FAIL and each.rule.severity in problem.severities]
    if broken:
        raise UnsolvedError(f"the dates found break rule {broken[0].rule.id}; this is a fault of the solver's rules")
    return Schedule({name: days[name] for name, event in problem.plan.events.items() if event.day}, plan, findings)


@dataclass
class _Model:
    """The constraints of a problem, each demand behind a literal of its own."""

    problem: Problem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    literals: dict[Demand, cp_model.IntVar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        definitions = {name: expressions.parse(text) for name, text in self.problem.book.definitions.items()}
        self.compiler = Compiler(self.model, self.problem.plan, definitions)
        for name, event in self.problem.plan.events.items():
            if event.day:
                self._demand_days(name, event)
        for gap in self.problem.plan.gaps:
            self._demand_gap(gap)
        for rule in self.problem.book.rules:
            if rule.enabled and rule.severity in self.problem.severities:
                self._demand_rule(rule)

    @property
    def demands(self) -> list[Demand]:
        return list(self.literals)

    def literal(self, demand: Demand) -> cp_model.IntVar:
        if demand not in self.literals:
            self.literals[demand] = self.model.new_bool_var(f"{demand.kind}:{demand.name}")
        return self.literals[demand]

    def _demand_days(self, name: str, event: Event) -> None:
        variable = self.compiler.variables[name]
        literal = self.literal(Demand(DemandKind.DAYS, name))
        if event.day is not None:
            self.model.add(variable >= self.compiler.number(event.day)).only_enforce_if(literal)
            self.model.add(variable <= self.compiler.number(event.until or event.day)).only_enforce_if(literal)

    def _demand_gap(self, gap: Gap) -> None:
        first, then = (self.event(name) for name in (gap.first, gap.then))
        if any(isinstance(each, int) and each == self.compiler.never for each in (first, then)):
            return
        literal = self.literal(Demand(DemandKind.GAP, f"{gap.first} → {gap.then}"))
        self.model.add(then - first >= gap.at_least).only_enforce_if(literal)
        if gap.at_most is not None:
            self.model.add(then - first <= gap.at_most).only_enforce_if(literal)

    def _demand_rule(self, rule: Rule) -> None:
        offices = (
            [each for each in rule.each_office if each in self.problem.plan.offices] if rule.each_office else [None]
        )
        for office in offices:
            place = self.problem.book.offices[office] if office else NOWHERE
            try:
                applies, fails = self.compiler.breaks(rule, place)
            except ExpressionError as error:
                raise RulesError(f"rule {rule.id}: {error}") from error
            kept = [negated(applies), negated(fails)]
            if any(each is True for each in kept):
                continue
            wanted: list[Literal] = [self.literal(Demand(DemandKind.RULE, rule.id))]
            if office:
                wanted.append(self.literal(Demand(DemandKind.OFFICE, office)))
            self.model.add_bool_or([each for each in kept if each is not False] + [negated(each) for each in wanted])

    def event(self, name: str) -> Number:
        if name not in self.compiler.variables:
            raise UnsolvedError(f"the plan has no event {name}; add it, or take the distance to it out")
        return self.compiler.variables[name]

    @property
    def moving(self) -> list[Number]:
        """The numbers that are yet to choose, in the order of the plan."""
        events = self.problem.plan.events.items()
        return [self.compiler.variables[name] for name, event in events if event.day]

    def feasible(self, demands: Iterable[Demand]) -> bool:
        """Whether some days keep these demands, whatever becomes of the others."""
        return self._solve(demands, None) is not None

    def best(self, aim: Aim, demands: Iterable[Demand]) -> dict[str, int] | None:
        """The best days by the aim, of those the earliest; None where there are none."""
        kept = list(demands)
        objective = self._objective(aim)
        if objective is not None:
            solver = self._solve(kept, objective)
            if solver is None:
                return None
            reached = self.model.new_bool_var("")
            self.model.add(objective <= round(solver.objective_value)).only_enforce_if(reached)
        else:
            reached = self.model.new_bool_var("")
        solver = self._solve(kept, sum(self.moving), also=reached)
        if solver is None:
            return None
        return {
            name: variable if isinstance(variable, int) else solver.value(variable)
            for name, variable in self.compiler.variables.items()
        }

    def _objective(self, aim: Aim) -> cp_model.LinearExprT | None:
        """What is to be made small."""
        match aim:
            case Aim.EARLIEST_RELEASE:
                return self.event("OSS")
            case Aim.MOST_SLACK:
                return self.event("DECL") - self.event("DIS_CLOSE")
            case Aim.LEAST_AT_ONCE:
                return self._most_at_once()
            case Aim.EARLIEST:
                return None

    def _most_at_once(self) -> cp_model.IntVar:
        """The largest number of events in one of the spans of four weeks that follow each other."""
        size = self.compiler.horizon // _BUCKET_DAYS + 1
        most = self.model.new_int_var(0, len(self.moving), "")
        buckets = []
        for number in self.moving:
            bucket = self.model.new_int_var(0, size, "")
            self.model.add_division_equality(bucket, number, _BUCKET_DAYS)
            buckets.append(bucket)
        intervals = [self.model.new_fixed_size_interval_var(bucket, 1, "") for bucket in buckets]
        self.model.add_cumulative(intervals, [1] * len(intervals), most)
        return most

    def _solve(
        self,
        demands: Iterable[Demand],
        objective: cp_model.LinearExprT | None,
        also: cp_model.IntVar | None = None,
    ) -> cp_model.CpSolver | None:
        self.model.clear_assumptions()
        self.model.clear_objective()  # type: ignore[no-untyped-call]
        wanted = [self.literals[demand] for demand in demands]
        self.model.add_assumptions([*wanted, *([also] if also is not None else [])])
        if objective is not None:
            self.model.minimize(objective)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        # Probing looks into the tables of months day by day; without it the answers come ten times sooner.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_time_in_seconds = SECONDS
        match solver.solve(self.model):
            case cp_model.OPTIMAL:
                return solver
            case cp_model.FEASIBLE if objective is None:
                return solver
            case cp_model.INFEASIBLE:
                self.core = [
                    demand
                    for demand, literal in self.literals.items()
                    if literal.index in set(solver.sufficient_assumptions_for_infeasibility())
                ]
                return None
            case _:
                raise UnsolvedError(
                    f"no answer within {SECONDS:g} seconds; narrow the windows, or plan fewer events at once"
                )


def _conflict(model: _Model) -> list[Demand]:
    """A smallest set of demands that cannot hold together, by leaving out one after the other."""
    model.feasible(model.demands)
    kept = list(model.core or model.demands)
    for demand in list(kept):
        others = [each for each in kept if each != demand]
        if not model.feasible(others):
            kept = others
    return kept


def _binding(model: _Model, aim: Aim, numbers: Mapping[str, int]) -> list[Demand]:
    """The demands without which the aim could be reached better."""
    if aim is Aim.EARLIEST:
        return []
    found = []
    for demand in model.demands:
        better = model.best(aim, [each for each in model.demands if each != demand])
        if better is not None and _reached(model, aim, better) < _reached(model, aim, numbers):
            found.append(demand)
    return found


def _reached(model: _Model, aim: Aim, numbers: Mapping[str, int]) -> int:
    """How well days do by an aim; less is better."""
    match aim:
        case Aim.EARLIEST_RELEASE:
            return numbers["OSS"]
        case Aim.MOST_SLACK:
            return numbers["DECL"] - numbers["DIS_CLOSE"]
        case _:
            moving = [name for name, event in model.problem.plan.events.items() if event.day]
            buckets = [numbers[name] // _BUCKET_DAYS for name in moving]
            return max((buckets.count(each) for each in buckets), default=0)


class _WaysOut:
    """The problem with every demand but the rules for sale: a day later or earlier costs one, each thing touched
    one more, an office 400.

    Alternatives come the cheapest first; each spares a demand that the one before changes.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.base = _Model(problem)
        model, compiler = self.base.model, self.base.compiler
        self.costs: dict[Demand, Number] = {}
        for demand, literal in list(self.base.literals.items()):
            match demand.kind:
                case DemandKind.RULE:
                    model.add(literal == 1)
                case DemandKind.OFFICE:
                    cost = model.new_int_var(0, _OFFICE_COST, "")
                    model.add(cost == _OFFICE_COST * (1 - literal))
                    self.costs[demand] = cost
                case DemandKind.DAYS:
                    event = problem.plan.events[demand.name]
                    if demand.name in problem.fixed:
                        model.add(literal == 1)
                    elif event.day is not None:
                        at = compiler.variables[demand.name]
                        # No way out leads into the past, unless the plan itself lies there.
                        model.add(at >= compiler.number(min(event.day, problem.plan.today)))
                        early, late = compiler.number(event.day), compiler.number(event.until or event.day)
                        self.costs[demand] = self._cost([early - at, at - late])
                case DemandKind.GAP:
                    gap = next(each for each in problem.plan.gaps if f"{each.first} → {each.then}" == demand.name)
                    between = self.base.event(gap.then) - self.base.event(gap.first)
                    longer = [] if gap.at_most is None else [between - gap.at_most]
                    self.costs[demand] = self._cost([gap.at_least - between, *longer])

    def _cost(self, excesses: Sequence[Any]) -> cp_model.IntVar:
        """The days by which something is exceeded, and one more for touching it at all: few changes go before many."""
        model, most = self.base.model, self.base.compiler.horizon
        cost = model.new_int_var(0, most + 1, "")
        touched = model.new_bool_var("")
        model.add(cost == 0).only_enforce_if(touched.negated())
        for excess in excesses:
            model.add(cost >= excess + touched)
            model.add(excess <= 0).only_enforce_if(touched.negated())
        return cost

    def find(self) -> list[list[Change]]:
        found: list[list[Change]] = []
        while len(found) < ALTERNATIVES:
            solver = self.base._solve([], sum(self.costs.values()))
            if solver is None:
                break
            changes = self._changes(solver)
            if not changes:
                break
            found.append(changes)
            # The next one must leave alone at least one of the demands that this one changes.
            free = []
            for change in changes:
                unchanged = self.base.model.new_bool_var("")
                self.base.model.add(self.costs[change.demand] == 0).only_enforce_if(unchanged)
                free.append(unchanged)
            self.base.model.add_bool_or(free)
        return found

    def _changes(self, solver: cp_model.CpSolver) -> list[Change]:
        changes = []
        for demand, cost in self.costs.items():
            paid = solver.value(cost)
            if paid:
                changes.append(Change(demand, self._to(demand, solver), paid))
        return changes

    def _to(self, demand: Demand, solver: cp_model.CpSolver) -> dt.date | int | None:
        match demand.kind:
            case DemandKind.DAYS:
                return self.base.compiler.day(solver.value(self.base.event(demand.name)))
            case DemandKind.GAP:
                first, then = demand.name.split(" → ")
                return solver.value(self.base.event(then)) - solver.value(self.base.event(first))
            case _:
                return None
