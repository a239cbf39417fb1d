"""Drafts of standards, read from files of several formats into `scrapers.records.Draft`."""

from scrapers.drafts.reader import PARSER_VERSION, read_draft

__all__ = ["PARSER_VERSION", "read_draft"]
