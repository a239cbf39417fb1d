"""Patent numbers in docdb, epodoc and original form. Pure: parse, normalise, format; see `number` for the rules."""

from scrapers.identifiers.numbers.kinds import KindCode, Step, kind_code
from scrapers.identifiers.numbers.number import PatentNumber
from scrapers.identifiers.numbers.parts import Series
from scrapers.identifiers.numbers.reading import Ambiguous, Unread, read_number

__all__ = ["Ambiguous", "KindCode", "PatentNumber", "Series", "Step", "Unread", "kind_code", "read_number"]
