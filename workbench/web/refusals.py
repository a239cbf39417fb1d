"""Answers to errors that any page or interface can meet: files of rules that cannot be used, rows that are hidden."""

from __future__ import annotations

from flask import Flask, Response, current_app, render_template

from workbench.i18n import ToldError, mark
from workbench.people.completeness import IncompleteError
from workbench.rule_files import RuleFileError
from workbench.web.api import door
from workbench.web.api.problems import problem
from workbench.web.text import gettext, told
from workbench.web.walls import PERMISSION_NAMES

_Answer = Response | tuple[str, int]


def install(app: Flask) -> None:
    # Unlike `_()` it takes a text that was told already and has a per cent sign in it.
    app.jinja_env.globals["in_words"] = gettext
    app.register_error_handler(RuleFileError, _unusable)
    app.register_error_handler(IncompleteError, _incomplete)


def _unusable(error: RuleFileError) -> _Answer:
    """One line that names file, place and remedy."""
    current_app.logger.error("a file of rules cannot be used: %s", error)
    return _answer(503, mark("A file of rules or forms cannot be used"), error, told(error))


def _incomplete(error: IncompleteError) -> _Answer:
    return _answer(403, mark("Too much of this is hidden from you"), error, told_to_people(error))


def told_to_people(error: IncompleteError) -> str:
    """Programs know a permission by its name, people by its words."""
    words = ToldError(PERMISSION_NAMES[error.missing])
    return told(ToldError(error.message, **{**error.values, "permission": words}))


def _answer(status: int, title: str, error: ToldError, remedy: str) -> _Answer:
    if door.is_meant():
        return problem(status, " ".join(str(error).split()))
    return render_template("web/errors/error.html", code=status, title=title, remedy=remedy), status
