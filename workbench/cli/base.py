"""The command itself, and what its parts share: options, the store, and how an error is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from scrapers.errors import ScraperError
from workbench import __version__, export
from workbench.backup import BackupError
from workbench.ballots.rulebook import RULE_ERRORS
from workbench.db import Store, StoreError
from workbench.demo import DemoError
from workbench.digest import verbs as digest
from workbench.history.queries import FilterError
from workbench.jobs.sole import BusyError
from workbench.mapping.encoder import ModelError
from workbench.mapping.runs import MappingTakenOverError, UnknownPortfolioError
from workbench.people.accounts import AccountError
from workbench.people.matters import MatterError
from workbench.people.openid import OpenIdError
from workbench.people.viewer import Viewer
from workbench.planning.plans import PlanError
from workbench.planning.rules import RulesError
from workbench.planning.solving import UnsolvedError
from workbench.settings import Settings, SettingsError
from workbench.sources.poll import NoContactError
from workbench.standards.drafts import UnknownWorkItemError

# What a person can mend: shown as one line, without a traceback.
EXPECTED_ERRORS = (
    ScraperError,
    SettingsError,
    StoreError,
    BackupError,
    NoContactError,
    *RULE_ERRORS,
    UnknownWorkItemError,
    UnknownPortfolioError,
    MatterError,
    MappingTakenOverError,
    BusyError,
    FilterError,
    DemoError,
    ModelError,
    digest.DigestError,
    export.UnknownExportError,
    AccountError,
    OpenIdError,
    PlanError,
    RulesError,
    UnsolvedError,
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON Lines on stdout and nothing else there.")
DATE = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path, dir_okay=False)


class Failure(click.ClickException):
    """Something failed: exit code 1, one line."""

    def show(self, file: Any = None) -> None:
        click.echo(f"workbench: {self.format_message()}", err=True, file=file)


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EXPECTED_ERRORS as error:
            raise Failure(" ".join(str(error).split())) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbench")
def main() -> None:
    """Follow SC 42 work items, map patents to clauses of drafts, and send one mail a week, deadlines first."""


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store at its newest migration, opened for the person who runs the command: he sees everything."""
    store = Store(settings, Viewer.system())
    try:
        store.require_current()
        yield store
    finally:
        store.close()


def moment(value: dt.datetime | None) -> str | None:
    """A time as JSON has it."""
    return None if value is None else value.isoformat()
