"""What is wrong with a filled form, field by field. Pure; the rules are those of the form's template.

The form has no free text for conditions: what a field does not ask for cannot be added (common patent policy, Annex 1,
paragraph 3). Numbers of applications that are not published stay inside: nothing printed may hold them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from workbench.cases.templates import FieldType, FormField, FormTemplate
from workbench.i18n import mark

MAX_TEXT: Final = 400
MAX_LINES: Final = 4000
MAX_NUMBERS: Final = 1000
MAX_PATENTS: Final = 2000
_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_URL: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NOT_NUMBER: Final = re.compile(r"[^0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class PatentRow:
    """A row of the table of patents, in the columns of the form but for its running number.

    `printed`: whether its number may leave the house; a row without it is kept here and not printed.
    """

    status: str
    country: str
    number: str
    title: str
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled form: texts and chosen values by field, the marks that are ticked, and the rows of patents.

    A field of several lines or numbers is one text with line breaks.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    patents: tuple[PatentRow, ...] = ()

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.values.get(name, "").splitlines() if line.strip()]

    @property
    def printed_patents(self) -> tuple[PatentRow, ...]:
        return tuple(row for row in self.patents if row.printed)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field (`field` is its id). `message` is in the catalogues; a warning forbids nothing."""

    field: str
    message: str
    warning: bool = False
    row: int | None = None


REQUIRED = mark("is missing; fill it in")
NOT_ALLOWED = mark("belongs to another choice; leave it empty")
NO_CHOICE = mark("is none of the values of the form; choose one")
ONE_LINE = mark("takes one line")
TOO_LONG = mark("is too long for the form")
NO_EMAIL = mark("is no e-mail address; write one such as patents@example.com")
NO_URL = mark("is no web address; write one that begins with https://")
NOT_SAME = mark("differs from the field that it repeats; write the same")
UNDER_ALONE = mark("is printed under a mark that is not ticked; look whether both are meant")
MORE_PAGES = mark("must be ticked: there are more patents than the form has rows")
NO_MORE_PAGES = mark("is ticked, but the patents fit on the form")
UNPUBLISHED = mark("holds the number of an application that is not released; take it out or have it released")
NO_STATUS = mark("has a status that the form does not know")
NO_COUNTRY = mark("has no country of two letters")
NO_NUMBER = mark("has no number")
TOO_MANY = mark("has more entries than can be kept")
UNKNOWN = mark("is no field of this form version")
ON_PAPER = mark("is filled with a pen")
NUMBER_ELSEWHERE = mark("names a patent that is not in the table of patents; add it there, so that it can be followed")
TWICE = mark("is in the table twice")


def check(template: FormTemplate, filled: Filled, unreleased: Collection[str] = ()) -> list[Fault]:
    """Every fault, in the order of the form. `unreleased` are numbers of applications that may not be printed."""
    known = {each.id for each in template.fields}
    faults = [Fault(name, UNKNOWN) for name in sorted({*filled.values, *filled.marks} - known)]
    secret = {plain for number in unreleased if len(plain := plain_number(number)) >= 4}
    secret |= {plain for row in filled.patents if not row.printed and len(plain := plain_number(row.number)) >= 4}
    for each in template.fields:
        faults += _check_field(template, each, filled, secret)
    return faults


def errors(faults: Collection[Fault]) -> list[Fault]:
    """The faults that forbid to go on."""
    return [fault for fault in faults if not fault.warning]


def plain_number(number: str) -> str:
    """Letters and digits of a number alone, so that ways of writing it do not hide it."""
    return _NOT_NUMBER.sub("", number.upper())


def holds(condition: Mapping[str, Sequence[str]], filled: Filled) -> bool:
    """Whether each choice of a condition has one of its values."""
    return all(filled.text(name) in values for name, values in condition.items())


def needs_more_pages(template: FormTemplate, filled: Filled) -> bool:
    """Whether the patents that are printed take more rows than the form has."""
    rows = template.field("patents").rows
    return rows is not None and len(filled.printed_patents) > rows


def _check_field(template: FormTemplate, each: FormField, filled: Filled, secret: Collection[str]) -> list[Fault]:
    given = _given(each, filled)
    if each.on_paper:
        return [Fault(each.id, ON_PAPER)] if given else []
    if each.only and not holds(each.only, filled):
        return [Fault(each.id, NOT_ALLOWED)] if given else []
    if not given:
        required = each.required == "always" or (isinstance(each.required, dict) and holds(each.required, filled))
        if each.more_rows_of and needs_more_pages(template, filled):
            return [Fault(each.id, MORE_PAGES)]
        return [Fault(each.id, REQUIRED)] if required else []
    if each.type is FieldType.PATENTS:
        return _check_patents(template, each, filled)
    if each.type is FieldType.MARK:
        if each.more_rows_of and not needs_more_pages(template, filled):
            return [Fault(each.id, NO_MORE_PAGES)]
        alone = each.under is not None and each.under not in filled.marks
        return [Fault(each.id, UNDER_ALONE, warning=True)] if alone else []
    return _check_text(each, filled, secret)


def _given(each: FormField, filled: Filled) -> bool:
    if each.type is FieldType.PATENTS:
        return bool(filled.patents)
    return each.id in filled.marks if each.type is FieldType.MARK else bool(filled.text(each.id))


def _check_text(each: FormField, filled: Filled, secret: Collection[str]) -> list[Fault]:
    text, found = filled.text(each.id), []
    several = each.type in (FieldType.LINES, FieldType.NUMBERS)
    if len(text) > (MAX_LINES if several else MAX_TEXT):
        return [Fault(each.id, TOO_LONG)]
    if not several and len(text.splitlines()) > 1:
        found.append(Fault(each.id, ONE_LINE))
    match each.type:
        case FieldType.CHOICE if text not in each.values:
            found.append(Fault(each.id, NO_CHOICE))
        case FieldType.EMAIL if not _EMAIL.fullmatch(text):
            found.append(Fault(each.id, NO_EMAIL))
        case FieldType.URL if not _URL.fullmatch(text):
            found.append(Fault(each.id, NO_URL))
        case FieldType.NUMBERS:
            found += _check_numbers(each, filled)
    if each.equals is not None and text != filled.text(each.equals):
        found.append(Fault(each.id, NOT_SAME))
    plain = plain_number(text)
    if any(number in plain for number in secret):
        found.append(Fault(each.id, UNPUBLISHED))
    return found


def _check_numbers(each: FormField, filled: Filled) -> list[Fault]:
    numbers = filled.lines(each.id)
    if len(numbers) > MAX_NUMBERS:
        return [Fault(each.id, TOO_MANY)]
    table = {plain_number(row.number) for row in filled.printed_patents}
    table |= {plain_number(row.country + row.number) for row in filled.printed_patents}
    found = [
        Fault(each.id, NUMBER_ELSEWHERE, warning=True, row=row)
        for row, number in enumerate(numbers, 1)
        if plain_number(number) not in table
    ]
    empty = [row for row, number in enumerate(numbers, 1) if not plain_number(number)]
    return found + [Fault(each.id, NO_NUMBER, row=row) for row in empty]


def _check_patents(template: FormTemplate, each: FormField, filled: Filled) -> list[Fault]:
    if len(filled.patents) > MAX_PATENTS:
        return [Fault(each.id, TOO_MANY)]
    statuses = {choice.value for column in template.columns if column.id == "status" for choice in column.choices}
    secret = {plain_number(row.number) for row in filled.patents if not row.printed} - {""}
    found, seen = [], set()
    for number, row in enumerate(filled.patents, 1):
        if statuses and row.status not in statuses:
            found.append(Fault(each.id, NO_STATUS, row=number))
        if not _COUNTRY.fullmatch(row.country):
            found.append(Fault(each.id, NO_COUNTRY, row=number))
        plain = plain_number(row.number)
        if not plain:
            found.append(Fault(each.id, NO_NUMBER, row=number))
        elif (row.country, plain) in seen:
            found.append(Fault(each.id, TWICE, row=number))
        seen.add((row.country, plain))
        if len(row.title) > MAX_TEXT or len(row.number) > MAX_TEXT:
            found.append(Fault(each.id, TOO_LONG, row=number))
        title = plain_number(row.title)
        if row.printed and (plain in secret or any(len(other) >= 4 and other in title for other in secret)):
            found.append(Fault(each.id, UNPUBLISHED, row=number))
    return found
