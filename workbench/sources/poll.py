"""Runs a source: fetch, check, then everything it said in one transaction, or nothing."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from scrapers import records
from scrapers.checks import check_fields, check_run, count_records, field_counts, lost_fields
from scrapers.context import CachedBody, Context, Emitted
from scrapers.credentials import read_credentials
from scrapers.errors import ExpectationError, NotConfiguredError, NothingToFollowError, ScraperError
from scrapers.fetching import Fetcher, Response
from scrapers.http import HttpFetcher
from scrapers.manifest import Manifest
from scrapers.registry import Source
from scrapers.replay import ReplayFetcher
from scrapers.set_aside import Drift
from workbench import __version__
from workbench.db import Store
from workbench.history.log import ChangeLog, Counts, Outcome, finish_run, keep_snapshot, start_run
from workbench.history.models import Run, RunKind, RunState, Snapshot
from workbench.history.quarantine import keep_bad_records, settle
from workbench.history.snapshots import SnapshotFolder
from workbench.people.permissions import Permission
from workbench.settings import Settings
from workbench.sources.audience import permission_for
from workbench.sources.drifts import drifts_of_failure, drifts_of_fields, earlier_field_counts, keep_drifts
from workbench.sources.options import credentials_of, options_for
from workbench.sources.writers import write
from workbench.standards.reconcile import mark_missing
from workbench.standards.tasks import ask_for_drafts
from workbench.watched.reconcile import keep_marks


class NoContactError(Exception):
    """A live poll lacks the setting that names a contact; `str(error)` says so."""


@dataclass(frozen=True)
class Replay:
    """A folder to answer from instead of the network, as on a day."""

    folder: Path
    as_of: dt.date | None = None


class _BelievedSnapshots:
    """Finds the body that an address had in the last believed run."""

    def __init__(self, store: Store, folder: SnapshotFolder) -> None:
        self.store, self.folder = store, folder

    def lookup(self, url: str) -> CachedBody | None:
        with self.store.read() as session:
            row = session.exec(
                select(Snapshot)
                .where(Snapshot.url == url, col(Snapshot.believed))
                .order_by(col(Snapshot.last_fetched_at).desc())
            ).first()
        if row is None or not self.folder.path(row.sha256).is_file():
            return None
        return CachedBody(
            self.folder.path(row.sha256), row.etag, row.last_modified, row.content_type or "", gzipped=True
        )


class _SnapshotKeeper:
    """Keeps each body on disk as it arrives; the rows are written at the end, in the transaction of the run."""

    def __init__(self, folder: SnapshotFolder, permission: Permission | None) -> None:
        self.folder, self.permission = folder, permission
        self.kept: dict[str, Snapshot] = {}

    def __call__(self, response: Response) -> str:
        sha256, size = self.folder.add(response.chunks())
        snapshot = Snapshot(
            url=response.requested_url,
            sha256=sha256,
            fetched_at=response.fetched_at,
            last_fetched_at=response.fetched_at,
            http_status=response.status,
            content_type=response.content_type or None,
            size=size,
            etag=response.headers.get("etag"),
            last_modified=response.headers.get("last-modified"),
            permission=self.permission,
        )
        key = f"{snapshot.url} {sha256}"
        self.kept[key] = snapshot
        return key

    def write(self, session: Session, *, believed: bool, but: Collection[str | None] = ()) -> dict[str, Snapshot]:
        """Write the rows; returns them by the keys given to the records. Those in `but` are not believed."""
        rows = {}
        for key, snapshot in self.kept.items():
            snapshot.believed = believed and key not in but
            rows[key] = keep_snapshot(session, snapshot)
        return rows


@contextmanager
def _fetcher(
    source: Source, settings: Settings, store: Store, replay: Replay | None, hosts: Collection[str]
) -> Iterator[Fetcher]:
    if replay is not None:
        yield ReplayFetcher(replay.folder, replay.as_of)
        return
    if not settings.contact:
        raise NoContactError(
            "polling over the network needs WORKBENCH_CONTACT: an e-mail or web address for the User-Agent, "
            "so that publishers can reach you"
        )
    manifest = source.manifest
    with HttpFetcher(
        user_agent=f"standards-workbench/{__version__} (+{settings.contact})",
        allowed_hosts=hosts,
        cache=_BelievedSnapshots(store, SnapshotFolder(settings.home)),
        limits=manifest.requests.limits(),
    ) as fetcher:
        yield fetcher


def is_configured(settings: Settings, source: Source) -> bool:
    """Whether the source has the credentials that it needs, if it needs any."""
    try:
        read_credentials(source.manifest, credentials_of(settings, source))
    except NotConfiguredError:
        return False
    return True


def poll(
    store: Store,
    settings: Settings,
    source: Source,
    *,
    ids: Sequence[int] = (),
    replay: Replay | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Run:
    """Run one source and store what it says; returns the finished run with its state and counts.

    A run that fails, or misses its expectations, leaves everything as it was but for the run itself and the snapshots
    that show why. Raises NotConfiguredError where the source needs credentials that the settings lack, NoContactError
    where a live poll has no contact, FetchError where a replay has no index: then there is no run.
    """
    read_credentials(source.manifest, credentials_of(settings, source))
    keeper = _SnapshotKeeper(SnapshotFolder(settings.home), permission_for(source))
    options = options_for(store, settings, source, ids)
    with _fetcher(source, settings, store, replay, source.manifest.hosts(options)) as fetcher:
        clock = fetcher.now if isinstance(fetcher, ReplayFetcher) else now()
        run_id = start_run(
            store, RunKind.POLL, source.name, source.parser_version, clock, permission=permission_for(source)
        )
        context = Context(source.manifest, fetcher, store_snapshot=keeper, options=options)
        drifted: list[Drift] = []
        try:
            source.crawl(context)
            found = [each.record for each in context.records]
            check_run(source.manifest, found, _previous_count(store, source.name))
            with store.read() as session:
                lost = lost_fields(found, earlier_field_counts(session, source.name, source.parser_version))
            drifted = drifts_of_fields(context, lost)
            for each in lost:
                context.warn(each.told)
            check_fields(source.manifest, found, lost)
        except NothingToFollowError as error:
            context.warn(str(error))
            return _close_without_data(store, run_id, RunState.UNCHANGED, None, keeper, context)
        except ScraperError as error:
            state = RunState.REJECTED if isinstance(error, ExpectationError) else RunState.FAILED
            drifts = [*context.drifts, *drifted] if drifted else drifts_of_failure(context, error)
            return _close_without_data(store, run_id, state, context.hide(str(error)), keeper, context, drifts)
        except Exception as error:  # noqa: BLE001 - a faulty source must not stop the others; its run says so
            return _close_without_data(store, run_id, RunState.FAILED, _told(error, context), keeper, context)
        with store.write() as session:
            snapshots = keeper.write(session, believed=True, but={each.snapshot_id for each in context.drifts})
            log = ChangeLog(session, run_id, source.name, clock)
            counts, news = _write_records(session, log, source.manifest, context.records, snapshots)
            ask_for_drafts(session, clock)
            _keep_what_is_odd(session, log, source, context, snapshots, drifted)
            keep_marks(session, source.name, context.marks, run_id)
            if source.manifest.complete and not context.incomplete:
                counts.removed = _mark_missing(session, log, found)
            state = RunState.OK if news or counts.removed else RunState.UNCHANGED
            run = finish_run(session, run_id, state, counts, warnings=context.warnings, measures=context.measures)
            run.field_counts = field_counts(found)
            return run


def _told(error: Exception, context: Context) -> str:
    """What went wrong and where in the program, on one line, without credentials."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    said = context.hide(" ".join(f"{type(error).__name__}: {error}".split()))
    return f"{said} (at {Path(place.filename).name}, line {place.lineno}); this is a fault of the workbench, report it"


def _close_without_data(
    store: Store,
    run_id: int,
    state: RunState,
    error: str | None,
    keeper: _SnapshotKeeper,
    context: Context,
    drifts: Sequence[Drift] = (),
) -> Run:
    with store.write() as session:
        keep_drifts(session, run_id, drifts, keeper.write(session, believed=False))
        return finish_run(
            session,
            run_id,
            state,
            warnings=context.warnings,
            error=None if error is None else " ".join(error.split()),
            measures=context.measures,
        )


def _keep_what_is_odd(
    session: Session,
    log: ChangeLog,
    source: Source,
    context: Context,
    snapshots: Mapping[str, Snapshot],
    drifted: Sequence[Drift],
) -> None:
    """Keep the bad records and drifts of a believed run, and settle the bad records that it met no more."""
    keep_drifts(session, log.run_id, [*context.drifts, *drifted], snapshots)
    kept = keep_bad_records(session, log, source.parser_version, context.bad_records, snapshots)
    if not context.unlisted:
        settle(session, log, snapshots.values(), kept)


def _previous_count(store: Store, source: str) -> int | None:
    with store.read() as session:
        return session.exec(
            select(Run.records)
            .where(
                Run.source == source, Run.kind == RunKind.POLL, col(Run.state).in_((RunState.OK, RunState.UNCHANGED))
            )
            .order_by(col(Run.id).desc())
        ).first()


def _write_records(
    session: Session,
    log: ChangeLog,
    manifest: Manifest,
    emitted: Iterable[Emitted],
    snapshots: Mapping[str, Snapshot],
) -> tuple[Counts, bool]:
    """Write every record; returns the counts of the type that the manifest counts, and whether any record was news."""
    counts, news = Counts(), False
    for each in emitted:
        snapshot_id = snapshots[each.snapshot_id].id
        outcome = write(session, log, each.record, snapshot_id)
        news = news or outcome is not Outcome.UNCHANGED
        if count_records(manifest, [each.record]):
            counts.add(outcome)
    return counts, news


def _mark_missing(session: Session, log: ChangeLog, found: Iterable[records.Record]) -> int:
    items = [record for record in found if isinstance(record, records.WorkItem)]
    committees = sorted({item.committee for item in items if item.committee})
    return mark_missing(session, log, committees, [item.iso_id for item in items])
