"""What each cell of the stage matrix means, in English; pages and mails translate the names. Pure."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

# ISO/IEC Directives Part 1, Consolidated ISO Supplement, Annex SD; the wording is ours.
GROUP_NAMES: Final[dict[str, str]] = {
    "00": mark("Preliminary stage"),
    "10": mark("Proposal stage"),
    "20": mark("Preparatory stage"),
    "30": mark("Committee stage"),
    "40": mark("Enquiry stage"),
    "50": mark("Approval stage"),
    "60": mark("Publication stage"),
    "90": mark("Review stage"),
    "95": mark("Withdrawal stage"),
}
_NAMES: Final[dict[str, str]] = {
    "00.00": mark("Idea for a new project received"),
    "00.20": mark("Idea under review"),
    "00.60": mark("Review of the idea closed"),
    "00.98": mark("Idea abandoned"),
    "00.99": mark("To be balloted as a new project"),
    "10.00": mark("Proposal registered"),
    "10.20": mark("Proposal under ballot"),
    "10.60": mark("Ballot on the proposal closed"),
    "10.92": mark("Proposal returned to its submitter"),
    "10.98": mark("Proposal rejected"),
    "10.99": mark("Proposal approved"),
    "20.00": mark("Project in the work programme"),
    "20.20": mark("Working draft under study"),
    "20.60": mark("Comments on the working draft closed"),
    "20.92": mark("Project sent back from drafting"),
    "20.98": mark("Project cancelled while drafting"),
    "20.99": mark("Working draft goes on as committee draft"),
    "30.00": mark("Committee draft registered"),
    "30.20": mark("Committee draft out for comments or ballot"),
    "30.60": mark("Comments or ballot on the committee draft closed"),
    "30.92": mark("Committee draft sent back to the working group"),
    "30.98": mark("Project cancelled at the committee stage"),
    "30.99": mark("Committee draft goes on to enquiry"),
    "40.00": mark("Enquiry draft registered"),
    "40.20": mark("Enquiry ballot open"),
    "40.60": mark("Enquiry ballot closed"),
    "40.92": mark("Enquiry draft sent back to the committee"),
    "40.93": mark("Enquiry draft to be balloted again"),
    "40.98": mark("Project cancelled at the enquiry stage"),
    "40.99": mark("Enquiry draft goes on to approval"),
    "50.00": mark("Final text registered for approval"),
    "50.20": mark("Final ballot open, or proof sent out"),
    "50.60": mark("Final ballot closed, or proof returned"),
    "50.92": mark("Final text sent back to the committee"),
    "50.98": mark("Project cancelled at the approval stage"),
    "50.99": mark("Final text approved for publication"),
    "60.00": mark("Document being published"),
    "60.60": mark("Document published"),
    "90.20": mark("Systematic review open"),
    "90.60": mark("Systematic review closed"),
    "90.92": mark("To be revised"),
    "90.93": mark("Confirmed"),
    "90.99": mark("Withdrawal proposed"),
    "95.20": mark("Withdrawal ballot open"),
    "95.60": mark("Withdrawal ballot closed"),
    "95.92": mark("Not to be withdrawn"),
    "95.99": mark("Withdrawn"),
}


def stage_name(code: str) -> str:
    """The meaning of a stage code such as `40.20`, in English; the message id of its translation.

    A code outside the matrix is returned as it is.
    """
    return _NAMES.get(code, code)


def group_name(code: str) -> str:
    """The name of the stage that a code such as `40.20` or `40` belongs to, in English; a message id."""
    return GROUP_NAMES.get(code[:2], code)
