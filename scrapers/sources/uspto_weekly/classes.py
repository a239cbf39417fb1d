"""Which documents of a weekly file are wanted, told from their bytes before they are parsed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SYMBOL = re.compile(
    rb"<section>\s*([A-HY])\s*</section>\s*<class>\s*([0-9]{2})\s*</class>\s*<subclass>\s*([A-Z])\s*</subclass>\s*"
    rb"<main-group>\s*([0-9]{1,4})\s*</main-group>\s*<subgroup>\s*([0-9]{1,6})\s*</subgroup>"
)
_CPC = re.compile(rb"<classifications-cpc\b.*?</classifications-cpc>", re.DOTALL)
_WANTED = re.compile(r"([A-HY][0-9]{2}[A-Z])(?:([0-9]{1,4})(?:/([0-9]{2,6}))?)?")


class Classes:
    """Classes to keep: subclasses (`G06N`), main groups (`G06F 18`) and single groups (`H04W 84/20`)."""

    def __init__(self, symbols: Iterable[str]) -> None:
        """Raises ValueError, naming it, for what is no such symbol."""
        self._wanted: set[tuple[str, str, str]] = set()
        for symbol in symbols:
            match = _WANTED.fullmatch(re.sub(r"\s+", "", symbol).upper())
            if match is None:
                raise ValueError(f"{symbol!r} is no CPC symbol such as G06N, G06F 18 or H04W 84/20")
            self._wanted.add((match[1], match[2] or "", match[3] or ""))

    @staticmethod
    def names_any(document: bytes) -> bool:
        """Whether any class can be read from a document."""
        return _SYMBOL.search(document) is not None

    def want(self, document: bytes) -> bool:
        """Whether a document has one of the classes: of its CPC where it has any, else of the IPC."""
        cpc = _CPC.search(document)
        for match in _SYMBOL.finditer(cpc[0] if cpc else document):
            section, class_, letter, group, subgroup = (part.decode("ascii") for part in match.groups())
            subclass = section + class_ + letter
            group = group.lstrip("0") or "0"
            if self._wanted & {(subclass, "", ""), (subclass, group, ""), (subclass, group, subgroup)}:
                return True
        return False
