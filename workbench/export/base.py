"""What a kind of rows is: how they are produced, by what they are filtered, and the shape each of them has."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

Row = dict[str, Any]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class UnknownExportError(Exception):
    """There is no such kind, format or filter; `str(error)` lists those there are."""


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
    """Rows of one kind, always in the same order. The fields of `key` tell one row from the others.

    `about` is one sentence for readers of the interface's page, `required` are the filters it cannot do without.
    """

    produce: Produce
    filters: frozenset[str]
    shape: type[Shape]
    key: tuple[str, ...]
    about: str
    required: tuple[str, ...] = ()


def cut(produce: Callable[[Session, Mapping[str, str]], Iterator[Row]]) -> Produce:
    """Rows that are produced one after the other; those before the window are produced and left out."""

    def windowed(session: Session, filters: Mapping[str, str], window: Window) -> Iterator[Row]:
        end = None if window.limit is None else window.offset + window.limit
        return itertools.islice(produce(session, filters), window.offset, end)

    return windowed


def iso(day: dt.date | None) -> str | None:
    """A day as JSON has it."""
    return None if day is None else day.isoformat()
