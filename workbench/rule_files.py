"""Files of rules that people edit: read as TOML, checked against a model, refused in one line that names the place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_Rules = TypeVar("_Rules", bound=BaseModel)


def read_toml(path: Path, what: str, error: type[Exception]) -> dict[str, Any]:
    """The content of a file. Raises `error`, whose line begins with `what` and the path."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as reason:
        raise error(f"{what} {path}: cannot be read ({reason.strerror}); check the setting") from reason
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise error(f"{what} {path}: not valid TOML: {' '.join(str(reason).split())}") from reason


def read_rules(path: Path, model: type[_Rules], what: str, error: type[Exception]) -> _Rules:
    """The content of a file as a model. Raises `error` as `read_toml` does, with the place of the first fault."""
    content = read_toml(path, what, error)
    try:
        return model.model_validate(content)
    except ValidationError as reason:
        raise error(f"{what} {path}: {first_complaint(reason)}") from reason


def first_complaint(error: ValidationError) -> str:
    """The first thing that is wrong, behind its place."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
