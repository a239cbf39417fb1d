"""What a run could not read and keeps for a person: single bad records, and what no longer matches a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_EXCERPT: Final = 4000
"""Characters of raw text that are kept of a bad record; the whole stands in its snapshot."""
MAX_PLACE: Final = 400
MAX_SET_ASIDE: Final = 500
"""Bad records of one run that are kept one by one; of more only their number is told."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read while others were.

    `place` says where it stands in what was read, `reason` what is wrong with it, `excerpt` is its raw text. `key`
    tells whether the same bad record is seen again in another version of the file; by default its place does.
    """

    place: str
    reason: str
    excerpt: str = ""
    snapshot_id: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """A selector or field that no longer finds what the source was written for, and the snapshot in which it failed."""

    selector: str
    reason: str
    snapshot_id: str | None = None


def excerpt_of(raw: str | bytes) -> str:
    """The beginning of a raw text, at most MAX_EXCERPT characters, without those that no database takes."""
    text = raw[: 4 * MAX_EXCERPT].decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw[:MAX_EXCERPT]
    # Lone surrogates stand for bytes that are not UTF-8, and PostgreSQL takes no NUL.
    shown = text[:MAX_EXCERPT].encode("utf-8", errors="replace").decode("utf-8")
    return shown.replace("\x00", "\ufffd")


def one_line(text: str, limit: int) -> str:
    """A text on one line of at most `limit` characters that any database takes."""
    folded = " ".join(excerpt_of(text).split())
    return folded if len(folded) <= limit else f"{folded[: limit - 1]}…"
