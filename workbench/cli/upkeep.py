"""Commands that look after the store: migrate, doctor, backup, restore."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrapers.registry import sources
from workbench.cli.base import FILE, JSON, Failure, main, moment, open_store
from workbench.cli.console import print_json, say
from workbench.db import Store
from workbench.malware import ScannerError, scanner_of
from workbench.people.trail import Verification, verify
from workbench.settings import Settings, explain_settings, load_settings, readable_by_others
from workbench.sources.health import SourceState, Verdict, failed_at_once, source_states

if TYPE_CHECKING:
    from workbench.backup import Summary


@main.command()
def migrate() -> None:
    """Create the database or upgrade it to the newest migration."""
    settings = load_settings()
    store = Store(settings)
    try:
        click.echo(f"the database stands at migration {store.migrate()}")
    finally:
        store.close()


@main.command()
@click.argument("file", type=FILE)
@click.option("--snapshots/--no-snapshots", default=True, help="With the files that were read; on by default.")
@click.option("--models/--no-models", default=False, help="With the sentence encoders; off by default.")
def backup(file: Path, *, snapshots: bool, models: bool) -> None:
    """Write everything the workbench keeps into a new FILE; it may be in use meanwhile.

    The key that signs sessions is left out: keep `secret.key` of the home folder, or the setting, elsewhere.
    """
    from workbench.backup import back_up

    with open_store(load_settings()) as store:
        _tell(file, back_up(store, file, snapshots=snapshots, models=models))


@main.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Bring everything in FILE into the store of the settings, which must be empty."""
    from workbench.backup import restore as bring_back

    _tell(file, bring_back(load_settings(), file))
    say("without the `secret.key` it was used with, second steps have to be set up again")


def _tell(file: Path, done: Summary) -> None:
    click.echo(f"{file}: {done.files} files of {done.size} bytes")
    click.echo(f"audit trail: {done.trail_entries} entries, unbroken, newest hash {done.trail_head}")


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
    for path in readable_by_others(settings):
        advice = f"{path} holds secrets and others on this machine may read it; run: chmod 600 {path}"
        if as_json:
            print_json({"check": "permissions", "ok": False, "path": str(path), "advice": advice})
        else:
            say(advice)
    unscanned = _report_scanner(settings, as_json=as_json)
    with open_store(settings) as store:
        revision = store.revision()
        with store.read() as session:
            trail = verify(session)
            states = source_states(session, settings, sources(), dt.datetime.now(dt.UTC))
    if as_json:
        print_json({"check": "database", "ok": True, "revision": revision})
    else:
        click.echo(f"database: in order, at migration {revision}")
    _report_trail(trail, as_json=as_json)
    for state in states:
        _report_health(state, as_json=as_json)
    alarms = [state.source.name for state in states if state.verdict.alarming]
    if together := failed_at_once(states):
        raise Failure(
            f"{len(together)} sources failed within a day of each other; so many at once is rather our fault than "
            "theirs: look at the network, the proxy and the clock of this machine"
        )
    if not trail.intact:
        raise Failure(f"audit trail: entry {trail.broken_at} was tampered with: {trail.reason}")
    if unscanned is not None:
        raise Failure(unscanned)
    if alarms:
        raise Failure(f"sources that need somebody: {', '.join(alarms)}")


def _report_scanner(settings: Settings, *, as_json: bool) -> str | None:
    """Whether uploads are scanned for malware; returns what is wrong with the scanner of the settings."""
    scanner, problem = scanner_of(settings), None
    if scanner is not None:
        try:
            scanner.check()
        except ScannerError as error:
            problem = str(error)
    if as_json:
        told = {"configured": scanner is not None, "error": problem}
        print_json({"check": "malware", "ok": scanner is not None and problem is None, **told})
    elif scanner is None:
        click.echo("malware: uploads are not scanned; set clamd (WORKBENCH_CLAMD) to the socket of a clamd")
    else:
        click.echo(f"malware: {problem or f'uploads are scanned by clamd at {scanner}'}")
    return problem


def _report_trail(trail: Verification, *, as_json: bool) -> None:
    """The newest hash is for writing down elsewhere: a trail that was rewritten to its end cannot show it."""
    if as_json:
        told = {"entries": trail.entries, "head": trail.head, "broken_at": trail.broken_at, "reason": trail.reason}
        print_json({"check": "trail", "ok": trail.intact, **told})
    elif trail.intact:
        click.echo(f"audit trail: {trail.entries} entries, unbroken, newest hash {trail.head}")
    else:
        click.echo(f"audit trail: broken at entry {trail.broken_at}: {trail.reason}")


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
                "last_success": moment(success),
                "error": error,
            }
        )
        return
    click.echo(f"{state.source.name:<16} {_VERDICTS[state.verdict]:<16} last success {moment(success) or 'never'}")
    registration = state.source.manifest.credentials
    if state.verdict is Verdict.NOT_CONFIGURED and registration is not None:
        say(f"{state.source.name}: to poll it, register at {registration.register_url}")
    if error:
        say(f"{state.source.name}: {error}")
