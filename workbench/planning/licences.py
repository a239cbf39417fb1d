"""Which open-source licence gives away a patent claim that a declaration would license for money. The table is data.

A conflict is one of revenue and of what users expect, no breach of law. Claims that do not read on the released code
are untouched: release the framework, keep the paid claim outside it, or declare under option 1.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

LICENCES: Final = Path(__file__).with_name("licences.csv")


class UnknownLicenceError(LookupError):
    """The table has no row for a licence; `str(error)` says what to do."""


class Tension(StrEnum):
    """How a licence and an option of the declaration go together, the least tension first."""

    NONE = "none"
    CONDITION = "condition"
    RISK = "risk"
    CONFLICT = "conflict"
    STRONG = "strong"


OPPOSED: Final = frozenset({Tension.CONFLICT, Tension.STRONG})
"""The licence gives free what the option would charge for."""


class Licence(BaseModel):
    """One row; the columns are told at the top of `licences.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spdx: str
    grant: str
    scope: str
    ends: str
    downstream: str
    option1: Tension
    option2: Tension


@functools.lru_cache(maxsize=8)
def load_licences(path: Path = LICENCES) -> Mapping[str, Licence]:
    """The table by SPDX identifier."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [Licence.model_validate(row) for row in csv.DictReader(lines)]
    return {row.spdx: row for row in rows}


def against_option(spdx: str, option: int, licences: Mapping[str, Licence] | None = None) -> Tension:
    """How releasing under a licence goes together with declaring claims on the released code under option 1 or 2.

    Under option 3 nothing is offered at all, so that any grant in words is in strong tension with it.
    Raises UnknownLicenceError, ValueError.
    """
    table = load_licences() if licences is None else licences
    if spdx not in table:
        raise UnknownLicenceError(
            f"no row for the licence {spdx!r}; read its text and add one to the table of licences"
        )
    row = table[spdx]
    match option:
        case 1:
            return row.option1
        case 2:
            return row.option2
        case 3:
            return Tension.STRONG if row.grant == "yes" else row.option2
        case _:
            raise ValueError(f"option {option}: a declaration has option 1, 2 or 3")
