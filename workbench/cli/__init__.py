"""The `workbench` command. Exit codes: 0 done, 1 something failed (one line each on stderr), 2 usage.

A new command goes into the module of its area, and into the list of `base.py`, so that it is found without an import.
"""

from workbench.cli.base import main

__all__ = ["main"]
