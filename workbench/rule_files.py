"""Files of rules that people edit: read as TOML, checked against a model, refused in one line that names the place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from workbench.faults import first_fault
from workbench.i18n import ToldError, mark


class RuleFileError(ToldError):
    """A file that people edit cannot be used; `str(error)` names file, place and remedy on one line."""


_Rules = TypeVar("_Rules", bound=BaseModel)
_Error = TypeVar("_Error", bound=ToldError)


def read_toml(path: Path, what: str, error: type[ToldError]) -> dict[str, Any]:
    """The content of a file. Raises `error`, whose line begins with `what`, a text of the catalogues, and the path."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as reason:
        unread = mark("%(what)s %(path)s: cannot be read (%(reason)s); check the setting")
        raise error(unread, **_of(what, path, reason.strerror)) from reason
    except (ValueError, RecursionError) as reason:
        said = " ".join(str(reason).split())
        raise error(mark("%(what)s %(path)s: not valid TOML: %(reason)s"), **_of(what, path, said)) from reason


def read_rules(path: Path, model: type[_Rules], what: str, error: type[ToldError]) -> _Rules:
    """The content of a file as a model. Raises `error` as `read_toml` does, with the place of the first fault."""
    content = read_toml(path, what, error)
    try:
        return model.model_validate(content)
    except ValidationError as reason:
        raise unusable(path, what, error, reason) from reason


def unusable(path: Path, what: str, error: type[_Error], reason: ValidationError, *, rule: int | None = None) -> _Error:
    """The error that tells the first fault of a file, or of its rule of this number, behind its place."""
    values = _of(what, path, first_fault(reason))
    if rule is None:
        return error(mark("%(what)s %(path)s: %(reason)s"), **values)
    return error(mark("%(what)s %(path)s, rule %(rule)s: %(reason)s"), rule=rule, **values)


def _of(what: str, path: Path, reason: object) -> dict[str, object]:
    return {"what": ToldError(what), "path": path, "reason": reason}
