"""MathML as one line of text, so that a formula can be read, searched and compared."""

from __future__ import annotations

import re

from lxml import etree

from scrapers.xml import local_name, text_of

_PAIRS = {"msub": "_", "msup": "^", "munder": "_", "mover": "^", "mfrac": "/", "mroot": " root "}
_TRIPLES = {"msubsup", "munderover"}
_INVISIBLE_OPERATORS = dict.fromkeys(range(0x2061, 0x2065))
_NO_SPACE_BEFORE = re.compile(r"\s+([,;.)\]}%])")
_NO_SPACE_AFTER = re.compile(r"([(\[{])\s+")


def math_text(element: etree._Element) -> str:
    """The text of a `math` element or any part of it: `msub` becomes `m_D`, `mfrac` becomes `a/(b + c)`.

    Annotations (other notations of the same formula) are left out; a part of unknown kind is read as its text.
    """
    text = " ".join(_linear(element).translate(_INVISIBLE_OPERATORS).split())
    return _NO_SPACE_AFTER.sub(r"\1", _NO_SPACE_BEFORE.sub(r"\1", text))


def _linear(element: etree._Element) -> str:
    name = local_name(element)
    if not name or name.startswith("annotation"):
        return ""
    children = [child for child in element if local_name(child)]
    if not children:
        return text_of(element)
    parts = [_linear(child) for child in children]
    if name in _PAIRS and len(parts) == 2:
        first, second = map(_group, parts)
        return f"{first}{_PAIRS[name]}{second}"
    if name in _TRIPLES and len(parts) == 3:
        first, low, high = map(_group, parts)
        return f"{first}_{low}^{high}"
    if name == "msqrt":
        return f"sqrt({' '.join(parts)})"
    if name == "mtr":
        return ", ".join(parts)
    if name == "mtable":
        return "; ".join(parts)
    if name == "mrow" and all(local_name(child) == "mi" for child in children):
        return "".join(parts)
    if name == "mfenced":
        return f"({', '.join(parts)})"
    return " ".join(part for part in parts if part)


def _group(part: str) -> str:
    return f"({part})" if " " in part or "/" in part else part
