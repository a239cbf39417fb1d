"""Commands that stay: serve, scheduler, demo."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import sys

import click
from flask import Flask
from waitress import create_server

from scrapers.registry import sources
from workbench import sample
from workbench.cli.base import Failure, main, open_store
from workbench.cli.console import report, say
from workbench.demo import build as build_demo
from workbench.demo import demo_settings
from workbench.digest import verbs as digest
from workbench.jobs.schedule import JOBS
from workbench.jobs.scheduler import run_scheduler
from workbench.settings import load_settings
from workbench.sources.poll import is_configured, poll
from workbench.web import create_app


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8042, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
def serve(host: str, port: int) -> None:
    """Serve the web application."""
    settings = load_settings()
    with open_store(settings) as store:
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

    with open_store(settings) as store:
        run_scheduler(store, settings, {"poll": poll_all, "digest": send_digest, "outbox": retry_outbox})


@main.command()
@click.option("--port", default=8042, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
@click.option("--no-serve", is_flag=True, help="Only bring the sample data up to date.")
def demo(port: int, no_serve: bool) -> None:
    """Show the whole workbench on sample data: through the real sources and importers, then served."""
    settings = demo_settings(load_settings())
    with open_store(settings) as store:
        for step in build_demo(store, settings):
            click.echo(f"{step.title}: {step.result}")
        if not no_serve:
            _serve(create_app(settings, store, sample=True, clock=lambda: sample.NOW), "127.0.0.1", port)
