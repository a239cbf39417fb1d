"""Commands that read files: import draft, import patents, import declarations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from scrapers.patents import ColumnMap, Refusal
from scrapers.patents import preview as preview_table
from workbench.cli.base import DATE, JSON, import_group, open_store
from workbench.cli.console import Counter, exit_with, print_json, report, say
from workbench.declarations.imports import import_declarations
from workbench.patents.imports import import_patents
from workbench.settings import load_settings
from workbench.sources.column_maps import find_map
from workbench.standards.drafts import import_draft
from workbench.standards.drafts_folder import import_folder


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
    with open_store(settings) as store:
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


@import_group.command("folder")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@JSON
def import_drafts_folder_command(folder: Path | None, as_json: bool) -> None:
    """Import what is new in FOLDER, or in the watched folder of the settings, by what the covers say."""
    settings = load_settings()
    watched = folder or settings.drafts_folder
    if watched is None:
        raise click.UsageError("name a FOLDER, or set drafts_folder (WORKBENCH_DRAFTS_FOLDER)")
    with open_store(settings) as store:
        results = []
        for dropped in import_folder(store, settings, watched):
            if dropped.run is None:
                say(dropped.told)
                results.append(False)
            else:
                results.append(report(dropped.run, as_json=as_json))
        exit_with(*results)


@import_group.command("patents")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--format", "format_", default="auto", help="Name of the format; found by content by default.")
@click.option("--portfolio", metavar="NAME", help="Put the publications into this portfolio.")
@click.option("--matter", metavar="NAME", help="The portfolio is one of this matter; only its members will see it.")
@click.option(
    "--columns",
    metavar="NAME|FILE",
    help="What the columns of your own table are: the name of a saved map, or a TOML or JSON file.",
)
@click.option("--preview", is_flag=True, help="With --columns: show what the first rows give; import nothing.")
@JSON
def import_patents_command(
    files: tuple[Path, ...],
    format_: str,
    portfolio: str | None,
    matter: str | None,
    columns: str | None,
    preview: bool,
    as_json: bool,
) -> None:
    """Import publications from FILES; a folder stands for the files in it."""
    if preview and columns is None:
        raise click.UsageError("--preview goes with --columns")
    settings = load_settings()
    with open_store(settings) as store:
        column_map = None
        if columns is not None:
            with store.read() as session:
                column_map = find_map(session, columns)
        results = []
        for path in _expand(files):
            if preview and column_map is not None:
                _show_preview(path, column_map, as_json=as_json)
                continue
            progress = Counter(path.name)
            run = import_patents(
                store,
                settings,
                path,
                format=format_,
                portfolio=portfolio,
                matter=matter,
                columns=column_map,
                progress=progress.show,
            )
            progress.clear()
            results.append(report(run, as_json=as_json))
        exit_with(*results)


@import_group.command("declarations")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--columns",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A TOML file that says which column of the list is what; found by its headings by default.",
)
@JSON
def import_declarations_command(file: Path, columns: Path | None, as_json: bool) -> None:
    """Import FILE, a list of patent declarations from a register of ISO, IEC or ITU."""
    settings = load_settings()
    with open_store(settings) as store:
        progress = Counter(file.name)
        run = import_declarations(store, settings, file, columns=columns, progress=progress.show)
        progress.clear()
        exit_with(report(run, as_json=as_json))


def _show_preview(path: Path, column_map: ColumnMap, *, as_json: bool) -> None:
    """What a map makes of the first rows of a table: publications on stdout, refusals and columns on stderr."""
    found = preview_table(path, column_map)
    for each in found.outcomes:
        if isinstance(each, Refusal):
            say(f"{each.place}: {each.reason}")
        elif as_json:
            print_json(each.model_dump(mode="json"))
        else:
            date = each.date.isoformat() if each.date else "-"
            click.echo(f"{each.number:<20} {date:<10} {len(each.claims):>4} claims  {each.title or ''}")
    if found.missing:
        say(f"{path.name}: no column for {', '.join(found.missing)}")
    if found.unused:
        say(f"{path.name}: not used: {', '.join(found.unused)}")


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]
