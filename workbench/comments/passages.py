"""Passages of clauses: where one stands in the text, and how a new wording of it is told in the form. Pure."""

from __future__ import annotations

from typing import Final

from scrapers.comments.form import CommentRow
from workbench.comments.models import Comment

WHOLE: Final = "General"
"""What stands in the column of the clause where a comment is on the whole draft."""

_CELLS: Final = "|"


def cleaned(text: str) -> str:
    """The text as every format of the form can hold it: lines end with a line feed, no other control characters."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in unified if each in "\n\t" or _writable(each)).strip()


def one_line(text: str) -> str:
    """The text in one line, without what cannot be written."""
    return " ".join(cleaned(text).split())


def _writable(character: str) -> bool:
    code = ord(character)
    return 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


def locate(text: str, passage: str, before: int | None = None) -> tuple[int, int] | None:
    """Where a passage stands in a clause's text: start and end offsets; None where it does not.

    White space and the bars between cells of a table do not count, since a browser shows them in its own way. Where it
    stands several times, `before`, the number of characters that count before it, says which is meant; without it, the
    first.
    """
    places, compact = _compacted(text)
    wanted = _compacted(passage)[1]
    if not wanted:
        return None
    found: list[int] = []
    at = compact.find(wanted)
    while at >= 0:
        found.append(at)
        at = compact.find(wanted, at + 1)
    if not found:
        return None
    first = found[0] if before is None else min(found, key=lambda each: abs(each - before))
    return places[first], places[first + len(wanted) - 1] + 1


def _compacted(text: str) -> tuple[list[int], str]:
    counting = [(place, each) for place, each in enumerate(text) if not each.isspace() and each != _CELLS]
    return [place for place, _ in counting], "".join(each for _, each in counting)


def proposed_change(comment: Comment) -> str:
    """The seventh column of the form: what becomes of the passage, then the change in words."""
    parts = []
    if comment.quote and comment.wording is not None:
        parts.append(
            f"Change “{comment.quote}” to “{comment.wording}”." if comment.wording else f"Delete “{comment.quote}”."
        )
    if comment.proposal:
        parts.append(comment.proposal)
    return "\n".join(parts)


def form_row(comment: Comment) -> CommentRow:
    """A comment as a row of the commenting form."""
    return CommentRow(
        comment.member,
        comment.line,
        comment.clause,
        comment.paragraph,
        comment.type,
        comment.text,
        proposed_change(comment),
        comment.observation,
    )
