"""A form that is filled without fault, to change in tests. All of it is invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.cases.templates import FormTemplate, load_templates
from workbench.cases.validation import Filled, PatentRow

TEMPLATE: FormTemplate = load_templates()["common 2015-06-26"]
VALUES: Mapping[str, str] = {
    "holder_name": "見本株式会社",
    "contact_name": "Patents and Standards",
    "contact_address": "1-2-3 Mihon\nTokyo",
    "contact_tel": "+81 3 0000 0000",
    "contact_fax": "none",
    "contact_email": "patents@example.com",
    "doc_type": "ISO_IEC",
    "doc_number": "ISO/IEC 99001",
    "doc_title": "Records of evaluations",
    "option": "2",
    "sig_holder": "見本株式会社",
    "sig_person": "見本 花子",
    "sig_person_title": "General manager",
    "sig_place_date": "Tokyo, 2026-11-25",
}
OPTION_3: Mapping[str, Any] = {
    "option": "3",
    "opt3_numbers": "JP 7000001",
    "opt3_portions": "6.2",
    "opt3_description": "Records of evaluations",
}
PATENT = PatentRow("granted", "JP", "7000001", "評価の記録")


def filled(*patents: PatentRow, **changed: Any) -> Filled:
    """The form with other values; an empty text clears a field. `marks` are those that are ticked."""
    marks: frozenset[str] = changed.pop("marks", frozenset())
    return Filled({**VALUES, **changed}, marks, patents)
