"""The state of a table in the address bar: filters, sort order and page. The address is the whole state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import request, url_for

from workbench.export import MOST_SHEET_ROWS
from workbench.web.context import viewer
from workbench.web.permissions import may_export

PER_PAGE: Final = 50
MAX_ARGUMENT: Final = 200
EXPORT_FORMATS: Final = ("csv", "xlsx", "jsonl")


@dataclass(frozen=True)
class Listing:
    """`filters` are the values of the fields above the table, `path` those of the address itself.

    `sort` is a column key, with `-` before it for descending order. `export_filters` ask for the same rows as an export
    where `filters` alone do not.
    """

    endpoint: str
    filters: Mapping[str, Any]
    sort: str
    default_sort: str
    page: int
    total: int
    export_kind: str | None = None
    export_filters: Mapping[str, Any] | None = None
    path: Mapping[str, Any] = field(default_factory=dict)
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """Number of the first row shown, counted from 1; 0 where there is none."""
        return 0 if self.total == 0 else (self.page - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        return min(self.total, self.page * self.per_page)

    @property
    def filtered(self) -> bool:
        return bool(_given(self.filters))

    def url(self, *, sort: str | None = None, page: int = 1) -> str:
        """This table with another order or page, the filters kept."""
        order = self.sort if sort is None else sort
        extra: dict[str, Any] = {} if order == self.default_sort else {"sort": order}
        if page > 1:
            extra["page"] = page
        return url_for(self.endpoint, **self.path, **_given(self.filters), **extra)

    def clear_url(self) -> str:
        """The table without filters, in its own order."""
        return url_for(self.endpoint, **self.path)

    def sort_url(self, key: str) -> str:
        """Order by a column; once more on the same column turns the order round."""
        return self.url(sort=f"-{key}" if self.sort == key else key)

    def direction(self, key: str) -> str | None:
        """`ascending` or `descending` where the table is ordered by this column."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort)

    def export_urls(self) -> list[tuple[str, str]]:
        """Format and address of each export of exactly these rows; empty where there is no export."""
        if self.export_kind is None or not may_export(self.export_kind, viewer()):
            return []
        asked = self.filters if self.export_filters is None else self.export_filters
        values: dict[str, Any] = _given(asked)
        return [
            (form, url_for("export.download", table=self.export_kind, format=form, **values))
            for form in EXPORT_FORMATS
            if form != "xlsx" or not self.outgrows_a_sheet
        ]

    @property
    def outgrows_a_sheet(self) -> bool:
        """Whether there are more rows than a sheet of XLSX holds."""
        return self.total > MOST_SHEET_ROWS


def _given(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value not in (None, "")}


def argument(name: str) -> str:
    """A value of the address without characters that cannot be shown, and without more than a person would type."""
    text = "".join(character if character.isprintable() else " " for character in request.args.get(name, ""))
    return text.strip()[:MAX_ARGUMENT]


def page_number(text: str | None) -> int:
    """A page from the address, 1 where there is none or it is no number above 0."""
    return int(text) if text and text.isascii() and text.isdigit() and 0 < len(text) < 8 and int(text) > 0 else 1


def sort_key(text: str | None, allowed: tuple[str, ...], default: str) -> str:
    """A sort order from the address, the default where it names no column that can be sorted."""
    return text if text and text.removeprefix("-") in allowed else default
