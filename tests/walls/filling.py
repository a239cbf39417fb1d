"""Rows of any table, made from its columns: every free text holds a word that is looked for afterwards.

What a column means is told by its key, its type and its name; where that does not do, tests give the value. A column
that can be told by none of these is an error that names it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, get_args, get_origin

import sqlalchemy as sa
from sqlmodel import SQLModel

from tests.web.seed import NOW

HASHES = ("sha256", "fingerprint", "digest", "hash", "token", "previous", "mark")
"""Names, or ends of names, of columns that hold a hash or the like."""
COHERENT: Mapping[str, Any] = {
    "language": "en",
    "country": "XX",
    "kind": "A1",
    "stage": "40.20",
    "iso_id": 90501,
    "clause_order": 0,
    "order": 0,
    "start": 0,
    "end": 4,
    "permission": None,
    "content_type": None,
    "window_start": None,
}
"""What columns of these names hold in every table, so that pages find what belongs together."""
SHORTEST = 24
"""Texts that may be no longer than this hold no word."""


class UnknownColumnError(Exception):
    """Nobody said what stands in a column; `str(error)` says where to say it."""


def models() -> dict[str, type[SQLModel]]:
    """Every model of the workbench by the name of its table."""
    registry: Any = SQLModel._sa_registry
    return {str(mapper.class_.__tablename__): mapper.class_ for mapper in registry.mappers}


def free_text(column: sa.Column[Any], given: Mapping[str, Any]) -> bool:
    """Whether anything may stand in a column: no key of another row, no fixed words, no hash, nothing short."""
    if column.foreign_keys or column.name in given or column.name in COHERENT or _is_hash(column.name):
        return False
    kind = _type(column)
    return isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and (kind.length or 999) > SHORTEST


def fill(model: type[SQLModel], word: str, given: Mapping[str, Any], links: Mapping[str, Any], which: str) -> SQLModel:
    """A row in which every free text holds the word; `which` row it is, for what must be unique.

    `given` are values of columns, `links` the keys of the rows that foreign keys point to, by table.
    """
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    values = {
        column.name: _value(model, column, word, given, links, which) for column in table.c if _needed(column, given)
    }
    # Past the validation, which fills in what models compute; columns that are not given keep their defaults.
    return model(**values)


def _needed(column: sa.Column[Any], given: Mapping[str, Any]) -> bool:
    own_key = column.primary_key and column.name == "id" and isinstance(column.type, sa.Integer)
    return column.name in given or not (own_key and not column.foreign_keys)


def _value(
    model: type[SQLModel],
    column: sa.Column[Any],
    word: str,
    given: Mapping[str, Any],
    links: Mapping[str, Any],
    which: str,
) -> Any:
    name, kind = column.name, _type(column)
    if name in given:
        return given[name]
    for key in column.foreign_keys:
        target = key.column.table.name
        return None if target == column.table.name else links.get(target)
    default = model.model_fields[name].get_default(call_default_factory=True)
    if isinstance(kind, sa.Enum):
        first: Any = next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
        return first if model.model_fields[name].is_required() else default
    text = f"{word} {column.table.name}.{name} {which}"
    if name in COHERENT:
        return COHERENT[name]
    if _is_hash(name) and isinstance(kind, sa.String):
        return hashlib.sha256(text.encode()).hexdigest()
    if free_text(column, given):
        return _text(name, text, word, kind.length)
    if isinstance(kind, sa.LargeBinary):
        return text.encode()
    if isinstance(kind, sa.JSON):
        return _document(model, name, text)
    if column.nullable or not model.model_fields[name].is_required():
        return default
    return _plain(column)


def _text(name: str, text: str, word: str, length: int | None) -> str:
    if name == "url" or name.endswith("_url"):
        return f"https://example.org/{word}" if word.isalnum() else f"javascript:window.ran=1//{text}"
    if name == "email":
        return f"{hashlib.sha256(text.encode()).hexdigest()[:8]}.{word.lower()}@example.org" if word.isalnum() else text
    return text[:length]


def _document(model: type[SQLModel], name: str, text: str) -> Any:
    field = model.model_fields[name]
    annotation = field.annotation
    parts = [each for each in (annotation, *get_args(annotation)) if get_origin(each) in (list, dict)]
    for each in parts:
        if get_origin(each) is list and get_args(each) == (str,):
            return [text]
        if get_origin(each) is dict and name in ("details", "changes", "facts"):
            return {text: text}
    if annotation is Any:
        return text
    if not field.is_required():
        return field.get_default(call_default_factory=True)
    if parts:
        return [] if get_origin(parts[0]) is list else {}
    table = str(model.__tablename__)
    raise UnknownColumnError(f"say in GIVEN of tests/walls/given.py what stands in {table}.{name}: it holds JSON")


def _plain(column: sa.Column[Any]) -> Any:
    kind = _type(column)
    plain: tuple[tuple[Any, Any], ...] = (
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.Float, 0.5),
        (sa.DateTime, NOW),
        (sa.Date, NOW.date() + dt.timedelta(days=9)),
        (sa.String, "x"),
    )
    for known, value in plain:
        if isinstance(kind, known):
            return value
    raise UnknownColumnError(f"say in GIVEN of tests/walls/given.py what stands in {column.table.name}.{column.name}")


def _type(column: sa.Column[Any]) -> Any:
    """The type of a column beneath what the models add to it."""
    return getattr(column.type, "impl_instance", column.type)


def _is_hash(name: str) -> bool:
    return name.split("_")[-1] in HASHES
