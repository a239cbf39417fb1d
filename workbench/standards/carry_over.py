"""Carries what is attached to clauses (matches, charts, comments, assessments) on to the next draft. Pure.

- kept: the clause has the same text, wherever it stands now (unchanged, renumbered, moved)
- review: the text changed, or was merged with other text; a person looks at it
- reopened: the clause was split or is gone; a person decides where it belongs, if anywhere

Nothing is dropped and nothing doubled: every attachment comes out once, one on a split clause with all clauses that may
be meant. A state is never made better here: what waits for a person waits on, through as many drafts as it takes.

Whatever an area attaches to clauses is carried by the same rules: it registers its rows with
`workbench.standards.attachments.register` and asks `attached_in` or `attached_to` of that module where they stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from workbench.i18n import mark
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Link, LinkKind
from workbench.standards.lineage_reasons import Fact, fact
from workbench.standards.references import masked_references
from workbench.standards.similarity import normalise, title_key


class CarriedState(StrEnum):
    """What a person still has to do about an attachment, the least first; see the module."""

    KEPT = "kept"
    REVIEW = "review"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something attached to a clause of the earlier draft.

    `clauses` are keys: one, several where it was reopened by a split and not settled yet, none where its clause is
    gone. `text_hash` is the `text_hash` of the clause that a person last saw it on; `provision` is the text of the
    provision that it is about, if it is about one.
    """

    id: int
    clauses: tuple[int, ...]
    text_hash: str
    provision: str | None = None
    state: CarriedState = CarriedState.KEPT


@dataclass(frozen=True, slots=True)
class Carried:
    """Where an attachment stands in the later draft: keys of clauses, what a person has to do, and why."""

    id: int
    clauses: tuple[int, ...]
    state: CarriedState
    facts: tuple[Fact, ...]

    @property
    def reason(self) -> str:
        """The reason in one English line."""
        return "; ".join(each.text for each in self.facts)


class UnlinkedClauseError(ValueError):
    """An attachment stands on a clause that no link speaks of: the links are not those of its draft."""


TEXT_SAME = mark("the text of the clause is the same")
TEXT_CHANGED = mark("text changed, review")
TEXT_MERGED = mark("text now stands with that of other clauses, review")
OTHER_TEXT = mark("the clause is not of the text that this was made on, review")
WAS_SPLIT = mark("the clause was split; choose where this belongs")
WAS_GONE = mark("the clause is gone; close this or choose another clause")
STILL_OPEN = mark("not settled since an earlier draft")
PROVISION_STANDS = mark("its provision stands word for word in %(clauses)s")
PROVISION_CHANGED = mark("its provision no longer stands word for word")

_ORDER = tuple(CarriedState)
_STATE_OF = {
    LinkKind.UNCHANGED: CarriedState.KEPT,
    LinkKind.RENUMBERED: CarriedState.KEPT,
    LinkKind.MOVED: CarriedState.KEPT,
    LinkKind.REWORDED: CarriedState.REVIEW,
    LinkKind.MERGED: CarriedState.REVIEW,
    LinkKind.SPLIT: CarriedState.REOPENED,
    LinkKind.GONE: CarriedState.REOPENED,
}
_FACT_OF = {
    LinkKind.REWORDED: TEXT_CHANGED,
    LinkKind.MERGED: TEXT_MERGED,
    LinkKind.SPLIT: WAS_SPLIT,
    LinkKind.GONE: WAS_GONE,
}


@lru_cache(maxsize=2048)  # Thousands may stand on the hundred clauses of a draft.
def text_hash(node: ClauseNode) -> str:
    """A hash of title, text and standing of a clause, the same wherever lineage holds the wording to be the same.

    Numbers that may be references to clauses do not count; whether those follow the renumbering, the link says.
    """
    parts = (
        title_key(node.title),
        masked_references(node.text),
        masked_references(node.informative),
        str(node.normative),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def carry(attachments: Sequence[Attachment], links: Iterable[Link], new: Sequence[ClauseNode]) -> list[Carried]:
    """Where each attachment stands in the draft with the clauses `new`, in the same order, each once.

    `links` are those from the attachments' draft to that draft. An attachment is kept only if the link says that the
    wording is the same and the new clause has the hash that the attachment was made on. Raises UnlinkedClauseError.
    """
    by_clause: dict[int, list[Link]] = {}
    for link in links:
        for key in link.old:
            by_clause.setdefault(key, []).append(link)
    nodes = {node.key: node for node in new}
    return [_carry(each, by_clause, nodes) for each in attachments]


def onward(attachment: Attachment, carried: Carried) -> Attachment:
    """The attachment as it stands in the later draft, to be carried to the next but one; what it was made on stays."""
    return replace(attachment, clauses=carried.clauses, state=carried.state)


def _carry(attachment: Attachment, links: Mapping[int, Sequence[Link]], nodes: Mapping[int, ClauseNode]) -> Carried:
    found: list[Link] = []
    for key in attachment.clauses:
        if key not in links:
            raise UnlinkedClauseError(
                f"attachment {attachment.id} stands on clause {key}, of which no link speaks; align its draft first"
            )
        found += [link for link in links[key] if link not in found]
    clauses = tuple(sorted({key for link in found for key in link.new}))
    state = max((attachment.state, *(_STATE_OF[link.kind] for link in found)), key=_ORDER.index)
    if len(clauses) != 1:
        state = CarriedState.REOPENED
    facts = [fact(message) for message in dict.fromkeys(_FACT_OF[link.kind] for link in found if link.kind in _FACT_OF)]
    if state is CarriedState.KEPT and text_hash(nodes[clauses[0]]) != attachment.text_hash:
        state, facts = CarriedState.REVIEW, [fact(OTHER_TEXT)]
    if attachment.state is not CarriedState.KEPT:
        facts.append(fact(STILL_OPEN))
    facts = facts or [fact(TEXT_SAME)]
    if state is not CarriedState.KEPT and clauses:
        facts += _provision_facts(attachment, [nodes[key] for key in clauses])
    return Carried(attachment.id, clauses, state, tuple(facts))


def _provision_facts(attachment: Attachment, nodes: Sequence[ClauseNode]) -> list[Fact]:
    quote = normalise(attachment.provision or "")
    if not quote:
        return []
    holders = tuple(node.name for node in nodes if quote in normalise(node.text))
    return [fact(PROVISION_STANDS, clauses=holders) if holders else fact(PROVISION_CHANGED)]
