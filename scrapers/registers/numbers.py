"""The patents that a row of a register lists. The raw text is always kept; what follows no known form is flagged."""

from __future__ import annotations

from scrapers.identifiers import Ambiguous, PatentNumber, Series, Unread, read_number
from scrapers.records import DeclaredPatent
from scrapers.registers.column_maps import Field, RegisterMap
from scrapers.text import fold

MAX_NUMBER = 200
_SERIES = {"granted": Series.PUBLICATION, "pending": Series.APPLICATION}


def read_patents(values: dict[Field, str], column_map: RegisterMap) -> list[DeclaredPatent]:
    """The patents of a row; none where it has neither number nor title.

    A number in words ("pending") or of a form that is not known is kept with the reason why it could not be read.
    """
    country = fold(values.get(Field.COUNTRY, ""))[:100]
    told = {
        "country": country or None,
        "status": column_map.meaning(Field.STATUS, values.get(Field.STATUS, "")),
        "title": fold(values.get(Field.PATENT_TITLE, ""))[:1000] or None,
    }
    known = {name: value for name, value in told.items() if value is not None}
    numbers = column_map.parts(values, Field.NUMBER)
    if not numbers and "title" in known:
        return [DeclaredPatent(raw="", reason="the register gives no number", **known)]
    return [
        DeclaredPatent(raw=raw[:MAX_NUMBER], **read(raw, column_map.country(country), known.get("status")), **known)
        for raw in numbers
    ]


def read(raw: str, country: str | None, status: str | None) -> dict[str, str]:
    """`publication` and `application` in docdb form, whichever the number can be, or the `reason` why it is neither.

    A number of a pending patent is that of its application, of a granted one that of its publication (declaration form,
    note to the patent table); where it is none of that series the register is not taken at its word.
    """
    if len(raw) > MAX_NUMBER:
        return {"reason": f"longer than {MAX_NUMBER} characters"}
    texts = [raw] if country is None or raw.upper().startswith(country) else [f"{country} {raw}", raw]
    series = [_SERIES[status], None] if status in _SERIES else [None]
    first: Unread | None = None
    for text in texts:
        for each in series:
            match read_number(text, each):
                case PatentNumber() as number:
                    return {str(number.series): str(number)}
                case Ambiguous(readings=readings):
                    return {str(number.series): str(number) for number in readings}
                case Unread() as unread:
                    first = first or unread
    return {"reason": first.reason if first else "no number"}
