"""Words for values of declarations that registers list."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    # Options of the common patent policy (Guidelines for its implementation, Annex 2).
    "option": {
        "1": mark("1: free of charge"),
        "2": mark("2: on reasonable terms"),
        "3": mark("3: unwilling under 1 or 2"),
        "none": mark("none read"),
    },
    "policy": {"common": mark("Common patent policy of ITU-T, ITU-R, ISO and IEC")},
    "patent_status": {"granted": mark("Granted"), "pending": mark("Pending")},
    "alias": {"suggested": mark("Suggested"), "accepted": mark("Accepted"), "rejected": mark("Rejected")},
}
