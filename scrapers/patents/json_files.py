"""JSON files as values: whole documents and lines, both of bounded size and depth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapers.errors import UnreadableFileError
from scrapers.lines import lines_of, whole

MAX_BYTES = 64 * 1024 * 1024
MAX_VALUES = 2_000_000


def load(path: Path) -> Any:
    """The value of a JSON file.

    Raises UnreadableFileError where it is too large, of too many values, broken or nested too deeply.
    """
    return _value(whole(path, MAX_BYTES), path.name)


def load_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Number and value of each line of a JSON Lines file; a broken line gives an UnreadableFileError as its value."""
    for number, line in lines_of(path):
        if line.strip():
            try:
                yield number, _value(line, f"{path.name}, line {number}")
            except UnreadableFileError as error:
                yield number, error


def _value(data: bytes, what: str) -> Any:
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        raise UnreadableFileError(f"{what}: more than {MAX_VALUES:,} values; split it")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{what}: not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise UnreadableFileError(f"{what}: not well-formed JSON ({error}); get it again") from error
    except RecursionError as error:
        raise UnreadableFileError(f"{what}: JSON nested too deeply; get it again") from error


def text(value: Any) -> str:
    """A string or number as text with white space folded; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())


def items(value: Any) -> list[Any]:
    """The elements of a list; nothing for anything else."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing for anything else."""
    return [item for item in items(value) if isinstance(item, dict)]
