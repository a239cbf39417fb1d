"""Who may know what a source says: runs and answers of sources of patents are for those who may read patents."""

from __future__ import annotations

from typing import Final

from scrapers.registry import Source
from workbench.people.permissions import Permission

_OF_PATENTS: Final = frozenset(
    {"Publication", "PatentFamily", "LegalEvent", "ApplicationStatus", "CitedDocument", "FiledClaims"}
)


def permission_for(source: Source) -> Permission | None:
    """The permission that is needed to see the runs of a source, by the type of record that its manifest counts."""
    return Permission.READ_PATENTS if source.manifest.expectations.counts in _OF_PATENTS else None
