"""Commands that stay: serve, scheduler, demo."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import sys
from typing import Any, Final

import click
from flask import Flask
from waitress import create_server

from scrapers.registry import sources
from workbench import sample
from workbench.assessments.watch import watch
from workbench.cases import others  # noqa: F401 - what it registers with the watch
from workbench.cli.base import Failure, main, open_store
from workbench.cli.console import report, say
from workbench.demo import build as build_demo
from workbench.demo import demo_settings
from workbench.digest import verbs as digest
from workbench.digest.bounces import collect_bounces
from workbench.jobs.schedule import schedule_for
from workbench.jobs.scheduler import run_scheduler
from workbench.people import accounts
from workbench.people.signing_in import local_link
from workbench.settings import Settings, load_settings
from workbench.sources.poll import is_configured, poll
from workbench.standards.drafts_folder import import_folder
from workbench.web import create_app

_LOOPBACK: Final = "127.0.0.1"
_PROXY_HEADERS: Final = frozenset({"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"})


@main.command()
@click.option("--host", default=_LOOPBACK, show_default=True, help="The address to listen at.")
@click.option("--port", default=8042, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
def serve(host: str, port: int) -> None:
    """Serve the web application."""
    settings = load_settings()
    with open_store(settings) as store:
        app = create_app(settings, store)
        with store.read() as session:
            local = not accounts.exist(session)
        if local and not _is_loopback(host):
            raise Failure(
                f"there are no accounts yet, so the workbench listens only on this machine, not at {host}; "
                "use --host 127.0.0.1, or make the first account: "
                "`workbench people invite you@example.org --role administrator`"
            )
        server = listen(app, settings, host, port)
        if local:
            with store.write() as session:
                now = dt.datetime.now(dt.UTC)
                link = local_link(session, settings, now, base_url=_address(host, server.effective_port))
            click.echo(
                f"Local mode, no accounts: open {link}\nThe link works once; `workbench people link` prints another."
            )
        elif not _is_loopback(host) and not settings.base_url.startswith("https://"):
            say(
                f"passwords and pages can be read on the way: put a proxy with https in front of {host}, and set "
                "WORKBENCH_BASE_URL to its address"
            )
        _run(server, host)


def listen(app: Flask, settings: Settings, host: str, port: int) -> Any:
    """A waitress server that runs when told to. It believes X-Forwarded-… of the proxy of the settings, of nobody else.

    Raises Failure where the port is taken.
    """
    proxy = settings.trusted_proxy
    trust = {"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": _PROXY_HEADERS} if proxy else {}
    try:
        return create_server(
            app, host=host, port=port, threads=8, ident="workbench", clear_untrusted_proxy_headers=True, **trust
        )
    except OSError as error:
        raise Failure(f"cannot listen at {host}:{port} ({error.strerror}); name another with --port") from error


def _run(server: Any, host: str) -> None:
    click.echo(f"The workbench is at {_address(host, server.effective_port)}/ (Ctrl+C ends it)")
    server.run()


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@main.command()
def scheduler() -> None:
    """Run the jobs when they are due: poll daily, digest on each one's day. Several may run; each job runs once."""
    settings = load_settings()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for name in ("alembic", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    schedule = schedule_for(settings)
    for job in schedule:
        due = job.rhythm.next_due(dt.datetime.now(dt.UTC), settings.zone).astimezone(settings.zone)
        say(f"{job.name}: next due {due:%Y-%m-%d %H:%M %Z}")

    def poll_all(at: dt.datetime) -> None:
        del at
        chosen = [source for source in sources().values() if is_configured(settings, source)]
        good = [report(poll(store, settings, source), as_json=False) for source in chosen]
        if not all(good):
            raise Failure(f"{good.count(False)} of {len(good)} sources failed; see the page of sources")

    def send_digest(at: dt.datetime) -> None:
        digest.send(store, settings, None, at, progress=say, on_their_day=True)

    def retry_outbox(at: dt.datetime) -> None:
        del at
        digest.retry(store, settings)

    def send_alerts(at: dt.datetime) -> None:
        del at
        digest.alert(store, settings)

    def read_bounces(at: dt.datetime) -> None:
        del at
        if settings.bounces is not None:
            collect_bounces(store, settings.bounces, dt.datetime.now(dt.UTC))

    def watch_drafts(at: dt.datetime) -> None:
        del at
        if settings.drafts_folder is not None:
            for dropped in import_folder(store, settings, settings.drafts_folder):
                say(dropped.told)

    def watch_assessments(at: dt.datetime) -> None:
        watch(store, at)

    jobs = {
        "assessments": watch_assessments,
        "poll": poll_all,
        "digest": send_digest,
        "outbox": retry_outbox,
        "drafts": watch_drafts,
    }
    jobs |= {"later digests": send_digest, "alerts": send_alerts, "bounces": read_bounces}

    with open_store(settings) as store:
        run_scheduler(store, settings, jobs, schedule=schedule)


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
            app = create_app(settings, store, sample=True, open_local=True, clock=lambda: sample.NOW)
            _run(listen(app, settings, _LOOPBACK, port), _LOOPBACK)
