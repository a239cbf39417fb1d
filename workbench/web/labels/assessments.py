"""Words for values of assessments, claim charts and their readers."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "assessment": {
        "candidate": mark("candidate"),
        "charting": mark("charting"),
        "in_review": mark("in review"),
        "likely_essential": mark("reviewed: likely essential"),
        "option_essential": mark("reviewed: essential to an option"),
        "not_essential": mark("reviewed, not essential"),
        "undetermined": mark("reviewed, undetermined"),
        "declared": mark("declared"),
        "confirmed_external": mark("confirmed from outside"),
        "superseded": mark("superseded"),
        "withdrawn_from_text": mark("declared, withdrawn from the text"),
        "expired": mark("declared, right ended"),
    },
    "assessment_step": {
        "made": mark("became a candidate"),
        "start_chart": mark("chart begun"),
        "submit": mark("handed to readers"),
        "send_back": mark("sent back"),
        "conclude_likely": mark("concluded: likely essential"),
        "conclude_option": mark("concluded: essential to an option"),
        "conclude_not": mark("concluded: not essential"),
        "conclude_undetermined": mark("concluded: undetermined"),
        "reopen": mark("reopened"),
        "declare": mark("declared"),
        "confirm_external": mark("confirmed from outside"),
        "supersede": mark("superseded"),
        "restore": mark("restored"),
        "reconfirm": mark("confirmed on the newest text"),
        "hold": mark("held for secrecy"),
        "release": mark("released from secrecy"),
        "text_changed": mark("the text of the clause changed"),
        "text_gone": mark("the clause is gone"),
        "amendment": mark("the claim changed"),
        "grant": mark("patent granted"),
        "lapse": mark("the right ended"),
        "opposition": mark("somebody contests the right"),
        "assignment": mark("another holder"),
        "competitor_declaration": mark("somebody else declared on this work item"),
    },
    "assessment_act": {
        "send_back": mark("Send back to the author"),
        "reopen": mark("Reopen"),
        "confirm_external": mark("Confirmed from outside"),
        "restore": mark("Restore"),
        "hold": mark("Hold for secrecy"),
        "release": mark("Release from secrecy"),
    },
    "assessment_outcome": {
        "likely_essential": mark("Likely essential: every element is met by what is mandatory"),
        "option_essential": mark("Essential to an option only"),
        "not_essential": mark("Not essential"),
        "undetermined": mark("Undetermined"),
    },
    "chart_field": {
        "element": mark("Element"),
        "provisions": mark("Provisions"),
        "note": mark("Interpretation"),
        "evidence": mark("Evidence"),
        "gap": mark("Gap"),
        "equivalents": mark("Equivalents (apart, never counted)"),
        "met": mark("Met"),
        "strength": mark("Strength"),
        "confirmed": mark("Confirmed"),
    },
    "strength": {
        "mandatory": mark("mandatory"),
        "option": mark("option"),
        "none": mark("asks for nothing"),
    },
    "met": {"yes": mark("element met"), "no": mark("element not met"), "": mark("not looked at")},
    "reader": {"author": mark("author"), "reviewer": mark("reader")},
}
