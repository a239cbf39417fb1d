"""What a run must satisfy before anything of it is believed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scrapers.errors import ExpectationError
from scrapers.manifest import Manifest
from scrapers.records import Record

FEWEST_RECORDS: Final = 3
"""So many records of a type have to lack a field before its loss is more than chance."""
_EMPTY: Final[tuple[object, ...]] = (None, "", (), [], {})


@dataclass(frozen=True, slots=True)
class LostField:
    """A field (`WorkItem.edition`) that `had` of `had_of` records of a believed run held, and `has` of `of` now do.

    `emptied` counts the records that say outright that there is nothing, `example` is the place among the records of
    one that lacks the field.
    """

    field: str
    had: int
    had_of: int
    has: int
    of: int
    emptied: int
    example: int

    @property
    def told(self) -> str:
        """One line for a person."""
        return (
            f"{self.field}: {self.had} of {self.had_of} records had it in an earlier believed run, {self.has} of "
            f"{self.of} have it now; what it is read from may have been renamed or removed"
        )


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


def field_counts(records: Iterable[Record]) -> dict[str, int]:
    """How many records of each type there are (`WorkItem`), and how many hold each field (`WorkItem.edition`).

    Publications are counted by the format that they were read from (`Publication:ops-xml.title`): one holds less than
    another.
    """
    counts: Counter[str] = Counter()
    for record in records:
        name = _kind(record)
        counts[name] += 1
        counts.update(f"{name}.{field}" for field in record.model_fields_set if getattr(record, field) not in _EMPTY)
    return dict(counts)


def _kind(record: Record) -> str:
    form = getattr(record, "source_format", None)
    return type(record).__name__ + (f":{form}" if form else "")


def lost_fields(records: Sequence[Record], believed: Sequence[Mapping[str, int]]) -> list[LostField]:
    """The fields that far fewer records hold than in an earlier believed run: less than half of the share it had.

    `believed` holds the `field_counts` of earlier runs, newest first; the newest in which at least half of the records
    held a field speaks for it. A run of fewer records than that one, and fewer than FEWEST_RECORDS, is not compared.
    """
    now = field_counts(records)
    lost = []
    for field in sorted({name for counts in believed for name in counts if "." in name}):
        kind, _, name = field.partition(".")
        before = next((counts for counts in believed if 2 * counts.get(field, 0) >= counts.get(kind, 0) > 0), None)
        if before is None:
            continue
        has, of, had, had_of = now.get(field, 0), now.get(kind, 0), before[field], before[kind]
        if of < min(FEWEST_RECORDS, had_of) or not of or 2 * has * had_of >= had * of:
            continue
        lacking = [
            at for at, record in enumerate(records) if _kind(record) == kind and getattr(record, name, None) in _EMPTY
        ]
        emptied = sum(name in records[at].model_fields_set for at in lacking)
        lost.append(LostField(field, had, had_of, has, of, emptied, lacking[0]))
    return lost


def check_fields(manifest: Manifest, records: Iterable[Record], lost: Sequence[LostField]) -> None:
    """Raise ExpectationError where records lack a field that the manifest requires, or a field was emptied.

    A field that is merely unset changes nothing in the store; one that is emptied would be taken for a fact.
    """
    now = field_counts(records)
    for field in manifest.expectations.required:
        kind, _, name = field.partition(".")
        has = sum(count for key, count in now.items() if re.fullmatch(rf"{kind}(:[^.]*)?\.{name}", key))
        of = sum(count for key, count in now.items() if re.fullmatch(rf"{kind}(:[^.]*)?", key))
        if 2 * has < of:
            raise ExpectationError(
                f"{manifest.name}: {field} is in {has} of {of} records, expected in most of them; nothing was "
                "believed. Look at the snapshot: the publisher may have changed the format"
            )
    emptied = [each for each in lost if each.of >= FEWEST_RECORDS and 2 * each.emptied > each.of]
    if emptied:
        raise ExpectationError(
            f"{manifest.name}: {emptied[0].told}"
            + (f" (and {len(emptied) - 1} more fields)" if len(emptied) > 1 else "")
            + "; nothing was believed. Look at the snapshot"
        )
