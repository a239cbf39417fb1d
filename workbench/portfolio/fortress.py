"""How strongly the patents of a party gather around clauses (特許の要塞): breadth, depth, geography, remaining life.

Pure.

Candidates come from the mapping and are no finding; what people reviewed is counted apart. Numbers of families say
nothing of their worth.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

DAYS_OF_A_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that has a clause among its best: the `order` of the clause, the family, the key of the claim."""

    order: int
    family: str
    claim: int
    independent: bool


@dataclass(frozen=True, slots=True)
class Assessed:
    """A family that people assessed on a clause. `covers`: found likely or for an option, or declared, and alive.

    `held`: the assessment is on hold for secrecy.
    """

    order: int
    family: str
    covers: bool
    held: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A patent of a family that is in force: its office and until when; `estimated`: the end was computed."""

    family: str
    office: str
    ends: dt.date | None
    estimated: bool


@dataclass(frozen=True)
class OnClause:
    """What gathers at one clause: families and independent claims that are candidates, families assessed, covering.

    `held` are families with an assessment there that is on hold for secrecy: they are counted, and never taken out.
    """

    families: frozenset[str] = frozenset()
    independent: int = 0
    assessed: frozenset[str] = frozenset()
    covering: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Life:
    """Years that are left, by family the longest of its members in force; `unknown` families have no known end.

    `estimated` of the families have an end that was computed.
    """

    years: Mapping[str, float] = field(default_factory=dict)
    estimated: int = 0
    unknown: int = 0

    @property
    def median(self) -> float | None:
        return median(self.years.values()) if self.years else None

    def between(self, low: float, high: float) -> int:
        """How many families have at least `low` and less than `high` years left."""
        return sum(low <= years < high for years in self.years.values())


@dataclass(frozen=True)
class Fortress:
    """The measures of a party over `clauses`, how many were chosen.

    Breadth: the clauses with a candidate, and those that are covered by what people found. Depth: families and
    independent claims for each clause with a candidate. Geography: families in force by office. `team`: the inventor
    who is named in most families, and in how many.
    """

    clauses: int
    families: frozenset[str]
    by_clause: Mapping[int, OnClause]
    offices: Mapping[str, int]
    in_force: int
    life: Life
    team: tuple[str, int] | None

    @property
    def breadth(self) -> int:
        """Clauses with at least one candidate."""
        return sum(bool(each.families) for each in self.by_clause.values())

    @property
    def covered(self) -> int:
        """Clauses that a family covers by what people found."""
        return sum(bool(each.covering) for each in self.by_clause.values())

    @property
    def assessed(self) -> int:
        """Clauses on which people assessed a family."""
        return sum(bool(each.assessed) for each in self.by_clause.values())

    @property
    def depth(self) -> float | None:
        """Families for each clause with a candidate, on average; None without any."""
        return _mean([len(each.families) for each in self.by_clause.values() if each.families])

    @property
    def claim_depth(self) -> float | None:
        """Independent claims for each clause with a candidate, on average; None without any."""
        return _mean([each.independent for each in self.by_clause.values() if each.families])

    @property
    def deepest(self) -> int:
        """The most families of one clause."""
        return max((len(each.families) for each in self.by_clause.values()), default=0)


def measure(
    clauses: Collection[int],
    candidates: Iterable[Candidate],
    assessed: Iterable[Assessed],
    members: Iterable[Member],
    inventors: Mapping[str, Collection[str]],
    today: dt.date,
) -> Fortress:
    """The measures of one party. `clauses` are the chosen ones by order; what is at others does not count.

    `members` are those in force, of any family; `inventors` are names by family.
    """
    chosen = frozenset(clauses)
    families: dict[int, set[str]] = {}
    claims: dict[int, set[int]] = {}
    judged: dict[int, set[str]] = {}
    covering: dict[int, set[str]] = {}
    held: dict[int, set[str]] = {}
    for each in candidates:
        if each.order in chosen:
            families.setdefault(each.order, set()).add(each.family)
            if each.independent:
                claims.setdefault(each.order, set()).add(each.claim)
    for one in assessed:
        if one.order in chosen:
            judged.setdefault(one.order, set()).add(one.family)
            if one.covers:
                covering.setdefault(one.order, set()).add(one.family)
            if one.held:
                held.setdefault(one.order, set()).add(one.family)
    by_clause = {
        order: OnClause(
            frozenset(families.get(order, ())),
            len(claims.get(order, ())),
            frozenset(judged.get(order, ())),
            frozenset(covering.get(order, ())),
            frozenset(held.get(order, ())),
        )
        for order in sorted(families.keys() | judged.keys())
    }
    whole = frozenset().union(*(each.families | each.assessed for each in by_clause.values()))
    alive = [member for member in members if member.family in whole]
    return Fortress(
        len(chosen),
        whole,
        by_clause,
        _offices(alive),
        len({member.family for member in alive}),
        _life(alive, today),
        _team(whole, inventors),
    )


def _offices(members: Sequence[Member]) -> dict[str, int]:
    counted = Counter(office for _, office in {(member.family, member.office) for member in members})
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _life(members: Sequence[Member], today: dt.date) -> Life:
    ends: dict[str, tuple[dt.date, bool]] = {}
    for member in members:
        if member.ends is not None and member.ends > ends.get(member.family, (dt.date.min, False))[0]:
            ends[member.family] = (member.ends, member.estimated)
    years = {family: max(0.0, (day - today).days / DAYS_OF_A_YEAR) for family, (day, _) in ends.items()}
    unknown = len({member.family for member in members} - ends.keys())
    return Life(years, sum(estimated for _, estimated in ends.values()), unknown)


def _team(families: Collection[str], inventors: Mapping[str, Collection[str]]) -> tuple[str, int] | None:
    named = Counter(name for family in families for name in set(inventors.get(family, ())))
    if not named:
        return None
    name, count = min(named.items(), key=lambda pair: (-pair[1], pair[0]))
    return name, count


def _mean(numbers: Sequence[int]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
