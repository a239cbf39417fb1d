"""Recorded-style pages of each source beside the records expected of them.

A folder `tests/pages/<source>/` is a replay folder (`index.json`) of invented pages. `cases.json` lists runs: a name,
an as-of day and the options of the run; `<name>.expected.json` holds what the run must give. `python -m tests.pages`
writes the expectations anew; one that is new or has changed says `"reviewed": false` and fails until a person has
looked at it and says true.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapers.checks import check_run
from scrapers.context import Context
from scrapers.errors import SourceError
from scrapers.records import Record
from scrapers.registry import sources
from scrapers.replay import ReplayFetcher

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Case:
    """A run of a source on its recorded-style pages."""

    source: str
    name: str
    as_of: dt.date | None
    options: dict[str, Any]

    @property
    def expected_file(self) -> Path:
        """Where the expectation stands."""
        return FOLDER / self.source / f"{self.name}.expected.json"

    def expected(self) -> dict[str, Any]:
        """What stands in the file; empty where there is none."""
        if not self.expected_file.is_file():
            return {}
        content: dict[str, Any] = json.loads(self.expected_file.read_text(encoding="utf-8"))
        return content

    def run(self) -> dict[str, Any]:
        """Run the source; give its records, warnings and error as JSON values."""
        source = sources()[self.source]
        folder = FOLDER / self.source
        context = Context(
            source.manifest,
            ReplayFetcher(folder, self.as_of),
            store_snapshot=lambda response: response.body.name if response.body is not None else "",
            options=self.options,
        )
        error = None
        try:
            source.crawl(context)
            check_run(source.manifest, [each.record for each in context.records], None)
        except SourceError as failure:
            error = f"{type(failure).__name__}: {failure}"
        found = {
            "error": error,
            "warnings": context.warnings,
            "incomplete": context.incomplete,
            "records": [_plain(each.record) | {"snapshot": each.snapshot_id} for each in context.records],
        }
        # The folder's place on this machine is no part of what is expected.
        plain: dict[str, Any] = json.loads(json.dumps(found).replace(str(folder), "FOLDER"))
        return plain


def cases() -> list[Case]:
    """Every case of every source."""
    found = []
    for file in sorted(FOLDER.glob("*/cases.json")):
        for each in json.loads(file.read_text(encoding="utf-8")):
            as_of = dt.date.fromisoformat(each["as_of"]) if each["as_of"] else None
            found.append(Case(file.parent.name, each["name"], as_of, each["options"]))
    return found


def _plain(record: Record) -> dict[str, Any]:
    return {"record": type(record).__name__} | record.model_dump(mode="json", exclude_unset=True)
