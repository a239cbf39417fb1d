"""The command that reads lists of committee documents: import documents."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.base import FILE, JSON, import_group, open_store
from workbench.cli.console import exit_with, report
from workbench.documents.verbs import import_documents
from workbench.settings import load_settings


@import_group.command("documents")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option(
    "--columns",
    type=FILE,
    help="A TOML or JSON file that says which column of the list is what; found by its headings by default.",
)
@JSON
def import_documents_command(files: tuple[Path, ...], columns: Path | None, as_json: bool) -> None:
    """Import committee documents by number and title from FILES: lists as CSV or XLSX."""
    settings = load_settings()
    with open_store(settings) as store:
        exit_with(
            *[report(import_documents(store, settings, file, columns=columns), as_json=as_json) for file in files]
        )
