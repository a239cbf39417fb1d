"""The engine against plain Python: every rule on random plans, with days open, missing, never and by the hour."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter

from tests.planning import brute_force
from tests.planning.brute_force import NEVER, RULES, TODAY, Given, Told
from workbench.planning.plans import Event, Plan
from workbench.planning.rules import RuleBook, Verdict, check, load_rules

BOOK = load_rules()
PLANS = int(os.environ.get("RANDOM_PLANS", "100000"))
WORDS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "none": Verdict.NOT_APPLICABLE, "unknown": Verdict.UNKNOWN}


def only(rule: str) -> RuleBook:
    kept = tuple(each.model_copy(update={"enabled": True}) for each in BOOK.rules if each.id == rule)
    return BOOK.model_copy(update={"rules": kept})


BOOKS = {rule.id: only(rule.id) for rule in BOOK.rules}


def as_event(given: Given) -> Event:
    first, last = given.days[0], given.days[-1]
    if first == NEVER:
        return Event(confidential=given.confidential)
    if isinstance(first, dt.datetime):
        return Event(moment=first, confidential=given.confidential)
    return Event(first, until=last if last != first else None, confidential=given.confidential)


def engine(rule: str, events: dict[str, Given], facts: dict[str, object], office: str | None) -> Verdict:
    plan = Plan(
        TODAY,
        {name: as_event(given) for name, given in events.items()},
        facts,  # type: ignore[arg-type]
        frozenset([office] if office else []),
    )
    (found,) = check(plan, BOOKS[rule])
    return found.verdict


def test_every_rule_has_its_brute_force() -> None:
    assert RULES.keys() | {"NOV-01-TIME"} == BOOKS.keys()


def test_the_engine_agrees_with_brute_force_on_random_plans() -> None:
    """Where all is known the verdict is the same. Where something is open, a verdict holds however it turns out."""
    chance = random.Random(11)
    bases = brute_force.random_bases(chance)
    seen: Counter[str] = Counter()
    for number in range(PLANS):
        rule, told = chance.choice(list(RULES.items()))
        names, base = brute_force.events_of(told, chance), next(bases)
        events = {name: brute_force.random_event(name, base, chance) for name in names}
        facts = {name: chance.choice(values) for name, values in told.facts.items()}
        # What is computed from events that are given is bounded by them, so it is not left out by itself.
        may_miss = [name for name in (*events, *facts) if name not in ("FF", "PUBLIC")]
        missing = chance.sample(may_miss, min(chance.choice((1, 1, 2)), len(may_miss))) if chance.random() < 0.2 else []
        for name in missing:
            events.pop(name, None)
            facts.pop(name, None)
        office = chance.choice(told.offices.split()) if told.offices else None
        said = engine(rule, events, facts, office)
        possible = {WORDS[word] for word in brute_force.verdicts(told, events, facts, missing, office or told.place)}
        case = (number, rule, office, events, facts, missing, said, possible)
        if said is not Verdict.UNKNOWN:
            assert possible == {said}, case
        elif not missing:
            assert _has_window(events), case
        seen[_kind(told, events, missing, said, possible)] += 1
    assert seen["whole"] > PLANS * 0.5
    assert seen["open, decided"] > PLANS * 0.03
    assert seen["open, undecided"] > PLANS * 0.02
    # Each part of a rule is looked at by itself, so that a few windows stay unknown in which all days say the same.
    assert seen["window, too careful"] < PLANS * 0.01, seen


def _has_window(events: dict[str, Given]) -> bool:
    return any(len(given.days) > 1 for given in events.values())


def _kind(told: Told, events: dict[str, Given], missing: list[str], said: Verdict, possible: set[Verdict]) -> str:
    del told
    if not missing and not _has_window(events):
        return "whole"
    if said is not Verdict.UNKNOWN:
        return "open, decided"
    if len(possible) > 1:
        return "open, undecided"
    return "missing, too careful" if missing else "window, too careful"


def _at(base: dt.date, chance: random.Random) -> dt.date | dt.datetime:
    day = base + chance.choice((-1, 0, 0, 0, 1)) * brute_force.DAY
    at = dt.datetime(day.year, day.month, day.day, chance.choice((0, 14, 15, 16, 23)), tzinfo=dt.UTC)
    return chance.choice((day, day, at, at, NEVER))


def test_the_hour_agrees_with_brute_force_too() -> None:
    chance = random.Random(12)
    bases = brute_force.random_bases(chance)
    said: Counter[str] = Counter()
    while sum(said.values()) < 2000:
        base = next(bases)
        filed, public = (Given([_at(base, chance)]) for _ in range(2))
        office = chance.choice(["JP", "KR"])
        expected = brute_force.verdict_by_time(filed, public, office)
        assert engine("NOV-01-TIME", {"FF": filed, "PUBLIC": public}, {}, office) is WORDS[expected], (filed, public)
        said[expected] += 1
    assert min(said[word] for word in ("pass", "fail", "none", "unknown")) > 10
