"""Declaration cases as exports take them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from sqlmodel import Session

from workbench.ballots.rulebook import load_rulebook
from workbench.cases.contents import patents_of
from workbench.cases.queries import CASE_FILTERS, Gates, case_views
from workbench.db import key_of, settings_of
from workbench.export.base import Day, Kind, Moment, Row, Shape, cut, day_of, iso
from workbench.i18n import mark
from workbench.people.completeness import need_all
from workbench.people.permissions import Permission

CASE_EXPORT_FILTERS: Final = (*CASE_FILTERS, "as_of")
StatusName = Literal[
    "draft", "proposed", "approved", "generated", "sent", "in_force", "corrected", "superseded", "dropped"
]


class CasePatentPart(Shape):
    country: str
    number: str
    status: str
    title: str
    publication: str | None
    application: str | None
    family: str | None
    claims: list[int]
    assessment: int | None
    printed: bool


class CaseRow(Shape):
    id: int
    work_item: str
    iso_id: int
    holder: str
    form: str
    revision: int
    status: StatusName
    option: str
    ticks: list[str]
    corrects: int | None
    supersedes: int | None
    send_by: Day | None
    send_by_basis: Literal["announced", "estimated"] | None
    patents: list[CasePatentPart]
    opened_at: Moment
    changed_at: Moment


def _cases(session: Session, filters: Mapping[str, str]) -> Iterator[Row]:
    """Cases with the patents of their newest form, the last changed first. Raises FilterError, IncompleteError."""
    need_all(session, Permission.READ_CASES)
    gates = Gates(session, load_rulebook(settings_of(session)), day_of(session, filters))
    wanted = {name: value for name, value in filters.items() if name != "as_of"}
    for view in case_views(session, gates, wanted):
        case, form, gate = view.case, view.form, view.gate
        yield {
            "id": key_of(case),
            "work_item": view.item.reference,
            "iso_id": view.item.iso_id,
            "holder": case.holder,
            "form": case.form,
            "revision": case.revision,
            "status": case.status.value,
            "option": form.option,
            "ticks": list(form.ticks),
            "corrects": case.corrects_id,
            "supersedes": case.supersedes_id,
            "send_by": iso(gate.day) if gate else None,
            "send_by_basis": gate.basis.value if gate and gate.basis else None,
            "patents": [
                {
                    "country": row.country,
                    "number": row.number,
                    "status": row.status,
                    "title": row.title,
                    "publication": row.publication,
                    "application": row.application,
                    "family": row.family,
                    "claims": list(row.claims),
                    "assessment": row.assessment_id,
                    "printed": row.published or row.released,
                }
                for row in patents_of(session, form)
            ],
            "opened_at": case.opened_at.isoformat(),
            "changed_at": case.changed_at.isoformat(),
        }


KINDS = {
    "declaration-cases": Kind(
        cut(_cases),
        frozenset(CASE_EXPORT_FILTERS),
        CaseRow,
        ("id",),
        mark("Our declaration cases with their patents, the last changed first; for inside use, not to be sent."),
        told=True,
    ),
}
