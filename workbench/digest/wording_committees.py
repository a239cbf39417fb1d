"""The words of committee documents, of what a new draft touches, and of answered comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scrapers.documents import DocumentKind
from workbench.digest.entries import AnsweredEntry, DocumentEntry, TouchedEntry
from workbench.i18n import mark

if TYPE_CHECKING:
    from workbench.digest.wording import Words

_KINDS: Final = {
    DocumentKind.DOCUMENT: mark("Committee document"),
    DocumentKind.EXPERTS: mark("Call for experts"),
    DocumentKind.PATENT_CALL: mark("Patent call"),
    DocumentKind.RESOLUTION: mark("Results of comments"),
    DocumentKind.CITATION: mark("Citation in an official journal"),
}


def document_lines(words: Words, entry: DocumentEntry) -> list[str]:
    """What kind of document, by when it asks for an answer, what it supersedes."""
    lines = [words.gettext(_KINDS[entry.kind])]
    if entry.due_on is not None:
        day = words.date(entry.due_on)
        if entry.days_left is None:
            lines.append(words.gettext("answer was due by %(date)s", date=day))
        else:
            lines.append(words.gettext("answer by %(date)s, %(span)s", date=day, span=words.span(entry.days_left)))
    if entry.issued_on is not None:
        lines.append(words.gettext("issued on %(date)s", date=words.date(entry.issued_on)))
    if entry.supersedes is not None:
        lines.append(words.gettext("supersedes %(number)s", number=entry.supersedes))
    if entry.superseded_by is not None:
        lines.append(words.gettext("superseded by %(number)s", number=entry.superseded_by))
    return lines


def touched_lines(words: Words, entry: TouchedEntry) -> list[str]:
    """How many changed clauses something of ours hangs on; never what they say."""
    lines = []
    if entry.comments:
        lines.append(
            words.ngettext(
                "%(num)d changed clause with comments of ours",
                "%(num)d changed clauses with comments of ours",
                entry.comments,
            )
        )
    if entry.matched:
        lines.append(
            words.ngettext(
                "%(num)d changed clause with matches of claims",
                "%(num)d changed clauses with matches of claims",
                entry.matched,
            )
        )
    if entry.gone:
        lines.append(
            words.ngettext("%(num)d of them is in it no more", "%(num)d of them are in it no more", entry.gone)
        )
    return lines


def answered_lines(words: Words, entry: AnsweredEntry) -> list[str]:
    """How many of our comments were answered."""
    return [
        words.ngettext(
            "the secretariat answered %(num)d comment of ours",
            "the secretariat answered %(num)d comments of ours",
            entry.count,
        )
    ]
