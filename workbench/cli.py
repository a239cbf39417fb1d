"""The `workbench` command. Exit codes: 0 done, 1 something failed (one line each on stderr), 2 usage."""

from __future__ import annotations

import dataclasses
import datetime as dt
import ipaddress
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from waitress import create_server

from scrapers.errors import ScraperError, UnreadableFileError
from scrapers.registry import Source, sources
from workbench import __version__, export, sample
from workbench.console import Counter, exit_with, print_json, report, say
from workbench.db import Store, StoreError
from workbench.demo import DemoError, demo_settings
from workbench.demo import build as build_demo
from workbench.digest import verbs as digest
from workbench.history.queries import FilterError, source_health
from workbench.jobs.schedule import JOBS
from workbench.jobs.scheduler import run_scheduler
from workbench.mapping.evaluation import evaluate, make_run
from workbench.mapping.labelled import read_corpus, read_labels, read_queries, write_run
from workbench.mapping.runs import UnknownPortfolioError, drafts_of, map_draft
from workbench.patents.imports import import_patents
from workbench.settings import Settings, SettingsError, explain_settings, load_settings
from workbench.sources.health import SourceState, Verdict, failed_at_once, source_states
from workbench.sources.poll import NoContactError, Replay, is_configured, poll
from workbench.standards.ballots import BallotRulesError
from workbench.standards.drafts import UnknownWorkItemError, find_work_item, import_draft
from workbench.web import create_app

# What a person can mend: shown as one line, without a traceback.
EXPECTED_ERRORS = (
    ScraperError,
    SettingsError,
    StoreError,
    NoContactError,
    BallotRulesError,
    UnknownWorkItemError,
    UnknownPortfolioError,
    FilterError,
    DemoError,
    digest.DigestError,
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
    if not names:
        # Named sources say what they lack; of all sources those that were never set up are left out.
        for source in [each for each in chosen if not is_configured(settings, each)]:
            say(f"{source.name}: not configured, left out")
            chosen.remove(source)
    with _store(settings) as store:
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
        exit_with(report(run, as_json=as_json))


@import_group.command("patents")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--format", "format_", default="auto", help="Name of the format; found by content by default.")
@click.option("--portfolio", metavar="NAME", help="Put the publications into this portfolio.")
@click.option(
    "--columns",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A TOML file that says which column of your own table is what.",
)
@JSON
def import_patents_command(
    files: tuple[Path, ...], format_: str, portfolio: str | None, columns: Path | None, as_json: bool
) -> None:
    """Import publications from FILES; a folder stands for the files in it."""
    settings = load_settings()
    with _store(settings) as store:
        results = []
        for path in _expand(files):
            progress = Counter(path.name)
            run = import_patents(
                store, settings, path, format=format_, portfolio=portfolio, columns=columns, progress=progress.show
            )
            progress.clear()
            results.append(report(run, as_json=as_json))
        exit_with(*results)


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
        results = [report(map_draft(store, draft, portfolio=portfolio), as_json=as_json) for draft in drafts]
        exit_with(*results)


@main.command("export")
@click.argument("kind", type=click.Choice(list(export.KINDS)))
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(export.FORMATS)),
    default="jsonl",
    show_default=True,
    help="What to write.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@click.option("--work-item", metavar="REF|ISO_ID", help="Only rows of this work item.")
@click.option("--label", help="Only rows of the draft with this label.")
@click.option("--portfolio", metavar="NAME", help="Only rows of this portfolio.")
@click.option("--top", type=click.IntRange(min=1), help="Of each claim only the best N matches.")
@click.option("--from", "from_", metavar="LABEL", help="Lineage from the draft with this label …")
@click.option("--to", metavar="LABEL", help="… to the draft with this one.")
@click.option("--since", metavar="DATE", help="Only changes from this day on.")
@click.option("--until", metavar="DATE", help="Only changes up to the end of this day.")
def export_command(kind: str, format_: str, output: Path | None, **filters: Any) -> None:
    """Write rows of KIND to stdout or a file."""
    settings = load_settings()
    given = {name.rstrip("_"): str(value) for name, value in filters.items() if value is not None}
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


@main.command("sources")
@JSON
def sources_command(as_json: bool) -> None:
    """Show every source: state, last success, next run."""
    settings = load_settings()
    due = next(job for job in JOBS if job.name == "poll").rhythm.next_due(dt.datetime.now(dt.UTC), settings.zone)
    with _store(settings) as store, store.read() as session:
        health = source_health(session)
    for source in sources().values():
        found = health.get(source.name)
        state = "never polled" if found is None else found.last.state.value
        row = {
            "source": source.name,
            "title": source.manifest.title,
            "state": state if is_configured(settings, source) else "not configured",
            "last_success": _moment(None if found is None or found.success is None else found.success.clock),
            "last_error": None if found is None else found.last.error,
            "next_run": _moment(due),
        }
        if as_json:
            print_json(row)
        else:
            click.echo(f"{source.name:<16} {row['state']:<12} last success {row['last_success'] or 'never'}")
            if row["last_error"]:
                say(f"{source.name}: {row['last_error']}")


def _moment(value: dt.datetime | None) -> str | None:
    return None if value is None else value.isoformat()


@main.group("eval")
def eval_group() -> None:
    """Measure an engine on labelled data."""


_FILE = click.Path(path_type=Path, dir_okay=False)


@eval_group.command("mapping")
@click.option("--queries", type=_FILE, required=True, help="JSON Lines of claims: id, text, parent_text, group.")
@click.option("--corpus", type=_FILE, required=True, help="JSON Lines of clauses: id, title, text, standard.")
@click.option("--qrels", type=_FILE, required=True, help="Lines of query id, clause id and grade (2 or 1), by tabs.")
@click.option("--run-out", type=_FILE, help="Write the ranking there, as a TREC run of 100 clauses a query.")
@JSON
def eval_mapping(queries: Path, corpus: Path, qrels: Path, run_out: Path | None, as_json: bool) -> None:
    """Rank labelled claims with the engine of `workbench map` and print how well it did."""
    asked, clauses, labels = read_queries(queries), read_corpus(corpus), read_labels(qrels)
    run = make_run(asked, clauses)
    if run_out is not None:
        write_run(run_out, run.matches)
    for result in evaluate(asked, clauses, labels, run):
        record = result.as_record()
        if as_json:
            print_json(record)
        else:
            click.echo("  ".join(f"{name} {value}" for name, value in record.items()))


@main.group("digest")
def digest_group() -> None:
    """Compose and send the weekly mail."""


_RECIPIENT = click.option("--recipient", metavar="NAME", help="Only this person; everybody by default.")
_AT = click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="The moment of the digest in the configured zone; now by default.",
)


def _instant(at: dt.datetime | None, settings: Settings) -> dt.datetime:
    return dt.datetime.now(dt.UTC) if at is None else at.replace(tzinfo=settings.zone).astimezone(dt.UTC)


@digest_group.command("people")
@click.argument("file", type=_FILE)
def digest_people(file: Path) -> None:
    """Load who receives the digest from a TOML FILE of [[person]] tables: name, email, language, edition."""
    settings = load_settings()
    with _store(settings) as store, store.write() as session:
        count = digest.load_recipients(session, file)
    click.echo(f"{count} people receive the digest")


@digest_group.command("preview")
@_RECIPIENT
@_AT
@JSON
def digest_preview(recipient: str | None, at: dt.datetime | None, as_json: bool) -> None:
    """Print the digests as they would be now; nothing is kept or sent."""
    settings = load_settings()
    with _store(settings) as store:
        mails = digest.preview(store, settings, recipient, _instant(at, settings))
    if [mail.name for mail in mails] == [digest.NOBODY_YET.name]:
        say("nobody receives the digest yet, so this is a new delegate's; load people with `workbench digest people`")
    for mail in mails:
        if as_json:
            print_json(
                {
                    "to": mail.email,
                    "name": mail.name,
                    "subject": mail.subject,
                    "text": mail.text,
                    "html": mail.html,
                    "week": mail.week,
                }
            )
        else:
            click.echo(f"To: {mail.name} <{mail.email}>\nSubject: {mail.subject}\n\n{mail.text}")


@digest_group.command("send")
@_RECIPIENT
@_AT
@JSON
def digest_send(recipient: str | None, at: dt.datetime | None, as_json: bool) -> None:
    """Compose this week's digests that are not there yet, and send what waits in the outbox."""
    settings = load_settings()
    with _store(settings) as store:
        counts = digest.send(store, settings, recipient, _instant(at, settings), progress=say)
    if as_json:
        print_json(dataclasses.asdict(counts))
    exit_with(counts.failed == 0)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8042, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
def serve(host: str, port: int) -> None:
    """Serve the web application."""
    settings = load_settings()
    with _store(settings) as store:
        _serve(create_app(settings, store), host, port)


def _serve(app: Flask, host: str, port: int) -> None:
    if not _is_loopback(host):
        raise Failure(
            f"the workbench has no accounts yet, so it listens only on this machine, not at {host}; "
            "use --host 127.0.0.1 and put a proxy that asks for a login in front of it"
        )
    try:
        server = create_server(app, host=host, port=port, threads=8, ident="workbench")
    except OSError as error:
        raise Failure(f"cannot listen at {host}:{port} ({error.strerror}); name another with --port") from error
    click.echo(f"The workbench is at http://{host}:{server.effective_port}/ (Ctrl+C ends it)")
    server.run()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@main.command()
def scheduler() -> None:
    """Run the jobs when they are due: poll daily, digest on Mondays. Several may run; each job runs once."""
    settings = load_settings()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for job in JOBS:
        due = job.rhythm.next_due(dt.datetime.now(dt.UTC), settings.zone).astimezone(settings.zone)
        say(f"{job.name}: next due {due:%Y-%m-%d %H:%M %Z}")

    def poll_all(at: dt.datetime) -> None:
        del at
        chosen = [source for source in sources().values() if is_configured(settings, source)]
        good = [report(poll(store, settings, source), as_json=False) for source in chosen]
        if not all(good):
            raise Failure(f"{good.count(False)} of {len(good)} sources failed; see the page of sources")

    def send_digest(at: dt.datetime) -> None:
        digest.send(store, settings, None, at, progress=say)

    def retry_outbox(at: dt.datetime) -> None:
        del at
        digest.retry(store, settings)

    with _store(settings) as store:
        run_scheduler(store, settings, {"poll": poll_all, "digest": send_digest, "outbox": retry_outbox})


@main.command()
@click.option("--port", default=8042, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
@click.option("--no-serve", is_flag=True, help="Only bring the sample data up to date.")
def demo(port: int, no_serve: bool) -> None:
    """Show the whole workbench on sample data: through the real sources and importers, then served."""
    settings = demo_settings(load_settings())
    with _store(settings) as store:
        for step in build_demo(store, settings):
            click.echo(f"{step.title}: {step.result}")
        if not no_serve:
            _serve(create_app(settings, store, sample=True, clock=lambda: sample.NOW), "127.0.0.1", port)


_VERDICTS = {
    Verdict.OK: "ok",
    Verdict.NEVER: "never polled",
    Verdict.NOT_CONFIGURED: "not configured",
    Verdict.STALE: "stale",
    Verdict.FAILING: "failing",
}


@main.command("doctor")
@JSON
def doctor(as_json: bool) -> None:
    """Show each setting with its origin (secrets masked), and whether the store and each source are in order."""
    settings = load_settings()
    for setting in explain_settings(settings):
        if as_json:
            print_json({"check": "setting", **setting._asdict()})
        else:
            click.echo(f"{setting.name:<16} {setting.value or '-':<48} {setting.origin}")
    with _store(settings) as store:
        revision = store.revision()
        with store.read() as session:
            states = source_states(session, settings, sources(), dt.datetime.now(dt.UTC))
    if as_json:
        print_json({"check": "database", "ok": True, "revision": revision})
    else:
        click.echo(f"database: in order, at migration {revision}")
    for state in states:
        _report_health(state, as_json=as_json)
    alarms = [state.source.name for state in states if state.verdict.alarming]
    if together := failed_at_once(states):
        raise Failure(
            f"{len(together)} sources failed within a day of each other; so many at once is rather our fault than "
            "theirs: look at the network, the proxy and the clock of this machine"
        )
    if alarms:
        raise Failure(f"sources that need somebody: {', '.join(alarms)}")


def _report_health(state: SourceState, *, as_json: bool) -> None:
    success = None if state.success is None else state.success.clock
    error = state.last.error if state.last is not None and state.failing else None
    if as_json:
        print_json(
            {
                "check": "source",
                "source": state.source.name,
                "state": state.verdict,
                "ok": not state.verdict.alarming,
                "last_success": _moment(success),
                "error": error,
            }
        )
        return
    click.echo(f"{state.source.name:<16} {_VERDICTS[state.verdict]:<16} last success {_moment(success) or 'never'}")
    registration = state.source.manifest.credentials
    if state.verdict is Verdict.NOT_CONFIGURED and registration is not None:
        say(f"{state.source.name}: to poll it, register at {registration.register_url}")
    if error:
        say(f"{state.source.name}: {error}")


if __name__ == "__main__":
    main()
