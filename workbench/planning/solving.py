"""A plan and its rules as a constraint model (CP-SAT): each demand on the dates stands behind a literal of its own.

The same question has the same answer: the solver works alone, with a fixed seed, and of equally good dates the earliest
are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from workbench.deferred import deferred
from workbench.i18n import ToldError, mark
from workbench.planning.compiled import Compiler, Literal, Number, negated
from workbench.planning.expressions import ExpressionError
from workbench.planning.plans import Event, Gap, Plan
from workbench.planning.rules import Rule, RuleBook, Severity, broken_rule
from workbench.planning.several import members

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    cp_model = deferred("ortools.sat.python.cp_model")

SECONDS: Final = 20.0
"""How long the solver may think about one question."""
WORK: Final = 0.5
"""The most work on the second question, in the solver's own measure, which is the same on every machine: of equally
good dates the earliest. Small plans need far less; of large ones the best found so far is taken.
"""
BUCKET_DAYS: Final = 28


class Aim(StrEnum):
    """What the dates are chosen for, among those that keep every rule."""

    EARLIEST_RELEASE = "earliest_release"
    MOST_SLACK = "most_slack"
    """Most days between the declaration and the day on which the DIS vote closes."""
    LEAST_AT_ONCE = "least_at_once"
    """As few events as possible within any four weeks."""
    MOST_OFFICES = "most_offices"
    """As many of the offices wanted as can be kept; the others are given up."""
    EARLIEST = "earliest"


class UnsolvedError(ToldError):
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


@dataclass(frozen=True)
class Problem:
    """A plan whose events may still have a choice of days, and the rules that must not fail.

    `fixed` are events that nobody can move, such as what has happened: no way out touches them.
    """

    plan: Plan
    book: RuleBook
    severities: frozenset[Severity] = frozenset({Severity.BLOCK, Severity.WARN})
    fixed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Best:
    """The best days by an aim: the number of each event's day, and the offices that are kept."""

    numbers: Mapping[str, int]
    offices: frozenset[str]
    reached: int | None
    """The objective; None where there is none but early days."""


@dataclass
class Model:
    """The constraints of a problem, each demand behind a literal of its own."""

    problem: Problem
    model: cp_model.CpModel = field(default_factory=lambda: cp_model.CpModel())
    literals: dict[Demand, cp_model.IntVar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.read = self.problem.book.reader(self.problem.plan)
        definitions = {name: self.read(text) for name, text in self.problem.book.definitions.items()}
        self.compiler = Compiler(self.model, self.problem.plan, definitions, self.problem.book.zones)
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
            place = self.problem.book.place(rule, office)
            try:
                applies, fails = self.compiler.breaks(rule, place, self.read)
            except ExpressionError as error:
                raise broken_rule(rule, error) from error
            kept = [negated(applies), negated(fails)]
            if any(each is True for each in kept):
                continue
            wanted: list[Literal] = [self.literal(Demand(DemandKind.RULE, rule.id))]
            if office:
                wanted.append(self.literal(Demand(DemandKind.OFFICE, office)))
            self.model.add_bool_or([each for each in kept if each is not False] + [negated(each) for each in wanted])

    def event(self, name: str) -> Number:
        if name not in self.compiler.variables:
            raise UnsolvedError(
                mark("the plan has no event %(name)s; add it, or take the distance to it out"), name=name
            )
        return self.compiler.variables[name]

    @property
    def moving(self) -> list[Number]:
        """The numbers that are yet to choose, in the order of the plan."""
        events = self.problem.plan.events.items()
        return [self.compiler.variables[name] for name, event in events if event.day]

    def best(self, aim: Aim, demands: Iterable[Demand]) -> Best | None:
        """The best days by the aim, of those the earliest; None where there are none. Raises UnsolvedError."""
        kept = [each for each in demands if not (aim is Aim.MOST_OFFICES and each.kind is DemandKind.OFFICE)]
        objective, goal = self.objective(aim), None
        if objective is not None:
            solver = self.solve(kept, objective)
            if solver is None:
                return None
            goal = round(solver.objective_value)
        at_best = self.at_most(objective, goal)
        solver = self.solve(kept, sum(self.moving), also=at_best, start=solver if objective is not None else None)
        if solver is None:
            return None
        numbers = {
            name: variable if isinstance(variable, int) else solver.value(variable)
            for name, variable in self.compiler.variables.items()
        }
        given_up = {
            demand.name
            for demand, literal in self.literals.items()
            if demand.kind is DemandKind.OFFICE and demand not in kept and not solver.value(literal)
        }
        return Best(numbers, self.problem.plan.offices - given_up, goal)

    def at_most(self, objective: cp_model.LinearExprT | None, goal: int | None) -> cp_model.IntVar | None:
        """A literal under which the objective is no worse than a goal."""
        if objective is None or goal is None:
            return None
        literal = self.model.new_bool_var("")
        self.model.add(objective <= goal).only_enforce_if(literal)
        return literal

    def objective(self, aim: Aim) -> cp_model.LinearExprT | None:
        """What is to be made small. Raises UnsolvedError where the plan lacks an event that the aim is about."""
        match aim:
            case Aim.EARLIEST_RELEASE:
                releases = [name for name in members(self.problem.plan.events, "OSS") if self._happens(name)]
                return sum(self._planned(name) for name in releases or ["OSS"])
            case Aim.MOST_SLACK:
                return self._planned("DECL") - self._planned("DIS_CLOSE")
            case Aim.LEAST_AT_ONCE:
                return self._most_at_once()
            case Aim.MOST_OFFICES:
                offices = [self.literals[each] for each in self.demands if each.kind is DemandKind.OFFICE]
                return sum((literal.negated() for literal in offices), self.model.new_constant(0))
            case Aim.EARLIEST:
                return None

    def _happens(self, name: str) -> bool:
        number = self.event(name)
        return not isinstance(number, int) or number != self.compiler.never

    def _planned(self, name: str) -> cp_model.IntVar:
        """The number of an event that happens."""
        number = self.event(name)
        if not isinstance(number, int):
            return number
        if number == self.compiler.never:
            raise UnsolvedError(mark("the plan has no event %(name)s; add it, or choose another aim"), name=name)
        return self.model.new_constant(number)

    def _most_at_once(self) -> cp_model.IntVar:
        """The largest number of events in one of the spans of four weeks that follow each other.

        One literal an event and span, for then a bound on the answer can be reckoned from their sums.
        """
        spans = range(self.compiler.horizon // BUCKET_DAYS + 1)
        most = self.model.new_int_var(0, len(self.moving), "")
        inside: list[list[cp_model.IntVar]] = [[] for _ in spans]
        for number in self.moving:
            literals = [self.model.new_bool_var("") for _ in spans]
            self.model.add_exactly_one(literals)
            start = sum(BUCKET_DAYS * place * literal for place, literal in zip(spans, literals, strict=True))
            self.model.add(number >= start)
            self.model.add(number <= start + BUCKET_DAYS - 1)
            for place, literal in zip(spans, literals, strict=True):
                inside[place].append(literal)
        for literals in inside:
            self.model.add(sum(literals) <= most)
        return most

    def solve(
        self,
        demands: Iterable[Demand],
        objective: cp_model.LinearExprT | None,
        also: cp_model.IntVar | None = None,
        start: cp_model.CpSolver | None = None,
    ) -> cp_model.CpSolver | None:
        """The best solution that keeps these demands, and `also` this literal; None where there is none.

        `start` is a solution to begin with; the best one that a fixed amount of work finds from there is taken then.
        Raises UnsolvedError where the time is up.
        """
        # Demands as plain constraints of a copy: the solver simplifies them away, which assumptions forbid.
        model = self.model.clone()
        wanted = [self.literals[demand] for demand in demands] + ([] if also is None else [also])
        for literal in wanted:
            model.add_bool_or([literal])
        if objective is not None:
            model.minimize(objective)
        solver = cp_model.CpSolver()
        if start is not None:
            for number in self.moving:
                if not isinstance(number, int):
                    model.add_hint(number, start.value(number))
            solver.parameters.max_deterministic_time = WORK
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        # Probing looks into the tables of months day by day; without it the answers come ten times sooner.
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_time_in_seconds = SECONDS
        match solver.solve(model):
            case cp_model.OPTIMAL:
                return solver
            case cp_model.FEASIBLE if objective is None or start is not None:
                return solver
            case cp_model.INFEASIBLE:
                return None
            case _:
                raise UnsolvedError(
                    mark("no answer within %(seconds)s seconds; narrow the windows, or plan fewer events at once"),
                    seconds=f"{SECONDS:g}",
                )

    def contradiction(self, demands: Sequence[Demand], also: cp_model.IntVar | None = None) -> list[Demand]:
        """A smallest set of demands that cannot hold together with `also`, none of which can be left out.

        By halves, as in Junker's QuickXplain (AAAI 2004): few questions where the set is small. The demands
        cannot hold together as they are.
        """

        def among(kept: list[Demand], grown: bool, rest: list[Demand]) -> list[Demand]:
            if grown and self.solve(kept, None, also=also) is None:
                return []
            if len(rest) <= 1:
                return rest
            half = len(rest) // 2
            one, other = rest[:half], rest[half:]
            of_other = among([*kept, *one], True, other)
            of_one = among([*kept, *of_other], bool(of_other), one)
            return [*of_one, *of_other]

        return among([], False, list(demands))
