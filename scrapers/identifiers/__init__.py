"""Identifiers of the field, pure: parse, normalise, format.

`StageCode` in stages, `StandardRef` in references, `PatentNumber` and `read_number` in numbers.
"""

from scrapers.identifiers.numbers import Ambiguous, PatentNumber, Series, Unread, read_number
from scrapers.identifiers.references import StandardRef, Supplement
from scrapers.identifiers.stages import STAGE_GROUPS, STAGE_MATRIX, StageCode

__all__ = [
    "STAGE_GROUPS",
    "STAGE_MATRIX",
    "Ambiguous",
    "PatentNumber",
    "Series",
    "StageCode",
    "StandardRef",
    "Supplement",
    "Unread",
    "read_number",
]
