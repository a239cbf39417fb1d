"""The fields of a declaration that a column may hold, and the maps of the registers that ship with the project.

Fields: holder and deliverable (required), statement (the register's own number of it), option, reciprocity, date
(received), form_version, url, and of the patent that a row lists: number, country, status, patent_title. Beside what
`scrapers.column_maps` describes a map says

```toml
register = "ISO"               # whose list it is
policy = "common"              # whose options these are; the common patent policy of ITU-T, ITU-R, ISO and IEC

[values.option]                # 1, 2, 3 = how the register writes it; case and white space do not matter
1 = ["Option 1", "free of charge"]
[values.reciprocity]           # yes, no
yes = ["x"]
no = [""]                      # an empty cell says no; without this line it says nothing
[values.status]                # granted, pending
[values.country]               # two-letter code of WIPO ST.3 = names beside those of the countries in English
EP = ["European Patent Office"]
```
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

import pydantic
from babel import Locale
from pydantic import field_validator

from scrapers.column_maps import Columns, normal, read_map, shipped_maps

COMMON_POLICY: Final = "common"

Words = dict[str, tuple[str, ...]]
"""How a register writes each value."""


class Field(StrEnum):
    """The fields of a declaration that a column may hold."""

    HOLDER = "holder"
    DELIVERABLE = "deliverable"
    STATEMENT = "statement"
    OPTION = "option"
    RECIPROCITY = "reciprocity"
    DATE = "date"
    FORM_VERSION = "form_version"
    URL = "url"
    NUMBER = "number"
    COUNTRY = "country"
    STATUS = "status"
    PATENT_TITLE = "patent_title"


ALLOWED: Final = {
    Field.OPTION: frozenset({"1", "2", "3"}),
    Field.RECIPROCITY: frozenset({"yes", "no"}),
    Field.STATUS: frozenset({"granted", "pending"}),
}


class RegisterMap(Columns[Field]):
    """Which column of a register's list holds which field of a declaration, and what its words mean."""

    required: ClassVar[tuple[str, ...]] = (Field.HOLDER, Field.DELIVERABLE)

    register_name: str = pydantic.Field(alias="register", min_length=1, max_length=40)
    policy: str = COMMON_POLICY
    values: dict[Field, Words] = pydantic.Field(default_factory=dict)

    @field_validator("values")
    @classmethod
    def _values_are_known(
        cls, value: dict[Field, dict[str, tuple[str, ...]]]
    ) -> dict[Field, dict[str, tuple[str, ...]]]:
        for field, words in value.items():
            if field is Field.COUNTRY:
                continue
            unknown = sorted(words.keys() - ALLOWED.get(field, frozenset()))
            if unknown:
                known = ", ".join(sorted(ALLOWED.get(field, ()))) or "no values"
                raise ValueError(f"{field} cannot be {unknown[0]!r}; it can be: {known}")
        return value

    def meaning(self, field: Field, text: str) -> str | None:
        """The value that a cell stands for; None where the map does not know its text."""
        words = self.values.get(field, {})
        plain = normal(text)
        return next((value for value, written in words.items() if plain in map(normal, written)), None)

    def country(self, text: str) -> str | None:
        """The two-letter code of a country or organisation; None where the text is neither code nor known name."""
        plain = text.strip()
        if len(plain) == 2 and plain.isascii() and plain.isalpha():
            return plain.upper()
        return self.meaning(Field.COUNTRY, plain) or _countries().get(normal(plain))


@cache
def _countries() -> dict[str, str]:
    """Two-letter codes by the English names of countries (Unicode CLDR)."""
    return {normal(name): code for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}


def load_map(path: Path) -> RegisterMap:
    """The map of a TOML or JSON file. Raises UnreadableFileError, one line that names the file and what is wrong."""
    return read_map(path, RegisterMap)


def built_in() -> tuple[RegisterMap, ...]:
    """The maps of the registers that ship with the project, by name."""
    return shipped_maps("scrapers.registers", RegisterMap)
