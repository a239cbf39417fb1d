"""Sources, their runs, and the snapshots of what they gave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, abort, render_template

from workbench.history import quarantine, queries
from workbench.history.models import QuarantineState, Run, RunKind, Snapshot
from workbench.history.snapshots import SnapshotFolder
from workbench.people.walls_models import TrailAction
from workbench.sources import drifts, health
from workbench.sources.health import SourceState
from workbench.web.context import now, record, session, workbench
from workbench.web.links import outside
from workbench.web.listing import PER_PAGE, Listing, argument, page_number
from workbench.web.run_plot import SHOWN, run_plot
from workbench.web.security import SANDBOX_POLICY
from workbench.web.source_names import known_sources

_PIECE: Final = 64 * 1024
_SHOWN_IMPORTS: Final = 20

blueprint = Blueprint("sources", __name__, url_prefix="/sources")


def source_states() -> list[SourceState]:
    """Every source there is, polled or not."""
    return health.source_states(session(), workbench().settings, known_sources(), now())


@blueprint.get("/")
def index() -> str:
    kinds = (RunKind.IMPORT, RunKind.MAP)
    states = source_states()
    last = [state.last for state in states if state.last is not None]
    return render_template(
        "web/sources/index.html",
        states=states,
        waiting=quarantine.waiting_by_source(session()),
        drifts=drifts.reports_of_runs(session(), last),
        at_once=health.failed_at_once(states),
        imports=queries.runs(session(), kinds=kinds, limit=_SHOWN_IMPORTS),
        import_total=queries.count_runs(session(), kinds=kinds),
    )


@blueprint.get("/<name>")
def source(name: str) -> str:
    state = next((each for each in source_states() if each.source.name == name), None)
    if state is None:
        abort(404)
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="sources.source",
        path={"name": name},
        filters={},
        sort="",
        default_sort="",
        page=page,
        total=queries.count_runs(session(), source=name),
    )
    runs = queries.runs(session(), source=name, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    manifest = state.source.manifest
    return render_template(
        "web/sources/source.html",
        state=state,
        homepage=outside(manifest.homepage),
        register=outside(manifest.credentials.register_url) if manifest.credentials else None,
        listing=listing,
        runs=runs,
        waiting=quarantine.count_quarantine(session(), {"source": name, "state": QuarantineState.WAITING}),
        drifts=drifts.reports_of_runs(session(), [state.last] if state.last else []),
        plot=run_plot(queries.runs(session(), source=name, kinds=(RunKind.POLL,), limit=SHOWN)) if page == 1 else None,
    )


@blueprint.get("/runs")
def imports() -> str:
    """Runs that read files or ranked clauses, newest first."""
    kinds = (RunKind.IMPORT, RunKind.MAP)
    page = page_number(argument("page"))
    listing = Listing(
        endpoint="sources.imports",
        filters={},
        sort="",
        default_sort="",
        page=page,
        total=queries.count_runs(session(), kinds=kinds),
    )
    runs = queries.runs(session(), kinds=kinds, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template("web/sources/imports.html", listing=listing, runs=runs)


@blueprint.get("/runs/<int(max=2147483647):run_id>")
def run(run_id: int) -> str:
    row = session().get(Run, run_id)
    if row is None:
        abort(404)
    names = known_sources()
    return render_template(
        "web/sources/run.html",
        run=row,
        source=names.get(row.source),
        drifts=drifts.reports_of_runs(session(), [row]).get(run_id, ()),
        quarantined=quarantine.count_quarantine(session(), {"run": str(run_id)}),
        changes=queries.count_changes(session(), {"run": str(run_id)}),
    )


@blueprint.get("/snapshots/<int(max=2147483647):snapshot_id>")
def snapshot(snapshot_id: int) -> str:
    row = _snapshot(snapshot_id)
    kept = _folder().path(row.sha256).is_file()
    return render_template("web/sources/snapshot.html", snapshot=row, address=outside(row.url), kept=kept)


@blueprint.get("/snapshots/<int(max=2147483647):snapshot_id>/body")
def body(snapshot_id: int) -> Response:
    """The bytes as they were read, as a text file to keep: nothing in them is rendered."""
    row = _snapshot(snapshot_id)
    try:
        content = _folder().open(row.sha256)
    except FileNotFoundError:
        abort(404)
    if row.permission is not None or row.matter_id is not None:
        record(TrailAction.EXPORTED, "snapshot", snapshot_id, {"sha256": row.sha256}, matter_id=row.matter_id)

    def pieces() -> Iterator[bytes]:
        with content:
            while piece := content.read(_PIECE):
                yield piece

    response = Response(pieces(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="snapshot-{row.sha256[:12]}.txt"'
    response.headers["Content-Security-Policy"] = SANDBOX_POLICY
    return response


def _folder() -> SnapshotFolder:
    return SnapshotFolder(workbench().settings.home)


def _snapshot(snapshot_id: int) -> Snapshot:
    row = session().get(Snapshot, snapshot_id)
    if row is None:
        abort(404)
    return row
