"""What the command prints: results on stdout, messages, warnings and progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from workbench.history.models import Run
    from workbench.mapping.progress import Progress


def say(message: str) -> None:
    click.echo(message, err=True)


def print_json(row: dict[str, Any]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))


class Counter:
    """A count that goes up on stderr, on a terminal only: how far a long file was read."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.shown = sys.stderr.isatty()

    def show(self, count: int) -> None:
        if self.shown and count % 25 == 0:
            click.echo(f"\r{self.label}: {count} read", err=True, nl=False)

    def clear(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", err=True, nl=False)


class ProgressLine:
    """How far a mapping is and how long it will take, on stderr: one changing line on a terminal, else one a minute."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self._on_terminal else 60)

    def show(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.5 if self._on_terminal else 60)
        from workbench.mapping.progress import Stage

        doing = {Stage.READING: "reading claims", Stage.RANKING: "ranking", Stage.WRITING: "writing drafts"}
        text = f"{progress.draft}: {doing[progress.stage]}, {progress.done:,} of {progress.total:,}"
        if progress.seconds_left is not None:
            text += f", about {duration(progress.seconds_left)} left"
        click.echo(f"\r\x1b[K{text}" if self._on_terminal else text, err=True, nl=not self._on_terminal)

    def clear(self) -> None:
        if self._on_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


def duration(seconds: float) -> str:
    """A stretch of time as people say it: 40 s, 12 min, 2 h 5 min."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(round(seconds), 1)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def report(run: Run, *, as_json: bool) -> bool:
    """Print a finished run; returns whether it went well."""
    from workbench.history.finished import run_record, went_well

    good = went_well(run)
    if as_json:
        print_json(run_record(run))
    elif good:
        click.echo(
            f"{run.source}: {run.state.value}, {run.records} records: {run.inserted} inserted, {run.updated} updated, "
            f"{run.unchanged} unchanged, {run.removed} removed"
        )
    for warning in run.warnings:
        say(f"{run.source}: warning: {warning}")
    if run.error:
        say(f"{run.source}: {run.error}")
    return good


def exit_with(*went_well: bool) -> None:
    if not all(went_well):
        sys.exit(1)
