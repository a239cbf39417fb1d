"""The replay folder goes through the real sources without a warning and gives the demonstration something to report."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from scrapers.context import Context
from scrapers.identifiers import StandardRef
from scrapers.records import Committee, Precision, WorkItem
from scrapers.registry import sources
from scrapers.replay import ReplayFetcher
from workbench import sample

FIRST, SECOND = sample.DAYS
REPLAY = sample.folder() / "replay"


def _run(source: str, day: dt.date, **options: Any) -> Context:
    found = sources()[source]
    context = Context(found.manifest, ReplayFetcher(REPLAY, day), store_snapshot=lambda _: "snapshot", options=options)
    found.crawl(context)
    return context


def _work_items(context: Context) -> dict[int, WorkItem]:
    items = [each.record for each in context.records if isinstance(each.record, WorkItem)]
    return {each.iso_id: each for each in items}


@pytest.fixture(scope="module")
def catalogue() -> dict[dt.date, dict[int, WorkItem]]:
    return {day: _work_items(_run("iso_open_data", day)) for day in sample.DAYS}


@pytest.fixture(scope="module")
def pages() -> dict[dt.date, dict[int, WorkItem]]:
    return {day: _work_items(_run("iso_pages", day, ids=sample.PAGE_IDS)) for day in sample.DAYS}


@pytest.mark.parametrize("day", sample.DAYS)
def test_the_catalogue_is_read_without_a_warning(day: dt.date) -> None:
    context = _run("iso_open_data", day)

    assert context.warnings == []
    assert not context.incomplete
    committees = [each.record for each in context.records if isinstance(each.record, Committee)]
    assert [each.reference for each in committees] == ["ISO/IEC JTC 1/SC 42"]
    assert len(committees[0].p_members) > 40


def test_there_are_fifty_work_items_with_valid_references(catalogue: dict[dt.date, dict[int, WorkItem]]) -> None:
    assert (len(catalogue[FIRST]), len(catalogue[SECOND])) == (49, 50)
    for item in catalogue[SECOND].values():
        assert StandardRef.parse(item.reference)
        assert item.stage is not None


def test_the_second_recording_has_one_new_item_and_eight_stage_changes(
    catalogue: dict[dt.date, dict[int, WorkItem]],
) -> None:
    first, second = catalogue[FIRST], catalogue[SECOND]

    assert {second[each].reference for each in second.keys() - first.keys()} == {"ISO/IEC TR 5259-6:2026"}
    assert first.keys() <= second.keys()
    changed = {
        str(StandardRef.parse(second[each].reference).undated): (str(first[each].stage), str(second[each].stage))
        for each in first
        if first[each] != second[each]
    }
    assert len(changed) == 8
    assert all(old < new for old, new in changed.values())
    assert changed["ISO/IEC 99001"] == ("30.60", "40.20")


@pytest.mark.parametrize("day", sample.DAYS)
def test_the_pages_are_read_without_a_warning(day: dt.date) -> None:
    context = _run("iso_pages", day, ids=sample.PAGE_IDS)

    assert context.warnings == []
    assert len(context.records) == len(sample.PAGE_IDS)


@pytest.mark.parametrize("day", sample.DAYS)
def test_pages_and_catalogue_agree(
    day: dt.date, catalogue: dict[dt.date, dict[int, WorkItem]], pages: dict[dt.date, dict[int, WorkItem]]
) -> None:
    for iso_id, page in pages[day].items():
        for field in page.model_fields_set - {"stage_history"}:
            assert getattr(page, field) == getattr(catalogue[day][iso_id], field), (iso_id, field)


def test_pages_give_the_days_of_the_history_up_to_the_current_stage(
    pages: dict[dt.date, dict[int, WorkItem]],
) -> None:
    for day, items in pages.items():
        for item in items.values():
            dates = [event.date for event in item.stage_history]
            assert dates == sorted(dates)
            assert dates[-1] <= day
            assert item.stage_history[-1].stage == item.stage
            assert {event.precision for event in item.stage_history} == {Precision.DAY}
    first, second = (pages[day][sample.DRAFTS[0].work_item].stage_history for day in sample.DAYS)
    assert second[: len(first)] == first
    assert [(str(event.stage), event.date) for event in second[len(first) :]] == [
        ("30.99", dt.date(2026, 11, 10)),
        ("40.00", dt.date(2026, 11, 10)),
        ("40.20", dt.date(2026, 11, 12)),
    ]


@pytest.mark.shared
def test_real_work_items_are_as_their_sources_have_them(
    shared: Path, catalogue: dict[dt.date, dict[int, WorkItem]]
) -> None:
    facts = {each["iso_id"]: each for each in json.loads((shared / "data/sc42_work_items.json").read_text())["items"]}
    for day in sample.DAYS:
        for iso_id, item in catalogue[day].items():
            if iso_id in sample.PAGE_IDS:
                continue
            fact = facts[iso_id]
            seen = [(each["reference"], each["stage"]) for each in fact.get("stage_history_observed") or []]
            seen.append((fact["reference"], fact["stage"]))
            if fact.get("later"):
                seen.append((fact["later"]["reference"], fact["later"].get("stage")))
            assert (item.reference, str(item.stage)) in seen
            assert item.title_en == " ".join(fact["title"].split())
