"""Finds dates that keep every rule, by a constraint solver (CP-SAT); if there are none, says which demands contradict.

Demands are what can be given up: the days of an event, a distance between two events, an office whose patents are
wanted. Rules are not for sale: a way out moves days, shortens distances or drops an office, and costs as little of that
as can be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from workbench.i18n import mark
from workbench.planning.compiled import Number
from workbench.planning.plans import Event, Plan
from workbench.planning.rules import Finding, Verdict, check
from workbench.planning.solving import Aim, Best, Demand, DemandKind, Model, Problem, UnsolvedError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

ALTERNATIVES: Final = 3
_OFFICE_COST: Final = 400


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


def schedule(problem: Problem, aim: Aim) -> Schedule | None:
    """Choose a day for every event that has a choice; None where no days keep every rule: then ask `conflict`.

    Raises UnsolvedError, RulesError.
    """
    model = Model(problem)
    best = model.best(aim, model.demands)
    return None if best is None else _schedule(problem, model, best)


def binding(problem: Problem, aim: Aim) -> list[Demand]:
    """A smallest set of demands that together keep the aim from being reached better. Raises UnsolvedError."""
    model = Model(problem)
    demands = [each for each in model.demands if not (aim is Aim.MOST_OFFICES and each.kind is DemandKind.OFFICE)]
    best = model.best(aim, demands)
    if best is None or best.reached is None:
        return []
    better = model.at_most(model.objective(aim), best.reached - 1)
    if model.solve([], None, also=better) is None:
        return []
    return model.contradiction(demands, better)


def beyond_dates(problem: Problem) -> list[str]:
    """The rules that fail on every choice of days that anybody could make: what they rest on are facts, or the past.

    Raises UnsolvedError, RulesError.
    """
    model = Model(problem)
    for name, event in problem.plan.events.items():
        if name not in problem.fixed and event.day:
            model.model.add(model.event(name) >= model.compiler.number(min(event.day, problem.plan.today)))
    fixed = [each for each in model.demands if each.kind is DemandKind.DAYS and each.name in problem.fixed]
    rules = [each for each in model.demands if each.kind is DemandKind.RULE]
    return [each.name for each in rules if model.solve([*fixed, each], None) is None]


def without_rules(problem: Problem, ids: Collection[str]) -> Problem:
    """The same question without some of the rules."""
    kept = tuple(rule for rule in problem.book.rules if rule.id not in ids)
    return replace(problem, book=problem.book.model_copy(update={"rules": kept}))


def conflict(problem: Problem) -> Conflict:
    """Why no days keep every rule, and the cheapest ways out."""
    model = Model(problem)
    return Conflict(model.contradiction(model.demands), _WaysOut(problem).find())


def _schedule(problem: Problem, model: Model, best: Best) -> Schedule:
    days = {name: day for name, number in best.numbers.items() if (day := model.compiler.day(number)) is not None}
    events = {
        name: Event(days[name], confidential=event.confidential) if event.day else event
        for name, event in problem.plan.events.items()
    }
    plan = replace(problem.plan, events=events, offices=best.offices)
    findings = check(plan, problem.book)
    broken = [each for each in findings if each.verdict is Verdict.FAIL and each.rule.severity in problem.severities]
    if broken:
        raise UnsolvedError(
            mark("the dates found break rule %(rule)s; this is a fault of the solver's rules"), rule=broken[0].rule.id
        )
    return Schedule({name: days[name] for name, event in problem.plan.events.items() if event.day}, plan, findings)


class _WaysOut:
    """The problem with every demand but the rules for sale: a day later or earlier costs one, each thing touched
    one more, an office 400.

    Alternatives come the cheapest first; each spares a demand that the one before changes.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.base = Model(problem)
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
                    if problem.fixed.isdisjoint((gap.first, gap.then)):
                        # Shortened, a distance may vanish; turned round it would be another one.
                        model.add(between >= 0)
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
            solver = self.base.solve([], sum(self.costs.values()))
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
