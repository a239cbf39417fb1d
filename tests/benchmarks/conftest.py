"""The sentence encoder of the tests."""

from tests.mapping.conftest import model_folder

__all__ = ["model_folder"]
