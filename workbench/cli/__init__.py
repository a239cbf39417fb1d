"""The `workbench` command. Exit codes: 0 done, 1 something failed (one line each on stderr), 2 usage."""

from workbench.cli import (
    ballots,
    comments,
    digest,
    exports,
    imports,
    learning,
    mapping,
    models,
    people,
    planning,
    polling,
    serving,
    upkeep,
)
from workbench.cli.base import main

__all__ = [
    "ballots",
    "comments",
    "digest",
    "exports",
    "imports",
    "learning",
    "main",
    "mapping",
    "models",
    "people",
    "planning",
    "polling",
    "serving",
    "upkeep",
]
