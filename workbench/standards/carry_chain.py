"""Carries what is attached to clauses through all versions of a draft, whoever attached it and to which. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.standards.carry_over import Attachment, Carried, CarriedState, carry, onward, text_hash
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Link


@dataclass(frozen=True, slots=True)
class Made:
    """Something that was attached to one clause of a draft, by its place (`order`).

    `id` is unique among what is of one kind; `provision` is the text of the provision that it is about, if of one.
    """

    id: int
    clause: int
    provision: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version: clauses by place, the links that lead to it from the version before, and what was attached to it.

    `settled` are ids of things attached to earlier versions that stand here no longer, because a person closed them or
    made others in their place.
    """

    nodes: Mapping[int, ClauseNode]
    links: Sequence[Link] = ()
    made: Sequence[Made] = ()
    settled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where something stands in the last version; `made_at` is the place of the version that it was attached to.

    What was attached to the last version itself is `kept` there, without facts.
    """

    made_at: int
    carried: Carried


def carry_through(versions: Sequence[Version]) -> list[Standing]:
    """Where all that was attached to versions, the first first, stands in the last: each once, but what was settled.

    Raises UnlinkedClauseError where the links of a version leave out a clause that something stands on.
    """
    attachments: list[tuple[int, Attachment]] = []
    carried: list[Carried] = []
    for at, version in enumerate(versions):
        attachments = [pair for pair in attachments if pair[1].id not in version.settled]
        carried = carry([each for _, each in attachments], version.links, list(version.nodes.values()))
        attachments = [
            (made_at, onward(each, after)) for (made_at, each), after in zip(attachments, carried, strict=True)
        ]
        for made in version.made:
            clauses = (made.clause,)
            attachments.append(
                (at, Attachment(made.id, clauses, text_hash(version.nodes[made.clause]), made.provision))
            )
            carried.append(Carried(made.id, clauses, CarriedState.KEPT, ()))
    return [Standing(made_at, each) for (made_at, _), each in zip(attachments, carried, strict=True)]
