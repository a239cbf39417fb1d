"""Commands that ask the outside world: poll, sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from scrapers.registry import Source, sources
from workbench.cli.base import DATE, JSON, main, moment, open_store
from workbench.cli.console import exit_with, print_json, report, say
from workbench.db import Store
from workbench.history.queries import source_health
from workbench.jobs.schedule import JOBS
from workbench.settings import Settings, load_settings
from workbench.sources.poll import Replay, is_configured, poll


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
    if not names:
        # Named sources say what they lack; of all sources those that were never set up are left out.
        for source in [each for each in chosen if not is_configured(settings, each)]:
            say(f"{source.name}: not configured, left out")
            chosen.remove(source)
    with open_store(settings) as store:
        exit_with(*_poll_all(store, settings, chosen, ids, replayed, as_json=as_json))


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
        say(f"{source.name}: polling …")
        yield report(poll(store, settings, source, ids=ids, replay=replay), as_json=as_json)


@main.command("sources")
@JSON
def sources_command(as_json: bool) -> None:
    """Show every source: state, last success, next run."""
    settings = load_settings()
    due = next(job for job in JOBS if job.name == "poll").rhythm.next_due(dt.datetime.now(dt.UTC), settings.zone)
    with open_store(settings) as store, store.read() as session:
        health = source_health(session)
    for source in sources().values():
        found = health.get(source.name)
        state = "never polled" if found is None else found.last.state.value
        row = {
            "source": source.name,
            "title": source.manifest.title,
            "state": state if is_configured(settings, source) else "not configured",
            "last_success": moment(None if found is None or found.success is None else found.success.clock),
            "last_error": None if found is None else found.last.error,
            "next_run": moment(due),
        }
        if as_json:
            print_json(row)
        else:
            click.echo(f"{source.name:<16} {row['state']:<12} last success {row['last_success'] or 'never'}")
            if row["last_error"]:
                say(f"{source.name}: {row['last_error']}")
