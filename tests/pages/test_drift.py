"""Sixty pages that drifted: each is noticed, none is stored as fact."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scrapers.checks import check_fields, check_run, count_records, field_counts, lost_fields
from scrapers.context import Context
from scrapers.errors import SourceError
from scrapers.records import Record
from scrapers.registry import sources
from scrapers.replay import ReplayFetcher
from tests.pages import FOLDER, Case, cases
from tests.pages.drift import KINDS, changes, drifted

# The case of each source that stands for an ordinary run, and how many changes of a kind are made to it.
ORDINARY = {
    "iso_pages": ("published-2024", 2),
    "iso_open_data": ("good", 2),
    "epo_ops": ("two_watches", 2),
    "uspto_odp": ("one_watch", 1),
    "uspto_weekly": ("one_week", 1),
    "ep_publication": ("three_numbers", 1),
    "jpo_api": ("three_applications", 1),
}
CASES = {case.source: case for case in cases() if ORDINARY.get(case.source, ("", 0))[0] == case.name}


@dataclass(frozen=True)
class Outcome:
    """What a run would store, and what it says about it; a rejected one stores nothing."""

    records: tuple[Record, ...]
    said: frozenset[str]
    error: str | None


def run(case: Case, folder: Path, before: Outcome | None = None) -> Outcome:
    """Run a source on a folder as a poll does, after a run that was believed."""
    source = sources()[case.source]
    context = Context(
        source.manifest,
        ReplayFetcher(folder, case.as_of),
        store_snapshot=lambda response: response.requested_url,
        options=case.options,
    )
    said: set[str] = set()
    try:
        source.crawl(context)
        records = tuple(each.record for each in context.records)
        check_run(source.manifest, records, None if before is None else count_records(source.manifest, before.records))
        lost = lost_fields(records, [] if before is None else [field_counts(before.records)])
        said = {each.told for each in lost}
        check_fields(source.manifest, records, lost)
    except SourceError as error:
        return Outcome((), frozenset(context.warnings), str(error))
    return Outcome(records, frozenset({*context.warnings, *said}), None)


def facts(records: tuple[Record, ...]) -> Counter[str]:
    """Every field that holds something, of every record, whatever the order of lists."""
    found: Counter[str] = Counter()
    for record in records:
        values = {name: _fact(getattr(record, name)) for name in record.model_fields_set}
        identity = {name: value for name, value in values.items() if name in IDENTITY.get(type(record).__name__, ())}
        key = json.dumps([type(record).__name__, identity], sort_keys=True)
        found.update(f"{key} {name} {json.dumps(value, sort_keys=True)}" for name, value in values.items())
    return found


IDENTITY = {
    "WorkItem": ("iso_id",),
    "Committee": ("iso_id",),
    "Publication": ("number",),
    "PatentFamily": ("asked",),
    "ApplicationStatus": ("application",),
    "LegalEvent": ("application", "code", "date", "office", "number", "description", "text"),
    "CitedDocument": ("application", "document", "date", "order"),
    "FiledClaims": ("application", "document_number", "part"),
}


def _fact(value: Any) -> Any:
    if isinstance(value, Record):
        return {name: _fact(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple):
        return sorted((_fact(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return value if isinstance(value, (int, bool, type(None))) else str(value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
def test_a_drifted_page_is_noticed_and_never_stored_as_fact(name: str, kind: str, tmp_path: Path) -> None:
    case, folder = CASES[name], FOLDER / name
    before = run(case, folder)
    assert before.error is None
    index = json.loads((folder / "index.json").read_text("utf-8"))
    bodies = [(folder / each).read_bytes() for each in index if (folder / each).is_file()]
    wanted, told = _wanted(name, kind), []
    for number, (what, change) in enumerate(changes(kind, bodies)):
        target = tmp_path / str(number)
        drifted(folder, target, change)
        after = run(case, target, before)
        same = facts(after.records) == facts(before.records)
        noticed = after.error is not None or bool(after.said - before.said)
        if same and not noticed and kind != "reordered":
            continue  # a part of the page that the source does not read
        told.append(what)
        stored = facts(after.records) - facts(before.records)
        assert noticed or same, f"{kind} {what}: nothing was said, lost {facts(before.records) - facts(after.records)}"
        assert not stored, f"{kind} {what}: stored as fact: {sorted(stored)}"
        if len(told) == wanted:
            break
    assert len(told) == wanted, f"of {name} only {told} can be {kind}"


def _wanted(name: str, kind: str) -> int:
    """How many pages of a source are changed in a way; a wall and another language change all of them at once."""
    return 1 if kind in ("walled", "translated") else ORDINARY[name][1]


def test_they_are_sixty() -> None:
    assert set(CASES) == set(ORDINARY)
    assert sum(_wanted(name, kind) for name in ORDINARY for kind in KINDS) >= 60
