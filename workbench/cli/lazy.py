"""A group of commands that reads the module of a command when the command is asked for: help comes at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Part(NamedTuple):
    """Where a command is: the module that adds it to its group when it is imported, and its line of help."""

    module: str
    help: str


class LazyGroup(click.Group):
    """A group whose `parts` are listed without being imported."""

    def __init__(self, *arguments: Any, parts: Mapping[str, Part], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.parts = parts

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(self.parts)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.parts:
            importlib.import_module(self.parts[cmd_name].module)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.parts[name].help) for name in self.list_commands(ctx)])
