"""The statuses of a declaration case and the one table of what leads from one to another. Pure.

A declaration that was sent is never taken back: it stands until a more favourable one supersedes it, or a correction
of an obvious error takes its place (Guidelines of the common patent policy, revision 2, I.4.1). Only what was never
sent can be dropped, and is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workbench.i18n import mark


class CaseStatus(StrEnum):
    """How far a case is, in the order of the work; the last three are its ends."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    GENERATED = "generated"
    SENT = "sent"
    IN_FORCE = "in_force"
    CORRECTED = "corrected"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"


class CaseAct(StrEnum):
    """What is done to a case. `approve_one` is one of the two approvals, `approve` the last one needed.

    `be_corrected` and `be_superseded` happen to a case when the receipt of another one is stored.
    """

    OPEN = "open"
    REVISE = "revise"
    PROPOSE = "propose"
    CLEAR = "clear"
    APPROVE_ONE = "approve_one"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    GENERATE = "generate"
    SEND = "send"
    RECEIVE = "receive"
    RECEIVE_FURTHER = "receive_further"
    BE_CORRECTED = "be_corrected"
    BE_SUPERSEDED = "be_superseded"
    DROP = "drop"


class StepError(Exception):
    """A step is not possible; `str(error)` says why and is in the catalogues."""


_S, _A = CaseStatus, CaseAct

# (from, act) -> to. What is not here cannot be done.
TRANSITIONS: Final = MappingProxyType(
    {
        (_S.DRAFT, _A.REVISE): _S.DRAFT,
        (_S.DRAFT, _A.PROPOSE): _S.PROPOSED,
        (_S.PROPOSED, _A.CLEAR): _S.PROPOSED,
        (_S.PROPOSED, _A.APPROVE_ONE): _S.PROPOSED,
        (_S.PROPOSED, _A.APPROVE): _S.APPROVED,
        **{(status, _A.SEND_BACK): _S.DRAFT for status in (_S.PROPOSED, _S.APPROVED, _S.GENERATED)},
        (_S.APPROVED, _A.GENERATE): _S.GENERATED,
        (_S.GENERATED, _A.GENERATE): _S.GENERATED,
        (_S.GENERATED, _A.SEND): _S.SENT,
        (_S.SENT, _A.RECEIVE): _S.IN_FORCE,
        (_S.IN_FORCE, _A.RECEIVE_FURTHER): _S.IN_FORCE,
        (_S.IN_FORCE, _A.BE_CORRECTED): _S.CORRECTED,
        (_S.IN_FORCE, _A.BE_SUPERSEDED): _S.SUPERSEDED,
        **{(status, _A.DROP): _S.DROPPED for status in (_S.DRAFT, _S.PROPOSED, _S.APPROVED, _S.GENERATED)},
    }
)
SENT: Final = frozenset({_S.SENT, _S.IN_FORCE, _S.CORRECTED, _S.SUPERSEDED})
"""What has left the house: it can be neither dropped nor changed."""
STANDS: Final = frozenset({_S.SENT, _S.IN_FORCE})
UNDER_WAY: Final = frozenset({_S.DRAFT, _S.PROPOSED, _S.APPROVED, _S.GENERATED})
NOT_POSSIBLE: Final = mark("this is not possible in the present state of the case; load the page again")


def after(status: CaseStatus, act: CaseAct) -> CaseStatus:
    """The status after an act. Raises StepError."""
    found = TRANSITIONS.get((status, act))
    if found is None:
        raise StepError(NOT_POSSIBLE)
    return found


def leads(old: CaseStatus, new: CaseStatus) -> bool:
    """Whether some act leads from one status to another."""
    return old is new or any(start is old and end is new for (start, _), end in TRANSITIONS.items())


@dataclass(frozen=True, slots=True)
class Given:
    """An approval or refusal by a person of a version of the form; `signs`: as one who may sign declarations."""

    account: int
    approved: bool
    signs: bool


APPROVALS: Final = 2


def approved(given: Collection[Given], authors: Collection[int]) -> bool:
    """Whether two people approve, one of them a signatory, none of them one of `authors`, and nobody refuses."""
    valid = {each.account: each for each in given if each.approved and each.account not in authors}
    refused = any(not each.approved for each in given)
    return not refused and len(valid) >= APPROVALS and any(each.signs for each in valid.values())
