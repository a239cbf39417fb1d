"""Pages need their catalogues; what is planted is planted once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.catalogues import compile_catalogues
from tests.walls.planted import Planted, plant
from tests.walls.worlds import World, world


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    compile_catalogues()


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted") / "home")


@pytest.fixture(scope="session")
def full(planted: Planted) -> Iterator[World]:
    """The application over everything that is planted."""
    made = world(planted, planted.home)
    yield made
    made.store.close()
