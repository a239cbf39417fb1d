"""Rows of the BigQuery table `patents-public-data.patents.publications`, as JSON Lines.

The columns are those of the table; a query that renamed `abstract_localized` to `abstract_en` is understood too. Which
columns a row has depends on the query, so that what is absent stays unset.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.patents.claims import build_claims, split_claims
from scrapers.patents.classification import symbol
from scrapers.patents.fields import Refusal, date_of, distinct_names, preferred, publication, unique
from scrapers.patents.json_files import items, load_lines, objects, text
from scrapers.patents.xml_stream import Outcome
from scrapers.records import Claim, Priority, Publication

NAME = "bigquery"
KEY = "publication_number"


def read(path: Path) -> Iterator[Outcome]:
    """Publications of the rows, in their order; see `scrapers.patents.read_patents`."""
    count = 0
    try:
        for number, value in load_lines(path):
            count += 1
            place = f"{path.name}, line {number}"
            if isinstance(value, UnreadableFileError):
                yield Refusal(place=place, reason=str(value).removeprefix(f"{place}: "))
                continue
            try:
                yield _publication(value)
            except (UnreadableFileError, InvalidIdentifierError) as error:
                yield Refusal(place=place, reason=str(error), excerpt=json.dumps(value, ensure_ascii=False))
    except UnreadableFileError as error:
        yield Refusal(place=path.name, reason=str(error).removeprefix(f"{path.name}, "))
        return
    if count == 0:
        yield Refusal(place=path.name, reason="holds no row; nothing in it to import")


def _publication(row: Any) -> Publication:
    if not isinstance(row, dict) or not text(row.get(KEY)):
        raise UnreadableFileError(f"has no {KEY}; expected a row of the table of publications")
    number = PatentNumber.parse(text(row[KEY]))
    title = preferred(_localized(row, "title"))
    abstract = preferred(_localized(row, "abstract"))
    application = text(row.get("application_number")).replace("-", ".")
    fields: dict[str, Any] = {
        "date": date_of(text(row.get("publication_date")).replace("-", "")),
        "application": application or None,
        "priorities": _priorities(row),
        "family_id": _family(row),
        "title": title[1] if title else None,
        "title_language": title[0] if title else None,
        "abstract": abstract[1] if abstract else None,
        "applicants": _names(row, "assignee"),
        "inventors": _names(row, "inventor"),
        "ipc": _symbols(row.get("ipc")),
        "cpc": _symbols(row.get("cpc")),
        "claims": _claims(row),
    }
    return publication(number, NAME, fields)


def _localized(row: dict[str, Any], field: str) -> list[tuple[str, str]]:
    """Languages and texts of a repeated column, or of columns such as `abstract_en`."""
    listed = [
        (text(each.get("language")).lower(), text(each.get("text"))) for each in objects(row.get(f"{field}_localized"))
    ]
    named = [
        (key.removeprefix(f"{field}_"), text(value))
        for key, value in row.items()
        if key.startswith(f"{field}_") and len(key) == len(field) + 3
    ]
    return [(language, found) for language, found in [*listed, *named] if found]


def _family(row: dict[str, Any]) -> str | None:
    """The number of the DOCDB simple family; the table has -1 for none."""
    family = text(row.get("family_id"))
    return family if family.isdigit() and int(family) else None


def _names(row: dict[str, Any], field: str) -> tuple[str, ...]:
    printed = [text(each) for each in items(row.get(field))]
    harmonized = [text(each.get("name")) for each in objects(row.get(f"{field}_harmonized"))]
    return distinct_names(name for name in (printed if any(printed) else harmonized) if name)


def _symbols(value: Any) -> tuple[str, ...]:
    return unique(symbol(text(each.get("code"))) for each in objects(value))


def _priorities(row: dict[str, Any]) -> tuple[Priority, ...]:
    return tuple(
        Priority(number=number, date=date_of(text(each.get("filing_date"))))
        for each in objects(row.get("priority_claim"))
        if (number := text(each.get("application_number")) or text(each.get("publication_number")))
    )


def _claims(row: dict[str, Any]) -> tuple[Claim, ...]:
    found: list[Claim] = []
    for each in objects(row.get("claims_localized")):
        value = each.get("text")
        if isinstance(value, str):
            found.extend(build_claims(split_claims(value.splitlines()), text(each.get("language")) or None))
    return tuple(found)
