"""Words for values of declaration cases."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "case_status": {
        "draft": mark("In preparation"),
        "proposed": mark("Proposed for approval"),
        "approved": mark("Approved to be sent"),
        "generated": mark("Form written"),
        "sent": mark("Sent, no receipt yet"),
        "in_force": mark("In force"),
        "corrected": mark("Corrected by another"),
        "superseded": mark("Superseded by better terms"),
        "dropped": mark("Given up before it was sent"),
    },
    "case_act": {
        "open": mark("Begun"),
        "revise": mark("Form revised"),
        "propose": mark("Proposed for approval"),
        "clear": mark("Replacement let go on by counsel"),
        "approve_one": mark("Judged by one person"),
        "approve": mark("Approved by two people"),
        "send_back": mark("Back to draft"),
        "generate": mark("Form written"),
        "send": mark("Sent by a person"),
        "receive": mark("Receipt kept, in force"),
        "receive_further": mark("Further receipt kept"),
        "be_corrected": mark("Corrected by another"),
        "be_superseded": mark("Superseded by better terms"),
        "drop": mark("Given up before it was sent"),
    },
    "case_due": {
        "overdue": mark("Overdue: send the declaration"),
        "send": mark("Send the declaration"),
        "approve": mark("Approve the declaration"),
        "receipt": mark("Receipt is missing"),
        "recheck": mark("Look at the declaration again"),
    },
    "notice": {"yes": mark("yes"), "no": mark("no"), "unknown": mark("unknown")},
}
