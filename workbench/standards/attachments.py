"""What is attached to the clauses of a draft: made on it, or on an earlier version and carried here by lineage.

An area that attaches rows to clauses gives them an `Attachable` and calls `register` with it in the module of their
table. Its rows stay on the draft they were made on and are never rewritten. Where they stand in a later version is
computed from the links between versions, so a draft carries all of them from the moment of its import, and a
corrected link or a version that comes in between counts at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from sqlmodel import Session

from workbench.db import key_of
from workbench.standards.carry_chain import Made, Version, carry_through
from workbench.standards.carry_over import Carried, CarriedState
from workbench.standards.lineage import Link
from workbench.standards.lineage_queries import clause_nodes_of, line_of_versions, links_at, links_of
from workbench.standards.models import Draft


class Attachable(Protocol):
    """A kind of rows that are attached to clauses."""

    @property
    def name(self) -> str:
        """What the kind is called, such as `match`."""

    def made_on(self, session: Session, draft_id: int, clauses: Collection[int] | None) -> Iterable[Made]:
        """What was made on a draft, all of it or only that on clauses at these places; each row once, whatever
        became of it later."""

    def settled_on(self, session: Session, draft_id: int) -> Collection[int]:
        """The ids of earlier rows that stand in this draft and in later ones no longer: a person closed them, or made
        others on this draft in their place."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A row of a kind, the draft that it was made on, and where it stands in the draft that was asked for."""

    kind: str
    id: int
    made_on: Draft
    carried: Carried

    @property
    def came_along(self) -> bool:
        """Whether it was made on an earlier version; what was made on the draft itself has no facts."""
        return bool(self.carried.facts)


_KINDS: dict[str, Attachable] = {}


def register(kind: Attachable) -> None:
    """Have rows of this kind carried from version to version; a name that is taken is an error."""
    if _KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"there is a kind of attachments called {kind.name!r} already")


def kinds() -> Mapping[str, Attachable]:
    """The registered kinds by name."""
    return dict(_KINDS)


def attached_in(session: Session, draft: Draft, names: Collection[str] | None = None) -> list[Attached]:
    """All that stands in a draft, of all kinds or of these: each row once, with what a person has to do about it."""
    line = line_of_versions(session, draft)
    return _attached(session, _up_to(line, draft), None, names)


def attached_to(session: Session, draft: Draft, order: int, names: Collection[str] | None = None) -> list[Attached]:
    """What stands on the clause of a draft at this place; see `attached_in`."""
    line = _up_to(line_of_versions(session, draft), draft)
    places: list[tuple[int, ...]] = [(order,)]
    for at in range(len(line) - 1, 0, -1):
        links = links_at(session, line[at - 1], line[at], after=places[0]) if places[0] else []
        places.insert(0, tuple(sorted({key for link in links for key in link.old})))
    found = _attached(session, line, places, names)
    return [each for each in found if order in each.carried.clauses]


def counted(attached: Iterable[Attached]) -> dict[CarriedState, int]:
    """How many came along from earlier versions, by what a person has to do about them; every state listed."""
    counts = dict.fromkeys(CarriedState, 0)
    for each in attached:
        if each.came_along:
            counts[each.carried.state] += 1
    return counts


def _up_to(line: Sequence[Draft], draft: Draft) -> list[Draft]:
    return list(line[: [each.id for each in line].index(draft.id) + 1])


def _attached(
    session: Session,
    line: Sequence[Draft],
    places: Sequence[Collection[int]] | None,
    names: Collection[str] | None,
) -> list[Attached]:
    """`places`: for each draft of the line the clauses of which it is asked what was made on them."""
    chosen = [kind for name, kind in _KINDS.items() if names is None or name in names]
    made = {
        kind.name: [
            list(kind.made_on(session, key_of(draft), None if places is None else places[at]))
            for at, draft in enumerate(line)
        ]
        for kind in chosen
    }
    first = min((at for rows in made.values() for at, found in enumerate(rows) if found), default=len(line))
    line = line[first:]
    if not line:
        return []
    nodes = [{node.key: node for node in clause_nodes_of(session, key_of(draft))} for draft in line]
    links: list[Sequence[Link]] = [()]
    on = {each.clause for rows in made.values() for each in rows[first]}
    for at, (old, new) in enumerate(pairwise(line), start=first + 1):
        pair = links_of(session, key_of(old), key_of(new)) if places is None else links_at(session, old, new, before=on)
        links.append(pair)
        on = {key for link in pair if on & set(link.old) for key in link.new}
        on |= {each.clause for rows in made.values() for each in rows[at]}
    found = []
    for kind in chosen:
        settled = [frozenset(kind.settled_on(session, key_of(draft))) for draft in line]
        rows = zip(nodes, links, made[kind.name][first:], settled, strict=True)
        versions = [Version(*row) for row in rows]
        found += [
            Attached(kind.name, each.carried.id, line[each.made_at], each.carried) for each in carry_through(versions)
        ]
    return found
