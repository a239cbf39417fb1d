"""Words for values of what mapping finds, and of decisions on it."""

from __future__ import annotations

from typing import Final

from workbench.i18n import mark

WORDS: Final[dict[str, dict[str, str]]] = {
    "signal": {
        "words": mark("Shared words"),
        "characters": mark("Shared pieces of words"),
        "meaning": mark("Meaning"),
        "score": mark("Reading priority"),
        "place": mark("Rank"),
    },
    "support": {
        "words": mark("shared words"),
        "meaning": mark("alike in meaning"),
        "missing": mark("no support"),
        "empty": mark("nothing to find"),
    },
    "element_note": {
        "preamble": mark("preamble"),
        "by_function": mark("limited by function"),
        "alternatives": mark("list of alternatives"),
    },
    "verdict": {
        "plausible": mark("plausible"),
        "not": mark("not on this clause"),
        "needs_expert": mark("needs an expert"),
        "open": mark("undecided"),
        "review": mark("decided, to review"),
    },
    "verdict_button": {
        "plausible": mark("Plausible"),
        "not": mark("Not"),
        "needs_expert": mark("Needs expert"),
    },
}
