"""ISO Open Data: rules that need no page, and the recorded files."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.context import Context
from scrapers.errors import DriftError
from scrapers.fetching import Response
from scrapers.records import Committee, WorkItem
from scrapers.registry import sources
from scrapers.replay import ReplayFetcher

SOURCE = sources()["iso_open_data"]
COMMITTEE = {"id": 7, "reference": "ISO/TC 999"}
DELIVERABLE = {"id": 1, "reference": "ISO 99001:2020", "ownerCommittee": "ISO/TC 999", "currentStage": 6060}


class Lines:
    """Answers with the given lines for committees and deliverables."""

    def __init__(self, folder: Path, deliverables: bytes, committees: bytes | None = None) -> None:
        self.files = {"committees": committees or json.dumps(COMMITTEE).encode() + b"\n", "deliverables": deliverables}
        self.folder = folder
        self.head_first: list[str] = []

    def get(self, url: str, *, head_first: bool = False, max_bytes: int | None = None) -> Response:
        name = next(name for name, address in SOURCE.manifest.urls.items() if address == url)
        if head_first:
            self.head_first.append(name)
        path = self.folder / name
        path.write_bytes(self.files[name])
        return Response(url, url, 200, {}, path, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

    def head(self, url: str) -> Response:
        raise NotImplementedError


def run(fetcher: Lines | ReplayFetcher, *committees: int) -> Context:
    options = {"committees": committees} if committees else {}
    context = Context(SOURCE.manifest, fetcher, store_snapshot=lambda _: "snapshot", options=options)
    SOURCE.crawl(context)
    return context


def items(context: Context) -> dict[int, WorkItem]:
    return {each.record.iso_id: each.record for each in context.records if isinstance(each.record, WorkItem)}


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_only_the_large_file_is_asked_for_by_head_first(tmp_path: Path) -> None:
    fetcher = Lines(tmp_path, lines(DELIVERABLE))
    run(fetcher, 7)
    assert fetcher.head_first == ["deliverables"]


def test_what_a_line_does_not_speak_of_stays_unset(tmp_path: Path) -> None:
    item = items(run(Lines(tmp_path, lines(DELIVERABLE)), 7))[1]
    assert item.model_fields_set == {"iso_id", "reference", "committee", "stage", "amends", "url"}
    assert items(run(Lines(tmp_path, lines(DELIVERABLE | {"scope": None})), 7))[1].model_fields_set >= {"scope"}


@pytest.mark.parametrize(
    ("code", "stage"), [(0, "00.00"), (20, "00.20"), (98, "00.98"), (4093, "40.93"), ("6060", "60.60")]
)
def test_stages_are_padded(tmp_path: Path, code: int | str, stage: str) -> None:
    item = items(run(Lines(tmp_path, lines(DELIVERABLE | {"currentStage": code})), 7))[1]
    assert str(item.stage) == stage


@pytest.mark.parametrize("code", [None, 9000, 60600, -1, 40.2, True, "soon"])
def test_an_unknown_stage_spoils_nothing_else(tmp_path: Path, code: object) -> None:
    context = run(Lines(tmp_path, lines(DELIVERABLE | {"currentStage": code})), 7)
    assert "stage" not in items(context)[1].model_fields_set
    assert len(context.warnings) == 1
    assert "line 1, id 1" in context.warnings[0]
    assert not context.incomplete


@pytest.mark.parametrize("name", ["id", "reference", "currentStage"])
def test_a_line_without_a_required_field_is_skipped(tmp_path: Path, name: str) -> None:
    bad = {key: value for key, value in DELIVERABLE.items() if key != name}
    context = run(Lines(tmp_path, lines(bad, DELIVERABLE)), 7)
    assert len(items(context)) == 1
    assert f"{name} is missing; the record was skipped" in context.warnings[0]
    assert context.incomplete


def test_one_bad_line_spoils_no_good_ones(tmp_path: Path) -> None:
    good = [DELIVERABLE | {"id": number} for number in range(1, 20)]
    context = run(Lines(tmp_path, lines(*good[:9]) + b"{broken\n" + lines(*good[9:])), 7)
    assert len(items(context)) == 19
    assert context.incomplete


def test_too_many_bad_lines_are_a_changed_format(tmp_path: Path) -> None:
    rows = lines(*(DELIVERABLE | {"id": number} for number in range(50)), *([DELIVERABLE | {"reference": None}] * 11))
    with pytest.raises(DriftError, match="11 of 61 lines can't be read"):
        run(Lines(tmp_path, rows), 7)


@pytest.mark.parametrize("body", [b"", lines(DELIVERABLE)[:-20]])
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(DriftError, match=r"is empty|ends in the middle"):
        run(Lines(tmp_path, body), 7)


def test_a_last_line_without_an_end_is_read(tmp_path: Path) -> None:
    assert len(items(run(Lines(tmp_path, lines(DELIVERABLE).rstrip()), 7))) == 1


def test_a_committee_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DriftError, match="no readable committee with id 8"):
        run(Lines(tmp_path, lines(DELIVERABLE)), 7, 8)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "fr", "id", "acronym"]), inner),
    max_leaves=6,
)
FIELDS = (
    "id reference title deliverableType supplementType publicationDate edition icsCode currentStage replaces "
    "replacedBy languages pages scope status secretariat creationDate parentId pMembers oMembers"
).split()


@given(st.dictionaries(st.sampled_from(FIELDS), values))
def test_no_value_of_any_field_crashes_the_source(
    tmp_path_factory: pytest.TempPathFactory, odd: dict[str, Any]
) -> None:
    fetcher = Lines(
        tmp_path_factory.getbasetemp(),
        lines(DELIVERABLE | odd, DELIVERABLE | {"id": 2**40}),
        lines(COMMITTEE | odd | {"id": 9}, COMMITTEE),
    )
    assert 2**40 in items(run(fetcher, 7))
    with suppress(DriftError):  # a committee that can't be read can't be followed
        run(fetcher, 9)


@pytest.mark.shared
def test_the_replay_of_sc_42(shared: Path) -> None:
    def on(day: str) -> dict[int, WorkItem]:
        context = run(ReplayFetcher(shared / "replay" / "sc42", dt.date.fromisoformat(day)))
        assert (context.warnings, context.incomplete) == ([], False)
        committee = context.records[0].record
        assert isinstance(committee, Committee)
        assert (committee.reference, committee.secretariat, committee.parent_iso_id) == (
            "ISO/IEC JTC 1/SC 42",
            "ANSI",
            45020,
        )
        assert (len(committee.p_members), len(committee.o_members)) == (48, 26)
        return items(context)

    first, second = on("2024-01-22"), on("2025-06-02")
    assert (len(first), len(second)) == (44, 47)
    assert set(second) - set(first) == {84127, 85072, 86690}
    assert sum(first[number].stage != second[number].stage for number in first) == 22
    assert first[88145].amends == "ISO/IEC 22989:2022"
    assert second[44545].title_fr is not None


@pytest.mark.shared
def test_the_real_layout_is_known(shared: Path, tmp_path: Path) -> None:
    recorded = shared / "recorded" / "iso" / "opendata"
    fetcher = Lines(
        tmp_path,
        (recorded / "iso_deliverables_metadata.sample-88821-88915.jsonl").read_bytes(),
        (recorded / "iso_technical_committees.jsonl").read_bytes(),
    )
    committees = {
        row["reference"]: row["id"] for row in map(json.loads, fetcher.files["committees"].splitlines()) if row["id"]
    }
    context = run(fetcher, *committees.values())
    assert sum(isinstance(each.record, Committee) for each in context.records) == 785
    assert [warning for warning in context.warnings if "has no deliverable of" not in warning][:-1] == []
    found = items(context)
    assert found[88915].amends == "ISO/IEC 19566-7:2022"
    assert (found[88821].publication_date, found[88821].pages, str(found[88821].stage)) == ("2024-09-30", 23, "60.60")
    scope = found[88821].scope
    assert scope is not None
    assert scope.count("\n") == 3
    assert "<" not in scope
    assert "mso" not in scope
