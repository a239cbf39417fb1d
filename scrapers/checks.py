"""What a run must satisfy before anything of it is believed."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers.errors import ExpectationError
from scrapers.manifest import Manifest
from scrapers.records import Record


def count_records(manifest: Manifest, records: Iterable[Record]) -> int:
    """How many records of the type that the manifest counts."""
    return sum(type(record).__name__ == manifest.expectations.counts for record in records)


def check_run(manifest: Manifest, records: Iterable[Record], previous_count: int | None) -> None:
    """Raise ExpectationError where a run has too few records, or too many fewer than the last believed one.

    `previous_count` is what `count_records` gave for that run, or None where there was none. Only a source whose runs
    are complete is compared with it: a run that was asked for three pages says nothing about the others.
    """
    expected = manifest.expectations
    count = count_records(manifest, records)
    if count < expected.minimum:
        raise ExpectationError(
            f"{manifest.name}: expected at least {expected.minimum} {expected.counts} records, found {count}; nothing "
            "was believed. Look at the snapshot: the publisher may have changed the format"
        )
    if previous_count is None or not manifest.complete:
        return
    if count * 100 < previous_count * (100 - expected.maximum_drop_percent):
        raise ExpectationError(
            f"{manifest.name}: {count} {expected.counts} records, {previous_count} in the last believed run; expected "
            f"to lose at most {expected.maximum_drop_percent} %, nothing was believed. Look at the snapshot, or set "
            "another maximum_drop_percent in the manifest"
        )
