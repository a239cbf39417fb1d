"""The sentence encoder of the tests, put in place once for all of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from workbench.mapping.encoder import ModelError
from workbench.mapping.models_install import install_default
from workbench.settings import Settings


def tests_model() -> Path:
    """The folder of the default model, put where WORKBENCH_MODELS says, else into the environment of the tests.

    Raises ModelError where it can be had from nowhere.
    """
    folder = Path(os.environ.get("WORKBENCH_MODELS") or Path(sys.prefix) / "models")
    return install_default(Settings(models=folder)).folder


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder of the default model, kept in the environment between runs of the tests."""
    try:
        return tests_model()
    except ModelError as error:
        if "could not be fetched" in str(error):
            pytest.skip(str(error))
        raise
