"""What `patents/README.md` of the sample says each publication was written for."""

from __future__ import annotations

import re
from typing import NamedTuple

from workbench import sample

_ROW = re.compile(
    r"^\| (?P<number>[A-Z]{2}\.\d+\.[A-Z]\d) \| (?P<clause>\S+(?: \S+)?) \| (?P<relation>[a-z ]+) \| .+ \|$",
    re.MULTILINE,
)


class Expected(NamedTuple):
    """`clause` is None where the publication was written for none."""

    number: str
    language: str
    clause: str | None
    relation: str


def expectations() -> tuple[Expected, ...]:
    """Each row of the table."""
    text = (sample.folder() / "patents/README.md").read_text("utf-8")
    rows = []
    for row in _ROW.finditer(text):
        clause = row["clause"]
        language = "ja" if clause.startswith("ja ") else "en"
        rows.append(
            Expected(row["number"], language, None if clause == "-" else clause.removeprefix("ja "), row["relation"])
        )
    return tuple(rows)
