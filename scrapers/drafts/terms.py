"""Term entries in Metanorma's AsciiDoc: the macros that name admitted and deprecated terms, domain and symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MACRO = re.compile(r"\b(preferred|alt|admitted|deprecated|domain|inherited|symbol):\[([^\]]*)\]")


@dataclass
class TermMacros:
    """Names as (term, whether it is deprecated), the domain, and the text that is left."""

    names: list[tuple[str, bool]] = field(default_factory=list)
    domain: str | None = None
    rest: str = ""


def read_term_macros(text: str) -> TermMacros | None:
    """Take `alt:[rough rice] domain:[rice]` apart; None where the text holds no such macro at its start."""
    if not _MACRO.match(text.strip()):
        return None
    found = TermMacros(rest=" ".join(_MACRO.sub(" ", text).split()))
    for name, inside in _MACRO.findall(text):
        if name == "domain":
            found.domain = inside.strip()
        elif inside.strip():
            found.names.append((inside.strip(), name == "deprecated"))
    return found
