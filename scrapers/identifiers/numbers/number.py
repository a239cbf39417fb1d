"""Patent numbers: one type over docdb, epodoc and original forms. Pure.

The docdb form is country, number and kind (EPO, OPS reference guide 1.3.20, section 2.1.2), written here with dots:
`EP.2400812.A1`. Countries are two-letter codes of WIPO ST.3, kinds are codes of WIPO ST.16. The rules of each
office are in `publications` and `applications`, the JPO's own writing in `japan`, the other two forms in `forms`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers.numbers import applications, forms, publications
from scrapers.identifiers.numbers.kinds import KindCode, kind_code
from scrapers.identifiers.numbers.parts import KIND, MAX_LENGTH, Parts, Series, plain, split, without_separators

_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class PatentNumber:
    """The number of a patent publication or application, e.g. `EP.2400812.A1`; equal whatever form it was written in.

    `doc_number` is in its office's one canonical form (a constructor call with another raises
    InvalidIdentifierError; use `parse` or `from_parts`): US grants without leading zeros (`7272630`, `D558629`), US
    application publications with four plus seven digits (`20060142694`), EP with seven digits, WO as it was published
    (two-digit years to 2003, four-digit years from 2004), JP era years as letter and two digits with the running number
    unpadded (`H0456789`). `kind` is None where none is printed. `series` keeps applications apart from publications,
    whose numbers have the same form at many offices. `raw` is what was read.
    """

    country: str
    doc_number: str
    kind: str | None = None
    series: Series = Series.PUBLICATION
    raw: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        parts = Parts(self.country, self.doc_number, self.kind)
        canonical = _canonical(parts, self.series, self.raw)
        if canonical != self.doc_number:
            raise InvalidIdentifierError(
                f"patent number {self.doc_number!r} is not in the canonical form {canonical!r}; "
                "use PatentNumber.parse or PatentNumber.from_parts"
            )
        if not self.raw:
            object.__setattr__(self, "raw", str(self))

    @classmethod
    def parse(cls, text: str, series: Series = Series.PUBLICATION) -> PatentNumber:
        """Read `EP.2400812.A1`, `US 2025/0204297 A1`, `US-10000000-B2`, `特開平8-179521`, ….

        With `series` "application": `PCT/JP2021/012345`, `ZL 201410201865.4`, `US 16/123,456`, `特願2005-123456`, ….
        The country must be given unless the form implies it. Raises InvalidIdentifierError where the text is of no
        known form of that series; where it is not known which series a text belongs to, use `read_number`.
        """
        parts = split(text)
        if parts is None:
            raise unknown(text)
        if parts.series is not None and parts.series is not series:
            raise InvalidIdentifierError(
                f"patent number {text!r} is the number of a {parts.series}; expected that of a {series}"
            )
        return cls._of(parts, series, text)

    @classmethod
    def from_parts(
        cls, country: str, doc_number: str, kind: str | None = None, series: Series = Series.PUBLICATION
    ) -> PatentNumber:
        """The number from the separate fields of a file, e.g. `("US", "07272630", "B2")`.

        `raw` is the fields as printed, with spaces between them. Raises InvalidIdentifierError as `parse` does.
        """
        raw = " ".join(part for part in (country, doc_number, kind) if part)
        if len(raw) > MAX_LENGTH:
            raise InvalidIdentifierError(f"patent number {raw[:20]!r}… has more than {MAX_LENGTH} characters")
        number = without_separators(plain(doc_number))
        return cls._of(Parts(country.strip().upper(), number, (kind or "").strip().upper() or None), series, raw)

    @classmethod
    def _of(cls, parts: Parts, series: Series, raw: str) -> PatentNumber:
        return cls(parts.country, _canonical(parts, series, raw), parts.kind, series, raw=raw)

    @property
    def kind_code(self) -> KindCode | None:
        """What the kind means at this office; None where none is printed or the table does not have it."""
        return kind_code(self.country, self.kind) if self.series is Series.PUBLICATION else None

    def epodoc(self) -> str | None:
        """`EP2400812`, `US2006142694`, `JP3000014B`, `WO2008US86599`; None where the rule needs what is not known.

        OPS reference guide 1.3.20, section 4.3: the letter of kinds A is left out, that of D to Z attached, and that of
        B and C attached only where two series of numbers overlap, which is known here for some offices only.
        """
        return forms.epodoc(self.country, self.doc_number, self.kind, self.series)

    def original(self) -> str:
        """As the office prints it: `US 7,272,630 B2`, `WO 2022/259205 A1`, `PCT/JP2021/012345`, `特願2005-123456`.

        Where the print has no one form for it, country, number and kind with spaces. Of applications the kind is left
        out, for no office prints it.
        """
        return forms.original(self.country, self.doc_number, self.kind, self.series)

    def __str__(self) -> str:
        return ".".join(part for part in (self.country, self.doc_number, self.kind) if part)


def unknown(text: str) -> InvalidIdentifierError:
    """The error for a text that is of no known form."""
    return InvalidIdentifierError(
        f"patent number {text!r} is of no known form; expected country, number and kind, e.g. EP.2400812.A1, "
        "US10000000B2 or WO 2022/259205 A1"
    )


def _canonical(parts: Parts, series: Series, raw: str) -> str:
    """The canonical form of the number; raises InvalidIdentifierError where the parts break the office's rules."""
    canonical = None
    if _COUNTRY.fullmatch(parts.country) and (parts.kind is None or KIND.fullmatch(parts.kind)):
        rule = publications.publication if series is Series.PUBLICATION else applications.application
        canonical = rule(parts.country, parts.number, parts.kind)
    if canonical is None:
        raise unknown(raw or ".".join(part for part in (parts.country, parts.number, parts.kind) if part))
    return canonical
