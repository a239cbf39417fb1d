"""Claim charts as files: taken out with the privilege label, and taken in again where they were filled elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import abort, request, url_for
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from scrapers.errors import UnreadableFileError
from workbench.assessments.chart_files import MAX_UPLOAD, MIME, WRITERS, Head, read_chart
from workbench.assessments.chart_import import take_in
from workbench.assessments.charts import ChartError, rows_of
from workbench.assessments.models import ChartVersion
from workbench.assessments.queries import Stand, current_chart
from workbench.people.walls_models import TrailAction
from workbench.web.assessments.charts import editor_of
from workbench.web.assessments.pages import clause_of, page_of
from workbench.web.assessments.parts import PLACE, Reply, blueprint, done, found, seen
from workbench.web.context import now, record, session, viewer
from workbench.web.display import file_size, moment
from workbench.web.labels import label
from workbench.web.text import gettext, told


@blueprint.get(f"{PLACE}/chart.<format>")
def export(assessment_id: int, format: str) -> Reply:  # noqa: A002
    """The chart as a file; nothing is taken out while it is on hold for secrecy."""
    stand = found(assessment_id)
    version = current_chart(session(), stand.assessment)
    if format not in WRITERS or version is None:
        abort(404)
    if stand.state.on_hold_secrecy:
        return page_of(
            assessment_id, gettext("the assessment is on hold for secrecy: nothing of it can be taken out")
        ), 409
    try:
        body = WRITERS[format](_head(stand, version), rows_of(version.rows))
    except ChartError as error:
        return page_of(assessment_id, told(error)), 409
    details = {"format": format, "version": version.number}
    record(TrailAction.EXPORTED, "chart", assessment_id, details, matter_id=stand.assessment.matter_id)
    name = secure_filename(f"chart-{stand.assessment.publication}-claim-{stand.assessment.claim}-v{version.number}")
    headers = {"Content-Disposition": f"attachment; filename={name}.{format}", "Cache-Control": "private, no-store"}
    return Response(body, mimetype=MIME[format], headers=headers)


@blueprint.post(f"{PLACE}/import")
def import_file(assessment_id: int) -> Reply:
    """Take in a chart that was filled elsewhere (`chart`), as a new version."""
    upload = request.files.get("chart")
    name = secure_filename(upload.filename or "") if upload else ""
    if upload is None or not name:
        return editor_of(assessment_id, gettext("choose a file first")), 400
    with tempfile.TemporaryDirectory(prefix="workbench-chart-") as folder:
        path = Path(folder) / name[-120:]
        upload.save(path)
        if path.stat().st_size > MAX_UPLOAD:
            told_so = gettext("%(file)s: larger than %(size)s; split the chart", file=name, size=file_size(MAX_UPLOAD))
            return editor_of(assessment_id, told_so), 413
        try:
            rows = read_chart(path)
        except (UnreadableFileError, ChartError) as error:
            return editor_of(assessment_id, told(error)), 409
    return done(
        assessment_id,
        lambda written, row: take_in(written, viewer(), row, rows, seen=seen(), at=now()),
        lambda refusal: editor_of(assessment_id, refusal),
        url_for("assessments.chart", assessment_id=assessment_id),
    )


def _head(stand: Stand, version: ChartVersion) -> Head:
    clause = clause_of(stand)
    name = "" if clause is None else f", {clause.number or ''} {clause.title or ''}"
    row, pin = stand.assessment, stand.pin
    status = label("assessment", stand.state.status) + (f", {gettext('stale')}" if stand.state.stale else "")
    texts = gettext("Texts of the claim and the clause")
    return Head(
        f"{gettext('Claim chart')}: {row.publication}, {gettext('claim %(number)s', number=row.claim)}",
        (
            f"{stand.item.reference}, {stand.pinned.label}{name}",
            f"{gettext('version %(number)s', number=version.number)}, {version.by}, {moment(version.at)}",
            f"{texts}: {pin.claim_hash[:16]}, {pin.clause_hash[:16]} (SHA-256)",
            gettext("Status, as people found it and not the workbench: %(status)s", status=status),
        ),
        tuple(filter(None, (stand.pinned.copyright, stand.pinned.confidentiality))),
    )
