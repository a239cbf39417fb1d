"""The standards and SEP tracking workbench."""

__version__ = "0.1.0"
