"""A claim chart while it is written: rows a page, elements cut anew, and a stale chart brought to the newest text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import render_template, request, url_for
from sqlmodel import Session, col, select

from workbench.assessments import charting
from workbench.assessments.charts import (
    MOST_PROVISIONS,
    MOST_TEXT,
    ChartError,
    ChartRow,
    Quoted,
    Strength,
    check,
    cleaned,
    proposed_strength,
    too_long,
)
from workbench.assessments.charts import rows_of as rows_in
from workbench.assessments.models import Assessment
from workbench.assessments.queries import current_chart, stand_of
from workbench.assessments.verbs import AssessmentError
from workbench.i18n import mark
from workbench.people.walls_models import TrailAction
from workbench.standards.models import Clause, Draft, Provision
from workbench.web.assessments.pages import clause_of, page_of
from workbench.web.assessments.parts import PLACE, Reply, blueprint, done, found, number_of, seen
from workbench.web.context import now, record, session, viewer
from workbench.web.listing import page_number

ROWS: Final = 25
"""Rows on one page of the editor: a claim of hundreds of elements is written page by page."""
_TEXTS: Final = ("note", "evidence", "gap", "equivalents")
_MET: Final[Mapping[str, bool | None]] = {"yes": True, "no": False}


@blueprint.get(f"{PLACE}/chart")
def chart(assessment_id: int) -> str:
    """The editor, from the page `page` on; `clause` (repeated) offers the provisions of more clauses."""
    return editor_of(assessment_id)


@blueprint.post(f"{PLACE}/chart")
def save(assessment_id: int) -> Reply:
    """Keep the rows that were shown (`row`, numbers from 1) as a new version."""
    page = page_number(request.form.get("page"))
    more = [text for text in request.form.getlist("clause")[:20] if text]
    onward = url_for("assessments.chart", assessment_id=assessment_id, page=page, clause=more or None)

    def keep(written: Session, row: Assessment) -> None:
        last = current_chart(written, row)
        stand = stand_of(written, assessment_id)
        if last is None or stand is None:
            raise AssessmentError(mark("there is no chart yet; start it first"))
        rows = rows_in(last.rows)
        for text in request.form.getlist("row")[:500]:
            at = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 5 else -1
            if not 0 <= at < len(rows):
                raise ChartError(mark("the chart has other rows now; open it again"))
            rows[at] = _given(written, stand.pin.draft_id, rows[at], text)
        charting.save_chart(written, viewer(), row, rows, seen=seen(), at=now())

    return done(assessment_id, keep, lambda refusal: editor_of(assessment_id, refusal), onward)


@blueprint.post(f"{PLACE}/cut")
def cut(assessment_id: int) -> Reply:
    """Cut the claim into the elements of `elements`, one a line."""
    parts = [line for line in request.form.get("elements", "").splitlines() if line.strip()]
    return done(
        assessment_id,
        lambda written, row: charting.recut_chart(written, viewer(), row, parts, seen=seen(), at=now()),
        lambda refusal: editor_of(assessment_id, refusal),
        url_for("assessments.chart", assessment_id=assessment_id),
    )


@blueprint.post(f"{PLACE}/bring")
def bring(assessment_id: int) -> Reply:
    """Bring a stale chart to the newest text; `clause` is the place of the clause where it was split or is gone."""
    return done(
        assessment_id,
        lambda written, row: charting.bring_over(
            written, viewer(), row, seen=seen(), at=now(), order=number_of("clause")
        ),
        lambda refusal: page_of(assessment_id, refusal),
        url_for("assessments.assessment", assessment_id=assessment_id, _anchor="chart"),
    )


def editor_of(assessment_id: int, refusal: str | None = None) -> str:
    """The page of the editor, with the reason where something was refused."""
    stand = found(assessment_id)
    version = current_chart(session(), stand.assessment)
    if version is None:
        return page_of(assessment_id, refusal)
    record(TrailAction.SAW, "chart", assessment_id, matter_id=stand.assessment.matter_id)
    rows = rows_in(version.rows)
    pages = -(-len(rows) // ROWS)
    values = request.form if request.method == "POST" else request.args
    page = min(page_number(values.get("page")), pages)
    shown = list(enumerate(rows, start=1))[(page - 1) * ROWS : page * ROWS]
    more = [text for text in values.getlist("clause")[:20] if text]
    offered = _offered(stand.pin.draft_id, stand.pin.clause_order, more)
    return render_template(
        "web/assessments/chart.html",
        stand=stand,
        clause=clause_of(stand),
        version=version,
        rows=rows,
        shown=[(number, row, _choices(row, offered), proposed_strength(row.provisions)) for number, row in shown],
        page=page,
        pages=pages,
        more=more,
        unknown=[text for text in more if text not in {clause.number for clause, _ in offered}],
        check=check(rows),
        strengths=list(Strength),
        most_text=MOST_TEXT,
        draft=session().get_one(Draft, stand.pin.draft_id),
        refusal=refusal,
    )


def _offered(draft_id: int, order: int, numbers: Sequence[str]) -> list[tuple[Clause, list[Quoted]]]:
    """The provisions of the clause of the chart, and of further ones by their numbers."""
    statement = (
        select(Clause, Provision)
        .join(Provision, col(Provision.clause_id) == Clause.id)
        .where(Clause.draft_id == draft_id, (col(Clause.order) == order) | col(Clause.number).in_(numbers))
        .order_by(col(Clause.order), col(Provision.index))
    )
    offered: dict[int, tuple[Clause, list[Quoted]]] = {}
    for clause, provision in session().exec(statement):
        offered.setdefault(clause.order, (clause, []))[1].append(charting.quoted(clause, provision))
    return sorted(offered.values(), key=lambda each: (each[0].order != order, each[0].order))


def _choices(row: ChartRow, offered: Sequence[tuple[Clause, list[Quoted]]]) -> list[tuple[Quoted, bool]]:
    """What a row can quote, each with whether it does: what it quotes first."""
    held = {(each.order, each.index, each.text) for each in row.provisions}
    rest = [each for _, quotes in offered for each in quotes if (each.order, each.index, each.text) not in held]
    return [*((each, True) for each in row.provisions), *((each, False) for each in rest)]


def _given(written: Session, draft_id: int, row: ChartRow, number: str) -> ChartRow:
    """A row as the form gives it. Raises ChartError."""
    texts = {name: request.form.get(f"{name}-{number}", "") for name in _TEXTS}
    for text in texts.values():
        if len(text) > 2 * MOST_TEXT:
            raise too_long(len(text), int(number))
    strength = request.form.get(f"strength-{number}", "")
    return row.model_copy(
        update={
            **{name: cleaned(text, int(number)) for name, text in texts.items()},
            "provisions": _quotes(written, draft_id, row, number),
            "met": _MET.get(request.form.get(f"met-{number}", "")),
            "strength": Strength(strength) if strength in set(Strength) else None,
            "confirmed": row.confirmed or f"confirmed-{number}" in request.form,
        }
    )


def _quotes(written: Session, draft_id: int, row: ChartRow, number: str) -> tuple[Quoted, ...]:
    """The provisions that are ticked: those that the row quotes by their place in it, others by clause and index."""
    kept = {text for text in request.form.getlist(f"kept-{number}") if text.isascii() and text.isdigit()}
    found_ones = [each for at, each in enumerate(row.provisions) if str(at) in kept]
    for text in request.form.getlist(f"quote-{number}")[:50]:
        order, _, index = text.partition(":")
        if not (order.isascii() and order.isdigit() and index.isascii() and index.isdigit() and len(text) < 16):
            raise ChartError(mark("row %(row)s: a provision cannot be found; choose it anew"), row=number)
        quote = charting.quote(written, draft_id, int(order), int(index))
        if quote is None:
            raise ChartError(mark("row %(row)s: a provision cannot be found; choose it anew"), row=number)
        found_ones.append(quote)
    if len(found_ones) > MOST_PROVISIONS:
        text = mark("row %(row)s: at most %(most)s provisions can be named; leave out what decides nothing")
        raise ChartError(text, row=number, most=MOST_PROVISIONS)
    return tuple(dict.fromkeys(found_ones))
