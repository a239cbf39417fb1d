"""Word's mathematics (OMML, ISO/IEC 29500-1, clause 22.1) as one line, in the notation that `mathml` gives."""

from __future__ import annotations

from lxml import etree

from scrapers.xml import local_name

_PROPERTIES = frozenset({"rPr", "ctrlPr"})


def math_text(element: etree._Element) -> str:
    """The text of an `oMath` element or any part of it: a fraction becomes `a/(b + c)`, an index `m_D`."""
    return " ".join(_linear(element).split())


def _linear(element: etree._Element) -> str:
    name = local_name(element)
    if name == "t":
        return element.text or ""
    if not name or name in _PROPERTIES or name.endswith("Pr"):
        return ""
    parts = {local_name(part): part for part in element if local_name(part)}

    def part(key: str) -> str:
        return " ".join(_linear(parts[key]).split()) if key in parts else ""

    if name == "f":
        return f"{_group(part('num'))}/{_group(part('den'))}"
    if name in ("sSub", "sSup", "sSubSup", "nary", "limLow", "limUpp"):
        low, high = part("sub") or part("lim") * (name == "limLow"), part("sup") or part("lim") * (name == "limUpp")
        base = _operator(element) if name == "nary" else _group(part("e"))
        text = base + (f"_{_group(low)}" if low else "") + (f"^{_group(high)}" if high else "")
        return f"{text} {part('e')}" if name == "nary" else text
    if name == "rad":
        degree = part("deg")
        return f"{_group(part('e'))} root {_group(degree)}" if degree else f"sqrt({part('e')})"
    if name == "d":
        inside = ", ".join(_linear(each) for each in element if local_name(each) == "e")
        return f"({inside})"
    if name == "m":
        rows = (each for each in element if local_name(each) == "mr")
        return "; ".join(", ".join(_linear(cell) for cell in row if local_name(cell) == "e") for row in rows)
    return "".join(_linear(each) for each in element)


def _operator(element: etree._Element) -> str:
    for part in element.iter():
        if local_name(part) == "chr":
            return next((text for key, text in part.attrib.items() if str(key).endswith("val")), "∫")
    return "∫"


def _group(text: str) -> str:
    return f"({text})" if " " in text or "/" in text or "+" in text else text
