"""Finds the comments that the rows of a returned form are. Pure.

What survives the way through a secretariat, which compiles the forms of all members, sorts and numbers their rows, is
the member body and what was written. So a row is known by member, clause and text, the strictest likeness first; the
number a compilation gave a comment is used only where its text was edited since.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from scrapers.comments.form import CommentRow
from workbench.comments.models import Outcome

ALIKE: Final = 0.6
"""Share of a text that must be the same for a row with a known number to be that comment."""

_MEMBER: Final = re.compile(r"(\*\*|[^\W\d_]+(?:[ -][^\W\d_]+)*)[ \-_]*(\d.*)?", re.DOTALL)
_CLAUSE_WORD: Final = re.compile(r"^(?:(?:sub)?clause|annex|cl\.?)\s+", re.IGNORECASE)
_QUOTES: Final = str.maketrans("“”„«»‘’‚–—‑−", '"""""\'\'\'----')
_OUTCOMES: Final = (
    (re.compile(r"(?:is )?(?:not (?:accepted|agreed)|reject)", re.IGNORECASE), Outcome.REJECTED),
    (
        re.compile(
            r"(?:partially|partly) (?:accepted|agreed)"
            r"|(?:accept|agree)(?:ed)?[ ,]+(?:in (?:principle|part)|partially|with)",
            re.IGNORECASE,
        ),
        Outcome.MODIFIED,
    ),
    (re.compile(r"(?:accept|agree)(?:ed)?(?!\w)", re.IGNORECASE), Outcome.ACCEPTED),
    (re.compile(r"noted?(?!\w)", re.IGNORECASE), Outcome.NOTED),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A comment as the form has it, its key, and the number a secretariat gave it, if any."""

    id: int
    row: CommentRow
    number: str = ""


def member_of(text: str) -> tuple[str, str]:
    """The code of the member body in the first column, and the whole as a number where it numbers the comment.

    `JP-012` is member `JP` with the number `JP-012`; `JP` has no number.
    """
    text = " ".join(text.split())
    found = _MEMBER.fullmatch(text)
    if found is None:
        return text.upper(), ""
    return found[1].upper(), text if found[2] else ""


def outcome_of(observation: str) -> Outcome | None:
    """What an observation of the secretariat begins with; None where it says no outcome and a person must."""
    text = observation.strip().lstrip("([").lstrip()
    return next((outcome for pattern, outcome in _OUTCOMES if pattern.match(text)), None)


def matched(rows: Sequence[CommentRow], known: Sequence[Known]) -> dict[int, int]:
    """The comments that rows are: the place of each row that is one, with the key of the comment.

    No comment is two rows. Of comments that are alike in every column, it does not matter which is which; where
    likeness is less and more than one could be meant, none is.
    """
    found: dict[int, int] = {}
    rows_left, known_left = dict(enumerate(rows)), {each.id: each for each in known}
    for likeness in _LIKENESSES:
        for places, keys in _groups(rows_left, known_left, likeness):
            if likeness is _exact or len(places) == len(keys):
                for place, key in zip(places, keys, strict=False):
                    found[place] = key
                    del rows_left[place], known_left[key]
    numbered = {each.number: each for each in known_left.values() if each.number}
    for place, row in list(rows_left.items()):
        member, number = member_of(row.member)
        each = numbered.get(number) if number else None
        if each is not None and each.id in known_left and member == each.row.member and _alike(row, each.row):
            found[place] = each.id
            del known_left[each.id]
    return found


Likeness = Callable[[CommentRow], Hashable]


def _groups(
    rows: dict[int, CommentRow], known: dict[int, Known], likeness: Likeness
) -> list[tuple[list[int], list[int]]]:
    groups: dict[Hashable, tuple[list[int], list[int]]] = {}
    for place, row in rows.items():
        groups.setdefault(likeness(row), ([], []))[0].append(place)
    for key, each in known.items():
        groups.setdefault(likeness(each.row), ([], []))[1].append(key)
    return [group for alike, group in groups.items() if alike is not None and all(group)]


def _exact(row: CommentRow) -> Hashable:
    return (*_by_clause(row), row.type, _plain(row.paragraph), _plain(row.line))


def _by_clause(row: CommentRow) -> tuple[Hashable, ...]:
    return (member_of(row.member)[0], _clause(row.clause), _plain(row.comment), _plain(row.proposal))


def _anywhere(row: CommentRow) -> Hashable:
    return (member_of(row.member)[0], _plain(row.comment), _plain(row.proposal))


def _without_proposal(row: CommentRow) -> Hashable:
    text = _plain(row.comment)
    return (member_of(row.member)[0], _clause(row.clause), text) if text else None


_LIKENESSES: Final[tuple[Likeness, ...]] = (_exact, _by_clause, _anywhere, _without_proposal)


def _alike(one: CommentRow, other: CommentRow) -> bool:
    """By pairs of neighbouring characters, in linear time whatever the texts."""
    pairs = [Counter(pairwise(f"{_plain(row.comment)}\n{_plain(row.proposal)}")) for row in (one, other)]
    return 2 * (pairs[0] & pairs[1]).total() >= ALIKE * (pairs[0].total() + pairs[1].total())


def _clause(text: str) -> str:
    return _CLAUSE_WORD.sub("", _plain(text))


def _plain(text: str) -> str:
    """The text without what word processors and people change in passing: case, white space, quotes, dashes."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold().split())
