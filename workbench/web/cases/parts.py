"""What the pages of cases share: the blueprint, the page of a case, and how a step is taken and refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from workbench.cases import filing, queries, rechecks, verbs
from workbench.cases.contents import patents_of, portions_of
from workbench.cases.models import CaseForm, DeclarationCase
from workbench.cases.queries import CaseView, Gates
from workbench.cases.registers import suggested
from workbench.cases.replacement import Terms, supersede
from workbench.cases.statuses import UNDER_WAY, CaseStatus
from workbench.cases.templates import FormTemplate, TemplateError
from workbench.cases.validation import Fault
from workbench.cases.verbs import CaseError
from workbench.people.matters import matters_seen
from workbench.people.permissions import Permission
from workbench.standards.draft_queries import headings
from workbench.standards.models import WorkItem
from workbench.standards.queries import drafts as drafts_of
from workbench.web.ballot_rules import rulebook
from workbench.web.context import close_session, session, today, viewer, writing
from workbench.web.security import keep_nothing
from workbench.web.text import gettext

PLACE: Final = "/<int(max=2147483647):case_id>"
BLANK_ROWS: Final = 3
"""Empty rows for further patents below those that a form has."""
Reply = Response | str | tuple[str, int]

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
blueprint.after_request(keep_nothing)


@blueprint.app_context_processor
def _at_items() -> dict[str, Any]:
    return {"may_read_cases": viewer().may(Permission.READ_CASES), "cases_of_item": _cases_of_item}


def _cases_of_item(item: WorkItem) -> Sequence[tuple[DeclarationCase, CaseForm]]:
    return queries.cases_of(session(), item) if viewer().may(Permission.READ_CASES) else []


def gates() -> Gates:
    return Gates(session(), rulebook(), today())


def template_of(case: DeclarationCase) -> FormTemplate:
    """The form that a case is made with. Raises TemplateError where its file is gone."""
    found = queries.templates(session()).get(case.form)
    if found is None:
        raise TemplateError(f"form {case.form}: no such file any more; put it back into the folder form_templates")
    return found


def view_of(case_id: int) -> CaseView:
    """A case that the viewer may know of; else 404."""
    view = queries.case_view(session(), case_id, gates())
    if view is None:
        abort(404)
    return view


def case_page(
    case_id: int,
    refusal: str | None = None,
    faults: Sequence[Fault] | None = None,
    typed: Mapping[str, Any] | None = None,
) -> str:
    """The page of a case; `typed` is what somebody typed into its form and could not be kept."""
    view = view_of(case_id)
    case, template = view.case, template_of(view.case)
    form = view.form
    patents = patents_of(session(), form)
    drafts = drafts_of(session(), view.item)
    portions = portions_of(session(), form)
    found = list(faults) if faults is not None else verbs.faults_of(session(), case, template)
    approvals = verbs.approvals_of(session(), form)
    account = viewer().account_id
    old_id = case.supersedes_id or case.corrects_id
    return render_template(
        "web/cases/case.html",
        view=view,
        case=case,
        form=form,
        template=template,
        filled=filing.filled(session(), form)[0],
        patents=patents,
        clauses=_places(portions),
        drafts=drafts,
        newest_draft=drafts[0] if drafts else None,
        blank=range(len(patents) + 1, len(patents) + 1 + BLANK_ROWS),
        faults=found if case.status in UNDER_WAY else [],
        conflicts=queries.conflicts_of(session(), case) if case.status in UNDER_WAY else [],
        approvals=approvals,
        suggested=suggested(session(), case, today()) if case.status is CaseStatus.DRAFT else {},
        recipients=filing.recipients_of(template, form),
        documents=filing.documents_of(session(), case),
        rechecks=rechecks.rechecks_of(session(), case),
        settled=rechecks.settled_of(session(), case),
        steps=queries.steps_of(session(), case),
        old=session().get(DeclarationCase, old_id) if old_id else None,
        newer=[
            each
            for each, _ in queries.cases_of(session(), view.item)
            if case.id in (each.corrects_id, each.supersedes_id)
        ],
        better=_may_better(form),
        refusal=refusal,
        typed=typed or {},
        is_author=account is not None and account in verbs.authors_of(case, form),
        judged=any(each.by_account == account for each in approvals),
        may_edit=viewer().may(Permission.EDIT_CASES),
        may_approve=viewer().may(Permission.APPROVE_CASES),
        may_clear=viewer().may(Permission.HOLD),
        may_release=viewer().may(Permission.EXPORT_CONFIDENTIAL),
        may_take=viewer().may(Permission.TAKE_FORMS),
        status=CaseStatus,
        day=today(),
    )


def take(
    case_id: int, act: Callable[[Session, DeclarationCase, FormTemplate], None], anchor: str = "", typed: Any = None
) -> Reply:
    """Take a step in one transaction; what cannot be done is said on the page of the case."""
    template = template_of(view_of(case_id).case)
    try:
        with writing() as written:
            act(written, written.get_one(DeclarationCase, case_id), template)
    except CaseError as error:
        close_session()
        return case_page(case_id, gettext(str(error)), error.faults or None, typed), 409
    return redirect(url_for("cases.case", case_id=case_id, _anchor=anchor or None), 303)


def day_of(text: str) -> dt.date:
    """A day of a form. Raises CaseError."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CaseError(gettext("A day could not be read; write it like 2026-12-04.")) from error


def typed_text(name: str) -> str:
    return request.form.get(name, "")


def open_matters() -> list[tuple[int, str]]:
    """The matters that a new case can belong to."""
    return [
        (each.id or 0, each.name)
        for each in matters_seen(session())
        if viewer().unlimited or each.id in viewer().matters
    ]


def _places(portions: Sequence[Any]) -> dict[int, str]:
    """By draft, the clauses that a form is about, as they are typed."""
    found: dict[int, list[str]] = {}
    names: dict[int, dict[int, str]] = {}
    for row in portions:
        if row.draft_id not in names:
            names[row.draft_id] = {
                each.order: each.number or each.title or "" for each in headings(session(), row.draft_id)
            }
        found.setdefault(row.draft_id, []).append(names[row.draft_id].get(row.clause_order, ""))
    return {draft_id: ", ".join(filter(None, texts)) for draft_id, texts in found.items()}


def _may_better(form: CaseForm) -> bool:
    """Whether any terms are more favourable than those of a form."""
    terms = Terms(form.option, frozenset(form.ticks))
    others = (Terms("1"), Terms("1", frozenset({"reciprocity"})), Terms("2"))
    return any(supersede(terms, each).allowed for each in others)
