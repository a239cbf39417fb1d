"""Commands of comments: the commenting form out, and back in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from workbench.cli.base import FILE, JSON, import_group, main, open_store
from workbench.cli.console import exit_with, report
from workbench.comments.form import WRITERS, FormHead
from workbench.comments.imports import draft_labelled, import_comments
from workbench.comments.queries import rows_of_form
from workbench.people.gate import viewer_of
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction
from workbench.settings import load_settings
from workbench.standards.models import WorkItem

WORK_ITEM = click.option(
    "--work-item", required=True, metavar="REF|ISO_ID", help="The work item, by reference or ISO id."
)
LABEL = click.option("--label", required=True, help="Name of the draft version, such as 'CD 1'.")


@import_group.command("comments")
@click.argument("file", type=FILE)
@WORK_ITEM
@LABEL
@JSON
def import_comments_command(file: Path, work_item: str, label: str, as_json: bool) -> None:
    """Import FILE, a commenting form: observations to our comments, and comments of other members."""
    settings = load_settings()
    with open_store(settings) as store:
        exit_with(report(import_comments(store, settings, file, work_item=work_item, label=label), as_json=as_json))


@main.group("comments")
def comments_group() -> None:
    """Comments on drafts."""


@comments_group.command("form")
@click.argument("output", type=FILE)
@WORK_ITEM
@LABEL
@click.option("--member", metavar="CODE", help="Only comments of this member body.")
@click.option("--drafts", is_flag=True, help="Comments that are not agreed yet, too.")
@click.option("--others", is_flag=True, help="Imported comments of other members, too.")
@click.option("--format", "format_", type=click.Choice(sorted(WRITERS)), help="By default as OUTPUT is called.")
def form_command(
    output: Path, work_item: str, label: str, member: str | None, drafts: bool, others: bool, format_: str | None
) -> None:
    """Write the commenting form of a draft to OUTPUT: a .docx, .xlsx or .csv file."""
    kind = format_ or output.suffix.removeprefix(".").lower()
    if kind not in WRITERS:
        raise click.UsageError(f"call OUTPUT .{', .'.join(sorted(WRITERS))}, or say --format")
    settings = load_settings()
    with open_store(settings) as store:
        with store.read() as session:
            draft = draft_labelled(session, work_item, label)
            item = session.get_one(WorkItem, draft.work_item_id)
            rows = rows_of_form(session, draft, member=member, drafts=drafts, others=others)
            today = dt.datetime.now(settings.zone).date()
            body = WRITERS[kind](FormHead(today, draft.label, item.reference), rows)
        with store.write() as session:
            told = {"format": kind, "rows": len(rows)}
            record(session, viewer_of(session), TrailAction.EXPORTED, "comment_form", draft.id, told)
    try:
        output.write_bytes(body)
    except OSError as error:
        raise click.FileError(str(output), f"{error.strerror}; name a file in a folder that can be written") from error
    click.echo(f"{output}: {len(rows)} comments")
