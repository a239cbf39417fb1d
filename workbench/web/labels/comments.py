"""Words for values of comments on drafts."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "comment_type": {"ge": mark("general"), "te": mark("technical"), "ed": mark("editorial")},
    "comment_state": {
        "draft": mark("draft"),
        "agreed": mark("agreed"),
        "submitted": mark("submitted"),
        "resolved": mark("resolved"),
        "withdrawn": mark("withdrawn"),
    },
    "comment_step": {
        "draft": mark("Back to draft"),
        "agreed": mark("Agree"),
        "submitted": mark("Mark as submitted"),
        "withdrawn": mark("Withdraw"),
    },
    "comment_outcome": {
        "accepted": mark("accepted"),
        "accepted_with_modifications": mark("accepted with modifications"),
        "noted": mark("noted"),
        "rejected": mark("rejected"),
    },
    "comment_origin": {"own": mark("ours"), "imported": mark("of others")},
    "comment_field": {
        "type": mark("Type"),
        "text": mark("Comment"),
        "proposal": mark("Proposed change"),
        "quote": mark("Passage"),
        "wording": mark("New wording"),
        "start": mark("Start of the passage"),
        "end": mark("End of the passage"),
        "paragraph": mark("Paragraph, figure or table"),
        "line": mark("Line number"),
        "member": mark("Member body"),
        "number": mark("Number"),
        "ballot_id": mark("Ballot"),
        "observation": mark("Observation"),
        "outcome": mark("Outcome"),
        "merged_into": mark("Merged into"),
        "closed_on": mark("Closed on"),
    },
}
