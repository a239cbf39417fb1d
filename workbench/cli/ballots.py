"""The command that reads ballots: import ballots."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.ballots.imports import import_ballots
from workbench.cli.base import FILE, JSON, import_group, open_store
from workbench.cli.console import exit_with, report
from workbench.settings import load_settings


@import_group.command("ballots")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option(
    "--columns",
    type=FILE,
    help="A TOML or JSON file that says which column of the export is what; found by its headings by default.",
)
@JSON
def import_ballots_command(files: tuple[Path, ...], columns: Path | None, as_json: bool) -> None:
    """Import ballots and votes from FILES: exports as CSV or XLSX, notification mails, calendar files."""
    settings = load_settings()
    with open_store(settings) as store:
        exit_with(*[report(import_ballots(store, settings, file, columns=columns), as_json=as_json) for file in files])
