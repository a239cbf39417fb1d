"""The list of assessments: by what it is filtered and in which orders it stands, alike on the page and in exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from workbench.assessments.queries import Stand
from workbench.assessments.statuses import Status, counts_in_coverage
from workbench.history.queries import FilterError

ASSESSMENT_FILTERS: Final = ("q", "work_item", "status", "matter", "stale", "covering")
"""`q` are words of publication, claim and family; `stale` and `covering`, if not empty, leave only what is so."""
ASSESSMENT_SORTS: Final = ("made", "claim", "status", "family", "item")


def chosen(stands: Iterable[Stand], filters: Mapping[str, str]) -> list[Stand]:
    """The assessments that the filters leave, in the order they came. Raises FilterError.

    `work_item` is an ISO id, `matter` the key of a matter.
    """
    status = filters.get("status", "")
    if status and status not in set(Status):
        raise FilterError(f"status: {status!r} is none; there are: {', '.join(Status)}")
    words = filters.get("q", "").casefold().split()[:12]
    return [
        each
        for each in stands
        if filters.get("work_item", "") in ("", str(each.item.iso_id))
        and status in ("", each.state.status.value)
        and filters.get("matter", "") in ("", str(each.assessment.matter_id))
        and (not filters.get("stale") or each.state.stale)
        and (not filters.get("covering") or counts_in_coverage(each.state))
        and all(word in _text(each) for word in words)
    ]


def ordered(stands: Iterable[Stand], sort: str) -> list[Stand]:
    """In an order of `ASSESSMENT_SORTS`, with `-` before it descending."""
    order = list(Status)
    keys: Mapping[str, Callable[[Stand], Any]] = {
        "made": lambda each: (each.assessment.made_at, each.assessment.id),
        "claim": lambda each: (each.assessment.publication, each.assessment.claim),
        "status": lambda each: order.index(each.state.status),
        "family": lambda each: each.assessment.family or "",
        "item": lambda each: (each.item.reference, each.pin.clause_order),
    }
    return sorted(stands, key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))


def _text(stand: Stand) -> str:
    row = stand.assessment
    return f"{row.publication} {row.claim} {row.family or ''} {stand.item.reference}".casefold()
