"""What the EPO's exchange documents have in common, in answers of OPS and in DOCDB files (namespace `exchange`)."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from scrapers.patents.classification import symbol_from_parts
from scrapers.patents.fields import distinct_names, unique
from scrapers.patents.markup import flat_text
from scrapers.xml import text_of


def text(element: etree._Element, path: str) -> str:
    """The text of the first element at the path, empty where there is none."""
    found = element.find(path)
    return text_of(found) if found is not None else ""


def joined(document_id: etree._Element | None) -> str | None:
    """Country, number and kind of a document-id with dots between them, as printed."""
    if document_id is None or not text(document_id, "{*}doc-number"):
        return None
    parts = (text(document_id, f"{{*}}{name}") for name in ("country", "doc-number", "kind"))
    return ".".join(part for part in parts if part)


def names(data: etree._Element, parties: str, name: str, form: str) -> tuple[str, ...]:
    """Names in the form that keeps their spelling (`original`, `docdba`), or in the others where it is absent.

    The lists of the forms differ in length and order, so one of them is taken as a whole.
    """
    listed = [(party.get("data-format"), text(party, name)) for party in data.iterfind(parties)]
    spelled = [each for printed, each in listed if printed == form and each]
    return distinct_names(spelled or [each for _, each in listed])


def scheme(classification: etree._Element) -> str:
    """The classification scheme (`CPCI`, `CPC`, …) of a patent-classification."""
    found = classification.find("{*}classification-scheme")
    return (found.get("scheme") or "") if found is not None else ""


def cpc_of_parts(data: etree._Element) -> tuple[str, ...]:
    """The CPC symbols of a document that gives section, class, subclass, main group and subgroup apart."""
    parts = ("section", "class", "subclass", "main-group", "subgroup")
    return unique(
        symbol_from_parts(*(text(item, f"{{*}}{part}") for part in parts))
        for item in data.iterfind("{*}patent-classifications/{*}patent-classification")
        if scheme(item).startswith("CPC")
    )


def in_languages(elements: Iterable[etree._Element]) -> list[tuple[str, str]]:
    """Texts with their languages; the language is empty where the EPO does not know it (`ol`: original language)."""
    texts = [((element.get("lang") or "").lower(), flat_text(element)) for element in elements]
    return [("" if language == "ol" else language, each) for language, each in texts if each]
