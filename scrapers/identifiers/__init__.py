"""Identifiers of the field, pure: parse, normalise, format.

`StageCode` in stages, `StandardRef` in references, `PatentNumber` in numbers.
"""

from scrapers.identifiers.numbers import PatentNumber
from scrapers.identifiers.references import StandardRef, Supplement
from scrapers.identifiers.stages import STAGE_GROUPS, STAGE_MATRIX, StageCode

__all__ = ["STAGE_GROUPS", "STAGE_MATRIX", "PatentNumber", "StageCode", "StandardRef", "Supplement"]
