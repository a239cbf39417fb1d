"""Official forms as data: one file a version of a policy's form, with its fields, conditions and recipients.

What comes with the workbench lies in `forms`; a folder of one's own (setting `form_templates`) adds versions and
replaces those of the same name. The language of conditions is small on purpose: required or allowed only where a
choice has one of some values.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from workbench.faults import FaultError, first_fault, yaml_fault
from workbench.i18n import mark
from workbench.rule_files import RuleFileError

FORMS: Final = Path(__file__).with_name("forms")
MAX_BYTES: Final = 256 * 1024
MAX_FILES: Final = 50


class TemplateError(RuleFileError):
    """A form cannot be used; `str(error)` names file, place and remedy on one line."""


class FieldType(StrEnum):
    """What a field holds. `lines`: a text of several lines; `numbers`: one a line; `signature`: nothing typed."""

    TEXT = "text"
    LINES = "lines"
    EMAIL = "email"
    URL = "url"
    CHOICE = "choice"
    MARK = "mark"
    NUMBERS = "numbers"
    PATENTS = "patents"
    SIGNATURE = "signature"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    """A text in both languages of the workbench."""

    en: str = Field(min_length=1)
    ja: str = Field(min_length=1)

    def text(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


class Recipient(Words):
    """An organisation that takes declarations, and where."""

    address: str = Field(min_length=3)


class Section(Words):
    id: str


class Choice(Words):
    """A value of a choice; `to`: who gets a declaration about such a document."""

    value: str
    to: tuple[str, ...] = ()


class Column(Words):
    """A column of the table of patents; `choices` are the only values it takes, if it names any."""

    id: Literal["no", "status", "country", "number", "title"]
    choices: tuple[Choice, ...] = ()

    def shown(self, value: str, language: str) -> str:
        """A value as it is printed."""
        return next((choice.text(language) for choice in self.choices if choice.value == value), value)


Condition = dict[str, tuple[str, ...]]


class FormField(Words):
    """A field of a form; what the attributes mean is told at the top of each file."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    section: str
    type: FieldType
    required: Literal["always", "never"] | Condition
    only: Condition = Field(default_factory=dict)
    equals: str | None = None
    under: str | None = None
    ticks: str | None = None
    more_rows_of: str | None = None
    rows: int | None = Field(default=None, ge=1, le=1000)
    optional: bool = False
    on_paper: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices)


class FormTemplate(_Part):
    """One version of an official form."""

    policy: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,30}$")
    title: Words
    scope: Words
    note: Words
    source: str = Field(min_length=1)
    verified: bool
    recipients: dict[str, Recipient]
    sections: tuple[Section, ...] = Field(min_length=1)
    fields: tuple[FormField, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = ()

    @property
    def name(self) -> str:
        """What cases are kept under: policy and version."""
        return f"{self.policy} {self.version}"

    def field(self, name: str) -> FormField:
        """The field of this id. Raises KeyError."""
        return next_or_key_error(self.fields, name)

    def has(self, name: str) -> bool:
        return any(field.id == name for field in self.fields)

    def of_section(self, section: str) -> list[FormField]:
        return [field for field in self.fields if field.section == section]

    def recipients_of(self, doc_type: str) -> tuple[str, ...]:
        """Who gets a declaration about such a document; nobody where the kind of document is not known."""
        return next((choice.to for choice in self.field("doc_type").choices if choice.value == doc_type), ())

    @model_validator(mode="after")
    def _consistent(self) -> FormTemplate:
        ids = [field.id for field in self.fields]
        doubled = next((each for each in ids if ids.count(each) > 1), None)
        if doubled:
            raise FaultError(mark("field %(field)s stands twice; give the other one its own id"), field=doubled)
        sections = {section.id for section in self.sections}
        for each in NEEDED:
            if each not in ids:
                raise FaultError(mark("field %(field)s is missing; a case cannot do without it"), field=each)
        for field in self.fields:
            self._check(field, sections, set(ids))
        return self

    def _check(self, field: FormField, sections: set[str], ids: set[str]) -> None:
        if field.section not in sections:
            stray = mark("field %(field)s: there is no section %(section)s; name it under sections")
            raise FaultError(stray, field=field.id, section=field.section)
        for other in filter(None, (field.equals, field.under, field.more_rows_of)):
            if other not in ids:
                stray = mark("field %(field)s: there is no field %(other)s; correct the name")
                raise FaultError(stray, field=field.id, other=other)
        if (field.type is FieldType.CHOICE) != bool(field.choices):
            raise FaultError(mark("field %(field)s: a choice has choices, and nothing else has"), field=field.id)
        conditions = [field.only] if isinstance(field.required, str) else [field.only, field.required]
        for name, values in ((name, values) for condition in conditions for name, values in condition.items()):
            known = self.field(name).values if name in ids else ()
            strange = next((value for value in values if value not in known), None)
            if strange is not None or not known:
                stray = mark("field %(field)s: %(other)s is no choice with the value %(value)s; correct it")
                raise FaultError(stray, field=field.id, other=name, value=strange)
        for choice in field.choices:
            unknown = next((each for each in choice.to if each not in self.recipients), None)
            if unknown:
                stray = mark("field %(field)s: there is no recipient %(recipient)s; name it under recipients")
                raise FaultError(stray, field=field.id, recipient=unknown)
        if field.id == "doc_type" and any(not choice.to for choice in field.choices):
            raise FaultError(mark("field doc_type: each kind of document names its recipients under `to`"))


NEEDED: Final = ("holder_name", "doc_type", "doc_number", "doc_title", "option", "patents")
"""Fields that cases themselves speak of; every form of the policy has them."""


def next_or_key_error(fields: Iterable[FormField], name: str) -> FormField:
    """The field of this id. Raises KeyError."""
    found = next((field for field in fields if field.id == name), None)
    if found is None:
        raise KeyError(name)
    return found


def load_template(path: Path) -> FormTemplate:
    """Read one form. Raises TemplateError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            large = mark("form %(path)s: larger than %(most)s bytes; a form is a page or two")
            raise TemplateError(large, path=path, most=f"{MAX_BYTES:,}")
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        template = FormTemplate.model_validate(content)
    except OSError as error:
        unread = mark("form %(path)s: cannot be read (%(reason)s); check the setting")
        raise TemplateError(unread, path=path, reason=error.strerror) from error
    except ValidationError as error:
        raise TemplateError(mark("form %(path)s: %(reason)s"), path=path, reason=first_fault(error)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        strange = mark("form %(path)s: not valid YAML: %(reason)s")
        raise TemplateError(strange, path=path, reason=yaml_fault(error)) from error
    if template.version != path.stem:
        named = mark("form %(path)s: it says version %(version)s; name the file %(version)s.yaml")
        raise TemplateError(named, path=path, version=template.version)
    return template


@functools.cache
def _shipped() -> tuple[FormTemplate, ...]:
    return tuple(map(load_template, sorted(FORMS.glob("*.yaml"))))


def load_templates(folder: Path | None = None) -> Mapping[str, FormTemplate]:
    """The forms by name, the newest version last: those of the workbench, and those of `folder`. Raises TemplateError.

    One of the folder replaces the one of the same policy and version that comes with the workbench.
    """
    own: list[Path] = []
    if folder is not None:
        own = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
        if not own:
            none = mark("forms %(folder)s: no folder with files *.yaml; check the setting form_templates")
            raise TemplateError(none, folder=folder)
        if len(own) > MAX_FILES:
            many = mark("forms %(folder)s: more than %(most)s files; keep only the forms there")
            raise TemplateError(many, folder=folder, most=MAX_FILES)
    found = {template.name: template for template in (*_shipped(), *map(load_template, own))}
    return dict(sorted(found.items(), key=lambda pair: (pair[1].policy, pair[1].version)))
