"""Registers of patent declarations: lists of ISO, IEC and ITU, read through column maps."""

from scrapers.registers.column_maps import RegisterMap, load_map
from scrapers.registers.reader import Doubt, read_declarations, recognised

__all__ = ["PARSER_VERSION", "Doubt", "RegisterMap", "load_map", "read_declarations", "recognised"]

PARSER_VERSION = "1"
"""Changes whenever the same file would be read into other records."""
