"""Commands of the weekly mail: digest people, preview, send."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import click

from workbench.cli.base import FILE, JSON, Failure, main, open_store
from workbench.cli.console import exit_with, print_json, say
from workbench.digest import verbs as digest
from workbench.digest.bounces import BouncesError, collect_bounces
from workbench.settings import Settings, load_settings


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
@click.argument("file", type=FILE)
def digest_people(file: Path) -> None:
    """Load who receives the digest from a TOML FILE of [[person]] tables: name, email, language, edition."""
    settings = load_settings()
    with open_store(settings) as store, store.write() as session:
        count = digest.load_recipients(session, file)
    click.echo(f"{count} people receive the digest")


@digest_group.command("preview")
@_RECIPIENT
@_AT
@JSON
def digest_preview(recipient: str | None, at: dt.datetime | None, as_json: bool) -> None:
    """Print the digests as they would be now; nothing is kept or sent."""
    settings = load_settings()
    with open_store(settings) as store:
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
    with open_store(settings) as store:
        counts = digest.send(store, settings, recipient, _instant(at, settings), progress=say)
    if as_json:
        print_json(dataclasses.asdict(counts))
    exit_with(counts.failed == 0)


@digest_group.command("alert")
@JSON
def digest_alert(as_json: bool) -> None:
    """Mail what is due within days and not yet told today; the scheduler does this every ten minutes."""
    settings = load_settings()
    with open_store(settings) as store:
        counts = digest.alert(store, settings)
    say(f"{counts.composed} alerts composed, {counts.sent} mails sent, {counts.postponed} postponed")
    if as_json:
        print_json(dataclasses.asdict(counts))
    exit_with(counts.failed == 0)


@digest_group.command("bounces")
@click.argument("place", type=click.Path(path_type=Path, exists=True), required=False)
@JSON
def digest_bounces(place: Path | None, as_json: bool) -> None:
    """Read reports of undeliverable mails, and mails that end a subscription, from a folder or mbox file."""
    settings = load_settings()
    place = place or settings.bounces
    if place is None:
        raise Failure("no place to read reports from; name one, or set WORKBENCH_BOUNCES")
    with open_store(settings) as store:
        try:
            counts = collect_bounces(store, place, dt.datetime.now(dt.UTC))
        except BouncesError as error:
            raise Failure(str(error)) from error
    say(f"{counts.new} bounces, {counts.seen} read before, {counts.unknown} of no mail of ours")
    say(f"{counts.suspended} addresses suspended, {counts.unsubscribed} subscriptions ended by mail")
    if as_json:
        print_json(dataclasses.asdict(counts))
