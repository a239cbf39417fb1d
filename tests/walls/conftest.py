"""Pages need their catalogues."""

from __future__ import annotations

import pytest

from tests.catalogues import compile_catalogues


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    compile_catalogues()
