"""Readable text from the inline markup of patent full texts: superscripts, formulae, lists, drawings.

The elements are those of WIPO ST.36 (`sup`, `sub`, `maths`, `chemistry`, `tables`), of its forerunners (`SP`, `SB`) and
of MathML 2.
"""

from __future__ import annotations

import re
from html.entities import html5

from lxml import etree

from scrapers.xml import local_name, text_of

_SUPERSCRIPTS = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_BLOCKS = frozenset(
    "claim-text p br li ul ol dl dt dd heading tables table row entry tr td PARA CLMSTEP H paragraph".split()
)
_PLAIN_BLOCKS = frozenset(("claim-text", "p"))
_PLAIN_WORDS = frozenset(("claim-ref", "b", "i", "u", "figref"))
_PICTURES = {"chemistry": "[structure]", "chemistry-cwu": "[structure]", "CHEM-US": "[structure]"}
_MATH_BLOCKS = {"maths", "math-cwu", "MATH-US"}
_IMAGES = {"img", "EMI", "image", "CHEMCDX", "CHEMMOL", "MATHEMATICA"}
# Matter taken out by a reissue or a certificate is printed in brackets (37 CFR 1.173).
_DELETIONS = {"delete-start": "[", "delete-end": "]"}


def flat_text(element: etree._Element) -> str:
    """The text of an element on one line: `10²`, `x_(i+1)`, `(a)/(b)`; `[formula]` or `[image]` for mere pictures."""
    return " ".join(_inner(element).split())


def _inner(element: etree._Element) -> str:
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: etree._Element, pieces: list[str]) -> None:
    """Add the text in an element to the pieces; most elements of a claim are plain blocks and words in them."""
    if element.text:
        pieces.append(element.text)
    for child in element:
        tag = child.tag
        if tag in _PLAIN_BLOCKS:
            pieces.append(" ")
            _collect(child, pieces)
            pieces.append(" ")
        elif tag in _PLAIN_WORDS:
            _collect(child, pieces)
        else:
            pieces.append(_outer(child))
        if child.tail:
            pieces.append(child.tail)


def _outer(element: etree._Element) -> str:
    name = local_name(element)
    if not name:
        if isinstance(element, etree._ProcessingInstruction):
            return _DELETIONS.get(element.target or "", "")
        if isinstance(element, etree._Entity):
            return html5.get(f"{element.name};", element.text or "")
        return ""
    if name in {"sup", "sup2", "SP"}:
        return _raised(_inner(element))
    if name in {"sub", "sub2", "SB"}:
        return _lowered(_inner(element))
    if name in _PICTURES:
        return f" {_PICTURES[name]} "
    if name in _MATH_BLOCKS:
        return f" {_formula(element)} "
    if name == "math":
        return f" {_math(element)} "
    if name in _IMAGES:
        return " [image] "
    text = _inner(element)
    return f" {text} " if name in _BLOCKS else text


def _raised(text: str) -> str:
    plain = text.strip()
    if re.fullmatch(r"st|nd|rd|th|TM|SM|", plain):
        return text
    return _shifted(text, plain.translate(_SUPERSCRIPTS), "^")


def _lowered(text: str) -> str:
    plain = text.strip()
    return _shifted(text, plain.translate(_SUBSCRIPTS), "_") if plain else text


def _shifted(text: str, translated: str, mark: str) -> str:
    """Raised or lowered characters where all have such a form, otherwise the text after a mark: `x_(i+1)`."""
    plain = text.strip()
    shared = any(before == after for before, after in zip(plain, translated, strict=True))
    shown = mark + (plain if plain.isalnum() else f"({plain})") if shared else translated
    return text.replace(plain, shown, 1)


def _formula(element: etree._Element) -> str:
    math = next((child for child in element.iter() if local_name(child) == "math"), None)
    return (_math(math) if math is not None else "") or "[formula]"


def _math(element: etree._Element) -> str:
    """MathML as a line of text."""
    name = local_name(element)
    parts = [_math(child) for child in element if local_name(child)]
    text = "".join(text_of(element).split()) if not parts else ""
    match name, parts:
        case "mtext", _:
            return f" {text_of(element)} "
        case _, []:
            return text
        case "mfrac", [over, under]:
            return f"{_bracketed(over)}/{_bracketed(under)}"
        case "msup", [base, raised]:
            return base + _raised(raised)
        case "msub" | "munder", [base, lowered]:
            return base + _lowered(lowered)
        case "mover", [base, _]:
            return base
        case "msubsup" | "munderover", [base, lowered, raised]:
            return base + _lowered(lowered) + _raised(raised)
        case "msqrt", _:
            return f"√({''.join(parts)})"
        case "mroot", [base, degree]:
            return f"{_raised(degree)}√({base})"
        case "mfenced", _:
            return f"({','.join(parts)})"
        case "mtr" | "mlabeledtr", _:
            return " ".join(parts) + "; "
        case "mtable", _:
            return "".join(parts).strip("; ")
        case _:
            return "".join(parts)


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"\w+", text) else f"({text})"
