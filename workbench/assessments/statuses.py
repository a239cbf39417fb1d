"""The statuses of an assessment, the overlays on them, and the one table of what leads from one to another. Pure.

A status is the word of people; the workbench never concludes essentiality by itself. `stale` and `on_hold_secrecy` are
overlays: they lie over a status and change none. What was declared stays declared whatever happens (declarations are
irrevocable); it may leave coverage, see `counts_in_coverage`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from workbench.i18n import ToldError, mark
from workbench.people.permissions import Permission


class Status(StrEnum):
    """How far an assessment is, in the order of the work."""

    CANDIDATE = "candidate"
    CHARTING = "charting"
    IN_REVIEW = "in_review"
    LIKELY_ESSENTIAL = "likely_essential"
    OPTION_ESSENTIAL = "option_essential"
    NOT_ESSENTIAL = "not_essential"
    UNDETERMINED = "undetermined"
    DECLARED = "declared"
    CONFIRMED_EXTERNAL = "confirmed_external"
    SUPERSEDED = "superseded"
    WITHDRAWN_FROM_TEXT = "withdrawn_from_text"
    EXPIRED = "expired"


class Act(StrEnum):
    """What a person does to an assessment; `conclude_…` is what the findings of the readers add up to."""

    START_CHART = "start_chart"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    CONCLUDE_LIKELY = "conclude_likely"
    CONCLUDE_OPTION = "conclude_option"
    CONCLUDE_NOT = "conclude_not"
    CONCLUDE_UNDETERMINED = "conclude_undetermined"
    REOPEN = "reopen"
    DECLARE = "declare"
    CONFIRM_EXTERNAL = "confirm_external"
    SUPERSEDE = "supersede"
    RESTORE = "restore"
    RECONFIRM = "reconfirm"
    HOLD = "hold"
    RELEASE = "release"


class Event(StrEnum):
    """What happens without anybody here doing it, and asks for another look."""

    TEXT_CHANGED = "text_changed"
    TEXT_GONE = "text_gone"
    AMENDMENT = "amendment"
    GRANT = "grant"
    LAPSE = "lapse"
    OPPOSITION = "opposition"
    ASSIGNMENT = "assignment"
    COMPETITOR_DECLARATION = "competitor_declaration"


OUTCOMES: Final = (
    Status.LIKELY_ESSENTIAL,
    Status.OPTION_ESSENTIAL,
    Status.NOT_ESSENTIAL,
    Status.UNDETERMINED,
)
"""What a review can end with, the most far-reaching first."""
REVIEWED: Final = frozenset(OUTCOMES)
DECLARED: Final = frozenset(
    {
        Status.DECLARED,
        Status.CONFIRMED_EXTERNAL,
        Status.SUPERSEDED,
        Status.WITHDRAWN_FROM_TEXT,
        Status.EXPIRED,
    }
)
"""The statuses of what was declared once; none leads out of them."""
CONCLUSIONS: Final = MappingProxyType(
    {
        Status.LIKELY_ESSENTIAL: Act.CONCLUDE_LIKELY,
        Status.OPTION_ESSENTIAL: Act.CONCLUDE_OPTION,
        Status.NOT_ESSENTIAL: Act.CONCLUDE_NOT,
        Status.UNDETERMINED: Act.CONCLUDE_UNDETERMINED,
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """A status with its overlays. `stale`: something it was decided on has changed and nobody has looked yet."""

    status: Status
    stale: bool = False
    on_hold_secrecy: bool = False


START: Final = State(Status.CANDIDATE)


class TransitionError(ToldError):
    """An act is not possible in this state; it says why and what to do."""


_S, _A, _E = Status, Act, Event

# (from, act) -> to. What is not here cannot be done.
TRANSITIONS: Final = MappingProxyType(
    {
        (_S.CANDIDATE, _A.START_CHART): _S.CHARTING,
        (_S.CHARTING, _A.SUBMIT): _S.IN_REVIEW,
        (_S.IN_REVIEW, _A.SEND_BACK): _S.CHARTING,
        **{(_S.IN_REVIEW, act): outcome for outcome, act in CONCLUSIONS.items()},
        **{(outcome, _A.REOPEN): _S.CHARTING for outcome in OUTCOMES},
        # What was reviewed and found not essential is reopened first; a case of doubt may be declared as it is.
        (_S.LIKELY_ESSENTIAL, _A.DECLARE): _S.DECLARED,
        (_S.OPTION_ESSENTIAL, _A.DECLARE): _S.DECLARED,
        (_S.UNDETERMINED, _A.DECLARE): _S.DECLARED,
        (_S.DECLARED, _A.CONFIRM_EXTERNAL): _S.CONFIRMED_EXTERNAL,
        (_S.DECLARED, _A.SUPERSEDE): _S.SUPERSEDED,
        (_S.CONFIRMED_EXTERNAL, _A.SUPERSEDE): _S.SUPERSEDED,
        (_S.WITHDRAWN_FROM_TEXT, _A.RESTORE): _S.DECLARED,
        (_S.EXPIRED, _A.RESTORE): _S.DECLARED,
    }
)
# Who may do what beside the verbs' own rules (the second reader is never the author).
WHO: Final = MappingProxyType(
    {
        Act.START_CHART: Permission.DECIDE,
        Act.SUBMIT: Permission.DECIDE,
        Act.SEND_BACK: Permission.DECIDE,
        Act.CONCLUDE_LIKELY: Permission.DECIDE,
        Act.CONCLUDE_OPTION: Permission.DECIDE,
        Act.CONCLUDE_NOT: Permission.DECIDE,
        Act.CONCLUDE_UNDETERMINED: Permission.DECIDE,
        Act.REOPEN: Permission.DECIDE,
        # The receipt of a declaration says that it was sent; whoever files it there had it signed before.
        Act.DECLARE: Permission.DECIDE,
        Act.CONFIRM_EXTERNAL: Permission.HOLD,
        Act.SUPERSEDE: Permission.DECIDE,
        Act.RESTORE: Permission.DECIDE,
        Act.RECONFIRM: Permission.DECIDE,
        Act.HOLD: Permission.HOLD,
        Act.RELEASE: Permission.HOLD,
    }
)
# Where an event leads from a status; every other status stays. Every event makes what is past `candidate` stale.
_LEADS: Final = MappingProxyType(
    {
        **{(status, event): _S.CHARTING for status in (*OUTCOMES, _S.IN_REVIEW) for event in Event},
        **{(status, _E.TEXT_GONE): _S.WITHDRAWN_FROM_TEXT for status in (_S.DECLARED, _S.CONFIRMED_EXTERNAL)},
        **{
            (status, _E.LAPSE): _S.EXPIRED
            for status in (_S.DECLARED, _S.CONFIRMED_EXTERNAL, _S.SUPERSEDED, _S.WITHDRAWN_FROM_TEXT)
        },
    }
)


def perform(state: State, act: Act) -> State:
    """The state after a person's act. Raises TransitionError."""
    match act:
        case Act.HOLD if state.on_hold_secrecy:
            raise TransitionError(mark("the assessment is on hold for secrecy already"))
        case Act.HOLD:
            return replace(state, on_hold_secrecy=True)
        case Act.RELEASE if not state.on_hold_secrecy:
            raise TransitionError(mark("the assessment is not on hold for secrecy"))
        case Act.RELEASE:
            return replace(state, on_hold_secrecy=False)
        case Act.RECONFIRM if not state.stale:
            raise TransitionError(mark("nothing has changed since the chart was confirmed"))
        case Act.RECONFIRM:
            return replace(state, stale=False)
    after = TRANSITIONS.get((state.status, act))
    if after is None:
        text = mark("this step is not possible any more: the assessment stands otherwise by now; look at it again")
        raise TransitionError(text)
    if act is Act.DECLARE and state.on_hold_secrecy:
        text = mark("the assessment is on hold for secrecy: nothing of it can be declared until the release")
        raise TransitionError(text)
    if act in {Act.SUBMIT, Act.DECLARE, *CONCLUSIONS.values()} and state.stale:
        text = mark("what the chart rests on has changed since; confirm its rows against that first")
        raise TransitionError(text)
    return replace(state, status=after)


def happen(state: State, event: Event) -> State:
    """The state after an event; never an error, for what happens cannot be forbidden."""
    after = _LEADS.get((state.status, event), state.status)
    return replace(state, status=after, stale=state.stale or state.status is not Status.CANDIDATE)


def counts_in_coverage(state: State) -> bool:
    """Whether an assessment covers its clause: found likely or for an option, or declared, and text and right alive."""
    return state.status in {
        Status.LIKELY_ESSENTIAL,
        Status.OPTION_ESSENTIAL,
        Status.DECLARED,
        Status.CONFIRMED_EXTERNAL,
    }
