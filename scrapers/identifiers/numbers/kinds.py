"""Kind codes per office, a table kept as data in `kinds.toml`."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources


class Step(StrEnum):
    """Where in the life of a right a document of this kind stands."""

    APPLICATION = "application"
    SEARCH = "search"
    GRANT = "grant"
    CORRECTION = "correction"
    TRANSLATION = "translation"


@dataclass(frozen=True, slots=True)
class KindCode:
    """What an office prints under a kind code; `right` is patent, utility-model, design or plant."""

    title: str
    step: Step
    right: str = "patent"


def kind_code(country: str, kind: str | None) -> KindCode | None:
    """What `kind` means at the office `country`; None where the table does not say."""
    return _table().get(country, {}).get(kind or "")


@functools.cache
def _table() -> dict[str, dict[str, KindCode]]:
    text = resources.files("scrapers.identifiers.numbers").joinpath("kinds.toml").read_text("utf-8")
    return {
        country: {
            kind: KindCode(entry["title"], Step(entry["step"]), entry.get("right", "patent"))
            for kind, entry in kinds.items()
        }
        for country, kinds in tomllib.loads(text).items()
    }
