"""The rules by the table that counsel can read; and that it lacks nothing: verdicts, last days, months, zones."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import yaml

from workbench.planning.expressions import parse
from workbench.planning.months import deadline, wait_end
from workbench.planning.plans import Event, Fact, Plan
from workbench.planning.rules import Finding, Rule, RuleBook, Verdict, check, load_rules

BOOK = load_rules()
TODAY = dt.date(2026, 11, 22)
OFFICES = frozenset(BOOK.offices)
TABLE: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(
    Path(__file__).with_name("rule_cases.yaml").read_text(encoding="utf-8")
)
VERDICTS = {
    "pass": Verdict.PASS,
    "fail": Verdict.FAIL,
    "unknown": Verdict.UNKNOWN,
    "none": Verdict.NOT_APPLICABLE,
}
RULES = {rule.id: rule for rule in BOOK.rules}
MOVES = {"deadline": deadline, "wait_end": wait_end}
DAY = dt.timedelta(days=1)


def event(value: Any) -> Event:
    match value:
        case "never":
            return Event()
        case dict():
            return Event(value["day"], until=value.get("until"), confidential=value.get("confidential", False))
        case dt.datetime():
            return Event(moment=value)
        case _:
            return Event(value)


def plan(**entries: Any) -> Plan:
    today = entries.pop("TODAY", TODAY)
    events = {name: event(value) for name, value in entries.items() if name.isupper()}
    facts: dict[str, Fact] = {
        name: frozenset(value) if isinstance(value, list) else value
        for name, value in entries.items()
        if not name.isupper()
    }
    return Plan(today, events, facts, OFFICES)


def findings(of: Plan, rule: str, book: RuleBook = BOOK) -> list[Finding]:
    """What one rule says, also where it comes switched off."""
    only = tuple(each.model_copy(update={"enabled": True}) for each in book.rules if each.id == rule)
    return check(of, book.model_copy(update={"rules": only}))


def cases() -> Iterator[Any]:
    for rule, by_verdict in TABLE.items():
        for verdict, plans in by_verdict.items():
            for number, entries in enumerate(plans, 1):
                yield pytest.param(rule, VERDICTS[verdict], entries, id=f"{rule}-{verdict}-{number}")


@pytest.mark.parametrize(("rule", "verdict", "entries"), list(cases()))
def test_the_table_of_cases(rule: str, verdict: Verdict, entries: dict[str, Any]) -> None:
    found = findings(plan(**entries), rule)
    assert [(each.verdict, each.missing) for each in found if each.verdict is not verdict] == []
    assert found
    assert all(bool(each.missing) is (verdict is Verdict.UNKNOWN) for each in found)


def test_every_rule_has_a_passing_a_failing_and_an_unknown_case() -> None:
    wanted = {"pass", "fail", "unknown"}
    assert RULES.keys() == TABLE.keys()
    assert {rule: wanted - by_verdict.keys() for rule, by_verdict in TABLE.items() if wanted - by_verdict.keys()} == {}


class Edge(NamedTuple):
    """Something whose last good case and first bad case must both be in the table of a rule."""

    rule: str
    name: str


class Moving(NamedTuple):
    """A computation in months within a rule: from the earliest or latest of these events, so many on."""

    events: frozenset[str]
    months: int
    function: str

    def bends(self, day: dt.date) -> bool:
        """Whether the result is not the same day of a month as the day itself."""
        return MOVES[self.function](day, self.months).day != day.day


def decided(rule: str) -> list[tuple[str, dict[str, Any]]]:
    """The cases of a rule that are no unknown, each with its verdict."""
    return [(verdict, each) for verdict, plans in TABLE.get(rule, {}).items() if verdict != "unknown" for each in plans]


def unfolded(rule: Rule) -> list[ast.expr]:
    """What a rule says, with the definitions that its cases leave to be computed."""
    known = [frozenset(entries) for _, entries in decided(rule.id)]
    given = frozenset.intersection(*known) if known else frozenset()
    found, waiting, seen = [], [parse(rule.when), parse(rule.holds)], set(given)
    while waiting:
        node = waiting.pop()
        found.append(node)
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id in BOOK.definitions and each.id not in seen:
                seen.add(each.id)
                waiting.append(parse(BOOK.definitions[each.id]))
    return found


def named(node: ast.AST) -> frozenset[str]:
    """The events that an expression names, and those behind its definitions."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id.isupper()}
    behind = [named(parse(BOOK.definitions[name])) for name in names & BOOK.definitions.keys()]
    return frozenset(names).union(*behind)


def moves(rule: Rule) -> list[Moving]:
    return [
        Moving(named(each.args[0]), ast.literal_eval(each.args[1]), each.func.id)
        for node in unfolded(rule)
        for each in ast.walk(node)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in MOVES
    ]


def compares_days(rule: Rule) -> bool:
    return any(
        (isinstance(each, ast.Compare) and named(each))
        or (isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "outside")
        for each in ast.walk(parse(rule.holds))
    )


def wanted_edges() -> Iterator[Edge]:
    for rule in BOOK.rules:
        if compares_days(rule):
            yield Edge(rule.id, "last day")
        if moves(rule):
            yield Edge(rule.id, "clamped month end")
            yield Edge(rule.id, "leap day")
        if rule.each_office and "PUBLIC" in named(parse(rule.when)) | named(parse(rule.holds)):
            yield Edge(rule.id, "time zone of first public time")


def days(entries: Mapping[str, Any]) -> dict[str, dt.datetime]:
    """When each event of a case is, as the last moment it may be, to be subtracted."""
    found = {}
    for name, value in entries.items():
        given = value.get("until", value["day"]) if isinstance(value, dict) else value
        if isinstance(given, dt.datetime):
            found[name] = given.astimezone(dt.UTC)
        elif isinstance(given, dt.date):
            found[name] = dt.datetime.combine(given, dt.time(), dt.UTC)
    return found


def a_day_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two cases differ in one event only, by no more than a day."""
    differing = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    if len(differing) != 1 or not differing[0].isupper():
        return False
    times = [days(each).get(differing[0]) for each in (one, other)]
    return all(times) and abs(times[0] - times[1]) <= DAY  # type: ignore[operator]


def of_edge(edge: Edge, entries: Mapping[str, Any]) -> bool:
    """Whether a case stands on the edge."""
    rule, at = RULES[edge.rule], days(entries)
    match edge.name:
        case "clamped month end":
            return any(name in at and each.bends(at[name].date()) for each in moves(rule) for name in each.events)
        case "leap day":
            touched = [at[name].date() for each in moves(rule) for name in each.events if name in at]
            results = [
                MOVES[each.function](at[name].date(), each.months)
                for each in moves(rule)
                for name in each.events
                if name in at
            ]
            return any((day.month, day.day) == (2, 29) for day in touched + results)
        case _:
            public, zones = entries.get("PUBLIC"), [ZoneInfo(BOOK.offices[office].zone) for office in rule.each_office]
            return isinstance(public, dt.datetime) and all(
                public.astimezone(zone).date() != public.astimezone(dt.UTC).date() for zone in zones
            )


@pytest.mark.parametrize("edge", list(wanted_edges()), ids=lambda edge: f"{edge.rule}, {edge.name}")
def test_the_table_has_both_sides_of_every_edge(edge: Edge) -> None:
    known = decided(edge.rule)
    if edge.name == "last day":
        assert any(
            one != other and "pass" in (one, other) and a_day_apart(this, that)
            for one, this in known
            for other, that in known
        )
    else:
        there = {verdict for verdict, entries in known if of_edge(edge, entries)}
        assert {"pass", "fail"} <= there or {"pass", "none"} <= there or {"fail", "none"} <= there, there


def test_a_rule_without_an_edge_is_found_out() -> None:
    lacking = Edge("PRI-01", "clamped month end")
    assert lacking in list(wanted_edges())
    assert not of_edge(lacking, {"FF": dt.date(2026, 1, 15), "PCT": dt.date(2027, 1, 15)})
    assert of_edge(lacking, {"FF": dt.date(2024, 2, 29), "PCT": dt.date(2025, 2, 28)})
    assert not a_day_apart({"FF": dt.date(2026, 1, 1)}, {"FF": dt.date(2026, 1, 3)})
    assert not a_day_apart({"FF": dt.date(2026, 1, 1), "PCT": "never"}, {"FF": dt.date(2026, 1, 2)})
