"""The words of plans: layers and what becomes of them, kinds of events, stages that make events come true. All data."""

from __future__ import annotations

import functools
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from workbench.i18n import ToldError, mark
from workbench.planning.models import Openness
from workbench.rule_files import read_rules
from workbench.standards.ballots import BallotKind

_HERE: Final = Path(__file__).parent


class VocabularyError(ToldError):
    """A file of words cannot be used; `str(error)` names file, place and remedy on one line."""


class EventKind(StrEnum):
    """What an event is; `own`: a name that no rule of the workbench knows."""

    FILING = "filing"
    CONTRIBUTION = "contribution"
    STAGE = "stage"
    DECLARATION = "declaration"
    RELEASE = "release"
    WEIGHTS = "weights"
    PAPER = "paper"
    LAUNCH = "launch"
    SECRECY = "secrecy"
    FORMALITY = "formality"
    OWN = "own"


class _Layers(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    layers: dict[str, Openness]


class EventNames(BaseModel):
    """The content of `event_names.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: dict[EventKind, tuple[str, ...]]
    stages: dict[str, str]
    closes: dict[str, BallotKind]

    def kind(self, name: str) -> EventKind:
        """What an event is; a further release is called after the first, such as `OSS_TOOLS`."""
        found = next((kind for kind, names in self.kinds.items() if name in names), EventKind.OWN)
        release = any(name.startswith(f"{each}_") for each in self.kinds[EventKind.RELEASE])
        return EventKind.RELEASE if release and found is EventKind.OWN else found

    @property
    def every(self) -> tuple[str, ...]:
        return tuple(name for names in self.kinds.values() for name in names)


@functools.cache
def layers() -> dict[str, Openness]:
    """Each layer with what becomes of it by default, in the order of the file."""
    return read_rules(_HERE / "layers.toml", _Layers, mark("layers"), VocabularyError).layers


@functools.cache
def event_names() -> EventNames:
    """The events that rules know."""
    return read_rules(_HERE / "event_names.toml", EventNames, mark("names of events"), VocabularyError)
