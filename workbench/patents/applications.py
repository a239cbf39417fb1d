"""Application numbers as sources write them, brought to one key. Pure."""

from __future__ import annotations

import re
from typing import Final

_KINDS_OF_PATENTS: Final = frozenset({"A", "D", "P"})
_US_WITH_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}([0-9]{8})")


def application_key(application: str) -> str:
    """The same for the forms of one application number that can be told: `JP.2024990001.A` gives `JP.2024990001`.

    `application` is in docdb form. The kinds that DOCDB gives to applications for patents are dropped; those of utility
    models, translations and PCT applications stay, for their numbers are others. Of the US `US.202318999001.A` and
    `US.18999001` give `US.18999001`, but `US.16123410.A` stays: DOCDB writes older ones as serial number and year, and
    without its kind it would be the number of another application.
    """
    country, _, rest = application.partition(".")
    number, _, kind = rest.partition(".")
    if country == "US":
        with_year = _US_WITH_YEAR.fullmatch(number)
        return f"US.{with_year[1]}" if with_year and kind in _KINDS_OF_PATENTS else application
    return ".".join((country, number) if kind in _KINDS_OF_PATENTS or not kind else (country, number, kind))


def application_forms(application: str) -> tuple[str, ...]:
    """The forms under which other sources may have the same application, as far as they can be known from it."""
    key = application_key(application)
    forms = (application, key) if key.startswith("US.") else (application, key, f"{key}.A")
    return tuple(dict.fromkeys(forms))
