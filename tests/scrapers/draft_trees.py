"""What tests of drafts look at: the tree as lines that a person can read and check, or the line of a refusal."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from scrapers.drafts import read_draft
from scrapers.errors import UnreadableFileError
from scrapers.records import Clause, Draft


def show(draft: Draft) -> str:
    """One line a clause (`4.2 Frames <clause>`, `~` before the kind where informative), one a block below it."""
    lines = []
    for clause in draft.clauses:
        lines.append(heading(clause))
        indent = "  " * clause.level
        for block in clause.blocks:
            label = f"[{block.label}]" if block.label else ""
            lines.append(f"{indent}. {block.kind.value}{label}: {block.text}")
    return "\n".join(lines)


def outline(draft: Draft) -> str:
    """The clauses alone."""
    return "\n".join(map(heading, draft.clauses))


def heading(clause: Clause) -> str:
    """The line of one clause."""
    status = "" if clause.normative else "~"
    return f"{'  ' * (clause.level - 1)}{clause.number or '-'} {clause.title or '-'} <{status}{clause.kind.value}>"


def tree(text: str) -> str:
    """An expected tree from an indented literal."""
    return dedent(text).strip()


def refused(path: Path) -> str:
    """The one line, with the file's name, with which a draft is refused."""
    with pytest.raises(UnreadableFileError) as caught:
        read_draft(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    return message
