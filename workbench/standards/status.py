"""The life of a work item in one word, read from its stage. Pure."""

from __future__ import annotations

from enum import StrEnum

from scrapers.identifiers import STAGE_MATRIX


class Status(StrEnum):
    PROPOSED = "proposed"
    IN_PROGRESS = "in_progress"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


def status_of(stage: str | None) -> Status | None:
    """The status at a stage code such as `40.20`; None where no stage is known.

    ISO/IEC Directives Part 1, Annex SD: substage 98 abandons the project; a document stays published through its
    review and the withdrawal ballot, until 95.99.
    """
    if stage is None:
        return None
    group, _, substage = stage.partition(".")
    if substage == "98":
        return Status.CANCELLED
    if group in ("00", "10"):
        return Status.PROPOSED
    if stage == "95.99":
        return Status.WITHDRAWN
    if group in ("90", "95") or stage == "60.60":
        return Status.PUBLISHED
    return Status.IN_PROGRESS


def stages_with(status: Status) -> tuple[str, ...]:
    """Every stage code of the matrix at which a work item has this status."""
    codes = (f"{group}.{substage}" for group, substages in STAGE_MATRIX.items() for substage in substages)
    return tuple(code for code in codes if status_of(code) is status)
