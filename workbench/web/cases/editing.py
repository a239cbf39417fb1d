"""The form of a case as it is typed, and the steps before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flask import redirect, request, url_for
from sqlmodel import Session

from workbench.cases import verbs
from workbench.cases.contents import Content, PatentEntry, newest_form, patents_of, portions_of
from workbench.cases.models import DeclarationCase
from workbench.cases.registers import suggested
from workbench.cases.templates import FieldType, FormTemplate
from workbench.cases.validation import MAX_PATENTS
from workbench.cases.verbs import CaseError
from workbench.i18n import mark
from workbench.standards.draft_queries import headings
from workbench.standards.models import Draft
from workbench.web.cases.parts import PLACE, Reply, blueprint, case_page, take, template_of, typed_text, view_of
from workbench.web.context import close_session, now, today, viewer, writing
from workbench.web.text import gettext

_ROW: Final = re.compile(r"patent-([0-9]{1,4})-number")
_CLAIMS: Final = re.compile(r"[0-9]{1,4}")
NO_SUCH_CLAUSE: Final = mark("the draft has no clause with the number that was typed; write numbers such as 6.2, A.1")
LOCKED: Final = mark("the draft that the clauses are of is not one of this work item")


@blueprint.post(f"{PLACE}/revise")
def revise(case_id: int) -> Reply:
    """Keep what was typed as the next version of the form."""

    def act(written: Session, case: DeclarationCase, template: FormTemplate) -> None:
        content = _content(written, case, template)
        verbs.revise(written, viewer(), case, template, content, now(), seen=_seen())

    return take(case_id, act, "form", dict(request.form))


@blueprint.post(f"{PLACE}/propose")
def propose(case_id: int) -> Reply:
    return take(case_id, lambda written, case, template: verbs.propose(written, viewer(), case, template, now()))


@blueprint.post(f"{PLACE}/approve")
def approve(case_id: int) -> Reply:
    """Approve the proposed version (`answer` yes) or refuse it (no), with a note."""
    yes, note = typed_text("answer") == "yes", typed_text("note")
    return take(
        case_id,
        lambda written, case, _: verbs.approve(written, viewer(), case, now(), yes=yes, note=note, seen=_seen()),
        "approvals",
    )


@blueprint.post(f"{PLACE}/clear")
def clear(case_id: int) -> Reply:
    return take(case_id, lambda written, case, _: verbs.clear(written, viewer(), case, now()), "approvals")


@blueprint.post(f"{PLACE}/send-back")
def send_back(case_id: int) -> Reply:
    reason = typed_text("reason")
    return take(case_id, lambda written, case, _: verbs.send_back(written, viewer(), case, now(), reason=reason))


@blueprint.post(f"{PLACE}/drop")
def drop(case_id: int) -> Reply:
    reason = typed_text("reason")
    return take(case_id, lambda written, case, _: verbs.drop(written, viewer(), case, now(), reason=reason))


@blueprint.post(f"{PLACE}/replace")
def replace(case_id: int) -> Reply:
    """Begin a case that corrects this one, or supersedes it."""
    template = template_of(view_of(case_id).case)
    corrects, reason = typed_text("how") == "correct", typed_text("reason")
    try:
        with writing() as written:
            old = written.get_one(DeclarationCase, case_id)
            case = verbs.replace_case(written, viewer(), old, template, now(), corrects=corrects, reason=reason)
            key = case.id
    except CaseError as error:
        close_session()
        return case_page(case_id, gettext(str(error))), 409
    return redirect(url_for("cases.case", case_id=key), 303)


def _seen() -> int:
    text = typed_text("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _content(session: Session, case: DeclarationCase, template: FormTemplate) -> Content:
    """What was typed. Raises CaseError."""
    entries, marks = {}, set()
    for field in template.fields:
        if field.type is FieldType.MARK:
            if field.id in request.form:
                marks.add(field.id)
        elif field.type not in (FieldType.PATENTS, FieldType.SIGNATURE):
            entries[field.id] = typed_text(field.id)
    form = newest_form(session, case)
    held = {each.position: each for each in patents_of(session, form)}
    patents = []
    for row in _rows():
        before = held.get(row)
        number = typed_text(f"patent-{row}-number").strip()
        if not number:
            continue
        same = before is not None and before.number == number
        patents.append(
            PatentEntry(
                country=typed_text(f"patent-{row}-country"),
                number=number,
                status=typed_text(f"patent-{row}-status"),
                title=typed_text(f"patent-{row}-title"),
                publication=before.publication if before and same else None,
                application=typed_text(f"patent-{row}-application").strip() or None,
                claims=tuple(int(each) for each in _CLAIMS.findall(typed_text(f"patent-{row}-claims"))[:500]),
                assessment_id=_assessment(row),
                released=f"patent-{row}-released" in request.form,
            )
        )
    wanted = {int(text) for text in request.form.getlist("add") if text.isascii() and text.isdigit() and len(text) < 10}
    patents += [entry for key, entry in suggested(session, case, today()).items() if key in wanted]
    return Content(entries, frozenset(marks), patents, tuple(_portions(session, case)))


def _rows() -> Iterator[int]:
    found = sorted({int(match[1]) for name in request.form if (match := _ROW.fullmatch(name))})
    yield from found[:MAX_PATENTS]


def _assessment(row: int) -> int | None:
    text = typed_text(f"patent-{row}-assessment").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _portions(session: Session, case: DeclarationCase) -> Iterator[tuple[int, int]]:
    """The clauses that were typed by number for each draft that the page showed, and those of the other drafts."""
    shown = {name.removeprefix("clauses-") for name in request.form if name.startswith("clauses-")}
    for row in portions_of(session, newest_form(session, case)):
        if str(row.draft_id) not in shown:
            yield row.draft_id, row.clause_order
    for name in sorted(shown):
        draft = session.get(Draft, int(name)) if name.isascii() and name.isdigit() and len(name) < 10 else None
        if draft is None or draft.work_item_id != case.work_item_id:
            raise CaseError(LOCKED)
        places = {(each.number or each.title or "").casefold(): each.order for each in headings(session, int(name))}
        for text in re.split(r"[,;\n、]", typed_text(f"clauses-{name}")):
            plain = " ".join(text.split()).casefold()
            if not plain:
                continue
            if plain not in places:
                raise CaseError(NO_SUCH_CLAUSE)
            yield int(name), places[plain]
