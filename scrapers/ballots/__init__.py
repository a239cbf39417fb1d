"""Readers of ballots: exports as CSV or XLSX through column maps, notification mails, calendar files.

No official layout of such an export or mail is public; the maps and patterns that ship with the project are examples to
edit. Recognised by content, never by name.
"""

from scrapers.ballots.formats import read_ballots
from scrapers.ballots.records import AnnouncedBallot, AnnouncedVote
from scrapers.ballots.tables import BallotMap, load_map

__all__ = ["PARSER_VERSION", "AnnouncedBallot", "AnnouncedVote", "BallotMap", "load_map", "read_ballots"]

PARSER_VERSION = "1"
"""Changes whenever the same file would be read into other records."""
