"""Words for values of patent publications."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "column": {
        "number": mark("Publication number"),
        "country": mark("Country"),
        "kind": mark("Kind"),
        "date": mark("Date"),
        "year": mark("Year"),
        "application": mark("Application"),
        "priorities": mark("Priorities"),
        "family_id": mark("Family"),
        "title": mark("Title"),
        "abstract": mark("Abstract"),
        "applicants": mark("Applicants"),
        "inventors": mark("Inventors"),
        "ipc": mark("IPC"),
        "cpc": mark("CPC"),
        "claims": mark("Claims"),
    },
}
