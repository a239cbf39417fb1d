"""A filled form as what is printed, part by part, whatever the file: Word, PDF and page are made of the same parts.

Only what may leave the house comes out of here: rows that are not to be printed are left out, and a form with faults
is not laid out at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from workbench.cases.templates import FieldType, FormField, FormTemplate
from workbench.cases.validation import Filled, check, errors, holds


class UnprintableError(Exception):
    """A form with faults is not printed; `str(error)` names the first field."""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Caption:
    """What the boxes below it are about."""

    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A field with its value, line by line; none where it is empty. `ruled`: room for a pen."""

    label: str
    lines: tuple[str, ...]
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A box to tick; `depth` says how far it is indented."""

    label: str
    ticked: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """The table of patents, or one page of it; `page` counts from 1."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    page: int


@dataclass(frozen=True, slots=True)
class SignatureBegins:
    """What follows stays together, on the last page."""


Part = Heading | Caption | Entry | Box | Rows | SignatureBegins


@dataclass(frozen=True, slots=True)
class Printed:
    """A form as it is printed: title, what it is for, a note at the foot, and its parts in order."""

    title: str
    scope: str
    note: str
    version: str
    to: tuple[str, ...]
    parts: tuple[Part, ...]
    draft: str | None


def printed(
    template: FormTemplate,
    filled: Filled,
    language: str,
    *,
    unreleased: Collection[str] = (),
    draft: str | None = None,
) -> Printed:
    """Lay a form out. `draft` is written across a form that is not approved. Raises UnprintableError.

    The part for the signature is left empty: it is signed with a pen.
    """
    wrong = errors(check(template, filled, unreleased))
    if wrong:
        raise UnprintableError(f"{template.field(wrong[0].field).en}: {wrong[0].message}")
    recipients = template.recipients_of(filled.text("doc_type"))
    return Printed(
        template.title.text(language),
        template.scope.text(language),
        template.note.text(language),
        template.version,
        tuple(
            f"{template.recipients[name].text(language)} <{template.recipients[name].address}>" for name in recipients
        ),
        tuple(_parts(template, filled, language)),
        draft,
    )


def _parts(template: FormTemplate, filled: Filled, language: str) -> Iterator[Part]:
    last = template.sections[-1]
    for section in template.sections:
        if section is last:
            yield SignatureBegins()
        yield Heading(section.text(language))
        for each in template.of_section(section.id):
            yield from _part(template, each, filled, language)


def _part(template: FormTemplate, each: FormField, filled: Filled, language: str) -> Iterator[Part]:
    label = each.text(language)
    match each.type:
        case FieldType.MARK if not each.only and not each.more_rows_of:
            yield Box(label, each.id in filled.marks, _depth(template, each))
        case FieldType.MARK:
            return  # printed with the value of a choice or the table that it belongs to
        case FieldType.CHOICE:
            yield Caption(label)
            for choice in each.choices:
                yield Box(choice.text(language), choice.value == filled.text(each.id))
                for mark in template.fields:
                    if mark.type is FieldType.MARK and choice.value in mark.only.get(each.id, ()):
                        yield Box(mark.text(language), mark.id in filled.marks, _depth(template, mark))
        case FieldType.PATENTS:
            yield Caption(label)
            for rows in _rows(template, each, filled, language):
                yield rows
                for mark in template.fields:
                    if rows.page == 1 and mark.more_rows_of == each.id:
                        yield Box(mark.text(language), mark.id in filled.marks)
        case FieldType.SIGNATURE:
            yield Entry(label, (), ruled=True)
        case _:
            lines = tuple(filled.lines(each.id)) if not each.only or holds(each.only, filled) else ()
            yield Entry(label, lines)


def _depth(template: FormTemplate, each: FormField) -> int:
    own = 1 if each.only else 0
    return own if each.under is None else 1 + _depth(template, template.field(each.under))


def _rows(template: FormTemplate, each: FormField, filled: Filled, language: str) -> Iterator[Rows]:
    columns = tuple(column.text(language) for column in template.columns)
    rows = []
    for number, patent in enumerate(filled.printed_patents, 1):
        cells = {
            "no": str(number),
            "status": patent.status,
            "country": patent.country,
            "number": patent.number,
            "title": patent.title,
        }
        rows.append(tuple(column.shown(cells[column.id], language) for column in template.columns))
    size = each.rows or max(1, len(rows))
    pages = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
    for page, some in enumerate(pages, 1):
        yield Rows(columns, tuple(some), page)
