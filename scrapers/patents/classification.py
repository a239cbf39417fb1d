"""IPC and CPC symbols in their usual writing, `G06N 3/08` (WIPO ST.8; IPC Guide, paragraphs 43 to 46). Pure."""

from __future__ import annotations

import re

_SYMBOL = re.compile(r"([A-HY][0-9]{2}[A-Z]) *0*([1-9][0-9]{0,3}) */ *([0-9]{2,6})(?![0-9])")
# IPC to edition 7 as the USPTO packed it: three places for the main group, then the subgroup.
_PACKED = re.compile(r"([A-H][0-9]{2}[A-Z])([ 0-9]{2}[0-9])([0-9]{2,4})")


def symbol(text: str) -> str | None:
    """The symbol that a printed classification begins with; `H04W  84/    20   A I` gives `H04W 84/20`.

    None where there is none.
    """
    match = _SYMBOL.match(text.strip()) or _PACKED.fullmatch(text.strip())
    if match is None:
        return None
    subclass, group, subgroup = match[1], match[2].strip().lstrip("0"), match[3]
    return f"{subclass} {group}/{subgroup}" if group else None


def symbol_from_parts(section: str, class_: str, subclass: str, group: str, subgroup: str) -> str | None:
    """The symbol from the five fields of ST.36 (`G`, `06`, `N`, `3`, `08`); None where one is missing or malformed."""
    return symbol(f"{section}{class_}{subclass} {group}/{subgroup}")
