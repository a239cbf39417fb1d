"""Read the followed committees and their deliverables from ISO Open Data.

Field layout: https://www.iso.org/open-data.html. Required in both files are `id` and `reference`; deliverables must
also name `currentStage` and, by its reference, `ownerCommittee`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from scrapers.context import Context
from scrapers.errors import DriftError, InvalidIdentifierError
from scrapers.fetching import Response
from scrapers.identifiers import StandardRef
from scrapers.records import Committee, Member, WorkItem
from scrapers.set_aside import excerpt_of
from scrapers.sources.iso_open_data import fields
from scrapers.sources.iso_open_data.fields import BadFieldError, Fields
from scrapers.text import fold

PARSER_VERSION = "1"
DEFAULT_COMMITTEES = (6794475,)  # ISO/IEC JTC 1/SC 42

# A few bad lines are skipped; more mean that the file is no longer what this source was written for.
MAX_BAD_LINES = 10
MAX_BAD_PERCENT = 10

_PLACE = re.compile(r"(?P<what>committee|deliverable) line (?P<line>[0-9]+),")
_R = TypeVar("_R")


class _Reader:
    """Turns the lines of one file into records, and keeps count of what it could not read."""

    def __init__(self, context: Context, response: Response, what: str) -> None:
        self._context = context
        self._response = response
        self._what = what
        self._unknown: set[str] = set()
        self._tried = 0
        self._bad: list[str] = []

    def objects(self, only: int | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield line number and object, of one line or all; a line that is none is a warning.

        Raises DriftError at a file cut short.
        """
        number = 0
        for number, line in enumerate(self._response.lines(), start=1):
            if not line.strip() or only not in (None, number):
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    raise DriftError(
                        f"{self._response.url} line {number} ends in the middle of a record; the file is not whole. "
                        "Run again later",
                        selector="end of file",
                        response=self._response,
                    ) from error
                self._skip(number, None, f"no JSON ({type(error).__name__})", line)
                continue
            if isinstance(value, dict):
                yield number, value
            else:
                self._skip(number, None, "no JSON object", line)
        if number == 0:
            raise DriftError(
                f"{self._response.url} is empty; expected one {self._what} a line",
                selector=self._what,
                response=self._response,
            )

    def record(self, number: int, raw: dict[str, Any], read: Callable[[Fields], _R]) -> _R | None:
        """Read one object; None where it is bad, with a warning that names line and id."""
        taken = Fields(raw)
        try:
            record = read(taken)
        except (BadFieldError, ValueError) as error:
            self._skip(number, raw.get("id"), str(error), json.dumps(raw, ensure_ascii=False))
            return None
        self._tried += 1
        for note in taken.notes:
            self.warn(number, raw, note)
        for name in taken.unknown:
            if name not in self._unknown:
                self._unknown.add(name)
                self._context.warn(f"{self._what}: unknown field {name!r}, first in line {number}; it is not read")
        return record

    def warn(self, number: int, raw: dict[str, Any], message: str) -> None:
        """Note something odd of one record that is read all the same."""
        self._context.warn(f"{self._what} line {number}, id {raw.get('id')!r}: {message}")

    def check(self) -> None:
        """Raise DriftError where too many of the records tried were bad."""
        bad = len(self._bad)
        if bad > MAX_BAD_LINES and bad * 100 > self._tried * MAX_BAD_PERCENT:
            raise DriftError(
                f"{self._response.url}: {bad} of {self._tried} lines can't be read as a {self._what}; the format may "
                f"have changed. First: {self._bad[0]}",
                selector=self._what,
                response=self._response,
            )

    def _skip(self, number: int, iso_id: object, reason: str, raw: str | bytes) -> None:
        self._tried += 1
        place = f"{self._what} line {number}, id {iso_id!r}"
        self._bad.append(f"{place}: {reason}; the record was skipped")
        self._context.skip(self._bad[-1])
        # The file is new every day and its lines move: the same record is known by its id, else by its text.
        key = f"{self._what} {iso_id!r}" if iso_id is not None else excerpt_of(raw)
        self._context.set_aside(place, reason, snapshot=self._response, excerpt=raw, key=key)


def crawl(context: Context) -> None:
    """Emit the followed committees and their work items. Option `committees`: ISO ids, SC 42 where absent.

    Raises DriftError where a followed committee is not in the file or a file is not what it was.
    """
    followed = tuple(context.options.get("committees", DEFAULT_COMMITTEES))
    references = _committees(context, followed)
    _work_items(context, references)


def reread(context: Context, response: Response, place: str) -> None:
    """Emit the record of the line that was set aside as `place`, from the snapshot of its file."""
    match = _PLACE.match(place)
    if match is None:
        raise DriftError(f"{place!r} names no line of the file")
    reader = _Reader(context, response, match["what"])
    read: Callable[[Fields], Committee | WorkItem] = (
        _read_committee if match["what"] == "committee" else _read_work_item
    )
    wanted = int(match["line"])
    for number, raw in reader.objects(only=wanted):
        record = reader.record(number, raw, read)
        if record is not None:
            context.emit(record, snapshot=response)


def _committees(context: Context, followed: tuple[int, ...]) -> set[str]:
    """Emit the followed committees; give their references."""
    response = context.fetch(context.manifest.urls["committees"])
    reader = _Reader(context, response, "committee")
    found: dict[int, str] = {}
    for number, raw in reader.objects():
        if raw.get("id") not in followed or raw["id"] in found:
            continue
        committee = reader.record(number, raw, _read_committee)
        if committee is not None:
            found[committee.iso_id] = committee.reference
            context.emit(committee, snapshot=response)
    reader.check()
    missing = ", ".join(str(each) for each in followed if each not in found)
    if missing:
        raise DriftError(
            f"{response.url} has no readable committee with id {missing}; check the committees that are followed in "
            "the settings (ISO/IEC JTC 1/SC 42 is 6794475)",
            selector="id",
            response=response,
        )
    return set(found.values())


def _work_items(context: Context, committees: set[str]) -> None:
    response = context.fetch(context.manifest.urls["deliverables"], head_first=True)
    reader = _Reader(context, response, "deliverable")
    seen: set[int] = set()
    owned: set[str] = set()
    for number, raw in reader.objects():
        owner = raw.get("ownerCommittee")
        if not isinstance(owner, str) or fold(owner) not in committees:
            continue
        owned.add(fold(owner))
        item = reader.record(number, raw, _read_work_item)
        if item is None:
            continue
        if item.iso_id in seen:
            reader.warn(number, raw, "the id occurred before; the first record is kept")
            continue
        seen.add(item.iso_id)
        context.emit(item, snapshot=response)
    reader.check()
    for committee in sorted(committees - owned):
        context.warn(f"{response.url} has no deliverable of {committee}")


def _read_committee(raw: Fields) -> Committee:
    values: dict[str, Any] = {"iso_id": raw.number("id"), "reference": raw.word("reference")}
    titles: dict[str, Any] = {}
    raw.optional("status", fields.text, values, "status")
    raw.optional("title", fields.by_language, titles, "by_language", {})
    raw.optional("secretariat", _acronym, values, "secretariat")
    raw.optional("creationDate", fields.day, values, "creation_date")
    raw.optional("scope", fields.plain, values, "scope")
    raw.optional("parentId", fields.integer, values, "parent_iso_id")
    raw.optional("pMembers", _members, values, "p_members", ())
    raw.optional("oMembers", _members, values, "o_members", ())
    raw.skip("childrenId", "committeeLiaisons", "organizationLiaisons", "sortKey")
    return Committee.model_validate(values | _titles(titles))


def _read_work_item(raw: Fields) -> WorkItem:
    iso_id, reference = raw.number("id"), raw.word("reference")
    values: dict[str, Any] = {
        "iso_id": iso_id,
        "reference": reference,
        "committee": raw.word("ownerCommittee"),
        "url": f"https://www.iso.org/standard/{iso_id}.html",
    }
    titles: dict[str, Any] = {}
    raw.require("currentStage", fields.stage, values, "stage")
    raw.optional("title", fields.by_language, titles, "by_language", {})
    raw.optional("deliverableType", fields.text, values, "deliverable_type")
    raw.optional("supplementType", fields.text, values, "supplement_type")
    raw.optional("publicationDate", fields.date, values, "publication_date")
    raw.optional("edition", fields.integer, values, "edition")
    raw.optional("icsCode", fields.words, values, "ics", ())
    raw.optional("replaces", fields.numbers, values, "replaces", ())
    raw.optional("replacedBy", fields.numbers, values, "replaced_by", ())
    raw.optional("languages", fields.words, values, "languages", ())
    raw.optional("pages", fields.page_count, values, "pages")
    raw.optional("scope", fields.plain, values, "scope")
    try:
        base = StandardRef.parse(reference).base
    except InvalidIdentifierError as error:
        raw.notes.append(str(error))
    else:
        values["amends"] = str(base) if base is not None else None
    return WorkItem.model_validate(values | _titles(titles))


def _titles(found: dict[str, Any]) -> dict[str, Any]:
    """Titles of the languages that the source has; a language that it does not name stays unset."""
    by_language = found.get("by_language") or {}
    return {
        f"title_{language}": None if by_language[language] is None else fields.text("title", by_language[language])
        for language in ("en", "fr")
        if language in by_language
    }


def _acronym(name: str, value: Any) -> str | None:
    if not isinstance(value, dict):
        raise BadFieldError(f"{name} is no object with an acronym")
    acronym = value.get("acronym")
    return None if acronym is None else fields.text(name, acronym)


def _members(name: str, value: Any) -> tuple[Member, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadFieldError(f"{name} is no list of members with id and acronym")
    members = [Fields(each) for each in value]
    return tuple(Member(iso_id=each.number("id"), acronym=each.word("acronym")) for each in members)
