"""The command itself, and what its parts share: options, the store, and how an error is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench import __version__
from workbench.cli.lazy import LazyGroup, Part

if TYPE_CHECKING:
    from workbench.db import Store
    from workbench.settings import Settings

EXPECTED_ERRORS = frozenset(
    {
        "scrapers.errors.ScraperError",
        "workbench.backup_archive.BackupError",
        "workbench.db.StoreError",
        "workbench.demo.DemoError",
        "workbench.digest.verbs.DigestError",
        "workbench.export.base.UnknownExportError",
        "workbench.history.queries.FilterError",
        "workbench.jobs.sole.BusyError",
        "workbench.mapping.chosen_claims.UnknownPortfolioError",
        "workbench.mapping.draft_pass.MappingTakenOverError",
        "workbench.mapping.encoder.ModelError",
        "workbench.people.accounts.AccountError",
        "workbench.people.completeness.IncompleteError",
        "workbench.people.matters.MatterError",
        "workbench.people.openid.OpenIdError",
        "workbench.planning.plans.PlanError",
        "workbench.planning.rules.RulesError",
        "workbench.planning.solving.UnsolvedError",
        "workbench.rule_files.RuleFileError",
        "workbench.settings.SettingsError",
        "workbench.sources.poll.NoContactError",
        "workbench.standards.drafts.UnknownWorkItemError",
    }
)
"""What a person can mend: shown as one line, without a traceback. By name, so that none has to be imported first."""
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON Lines on stdout and nothing else there.")
DATE = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path, dir_okay=False)


class Failure(click.ClickException):
    """Something failed: exit code 1, one line."""

    def show(self, file: Any = None) -> None:
        click.echo(f"workbench: {self.format_message()}", err=True, file=file)


class _Commands(LazyGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if EXPECTED_ERRORS.isdisjoint(f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__):
                raise
            raise Failure(" ".join(str(error).split())) from error


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    parts={
        "backup": Part(
            "workbench.cli.upkeep", "Write everything the workbench keeps into a new FILE; it may be in use meanwhile."
        ),
        "comments": Part("workbench.cli.comments", "Comments on drafts."),
        "demo": Part(
            "workbench.cli.serving",
            "Show the whole workbench on sample data: through the real sources and importers, then served.",
        ),
        "digest": Part("workbench.cli.digest", "Compose and send the weekly mail."),
        "doctor": Part(
            "workbench.cli.upkeep",
            "Show each setting with its origin (secrets masked), and whether the store and each source are in order.",
        ),
        "eval": Part("workbench.cli.mapping", "Measure an engine on labelled data."),
        "export": Part("workbench.cli.exports", "Write rows of KIND to stdout or a file."),
        "import": Part("workbench.cli.base", "Import files."),
        "learn": Part(
            "workbench.cli.learning",
            "Learn an order of matches from people's triage; it is used only where it beats the engine's own.",
        ),
        "map": Part(
            "workbench.cli.mapping",
            "Rank the clauses of each draft version for each claim; only what is new is ranked.",
        ),
        "migrate": Part("workbench.cli.upkeep", "Create the database or upgrade it to the newest migration."),
        "models": Part("workbench.cli.models", "Sentence encoders, by which mapping compares meaning beside words."),
        "people": Part("workbench.cli.people", "Who may sign in."),
        "plan": Part(
            "workbench.cli.planning",
            "Look at a plan of filings, contributions, declarations and releases by the rules of their order.",
        ),
        "poll": Part("workbench.cli.polling", "Poll the named sources, or all of them."),
        "restore": Part(
            "workbench.cli.upkeep", "Bring everything in FILE into the store of the settings, which must be empty."
        ),
        "scheduler": Part(
            "workbench.cli.serving",
            "Run the jobs when they are due: poll daily, digest on each one's day.",
        ),
        "serve": Part("workbench.cli.serving", "Serve the web application."),
        "sources": Part("workbench.cli.polling", "Show every source: state, last success, next run."),
    },
)
@click.version_option(__version__, prog_name="workbench")
def main() -> None:
    """Follow SC 42 work items, map patents to clauses of drafts, and send one mail a week, deadlines first."""


@main.group(
    "import",
    cls=LazyGroup,
    parts={
        "ballots": Part(
            "workbench.cli.ballots",
            "Import ballots and votes from FILES: exports as CSV or XLSX, notification mails, calendar files.",
        ),
        "comments": Part(
            "workbench.cli.comments",
            "Import FILE, a commenting form: observations to our comments, and comments of other members.",
        ),
        "declarations": Part(
            "workbench.cli.imports", "Import FILE, a list of patent declarations from a register of ISO, IEC or ITU."
        ),
        "documents": Part(
            "workbench.cli.documents",
            "Import committee documents by number and title from FILES: lists as CSV or XLSX.",
        ),
        "draft": Part("workbench.cli.imports", "Import FILE as one version of a work item's text."),
        "folder": Part(
            "workbench.cli.imports",
            "Import what is new in FOLDER, or in the watched folder of the settings, by what the covers say.",
        ),
        "patents": Part(
            "workbench.cli.imports", "Import publications from FILES; a folder stands for the files in it."
        ),
    },
)
def import_group() -> None:
    """Import files."""


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store at its newest migration, opened for the person who runs the command: he sees everything."""
    from workbench.db import Store
    from workbench.people.viewer import Viewer

    store = Store(settings, Viewer.system())
    try:
        store.require_current()
        yield store
    finally:
        store.close()


def moment(value: dt.datetime | None) -> str | None:
    """A time as JSON has it."""
    return None if value is None else value.isoformat()
