"""Words for values of committee documents and calls."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "document_kind": {
        "document": mark("Committee document"),
        "experts": mark("Call for experts"),
        "patent_call": mark("Patent call"),
        "resolution": mark("Results of comments"),
        "citation": mark("Citation in an official journal"),
    },
}
