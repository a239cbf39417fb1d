"""Drafts of standards, read from files of several formats into `scrapers.records.Draft`."""

from scrapers.drafts.reader import read_draft

__all__ = ["read_draft"]
