"""The sources there are, read once, and what people call the source of a run or a change."""

from __future__ import annotations

from functools import cache

from scrapers.registry import Source, sources
from workbench.ballots.verbs import PERSON
from workbench.web.text import gettext


@cache
def known_sources() -> dict[str, Source]:
    """Every source by name."""
    return sources()


def source_name(name: str) -> str:
    """The title of a source; of an import or a mapping, the file or draft it read."""
    if name == PERSON:
        return gettext("typed")
    known = known_sources().get(name)
    return known.manifest.title if known else name.removeprefix("file:").removeprefix("map:")
