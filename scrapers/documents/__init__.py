"""Readers of lists of committee documents, as CSV or XLSX through column maps: number, title and body, never the text.

No layout of such a list is public; the map that ships with the project is an example to edit.
"""

from scrapers.documents.records import DocumentKind, ListedDocument
from scrapers.documents.tables import DocumentMap, load_map, read_documents

__all__ = ["PARSER_VERSION", "DocumentKind", "DocumentMap", "ListedDocument", "load_map", "read_documents"]

PARSER_VERSION = "1"
"""Changes whenever the same file would be read into other records."""
