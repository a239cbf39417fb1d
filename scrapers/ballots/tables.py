"""Exports of ballots as tables. A row is a ballot, or with a column of members, the vote of one of them.

The fields a column may hold: reference and kind (required), iso_id, iteration, opens, closes, state, result, countries,
and of a vote: member, answer, p_member, reasons, expert, comment. Beside what `scrapers.column_maps` describes a map
says in `[values.kind]`, `[values.answer]`, … which words stand for which value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import ValidationError

from scrapers.ballots.records import MAX_COMMENT, AnnouncedBallot, AnnouncedVote
from scrapers.ballots.words import kind_and_iteration
from scrapers.column_maps import WordedColumns, best_map, first_error, read_map, shipped_maps, values_of
from scrapers.errors import UnreadableFileError
from scrapers.patents.fields import Refusal
from scrapers.patents.tables import rows_of
from scrapers.text import fold

MAX_ROWS: Final = 100_000
_MIN_HEADINGS: Final = 3
_FLAGS: Final = {"yes": True, "no": False}


class Field(StrEnum):
    """The fields of a ballot or vote that a column may hold."""

    REFERENCE = "reference"
    KIND = "kind"
    ISO_ID = "iso_id"
    ITERATION = "iteration"
    OPENS = "opens"
    CLOSES = "closes"
    STATE = "state"
    RESULT = "result"
    COUNTRIES = "countries"
    MEMBER = "member"
    ANSWER = "answer"
    P_MEMBER = "p_member"
    REASONS = "reasons"
    EXPERT = "expert"
    COMMENT = "comment"


class BallotMap(WordedColumns[Field]):
    """Which column of an export holds which field, and what its words mean."""

    required: ClassVar[tuple[str, ...]] = (Field.REFERENCE,)


@dataclass
class _Gathered:
    """A ballot as its rows build it up."""

    place: str
    fields: dict[str, Any]
    votes: dict[str, AnnouncedVote] = field(default_factory=dict)


def load_map(path: Path) -> BallotMap:
    """The map of a TOML or JSON file. Raises UnreadableFileError, one line that names the file and what is wrong."""
    return read_map(path, BallotMap)


def read_table(path: Path, column_map: BallotMap | None = None) -> Iterator[AnnouncedBallot | Refusal]:
    """What could not be read of an export, then its ballots in its order, the votes of each with it.

    Without a map, the shipped one whose headings the table has. Raises UnreadableFileError where none fits or the file
    cannot be read.
    """
    known = shipped_maps("scrapers.ballots", BallotMap)
    column_map = column_map or best_map(rows_of(path), known, _MIN_HEADINGS)
    if column_map is None:
        raise UnreadableFileError(
            f"{path.name}: neither a mail nor a calendar, and its headings are those of no known export of ballots; "
            "give a column map for it with --columns"
        )
    rows = rows_of(path)
    _, headings = column_map.headings(path, rows)
    places = column_map.places(headings)
    ballots: dict[tuple[Any, ...], _Gathered] = {}
    for count, (number, cells) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise UnreadableFileError(f"{path.name}: more than {MAX_ROWS:,} rows; split it")
        place = f"{path.name}, row {number}"
        try:
            values = values_of(cells, places)
            _join(ballots, _fields(values, column_map), _vote(values, column_map), place)
        except ValidationError as error:
            yield Refusal(place=place, reason=first_error(error), excerpt="\t".join(cells))
        except ValueError as error:
            yield Refusal(place=place, reason=str(error), excerpt="\t".join(cells))
    for each in ballots.values():
        try:
            yield AnnouncedBallot(**each.fields, votes=tuple(each.votes.values()))
        except ValidationError as error:
            yield Refusal(place=each.place, reason=first_error(error))


def _join(
    ballots: dict[tuple[Any, ...], _Gathered], fields: dict[str, Any], vote: AnnouncedVote | None, place: str
) -> None:
    key: tuple[Any, ...] = (fields["reference"], fields.get("iso_id"), fields["kind"], fields.get("iteration"))
    if vote is None:
        key = (*key, fields.get("opens_on"), fields.get("closes_on"))
    known = ballots.get(key) or next(
        (each for held, each in ballots.items() if held[:4] == key[:4] and vote is not None), None
    )
    if known is None:
        AnnouncedBallot(**fields)
        known = ballots[key] = _Gathered(place, fields)
    for name, value in fields.items():
        if known.fields.setdefault(name, value) != value:
            raise ValueError(f"{name} is {value} here and {known.fields[name]} at {known.place}; correct one of them")
    if vote is not None:
        if vote.member in known.votes:
            raise ValueError(f"{vote.member} votes a second time on {fields['reference']}; keep one row a member")
        known.votes[vote.member] = vote


def _fields(values: dict[Field, str], column_map: BallotMap) -> dict[str, Any]:
    reference = fold(values.get(Field.REFERENCE, ""))
    if not reference:
        raise ValueError("has no reference; fill the cell")
    kind, iteration = kind_and_iteration(reference, column_map.meaning(Field.KIND, values.get(Field.KIND, "")))
    if kind is None:
        raise ValueError(f"says no kind of ballot, and {reference[:80]!r} names no stage; fill the cell")
    found = {
        "reference": reference,
        "iso_id": _number(values, Field.ISO_ID),
        "kind": kind,
        "iteration": _number(values, Field.ITERATION) or iteration,
        "opens_on": column_map.date(Field.OPENS, values.get(Field.OPENS, "")),
        "closes_on": column_map.date(Field.CLOSES, values.get(Field.CLOSES, "")),
        "state": column_map.meaning(Field.STATE, values.get(Field.STATE, "")),
        "result": column_map.meaning(Field.RESULT, values.get(Field.RESULT, "")),
        "countries": _number(values, Field.COUNTRIES),
    }
    return {name: value for name, value in found.items() if value is not None}


def _vote(values: dict[Field, str], column_map: BallotMap) -> AnnouncedVote | None:
    member = fold(values.get(Field.MEMBER, ""))
    if not member:
        return None
    answer = column_map.meaning(Field.ANSWER, values.get(Field.ANSWER, ""))
    if answer is None:
        return None  # listed as a voter, has not voted yet
    p_member = column_map.meaning(Field.P_MEMBER, values.get(Field.P_MEMBER, ""))
    reasons = column_map.meaning(Field.REASONS, values.get(Field.REASONS, ""))
    expert = column_map.meaning(Field.EXPERT, values.get(Field.EXPERT, ""))
    return AnnouncedVote.model_validate(
        {
            "member": member,
            "answer": answer,
            "p_member": _FLAGS.get(p_member or ""),
            "reasons": _FLAGS.get(reasons or ""),
            "names_expert": expert == "yes",
            "comment": values.get(Field.COMMENT, "").strip()[:MAX_COMMENT],
        }
    )


def _number(values: dict[Field, str], name: Field) -> int | None:
    text = fold(values.get(name, "")).removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 11):
        raise ValueError(f"{name} {text[:40]!r} is no whole number; correct the cell")
    return int(text)
