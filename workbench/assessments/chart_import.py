"""Takes in a chart that was filled in a file: elements by their words in the claim, provisions by their own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from workbench.assessments.chart_table import FileQuote, FileRow
from workbench.assessments.charting import quote, quoted, save_chart, writable
from workbench.assessments.charts import MOST_PROVISIONS, ChartError, ChartRow, Quoted, cleaned, rows_of, split_into
from workbench.assessments.models import Assessment, AssessmentPin, ChartVersion
from workbench.assessments.pins import last_pin
from workbench.i18n import mark
from workbench.people.viewer import Viewer
from workbench.standards.models import Clause, Provision


def take_in(
    session: Session, viewer: Viewer, assessment: Assessment, rows: Sequence[FileRow], *, seen: int, at: dt.datetime
) -> ChartVersion:
    """Keep the rows of a file as a new version. Raises AssessmentError, ChartError.

    A provision is found by its words: in the version before, at its place in the draft, or in the clause it names.
    """
    last = writable(session, assessment, seen)
    pin = last_pin(session, assessment)
    spans = split_into(pin.claim_text, [row.element for row in rows])
    held = {each.text: each for row in rows_of(last.rows) for each in row.provisions}
    taken = [
        ChartRow(
            element=pin.claim_text[slice(*span)],
            start=span[0],
            end=span[1],
            provisions=tuple(_named(session, pin, each, held, number) for each in row.quotes),
            met=row.met,
            strength=row.strength,
            confirmed=row.confirmed,
            **{name: cleaned(text, number) for name, text in row.texts.items()},
        )
        for number, (row, span) in enumerate(zip(rows, spans, strict=True), start=1)
    ]
    was_open = {(row.start, row.end) for row in rows_of(last.rows) if not row.confirmed}
    for number, row in enumerate(taken, start=1):
        if len(row.provisions) > MOST_PROVISIONS:
            text = mark("row %(row)s: at most %(most)s provisions can be named; leave out what decides nothing")
            raise ChartError(text, row=number, most=MOST_PROVISIONS)
    # Nobody confirms a row on a new text by a file that was written on the old one.
    taken = [
        row.model_copy(update={"confirmed": row.confirmed and (row.start, row.end) not in was_open}) for row in taken
    ]
    return save_chart(session, viewer, assessment, taken, seen=seen, at=at)


def _named(session: Session, pin: AssessmentPin, each: FileQuote, held: Mapping[str, Quoted], row: int) -> Quoted:
    if each.known is not None and held.get(each.text) == each.known:
        return each.known
    if each.known is not None and each.known.order is not None and each.known.index is not None:
        stands = quote(session, pin.draft_id, each.known.order, each.known.index)
        if stands == each.known:
            return stands
    statement = (
        select(Clause, Provision)
        .join(Provision, col(Provision.clause_id) == Clause.id)
        .where(Clause.draft_id == pin.draft_id, col(Clause.number) == each.clause)
    )
    for clause, provision in session.exec(statement):
        if " ".join(provision.text.split()) == " ".join(each.text.split()):
            return quoted(clause, provision)
    text = mark("row %(row)s: clause %(clause)s does not say “%(said)s”; quote a provision of the draft word for word")
    raise ChartError(text, row=row, clause=each.clause or "–", said=" ".join(each.text.split())[:60])
