"""Every address of the application, filled with every key that was planted; and what is typed into every form."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from tests.walls.people import WALLS, Person
from tests.walls.planted import PATENT_WORD, Planted, secret
from tests.walls.policy import CLAIM, RULES
from tests.walls.worlds import MAIL
from workbench import export
from workbench.calendars.models import FeedKind
from workbench.portfolio.metrics import MetricName
from workbench.standards.ballots import BallotKind
from workbench.tables import METADATA
from workbench.web import permissions

OPEN_TO_ANYBODY: Final = {name for name, need in permissions.ENDPOINTS.items() if need == permissions.ANYBODY}
MOST_COMBINED: Final = 8
SOURCES: Final = ["epo_ops", "iso_open_data"]
"""One of those that only some may read, and one of the others."""
OWN: Final = "own"
"""Asks, as if it were a method, for what is a person's own only."""


def values_of(planted: Planted, rule: Rule, name: str) -> list[Any]:
    """What to put for an argument of an address. A new one that is no key has to be given a meaning here."""
    known: dict[str, list[Any]] = {
        # Each metric is a part of what all of them are read from.
        "name": [next(iter(MetricName)).value] if rule.endpoint.startswith("portfolio.") else SOURCES,
        "family": [f"{PATENT_WORD} family.family_id {wall}.0" for wall in (0, *WALLS)],
        "table": list(export.KINDS),
        "format": list(export.FORMATS) if rule.endpoint == "export.download" else ["csv", "xlsx"],
        "kind": [each.value for each in BallotKind][:1],
        "iteration": [1],
        "filename": ["style.css"],
        "secret": ["nothing"],
        "token": ["nothing"],
        "key": [f"OWN-{RULES.word}"],
        "form": ["csv"],
        **planted.keys,
    }
    converter = rule._converters.get(name)
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    number = isinstance(converter, IntegerConverter)
    if name in known and number == isinstance(known[name][0], int):
        return known[name]
    if number and not name.endswith("_id"):
        return [1]
    assert name.endswith("_id"), f"{rule.rule}: say in values_of what stands for <{name}>"
    tables = [each for each in METADATA.tables if f"_{each}".endswith(f"_{name.removesuffix('_id')}")]
    return [key for each in tables for key in planted.keys.get(f"{each}_id", [])] or [1]


def addresses(planted: Planted, app: Flask, method: str, person: Person | None = None) -> list[str]:
    """Every address of the application with every key that was planted, and every filter that could let through.

    For a person also what is his alone: his feeds and his digest.
    """
    found = []
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint in OPEN_TO_ANYBODY:
            continue
        names = sorted(rule.arguments - set(rule.defaults or ()))
        values = [values_of(planted, rule, name) for name in names]
        with app.test_request_context():
            found += [
                app.url_for(rule.endpoint, **dict(zip(names, chosen, strict=True))) for chosen in _combined(values)
            ]
    if method == "GET":
        found += _filtered()
    if method in ("GET", OWN) and person is not None:
        secrets = planted.feeds[person]
        found += [MAIL, f"/feeds/calendar/{secrets[FeedKind.CALENDAR]}.ics"]
        found += [f"/feeds/changes/{secrets[FeedKind.CHANGES]}.atom"]
    return sorted(set(found))


def _combined(values: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Every combination where they are few; else each value of each argument once, those of a wall together."""
    size = 1
    for each in values:
        size *= len(each)
    if size <= MOST_COMBINED or len(values) < 2:
        yield from itertools.product(*values)
        return
    for number in range(max(len(each) for each in values)):
        yield tuple(each[number % len(each)] for each in values)


def _filtered() -> list[str]:
    found = ["/changes/?entity=publication", "/mapping/?publication=XX.9001.A1", "/export/matches.xlsx"]
    found += [f"/export/{kind}.csv?work_item=90501&label=DIS%201" for kind in ("coverage", "white-space")]
    found += [f"/export/metrics.csv?metric={next(iter(MetricName))}"]
    for word in (PATENT_WORD, *(secret(wall) for wall in WALLS)):
        portfolio = quote(f"{word} portfolio")
        found += [
            f"/search/?q={word}",
            f"/search/?q={word}&kind=publication",
            f"/patents/?portfolio={portfolio}",
            f"/patents/?q={word}",
            f"/mapping/?portfolio={portfolio}",
            f"/export/matches.jsonl?portfolio={portfolio}",
            f"/export/publications.csv?portfolio={portfolio}",
        ]
    for wall in (0, *WALLS):
        found += [
            f"/search/?q={CLAIM.word_of(wall)}",
            f"/changes/?source=file:NEWSOF{wall}.xml",
            f"/changes/?field=NEWSOF{wall}%20field",
            f"/changes/?key=XX.{9000 + wall}.A1",
            f"/sources/quarantine/?source=file:RECORDED{wall}.xml",
            f"/administration/trail?key=TRAILED{wall}%20key",
            f"/export/changes.csv?source=file:NEWSOF{wall}.xml",
        ]
    return found


def form_of(planted: Planted, wall: int) -> dict[str, Any]:
    """What is typed into every form at once: whatever fields it has, they are filled with what is behind the wall."""
    word, matter = secret(wall), str(planted.matters[wall])
    table = f"publication_number,title\nXX.{9000 + wall}.A1,{word}\n".encode()
    return {
        **dict.fromkeys(("name", "portfolio", "q", "label", "source"), f"{word} portfolio"),
        **dict.fromkeys(
            ("reason", "note", "comment", "remark", "text", "proposal", "wording", "title"), f"{word} note"
        ),
        **dict.fromkeys(("matter", "matter_id"), matter),
        **dict.fromkeys(("application", "application_key"), f"XX.{word}"),
        **dict.fromkeys(("account", "account_id"), str(next(iter(planted.people.values())))),
        **dict.fromkeys(("work_item", "iso_id"), "90501"),
        **dict.fromkeys(("dated", "starts_on", "ends_on", "opens_on", "closes_on", "registered_on"), "2026-11-25"),
        "email": f"{word.lower()}@example.org",
        "publication": f"XX.{9000 + wall}.A1",
        "claim": "1",
        "roles": "reader",
        "verdict": "plausible",
        "decision": "accepted",
        "state": "done",
        "track": "china",
        "language": "en",
        "draft": str(planted.keys["draft_id"][0]),
        "clause": "0",
        "run": str(planted.keys["run_id"][-1]),
        "file": (table, "table.csv"),
        "table": (table, "table.csv"),
        "form": (table, "table.csv"),
    }
