"""The command that takes rows out: export."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from scrapers.errors import UnreadableFileError
from workbench import export
from workbench.cli.base import main, open_store
from workbench.db import Store
from workbench.people.gate import viewer_of
from workbench.people.trail import record
from workbench.people.walls_models import TrailAction
from workbench.settings import load_settings


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
@click.option("--decision", metavar="VERDICT|review", help="Only matches on which this was decided; open: nothing.")
@click.option("--verdict", metavar="VERDICT", help="Only decisions of plausible, not, needs_expert or open.")
@click.option("--from", "from_", metavar="LABEL", help="Lineage from the draft with this label …")
@click.option("--to", metavar="LABEL", help="… to the draft with this one.")
@click.option("--since", metavar="DATE", help="Only changes from this day on.")
@click.option("--until", metavar="DATE", help="Only changes up to the end of this day.")
@click.option("--holder", metavar="NAME", help="Only declarations of this party, under any of its names.")
@click.option("--deliverable", metavar="REF", help="Only declarations for this document, in any edition.")
@click.option("--option", metavar="1|2|3|none", help="Only declarations with this option.")
@click.option("--register", metavar="NAME", help="Only declarations listed in this register.")
@click.option("--number", metavar="NUMBER", help="Only families or legal events of this publication.")
@click.option("--repository", metavar="ADDRESS", help="Only releases of this repository.")
@click.option(
    "--filter",
    "others",
    metavar="NAME=VALUE",
    multiple=True,
    help="Any filter of the kind, named as in the interface for programs: party=NAME; may be repeated.",
)
def export_command(kind: str, format_: str, output: Path | None, others: tuple[str, ...], **filters: Any) -> None:
    """Write rows of KIND to stdout or a file."""
    settings = load_settings()
    given = {name.rstrip("_"): str(value) for name, value in filters.items() if value is not None}
    for name, value in map(_named, others):
        if name in given:
            raise click.UsageError(f"the filter {name} is given twice")
        given[name] = value
    with open_store(settings) as store:
        with store.read() as session:
            notices = export.notices(session, kind, given)
        if export.is_told(kind, given, notices):
            with store.write() as writer:
                record(
                    writer,
                    viewer_of(writer),
                    TrailAction.EXPORTED,
                    "export",
                    kind,
                    {"format": format_, "filters": given},
                )
        _export(store, kind, given, format_, output, notices)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.UsageError(f"--filter {text}: write it as NAME=VALUE")
    return name, value


def _export(
    store: Store, kind: str, given: dict[str, str], format_: str, output: Path | None, notices: list[str]
) -> None:
    with store.read() as session:
        pieces = export.write(export.rows(session, kind, given), format_, notices)
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
