"""Words for the values that rows hold, one module an area. Each is translated where it is shown."""

from __future__ import annotations

from typing import Final

from workbench.standards.stages import group_name, stage_name
from workbench.web.labels import (
    assessments,
    ballots,
    cases,
    comments,
    declarations,
    digest,
    documents,
    history,
    mapping,
    patents,
    portfolio,
    standards,
    trail,
)
from workbench.web.text import gettext

AREAS: Final = (
    standards,
    ballots,
    comments,
    documents,
    patents,
    mapping,
    assessments,
    portfolio,
    cases,
    declarations,
    history,
    digest,
    trail,
)
"""Modules whose `WORDS` hold, by the name of a vocabulary, each value with its word; no name stands in two."""

_WORDS: Final = {name: words for area in AREAS for name, words in area.WORDS.items()}


def label(vocabulary: str, value: str | None) -> str:
    """The word for a value in the reader's language; a value without one is shown as it is."""
    if value is None:
        return ""
    word = _WORDS[vocabulary].get(str(value))
    return str(value) if word is None else gettext(word)


def choices(vocabulary: str) -> list[tuple[str, str]]:
    """Values of a vocabulary with their words, in order, for a select field."""
    return [(value, gettext(word)) for value, word in _WORDS[vocabulary].items()]


def stage_label(code: str) -> str:
    return gettext(stage_name(code))


def group_label(code: str) -> str:
    return gettext(group_name(code))
