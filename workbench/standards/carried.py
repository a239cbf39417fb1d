"""What a clause of a draft was in the version before, and what that asks of what was decided there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from workbench.db import key_of
from workbench.standards.carry_over import Attachment, Carried, carry, text_hash
from workbench.standards.clause_nodes import ClauseNode
from workbench.standards.lineage import Link
from workbench.standards.lineage_queries import clause_nodes_of, links_at, version_before
from workbench.standards.models import Draft


@dataclass(frozen=True)
class Before:
    """A clause in the version before: its `link`, the clauses it was, and each with what becomes of what hangs on it.

    No clauses where it is new.
    """

    draft: Draft
    link: Link
    clauses: Sequence[tuple[ClauseNode, Carried]]


def before_of(session: Session, draft: Draft, order: int) -> Before | None:
    """What the clause at this place was in the version before; None in the first version."""
    earlier = version_before(session, draft)
    if earlier is None:
        return None
    # A clause of the later draft may stand in several links only where the earlier ones were merged into it.
    links = links_at(session, earlier, draft, after=[order])
    if not links:
        return None
    wanted = {key for link in links for key in link.old}
    old = [node for node in clause_nodes_of(session, key_of(earlier)) if node.key in wanted] if wanted else []
    attached = [Attachment(node.key, (node.key,), text_hash(node)) for node in old]
    carried = carry(attached, links, clause_nodes_of(session, key_of(draft))) if attached else []
    return Before(earlier, links[0], list(zip(old, carried, strict=True)))
