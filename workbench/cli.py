"""The `workbench` command. Exit codes: 0 done, 1 something failed (one line each on stderr), 2 usage."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.registry import Source, sources
from workbench import __version__, export
from workbench.db import Store, StoreError
from workbench.history.models import Run, RunState
from workbench.mapping.runs import UnknownPortfolioError, drafts_of, map_draft
from workbench.patents.imports import import_patents
from workbench.settings import Settings, SettingsError, explain_settings, load_settings
from workbench.sources.poll import NotConfiguredError, Replay, poll
from workbench.standards.ballots import BallotRulesError
from workbench.standards.drafts import UnknownWorkItemError, find_work_item, import_draft

# What a person can mend: shown as one line, without a traceback.
EXPECTED_ERRORS = (
    ScraperError,
    SettingsError,
    StoreError,
    NotConfiguredError,
    BallotRulesError,
    UnknownWorkItemError,
    UnknownPortfolioError,
    export.UnknownExportError,
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON Lines on stdout and nothing else there.")
DATE = click.DateTime(["%Y-%m-%d"])


class Failure(click.ClickException):
    """Something failed: exit code 1, one line."""

    def show(self, file: Any = None) -> None:
        click.echo(f"workbench: {self.format_message()}", err=True, file=file)


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EXPECTED_ERRORS as error:
            raise Failure(" ".join(str(error).split())) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbench")
def main() -> None:
    """Follow SC 42 work items, map patents to clauses of drafts, and send one mail a week, deadlines first."""


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """The store at its newest migration."""
    store = Store(settings)
    try:
        store.require_current()
        yield store
    finally:
        store.close()


def _say(message: str) -> None:
    click.echo(message, err=True)


def _print_json(row: dict[str, Any]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))


class _Counter:
    """A count that goes up on stderr, on a terminal only: how far a long file was read."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.shown = sys.stderr.isatty()

    def show(self, count: int) -> None:
        if self.shown and count % 25 == 0:
            click.echo(f"\r{self.label}: {count} read", err=True, nl=False)

    def clear(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _run_record(run: Run) -> dict[str, Any]:
    return {
        "source": run.source,
        "status": run.state.value,
        "records": run.records,
        "inserted": run.inserted,
        "updated": run.updated,
        "unchanged": run.unchanged,
        "removed": run.removed,
        "warnings": run.warnings,
        "error": run.error,
        "started_at": run.started_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
    }


def _report(run: Run, *, as_json: bool) -> bool:
    """Print a finished run; returns whether it went well."""
    if as_json:
        _print_json(_run_record(run))
    else:
        click.echo(
            f"{run.source}: {run.state.value}, {run.records} records: {run.inserted} inserted, {run.updated} updated, "
            f"{run.unchanged} unchanged, {run.removed} removed"
        )
    for warning in run.warnings:
        _say(f"{run.source}: warning: {warning}")
    if run.error:
        _say(f"{run.source}: {run.error}")
    return run.state in (RunState.OK, RunState.UNCHANGED)


def _exit_with(*went_well: bool) -> None:
    if not all(went_well):
        sys.exit(1)


@main.command()
def migrate() -> None:
    """Create the database or upgrade it to the newest migration."""
    settings = load_settings()
    store = Store(settings)
    try:
        click.echo(f"the database stands at migration {store.migrate()}")
    finally:
        store.close()


@main.command("poll")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--id", "ids", type=int, multiple=True, help="Only the work items with these ISO ids; repeat for several."
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Answer from this folder of recorded pages; the network is not used.",
)
@click.option("--as-of", type=DATE, help="With --replay: the day to stand at; the newest recording by default.")
@JSON
def poll_command(
    names: tuple[str, ...], ids: tuple[int, ...], replay: Path | None, as_of: dt.datetime | None, as_json: bool
) -> None:
    """Poll the named sources, or all of them."""
    if as_of is not None and replay is None:
        raise click.UsageError("--as-of goes with --replay")
    chosen = _chosen_sources(names)
    settings = load_settings()
    replayed = None if replay is None else Replay(replay, None if as_of is None else as_of.date())
    with _store(settings) as store:
        _exit_with(*_poll_all(store, settings, chosen, ids, replayed, as_json=as_json))


def _chosen_sources(names: Sequence[str]) -> list[Source]:
    known = sources()
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no source {name!r}; there are: {', '.join(known)}")
    return [known[name] for name in names or known]


def _poll_all(
    store: Store,
    settings: Settings,
    chosen: Iterable[Source],
    ids: tuple[int, ...],
    replay: Replay | None,
    *,
    as_json: bool,
) -> Iterator[bool]:
    for source in chosen:
        _say(f"{source.name}: polling …")
        yield _report(poll(store, settings, source, ids=ids, replay=replay), as_json=as_json)


@main.group("import")
def import_group() -> None:
    """Import files."""


@import_group.command("draft")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--work-item", required=True, metavar="REF|ISO_ID", help="The work item, by reference or ISO id.")
@click.option("--label", required=True, help="Name of this version, such as 'CD 1'.")
@click.option("--dated", type=DATE, help="The date printed on the draft.")
@click.option("--format", "format_", default="auto", help="Name of the format; found by content by default.")
@JSON
def import_draft_command(
    file: Path, work_item: str, label: str, dated: dt.datetime | None, format_: str, as_json: bool
) -> None:
    """Import FILE as one version of a work item's text."""
    settings = load_settings()
    with _store(settings) as store:
        run = import_draft(
            store,
            settings,
            file,
            work_item=work_item,
            label=label,
            dated=None if dated is None else dated.date(),
            format=format_,
        )
        _exit_with(_report(run, as_json=as_json))


@import_group.command("patents")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--format", "format_", default="auto", help="Name of the format; found by content by default.")
@click.option("--portfolio", metavar="NAME", help="Put the publications into this portfolio.")
@JSON
def import_patents_command(files: tuple[Path, ...], format_: str, portfolio: str | None, as_json: bool) -> None:
    """Import publications from FILES; a folder stands for the files in it."""
    settings = load_settings()
    with _store(settings) as store:
        results = []
        for path in _expand(files):
            progress = _Counter(path.name)
            run = import_patents(store, settings, path, format=format_, portfolio=portfolio, progress=progress.show)
            progress.clear()
            results.append(_report(run, as_json=as_json))
        _exit_with(*results)


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]


@main.command("map")
@click.option("--work-item", metavar="REF|ISO_ID", help="Only the drafts of this work item.")
@click.option("--portfolio", metavar="NAME", help="Only the publications of this portfolio.")
@JSON
def map_command(work_item: str | None, portfolio: str | None, as_json: bool) -> None:
    """Rank the clauses of each draft version for each independent claim."""
    settings = load_settings()
    with _store(settings) as store:
        with store.read() as session:
            drafts = drafts_of(session, None if work_item is None else find_work_item(session, work_item))
        if not drafts:
            raise Failure("there is no draft to map; import one with `workbench import draft`")
        results = [_report(map_draft(store, draft, portfolio=portfolio), as_json=as_json) for draft in drafts]
        _exit_with(*results)


@main.command("export")
@click.argument("kind", type=click.Choice(list(export.KINDS)))
@click.option("--format", "format_", type=click.Choice(list(export.FORMATS)), default="jsonl", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@click.option("--work-item", metavar="REF|ISO_ID", help="Only rows of this work item.")
@click.option("--label", help="Only rows of the draft with this label.")
@click.option("--portfolio", metavar="NAME", help="Only rows of this portfolio.")
@click.option("--top", type=click.IntRange(min=1), help="Of each claim only the best N matches.")
@click.option("--since", metavar="DATE", help="Only changes from this day on.")
@click.option("--until", metavar="DATE", help="Only changes up to the end of this day.")
def export_command(kind: str, format_: str, output: Path | None, **filters: Any) -> None:
    """Write rows of KIND to stdout or a file."""
    settings = load_settings()
    given = {name: str(value) for name, value in filters.items() if value is not None}
    with _store(settings) as store, store.read() as session:
        pieces = export.write(export.rows(session, kind, given), format_)
        if output is None:
            for piece in pieces:
                click.echo(piece, nl=False)
        else:
            _write_whole(output, pieces)


def _write_whole(output: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the file and move into place, so that a failed export leaves no half file."""
    aside = output.with_name(f".{output.name}.part")
    try:
        with aside.open("wb") as file:
            file.writelines(pieces)
        aside.replace(output)
    except OSError as error:
        raise UnreadableFileError(f"{output}: {error.strerror}; name a file in a folder that can be written") from error
    finally:
        aside.unlink(missing_ok=True)


@main.command("doctor")
@JSON
def doctor(as_json: bool) -> None:
    """Show each setting with its origin (secrets masked) and whether the store is in order."""
    settings = load_settings()
    for setting in explain_settings(settings):
        if as_json:
            _print_json({"check": "setting", **setting._asdict()})
        else:
            click.echo(f"{setting.name:<16} {setting.value or '-':<48} {setting.origin}")
    with _store(settings) as store:
        revision = store.revision()
        if as_json:
            _print_json({"check": "database", "ok": True, "revision": revision})
        else:
            click.echo(f"database: in order, at migration {revision}")


if __name__ == "__main__":
    main()
