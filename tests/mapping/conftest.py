"""The sentence encoder of the tests, put in place once for all of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workbench.mapping.encoder import ModelError
from workbench.mapping.models_install import install_default
from workbench.settings import Settings


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder of the default model, kept in the environment between runs of the tests."""
    try:
        return install_default(Settings(models=Path(sys.prefix) / "models")).folder
    except ModelError as error:
        if "could not be fetched" in str(error):
            pytest.skip(str(error))
        raise
