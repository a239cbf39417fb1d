"""The steps after the approvals: the form as a file, that it was sent, receipts, and looking at it again."""

from __future__ import annotations

from flask import abort, request
from sqlmodel import Session

from workbench.cases import filing, rechecks
from workbench.cases.models import DeclarationCase
from workbench.cases.templates import FormTemplate
from workbench.i18n import LANGUAGES
from workbench.web.cases.parts import PLACE, Reply, blueprint, day_of, take, typed_text
from workbench.web.context import now, viewer
from workbench.web.text import language


@blueprint.post(f"{PLACE}/generate")
def generate(case_id: int) -> Reply:
    chosen = typed_text("language")
    tongue = chosen if chosen in LANGUAGES else language()

    def act(written: Session, case: DeclarationCase, template: FormTemplate) -> None:
        filing.generate(written, viewer(), case, template, now(), tongue)

    return take(case_id, act, "documents")


@blueprint.post(f"{PLACE}/send")
def send(case_id: int) -> Reply:
    """Record that a person sent the form to the organisations `to`."""
    to = request.form.getlist("to")

    def act(written: Session, case: DeclarationCase, template: FormTemplate) -> None:
        day = day_of(typed_text("sent_on"))
        filing.send(written, viewer(), case, template, now(), to=to, sent_on=day, how=typed_text("how"))

    return take(case_id, act, "documents")


@blueprint.post(f"{PLACE}/receipt")
def receipt(case_id: int) -> Reply:
    """Keep what an organisation answered."""
    upload = request.files.get("file")
    content = upload.stream.read(filing.MAX_RECEIPT + 1) if upload else b""
    name = (upload.filename or "receipt") if upload else "receipt"

    def act(written: Session, case: DeclarationCase, template: FormTemplate) -> None:
        filing.receive(
            written,
            viewer(),
            case,
            template,
            now(),
            organisation=typed_text("organisation"),
            dated=day_of(typed_text("dated")),
            name=name,
            content=content,
        )

    return take(case_id, act, "documents")


@blueprint.post(f"{PLACE}/assignment")
def assignment(case_id: int) -> Reply:
    """Record that a patent was assigned."""

    def act(written: Session, case: DeclarationCase, _: FormTemplate) -> None:
        filing.record_assignment(written, viewer(), case, now(), patent=typed_text("patent"), to=typed_text("assignee"))

    return take(case_id, act, "again")


@blueprint.post(f"{PLACE}/adoption")
def adoption(case_id: int) -> Reply:
    """Record that a nation adopted the document, identical or altered (`how`)."""
    how = typed_text("how")
    if how not in ("identical", "altered"):
        abort(400)

    def act(written: Session, case: DeclarationCase, _: FormTemplate) -> None:
        filing.record_adoption(
            written, viewer(), case, now(), reference=typed_text("reference"), identical=how == "identical"
        )

    return take(case_id, act, "again")


@blueprint.post(f"{PLACE}/settle")
def settle(case_id: int) -> Reply:
    """Say what was found on looking again."""

    def act(written: Session, case: DeclarationCase, _: FormTemplate) -> None:
        rechecks.settle(written, viewer(), case, typed_text("recheck"), now(), remark=typed_text("remark"))

    return take(case_id, act, "again")
