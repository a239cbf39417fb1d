"""USPTO grants of 1976 to 2001 in APS text, the "green book": a code of four or three letters opens each line.

The check digit after the patent number (WKU) and after the application number (APN) is left out. No kind is printed;
before 2 January 2001 the type of application (APT) gives it without doubt (patents A, reissues E, designs S, plants P,
invention registrations H, defensive publications I4), later it is left open. Raised and lowered characters stay in the
file's own writing (`10.sup.2`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.identifiers import PatentNumber
from scrapers.lines import lines_of
from scrapers.patents.claims import PrintedClaim, build_claims
from scrapers.patents.classification import symbol
from scrapers.patents.fields import Refusal, date_of, distinct_names, publication, unique
from scrapers.patents.xml_stream import Outcome
from scrapers.records import Claim, Priority, Publication

NAME = "uspto-aps"
_MAX_LINE = 1024 * 1024
_MAX_FIELDS = 200_000
_CODE = re.compile(r"([A-Z]{4}) *$|([A-Z][A-Z0-9]{2})  ?(.*)")
_EXCERPT_FIELDS = 60
_KINDS = {"1": "A", "2": "E", "4": "S", "5": "I4", "6": "P", "7": "H"}
_KINDS_WITH_DIGITS = dt.date(2001, 1, 2)

Field = tuple[str, str, str]
"""Section (`PATN`, `INVT`, …), code (`WKU`, `NAM`, …; empty where a section opens) and text of a field."""


def read(path: Path) -> Iterator[Outcome]:
    """Publications of a green book file, in its order; see `scrapers.patents.read_patents`."""
    number = 0
    for first_line, fields in _documents(path):
        number += 1
        place = f"{path.name}, document {number}, line {first_line}"
        try:
            if len(fields) > _MAX_FIELDS:
                raise UnreadableFileError(f"has more than {_MAX_FIELDS:,} fields; get the file again")
            yield _publication(fields)
        except (UnreadableFileError, InvalidIdentifierError) as error:
            raw = "\n".join(" ".join(field) for field in fields[:_EXCERPT_FIELDS])
            yield Refusal(place=place, reason=str(error), excerpt=raw)
    if number == 0:
        yield Refusal(place=path.name, reason="holds no line PATN; expected USPTO green book text")


def _documents(path: Path) -> Iterator[tuple[int, list[Field]]]:
    """The first line and the fields of each document; lines that open with spaces go on with the field before them."""
    first_line = 0
    section = ""
    fields: list[Field] = []
    for number, raw in lines_of(path, max_line=_MAX_LINE):
        line = raw.decode("latin-1").rstrip("\r\n")
        match = _CODE.fullmatch(line)
        if match is not None and match[1] == "PATN":
            if first_line:
                yield first_line, fields
            first_line, section, fields = number, "PATN", []
        elif not first_line or len(fields) > _MAX_FIELDS:
            continue  # the file's own heading (HHHHHT), or a document that never ends
        elif match is not None and match[1]:
            section = match[1]
            fields.append((section, "", ""))
        elif match is not None:
            fields.append((section, match[2], match[3].strip()))
        elif fields and line.strip():
            opened, code, text = fields[-1]
            fields[-1] = (opened, code, f"{text} {line.strip()}")
    if first_line:
        yield first_line, fields


def _first(fields: list[Field], section: str, code: str) -> str:
    return next((text for opened, found, text in fields if (opened, found) == (section, code)), "")


def _publication(fields: list[Field]) -> Publication:
    wku = _first(fields, "PATN", "WKU").replace(" ", "")
    date = date_of(_first(fields, "PATN", "ISD"))
    kind = _KINDS.get(_first(fields, "PATN", "APT")) if date is not None and date < _KINDS_WITH_DIGITS else None
    number = PatentNumber.from_parts("US", wku[:-1], kind)
    inventors = distinct_names(_name(text) for section, code, text in fields if (section, code) == ("INVT", "NAM"))
    assignees = distinct_names(text for section, code, text in fields if (section, code) == ("ASSG", "NAM"))
    title = _first(fields, "PATN", "TTL")
    content: dict[str, Any] = {
        "date": date,
        "application": _application(_first(fields, "PATN", "SRC"), _first(fields, "PATN", "APN")),
        "priorities": tuple(_priorities(fields)),
        "title": title,
        "title_language": "en" if title else None,
        "abstract": " ".join(text for section, code, text in fields if section == "ABST" and code),
        "applicants": assignees or inventors,
        "inventors": inventors,
        "ipc": unique(symbol(text) for section, code, text in fields if (section, code) == ("CLAS", "ICL")),
        "claims": _claims(fields),
    }
    return publication(number, NAME, content)


def _name(printed: str) -> str:
    """Family name and given names, which the file parts with a semicolon."""
    family, _, given = printed.partition(";")
    return ", ".join(part.strip() for part in (family, given) if part.strip())


def _application(series: str, printed: str) -> str | None:
    digits = re.sub(r"[^0-9]", "", printed)
    return f"US.{int(series):02}{digits[:6]}" if series.isdigit() and len(digits) == 7 else None


def _priorities(fields: list[Field]) -> Iterator[Priority]:
    """Foreign priorities: one section PRIR each, with country, date and number."""
    groups: list[dict[str, str]] = []
    for section, code, text in fields:
        if section == "PRIR" and not code:
            groups.append({})
        elif section == "PRIR" and groups:
            groups[-1].setdefault(code, text)
    for group in groups:
        if group.get("APN"):
            yield Priority(number=f"{group.get('CNT', '')[:2]} {group['APN']}".strip(), date=date_of(group.get("APD")))


def _claims(fields: list[Field]) -> tuple[Claim, ...]:
    """A field NUM opens a claim; a design has one claim without a number."""
    printed: list[tuple[int, list[str]]] = []
    for section, code, text in fields:
        if section not in {"CLMS", "DCLM"} or code == "STM":
            continue
        found = re.match(r"([0-9]{1,4})", text) if code == "NUM" else None
        if found is not None:
            printed.append((int(found[1]), []))
        elif code and code != "NUM":
            if not printed:
                printed.append((1, []))
            printed[-1][1].append(text)
    return build_claims((PrintedClaim(number, " ".join(texts)) for number, texts in printed), "en")
