"""Stores of any size for measurements: an invented portfolio and drafts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.mapping.invented import add_draft, add_publications
from workbench.db import Store
from workbench.people.viewer import Viewer
from workbench.settings import Settings

IN_A_DRAFT: Final = 100
"""Clauses."""


def plant(home: Path, claims: int, clauses: int) -> Store:
    """A store in an empty folder with so many claims, and so many clauses in drafts of a hundred."""
    store = Store(Settings(home=home, dependent_claims=True), Viewer.system())
    store.migrate()
    add_publications(store, claims)
    for seed in range(1, max(2, clauses // IN_A_DRAFT + 1)):
        add_draft(store, IN_A_DRAFT, seed)
    return store
