"""Application numbers as sources write them, brought to one key. Pure."""

from __future__ import annotations

import re
from typing import Final

_KINDS_OF_PATENTS: Final = frozenset({"A", "D", "P"})
# DOCDB puts the year of filing before a US application's series code and number; the USPTO does not.
_US_WITH_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}([0-9]{8})")


def application_key(application: str) -> str:
    """The same for all forms of one application number: `US.202318999001.A` and `US.18999001` give `US.18999001`.

    `application` is in docdb form. The kinds that DOCDB gives to applications for patents are dropped; those of utility
    models, translations and PCT applications stay, for their numbers are others.
    """
    country, _, rest = application.partition(".")
    number, _, kind = rest.partition(".")
    if country == "US" and (with_year := _US_WITH_YEAR.fullmatch(number)):
        number = with_year[1]
    return ".".join((country, number) if kind in _KINDS_OF_PATENTS or not kind else (country, number, kind))


def application_forms(application: str) -> tuple[str, ...]:
    """The forms under which other sources may have the same application, as far as they can be known from it."""
    key = application_key(application)
    return tuple(dict.fromkeys((application, key, f"{key}.A")))
