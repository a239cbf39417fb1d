"""The life of a work item in one word, and the order of references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.identifiers import STAGE_MATRIX
from workbench.standards.queries import natural_order
from workbench.standards.status import Status, stages_with, status_of

CODES = [f"{group}.{substage}" for group, substages in STAGE_MATRIX.items() for substage in substages]


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        ("00.00", "proposed"), ("00.99", "proposed"), ("10.99", "proposed"), ("10.98", "cancelled"),
        ("20.00", "in_progress"), ("30.60", "in_progress"), ("40.98", "cancelled"), ("50.99", "in_progress"),
        ("60.00", "in_progress"), ("60.60", "published"), ("90.20", "published"), ("90.99", "published"),
        ("95.20", "published"), ("95.92", "published"), ("95.99", "withdrawn"),
    ],
)  # fmt: skip
def test_status_follows_the_stage(stage: str, status: str) -> None:
    assert status_of(stage) == status


def test_no_stage_no_status() -> None:
    assert status_of(None) is None


def test_every_stage_has_exactly_one_status() -> None:
    listed = [stage for status in Status for stage in stages_with(status)]
    assert sorted(listed) == sorted(CODES)


def test_references_sort_by_number_part_and_supplement() -> None:
    ordered = [
        "ISO/IEC 5259-2:2024",
        "ISO/IEC DIS 5259-10",
        "ISO/IEC 22989:2022",
        "ISO/IEC 22989:2022/CD Amd 1",
        "ISO/IEC CD 22990",
        "IWA without a number",
    ]
    mixed = ordered[3:] + ordered[:3]
    assert sorted(mixed, key=natural_order) == ordered


@given(st.lists(st.text()))
def test_any_reference_can_be_sorted(references: list[str]) -> None:
    mixed = references[len(references) // 2 :] + references[: len(references) // 2]
    assert sorted(references, key=natural_order) == sorted(mixed, key=natural_order)
