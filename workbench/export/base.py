"""What a kind of rows is: how they are produced, by what they are filtered, and the shape each of them has."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from workbench.db import settings_of
from workbench.history.queries import FilterError

Row = dict[str, Any]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class UnknownExportError(Exception):
    """What is asked for cannot be taken out: `str(error)` names the kinds, formats, filters or drafts there are."""


class Shape(BaseModel):
    """The shape of a row: what others rely on. Rows hold exactly these fields."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True)


class Window(NamedTuple):
    """Which rows are wanted: from `offset` on, at most `limit`."""

    offset: int = 0
    limit: int | None = None


WHOLE: Final = Window()
Produce = Callable[[Session, Mapping[str, str], Window], Iterator[Row]]


@dataclass(frozen=True)
class Kind:
    """Rows of one kind, always in the same order. The fields of `key` tell one row from the others; none: all of them.

    `about` is one sentence for readers of the interface's page, `required` are the filters it cannot do without. The
    audit trail tells when rows that are `told` are taken out.
    """

    produce: Produce
    filters: frozenset[str]
    shape: type[BaseModel]
    key: tuple[str, ...]
    about: str
    required: tuple[str, ...] = ()
    told: bool = False


def cut(produce: Callable[[Session, Mapping[str, str]], Iterator[Row]]) -> Produce:
    """Rows that are produced one after the other; those before the window are produced and left out."""

    def windowed(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
        end = None if window.limit is None else window.offset + window.limit
        return itertools.islice(produce(session, filters), window.offset, end)

    return windowed


def day_of(session: Session, filters: Mapping[str, str]) -> dt.date:
    """The day `as_of`, by default today in the zone of the settings. Raises FilterError."""
    if "as_of" not in filters:
        return dt.datetime.now(settings_of(session).zone).date()
    try:
        return dt.date.fromisoformat(filters["as_of"])
    except ValueError as error:
        raise FilterError(f"as_of {filters['as_of']!r} is no day; give one as YYYY-MM-DD") from error


def iso(day: dt.date | None) -> str | None:
    """A day as JSON has it."""
    return None if day is None else day.isoformat()
